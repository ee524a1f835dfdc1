"""The honest part of a digest: the numbers, what was left out, what broke, and how to make the numbers again."""

from collections import Counter
from collections.abc import Collection, Iterable
from math import sqrt
from zoneinfo import ZoneInfo

from flows.steps.digests.content import Account, Figure, Method, Row, Trouble
from flows.steps.digests.inputs import DigestArticle, Measure, ModelNote, WeekCounts
from flows.steps.digests.stories import story_key
from flows.steps.digests.terms import COOPERATION, SMES
from flows.steps.digests.trends import comparison
from flows.steps.digests.weeks import IsoWeek
from flows.steps.digests.words import clean_line, counted, moment_words
from flows.steps.outcomes import Outcome, PollOutcome

MAX_TROUBLES = 15
_MAX_LOOKED_AT_CHARS = 20_000
_NORMAL_95 = 1.96  # standard deviations on both sides that hold 95 %

_ENDING_NOTES = {
    Outcome.STORED: "a new article",
    Outcome.REVISED: "a known article whose text had changed",
    Outcome.KNOWN: "leads to an article we had already",
    Outcome.SAME_TEXT: "another address with the text of an article we have",
    Outcome.UNREACHABLE: "no answer, or a broken one",
    Outcome.GONE: "the page does not exist (any more)",
    Outcome.REFUSED: "the site did not let us in",
    Outcome.ROBOTS: "the site asks robots to stay away",
    Outcome.FORBIDDEN_ADDRESS: "the link leads into a private network, or is no web address",
    Outcome.BAD_LINK: "no link and no text",
    Outcome.TOO_LARGE: "a page beyond our limit of size",
    Outcome.TOO_SLOW: "a page beyond our limit of time",
    Outcome.NOT_HTML: "a PDF, an image or a film",
    Outcome.CONSENT_WALL: "only a question about cookies",
    Outcome.PAYWALL: "only the first lines, then a request to pay",
    Outcome.NEEDS_JAVASCRIPT: "a page that is empty without a browser",
    Outcome.SOFT_404: "a page that says it does not exist",
    Outcome.NO_TEXT: "too little text to read",
}

_TROUBLE_WORDS: dict[str, str] = {
    PollOutcome.UNREACHABLE: "unreachable: no answer, or a broken one",
    PollOutcome.GONE: "gone: the address does not exist any more",
    PollOutcome.REFUSED: "refused: the site did not let us in",
    PollOutcome.FORBIDDEN_ADDRESS: "forbidden address: it leads into a private network",
    PollOutcome.TOO_LARGE: "too large: beyond our limit of size",
    PollOutcome.TOO_SLOW: "too slow: beyond our limit of time",
    PollOutcome.NOT_A_FEED: "not a feed: a web page, or garbage",
}


def figures(counts: WeekCounts, week: IsoWeek, stories: int, outlets: int, economies: int) -> tuple[Figure, ...]:
    """The four numbers of the first screen."""
    troubled = len(counts.feeds_in_trouble)
    spread = (counted(outlets, "outlet"), counted(economies, "economy", "economies"))
    return (
        Figure("Stories", stories, tuple(comparison(stories, counts.weeks, week))),
        Figure("Relevant articles", counts.relevant, spread if stories else ("none this week",)),
        Figure("Articles judged", counts.articles_judged, (f"of {counts.articles_seen:,} seen",)),
        Figure("Feeds polled", counts.feeds_polled, (f"{troubled} in trouble" if troubled else "all readable",)),
    )


def near_misses(articles: Iterable[DigestArticle], told: Collection[str]) -> tuple[Row, ...]:
    """Why borderline articles are no stories of their own, each under the first reason that holds, commonest first.

    `told` holds the ids of the stories that are told.
    """
    found = Counter(_near_miss(article, told) for article in articles if article.band == "borderline")
    return tuple(Row(label, found[label]) for label in sorted(found, key=lambda label: (-found[label], label)))


def _near_miss(article: DigestArticle, told: Collection[str]) -> str:
    text = f"{article.title}\n{article.text[:_MAX_LOOKED_AT_CHARS]}"
    if story_key(article) in told:
        return "Another report of a story told above"
    if len(article.countries) + len(article.blocs) < 2:
        return "Fewer than two economies act in it"
    if SMES.search(text) is None:
        return "No word for small and medium-sized enterprises that we know"
    if COOPERATION.search(text) is None:
        return "No word for acting together that we know"
    return "Small firms and two economies, but the text as a whole did not convince the model"


def account(counts: WeekCounts, stories: int) -> Account:
    """What was seen and left out. Numbers that do not add up are shown as such, not hidden."""
    endings = sorted(counts.outcomes.items(), key=lambda item: (-item[1], item[0]))
    troubles = tuple(Trouble(clean_line(t.feed, 80), _trouble_words(t.reason)) for t in counts.feeds_in_trouble)
    return Account(
        funnel=_funnel(counts, stories),
        endings=tuple(Row(name, number, _ending_note(name)) for name, number in endings if number),
        announced=counts.announced,
        troubles=troubles[:MAX_TROUBLES],
        troubles_more=max(0, len(troubles) - MAX_TROUBLES),
        notes=tuple(_notes(counts)),
    )


def method(counts: WeekCounts, model: ModelNote, week: IsoWeek, zone: ZoneInfo) -> Method:
    """Which model, on what grounds, up to when, and the queries behind the numbers."""
    start, end = week.bounds(zone)
    sentences = [
        f"Model {model.model_id}, trained on {model.trained_on}.",
        *([model.threshold_rule] if model.threshold_rule else []),
        f"Measured on {model.measured_on}." if model.measured_on else "Not yet measured on real articles.",
        f"The week runs from {moment_words(start, zone)} to {moment_words(end, zone)}, by the clocks of {zone.key}.",
    ]
    if counts.cut_off_at is not None:
        sentences.append(f"Nothing that arrived after {moment_words(counts.cut_off_at, zone)} is in this issue.")
    sentences.append(
        "Headlines and extracts are the publishers’ own words; a program chose them, nobody edited them."
    )
    return Method(
        model_id=model.model_id,
        sentences=tuple(_ended(clean_line(sentence, 500)) for sentence in sentences),
        measures=(
            *_confirmed(counts),
            *((name, _measure_words(measure)) for name, measure in model.measures.items()),
        ),
        queries=tuple((query.question, query.sql.strip()) for query in counts.queries),
    )


def _confirmed(counts: WeekCounts) -> list[tuple[str, str]]:
    """What people say of the model's choices, where they have said anything."""
    if counts.right_of_labelled is None:
        return []
    right, labelled = counts.right_of_labelled
    name = f"precision, by {counted(labelled, 'label')} of readers in these weeks"
    return [(name, _measure_words(wilson(right, labelled)))] if labelled else []


def wilson(successes: int, trials: int) -> Measure:
    """A share with its 95 % interval by Wilson's score, sound for few trials. Example: 9 of 10 -> 0.60 to 0.98."""
    share, spread = successes / trials, _NORMAL_95**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    half = _NORMAL_95 / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return Measure(share, max(0.0, middle - half), min(1.0, middle + half))


def _funnel(counts: WeekCounts, stories: int) -> tuple[Row, ...]:
    no = counts.articles_judged - counts.relevant - counts.borderline
    return (
        Row("Entries announced", counts.announced, "by the feeds: dated in this week, or first seen in it"),
        Row("Articles seen", counts.articles_seen, "stored, and likewise of this week"),
        Row("Without a date", counts.articles_without_date, "of those: placed by when they were first seen"),
        Row("Not judged", counts.articles_unjudged, _why_unjudged(counts)),
        Row("Judged", counts.articles_judged, "by the model named below"),
        Row("Not relevant", no, "left out"),
        Row("Borderline", counts.borderline, "close to the cut: the first few stand above"),
        Row(
            "Relevant",
            counts.relevant,
            f"told above as {counted(stories, 'story', 'stories')}" if stories else "none this week",
        ),
    )


def _why_unjudged(counts: WeekCounts) -> str:
    why, waiting = "too short, or in a language never measured", counts.articles_without_verdict
    return f"{why}; {waiting:,} without a verdict yet" if waiting else why


def _notes(counts: WeekCounts) -> list[str]:
    notes = []
    ended = sum(counts.outcomes.values())
    if ended != counts.announced:
        notes.append(
            f"The ends add up to {ended:,}, not to the {counts.announced:,} entries announced: a fault of smewatch."
        )
    unaccounted = counts.articles_seen - counts.articles_judged - counts.articles_unjudged
    if unaccounted:
        notes.append(f"{counted(abs(unaccounted), 'article')} of those seen had no verdict when this was written.")
    if counts.feeds_polled == 0:
        notes.append("No feed was polled this week: silence here says nothing about the world.")
    return notes


def _trouble_words(reason: str) -> str:
    """A poll's outcome with its meaning; any other words as they are."""
    return _TROUBLE_WORDS.get(reason, clean_line(reason, 120))


def _ending_note(name: str) -> str:
    return _ENDING_NOTES[Outcome(name)] if name in set(Outcome) else ""


def _measure_words(measure: Measure) -> str:
    """Example: 0.91 (95 % interval 0.84 to 0.96)."""
    if measure.low is None or measure.high is None:
        return f"{measure.value:.2f}"
    return f"{measure.value:.2f} (95 % interval {measure.low:.2f} to {measure.high:.2f})"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else sentence + "."
