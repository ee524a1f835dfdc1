"""From warehouse rows to what a digest is composed of. Pure."""

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cache

import seeds
from flows.steps.digests.composing import (
    DigestArticle,
    FeedTrouble,
    Measure,
    ModelNote,
    Query,
    Reprint,
    WeekCounts,
)
from flows.steps.digests.weeks import IsoWeek
from flows.steps.text.dates import Published
from warehouse.digest_rows import WeekArticle
from warehouse.digest_rows import WeekCounts as Counted
from warehouse.rows import ModelRow

MEASURED_ON = "held-out parts of its own examples, split by event; real news is harder"


@cache
def economy_names() -> dict[str, str]:
    """ISO 3166 alpha-2 (and "EU") -> the English name we show, from the gazetteer."""
    with (seeds.FOLDER / "places" / "economies.csv").open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {row["code"]: row["names"].split("|")[0] for row in table}


def digest_article(row: WeekArticle) -> DigestArticle:
    """One article of the week. A person's label decides its band: relevant is sure, unsure is borderline."""
    published = None
    if row.published_at and row.published_at_source and row.published_at_precision:
        published = Published(
            row.published_at, row.published_at_source, row.published_at_precision, row.is_published_in_future
        )
    band = row.band if row.label is None else "sure" if row.label == 1 else "borderline"
    return DigestArticle(
        article_id=row.article_id,
        title=row.title,
        url=row.url,
        outlet=row.outlet,
        outlet_country=row.outlet_country,
        published=published,
        first_seen_at=row.first_seen_at,
        language=row.language,
        score=row.score or 0.0,
        band=band or "borderline",
        kind=row.kind,
        kind_score=row.kind_score,
        countries=row.countries,
        blocs=row.blocs,
        why=tuple((one.phrase, one.weight) for one in row.evidence),
        text=row.text or "",
        also_in=tuple(Reprint(one.outlet, one.url, one.title) for one in row.also_in),
    )


def week_counts(
    now: Counted, earlier: Mapping[str, int], articles: Sequence[WeekArticle], queries: Sequence[Query]
) -> WeekCounts:
    """The numbers a digest states. `earlier` (week -> relevant) lacks weeks without polls: unknown is not zero."""
    return WeekCounts(
        announced=now.n_entries,
        outcomes=now.ends,
        articles_seen=now.n_articles,
        articles_judged=now.n_articles - now.n_unjudged,
        articles_unjudged=now.n_unjudged,
        articles_without_date=now.n_undated,
        relevant=now.n_relevant,
        borderline=now.n_borderline,
        feeds_polled=now.n_feeds_polled,
        feeds_in_trouble=tuple(FeedTrouble(one.feed, one.reason) for one in now.feeds_in_trouble),
        earlier_relevant=tuple((IsoWeek.parse(week), n) for week, n in earlier.items()),
        cut_off_at=max((article.first_seen_at for article in articles), default=None),
        queries=tuple(queries),
    )


def model_note(model: ModelRow | None) -> ModelNote:
    """What the digest says of its model, from the model's card; a digest may be written before any model exists."""
    if model is None:
        return ModelNote("none", "no model was trained yet", "")
    card = json.loads(model.card)
    counts = card["counts"]
    relevant, others = counts["relevant_examples"], counts["other_examples"]
    texts = f"{relevant + others} labelled texts ({relevant} of them relevant)"
    trained_on = f"{counts['seed_documents']} seed documents and {texts}"
    measures = {name.replace("_", " "): Measure(value) for name, value in card["results"].items()}
    return ModelNote(model.model_id, trained_on, card["threshold_rule"], measured_on=MEASURED_ON, measures=measures)
