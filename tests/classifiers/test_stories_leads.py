"""Which article stands for a story, and the words that say why."""

from datetime import UTC, datetime

import pytest

from classifiers.stories import StoryArticle, lead_of
from classifiers.story_dates import days_of

COPY = (
    "Two chambers signed a memorandum in Lagos on Monday that lets small furniture makers show their goods in Porto. "
    "Twelve of them leave in May. Flights are paid by the chambers, stands by the city."
)
OWN = (
    "Carpenters from Lagos may bring tables and chairs to a Portuguese fair next spring; a dozen were picked by lot "
    "and their chamber, with its partner abroad, has promised tickets and a place to exhibit."
)
LONG = f"{OWN} " + " ".join(f"Detail number {n} about timber, glue, varnish or customs forms." for n in range(20))


def report(name, text, day="2024-05-14", hour=None, score=None):
    at = datetime(2024, 5, 14, hour, tzinfo=UTC) if hour is not None else None
    return StoryArticle(name, f"Title of {name}", text, "en", days_of(day), at, score)


@pytest.mark.parametrize(
    ("reports", "lead", "reason"),
    [
        ([report("a", COPY)], "a", "the only report"),
        ([report("b", COPY, "2024-05-15"), report("a", COPY)], "a", "the first of 2 reports with the same text"),
        ([report("b", COPY, hour=7), report("a", COPY, hour=9)], "b", "the first of 2 reports with the same text"),
        ([report("b", COPY, hour=7), report("a", COPY)], "b", "the first of 2 reports with the same text"),
        ([report("b", COPY, "2024-05"), report("a", COPY)], "b", "the first of 2 reports with the same text"),
        ([report("b", COPY, None), report("a", COPY)], "a", "the first of 2 reports with the same text"),
        ([report("a", COPY), report("b", OWN, "2024-05-15")], "a", "the first of 2 reports"),
        ([report("a", COPY), report("b", LONG, "2024-05-15")], "b", "the fullest of 2 reports"),
        ([report("a", COPY[:110]), report("b", COPY, "2024-05-15")], "b", "the fullest of 2 reports"),
        (
            [report("a", COPY, score=0.5), report("b", OWN, "2024-05-15", score=0.91)],
            "b",
            "the most relevant of 2 reports, score 0.91",
        ),
        (
            [report("a", COPY, score=0.85), report("b", OWN, "2024-05-15", score=0.91)],
            "a",
            "the first of 2 reports",
        ),
        (
            [report("a", COPY, score=0.5), report("b", LONG, "2024-05-15", score=0.1)],
            "a",
            "the first of 2 reports",
        ),
    ],
)
def test_a_lead_is_relevant_before_full_before_early_and_no_reprint(reports, lead, reason):
    for order in (reports, reports[::-1]):
        found = lead_of(order)
        assert (found.article.id, found.reason) == (lead, reason)


def test_the_first_of_the_most_relevant_leads_and_says_so():
    note = report("a", "A note on chairs, short and early.", "2024-05-13", score=0.2)
    found = lead_of([note, report("b", COPY, score=0.9), report("c", OWN, "2024-05-16", score=0.95)])
    assert (found.article.id, found.reason) == ("b", "the first of the 2 most relevant of 3 reports")


def test_reports_without_text_still_have_a_lead():
    assert lead_of([report("b", ""), report("a", "")]).article.id == "a"


def test_a_story_without_an_article_has_no_lead():
    with pytest.raises(ValueError, match="no lead"):
        lead_of([])
