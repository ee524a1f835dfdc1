"""Digests with figures, editions and neighbours, for the tests of archive, feeds, mail and the browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flows.steps.digests.composing import compose
from flows.steps.digests.content import Digest, Edition, Matrix, Series, Trends
from flows.steps.digests.issues import Issue
from tests.steps.digests.digest_cases import BERLIN, CASES, MODEL, NAMES, WEEK, article, counts, load_case

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
WEEKS = tuple(f"2026-W{number}" for number in range(36, 48))
TRENDS = Trends(
    weeks=WEEKS,
    total=Series("All stories", (), (3, 5, None, 4, 6, 2, 8, 4, 5, 9, 7, 12), ""),
    kinds=(
        Series("Forums and business matching", ("forum",), (1, 2, None, 0, 3, 1, 2, 1, 2, 3, 2, 4), ""),
        Series("Agreements", ("agreement",), (0, 1, None, 0, 1, 0, 1, 0, 1, 1, 0, 2), ""),
    ),
    pairs=(Series("Japan – Viet Nam", ("JP", "VN"), (1, 0, None, 1, 1, 0, 2, 1, 0, 2, 1, 3), ""),),
    rule="Too few to tell.",
)
MATRIX = Matrix(
    weeks=12,
    codes=("JP", "VN", "CD"),
    names=("Japan", "Viet Nam", "Democratic Republic of the Congo <b>$x$</b>"),
    counts=((0, 7, 1), (7, 0, 0), (1, 0, 0)),
    economies_more=0,
)


def digest_named(name: str, week: str = "2026-W47") -> Digest:
    """A case of tests/data/digests with figures; its week replaced, so that several can stand side by side."""
    digest = compose(**load_case(CASES / f"{name}.json"))
    return replace(digest, week=week, trends=TRENDS, matrix=MATRIX)


def titled(title: str) -> Digest:
    """A week with one story of that headline."""
    articles = [article(1, title=title)]
    return compose(articles, counts(articles), MODEL, WEEK, BERLIN, NAMES)


def corrected(digest: Digest) -> Digest:
    """Its second edition."""
    return replace(digest, edition=Edition(2, "24 November 2026", ("One story was added.",)))


def issues() -> list[Issue]:
    """Three weeks of two years: a quiet one, one that is hostile, and one that was corrected."""
    quiet, hostile = digest_named("quiet-week", "2025-W52"), digest_named("hostile-week", "2026-W46")
    ordinary = digest_named("ordinary-week")
    return [
        Issue((quiet,), (MONDAY - timedelta(weeks=47),)),
        Issue((hostile,), (MONDAY - timedelta(weeks=1),)),
        Issue((ordinary, corrected(ordinary)), (MONDAY, MONDAY + timedelta(days=1))),
    ]


def heavy() -> Digest:
    """A week of sixty stories, each with long words, reprints and places."""
    long = (
        "An agency of one country and a chamber of another agree on joint support for small exporters, year by year"
    )
    articles = [
        article(
            number,
            title=f"{long} ({number})",
            countries=("VN", "JP", "KE")[: 2 + number % 2],
            text=f"{long}, says report {number}. " + f"Business matching number {number * 7919} took place. " * 3,
            why=(("business matching", 1.5), ("small exporters", 1.2), ("joint support", 0.7)),
            url=f"https://outlet{number}.example/2026/11/18/an-agency-and-a-chamber-agree-on-support-{number}",
        )
        for number in range(1, 61)
    ]

    digest = compose(articles, counts(articles), MODEL, WEEK, BERLIN, NAMES)
    return replace(digest, trends=TRENDS, matrix=MATRIX)
