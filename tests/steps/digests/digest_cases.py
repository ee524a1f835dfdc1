"""Digest inputs from JSON files and short builders, for every test of the digest."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.steps.digests.composing import (
    DigestArticle,
    FeedTrouble,
    Measure,
    ModelNote,
    Query,
    Reprint,
    WeekCounts,
    WeekStories,
)
from flows.steps.digests.weeks import IsoWeek
from flows.steps.text.dates import Published

CASES = Path(__file__).parents[2] / "data" / "digests"
WEEK = IsoWeek(2026, 47)
BERLIN = ZoneInfo("Europe/Berlin")
NAMES = {"VN": "Viet Nam", "JP": "Japan", "KE": "Kenya", "EU": "European Union"}
MODEL = ModelNote("m1", "5 seed documents", "the rule.")


def article(number: int = 1, **changes: Any) -> DigestArticle:
    """A sure, dated article of the week; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "article_id": f"{number:016x}",
        "title": f"Headline {number}",
        "url": f"https://outlet{number}.example/story",
        "outlet": f"Outlet {number}",
        "outlet_country": None,
        "published": Published(datetime(2026, 11, 18, 9, 0, tzinfo=UTC), "feed", "minute"),
        "first_seen_at": datetime(2026, 11, 18, 10, 0, tzinfo=UTC),
        "language": "en",
        "score": 0.95,
        "band": "sure",
        "kind": "forum",
        "kind_score": 0.9,
        "countries": ("VN", "JP"),
        "blocs": (),
        "why": (("business matching", 1.5),),
        "text": f"Report {number}: a forum for business matching took place, the {number * 7919}th in a long row.",
    }
    return DigestArticle(**(fields | changes))


def counts(articles: list[DigestArticle], **changes: Any) -> WeekCounts:
    """Counts that agree with the articles."""
    borderline = sum(item.band == "borderline" for item in articles)
    fields: dict[str, Any] = {
        "announced": 60,
        "outcomes": {"stored": 54, "gone": 6},
        "articles_seen": 54,
        "articles_judged": 50,
        "articles_unjudged": 4,
        "articles_without_date": 2,
        "relevant": len(articles) - borderline,
        "borderline": borderline,
        "feeds_polled": 7,
    }
    return WeekCounts(**(fields | changes))


def load_case(path: Path) -> dict[str, Any]:
    """The arguments of `compose` that a JSON file holds."""
    case = json.loads(path.read_text("utf-8"))
    model = case["model"]
    return {
        "articles": [_article(fields) for fields in case["articles"]],
        "counts": _counts(case["counts"]),
        "model": ModelNote(**(model | {"measures": {name: Measure(**m) for name, m in model["measures"].items()}})),
        "week": IsoWeek.parse(case["week"]),
        "zone": ZoneInfo(case["zone"]),
        "economy_name": case["economy_name"],
    }


def _article(fields: dict[str, Any]) -> DigestArticle:
    published = fields["published"]
    return DigestArticle(
        **fields
        | {
            "published": published and Published(**(published | {"at": datetime.fromisoformat(published["at"])})),
            "first_seen_at": datetime.fromisoformat(fields["first_seen_at"]),
            "why": tuple((phrase, weight) for phrase, weight in fields["why"]),
            "also_in": tuple(Reprint(**reprint) for reprint in fields["also_in"]),
            **{name: tuple(fields[name]) for name in ("countries", "blocs", "sectors")},
        }
    )


def _counts(fields: dict[str, Any]) -> WeekCounts:
    return WeekCounts(
        **fields
        | {
            "feeds_in_trouble": tuple(FeedTrouble(**trouble) for trouble in fields["feeds_in_trouble"]),
            "weeks": tuple(_week(one) for one in fields["weeks"]),
            "cut_off_at": datetime.fromisoformat(fields["cut_off_at"]),
            "queries": tuple(Query(**query) for query in fields["queries"]),
        }
    )


def _week(fields: dict[str, Any]) -> WeekStories:
    """Pairs are written as "JP-VN"."""
    pairs = {(codes[:2], codes[-2:]): number for codes, number in fields["pairs"].items()}
    return WeekStories(IsoWeek.parse(fields["week"]), fields["stories"], fields["kinds"], pairs)
