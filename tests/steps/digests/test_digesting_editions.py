from dataclasses import replace
from datetime import date

import pytest

from flows.steps.digests.composing import compose
from flows.steps.digests.content import Edition
from flows.steps.digests.editions import MAX_CHANGES, next_edition
from flows.steps.digests.keeping import facts_sha256, from_json, to_json
from tests.steps.digests.digest_cases import BERLIN, CASES, MODEL, NAMES, WEEK, article, counts, load_case

TODAY = date(2026, 11, 25)


def digest_of(*articles, **changes):
    return compose(list(articles), counts(list(articles), **changes), MODEL, WEEK, BERLIN, NAMES)


def correction(before, after):
    return next_edition(before, 1, after, TODAY).edition


def test_the_first_edition_says_nothing_of_itself():
    assert next_edition(None, 0, digest_of(article(1)), TODAY).edition == Edition(1, "", ())


@pytest.mark.parametrize(
    "same",
    [
        digest_of(article(1), feeds_polled=99, announced=61),  # polls and late entries go on after an issue is out
        digest_of(article(1, score=0.8, why=(("small firms", 1.0),))),  # a new model has other words for it
        replace(digest_of(article(1)), trend="In better words."),
    ],
)
def test_while_no_fact_changes_the_edition_that_is_out_stands_as_it_is(same):
    out = digest_of(article(1))
    assert next_edition(out, 1, same, TODAY) is out


def test_stories_in_another_order_are_the_same_facts():
    one, other = digest_of(article(1), article(2, score=0.5)), digest_of(article(1, score=0.5), article(2))
    assert one.top != other.top
    assert next_edition(one, 1, other, TODAY) is one


@pytest.mark.parametrize(
    ("after", "sentences"),
    [
        (
            digest_of(article(1), article(2), article(3)),
            ("Added: “Headline 3” (Outlet 3).", "Stories: 3, was 2.", "Relevant articles: 3, was 2."),
        ),
        (
            digest_of(article(1)),
            ("Taken out: “Headline 2” (Outlet 2).", "Stories: 1, was 2.", "Relevant articles: 1, was 2."),
        ),
        (
            digest_of(article(1), article(2, kind="finance", countries=("KE",))),
            ("Changed: “Headline 2” (Outlet 2): kind of cooperation, economies.",),
        ),
        (
            digest_of(article(1, story_id="s-1"), article(2, story_id="s-1")),
            (
                "Changed: “Headline 1” (Outlet 1): reports.",
                "Told under “Headline 1” (Outlet 1): “Headline 2” (Outlet 2).",
                "Stories: 1, was 2.",
            ),
        ),
    ],
)
def test_a_correction_says_what_is_different(after, sentences):
    assert correction(digest_of(article(1), article(2)), after) == Edition(2, "25 November 2026", sentences)


def test_a_correction_of_very_much_is_bounded():
    found = correction(digest_of(), digest_of(*(article(n) for n in range(40)))).changes
    assert len(found) == MAX_CHANGES + 1
    assert found[-1] == "And 30 more."


def test_an_edition_without_kept_contents_is_followed_by_one_that_says_so():
    found = next_edition(None, 3, digest_of(), TODAY).edition
    assert (found.number, found.changes) == (4, ("Written anew by a newer version of smewatch.",))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_a_kept_digest_comes_back_as_it_was(path):
    digest = compose(**load_case(path))
    digest = replace(digest, edition=Edition(2, "today", ("One.", "Two.")))
    assert from_json(to_json(digest)) == digest


def test_a_digest_kept_before_a_field_was_added_comes_back_with_its_default():
    kept = to_json(digest_of(article(1))).replace('"near_misses":[],', "")
    assert from_json(kept).near_misses == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", '{"week": 47}', "no JSON"])
def test_what_is_no_digest_is_refused(text):
    with pytest.raises(ValueError, match=r"digest|Expecting"):
        from_json(text)


def test_facts_do_not_hang_on_the_order_of_reports():
    one = digest_of(article(1, story_id="s"), article(2, story_id="s", score=0.5))
    other = digest_of(article(1, story_id="s", is_story_lead=True), article(2, story_id="s"))
    assert facts_sha256(one) == facts_sha256(other)
