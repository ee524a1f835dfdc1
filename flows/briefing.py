"""From warehouse rows to what a digest is composed of. Pure."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import seeds
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
from flows.steps.digests.trends import shown_weeks
from flows.steps.digests.weeks import IsoWeek
from flows.steps.text.dates import Published
from warehouse.digest_rows import KindCount, LabelCounts, PairCount, WeekArticle
from warehouse.digest_rows import WeekCounts as Counted
from warehouse.rows import ModelRow

MEASURED_ON = "held-out parts of its own examples, split by event; real news is harder"


@cache
def economy_names() -> dict[str, str]:
    """ISO 3166 alpha-2 (and "EU") -> the English name we show, from the gazetteer."""
    with (seeds.FOLDER / "places" / "economies.csv").open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {row["code"]: row["names"].split("|")[0] for row in table}


def digest_article(row: WeekArticle, told_before: Mapping[str, str]) -> DigestArticle:
    """One article of the week. A person's label decides its band: relevant is sure, unsure is borderline.

    `told_before` gives the latest earlier week whose issue told a story.
    """
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
        sectors=tuple(map(sector_name, row.sectors)),
        story_id=row.story_id,
        is_story_lead=row.is_story_lead,
        is_late=row.is_late,
        told_before=told_before.get(row.story_id, ""),
    )


def sector_name(sector: str) -> str:
    """A sector of `seeds/tags/sectors.toml` as it is shown: agri-food, wood and furniture."""
    return sector.replace("-and-", " and ")


def week_stories(kinds: Sequence[KindCount], pairs: Sequence[PairCount]) -> tuple[WeekStories, ...]:
    """The weeks on record with their stories. One that is absent was not polled: unknown is not zero."""
    return tuple(
        WeekStories(
            IsoWeek.parse(total.week),
            total.n_stories,
            {one.kind: one.n_stories for one in kinds if one.week == total.week and one.kind is not None},
            {(one.country, one.partner): one.n_stories for one in pairs if one.week == total.week},
        )
        for total in kinds
        if total.kind is None
    )


def week_counts(
    now: Counted,
    weeks: tuple[WeekStories, ...],
    labels: LabelCounts,
    articles: Sequence[WeekArticle],
    queries: Sequence[Query],
) -> WeekCounts:
    """The numbers a digest states."""
    return WeekCounts(
        announced=now.n_entries,
        outcomes=now.ends,
        articles_seen=now.n_articles,
        articles_judged=now.n_articles - now.n_unjudged,
        articles_unjudged=now.n_unjudged,
        articles_without_verdict=now.n_without_verdict,
        articles_without_date=now.n_undated,
        relevant=now.n_relevant,
        borderline=now.n_borderline,
        feeds_polled=now.n_feeds_polled,
        feeds_in_trouble=tuple(FeedTrouble(one.feed, one.reason) for one in now.feeds_in_trouble),
        weeks=weeks,
        right_of_labelled=(labels.n_right, labels.n_labelled) if labels.n_labelled else None,
        cut_off_at=max(filter(None, (now.last_seen_at, *(one.first_seen_at for one in articles))), default=None),
        queries=tuple(queries),
    )


def queries_of(week: IsoWeek, zone: ZoneInfo, polled_until: datetime) -> list[Query]:
    """The SQL behind every number of a digest, ready for `smewatch sql`: the very views that gave them."""
    start, end = week.bounds(zone)
    first, _ = shown_weeks(week)[0].bounds(zone)
    span, polls = f"{_literal(start)}, {_literal(end)}", f"{_literal(start)}, {_literal(polled_until)}"
    trends = f"'{zone.key}', {_literal(first)}, {_literal(end)}"
    return [
        Query("Stories", f"from mart.stories_told('{zone.key}', {span})"),
        Query("Articles", f"from mart.week_numbers({span}, zone := '{zone.key}')"),
        Query("Ends of entries", f"from mart.week_ends({span}, zone := '{zone.key}')"),
        Query("Feeds polled and in trouble", f"from mart.week_polls({polls})"),
        Query("Trends", f"from mart.kinds_told({trends})"),
        Query("Pairs and who acts with whom", f"from mart.pairs_told({trends})"),
    ]


def _literal(moment: datetime) -> str:
    return f"'{moment:%Y-%m-%d %H:%M:%S}+00'"


def model_note(model: ModelRow | None) -> ModelNote:
    """What the digest says of its model, from the model's card; a digest may be written before any model exists."""
    if model is None:
        return ModelNote("none", "no model was trained yet", "")
    card = json.loads(model.card)
    counts = card["counts"]
    relevant, others = counts["relevant_examples"], counts["other_examples"]
    texts = f"{relevant + others} labelled texts ({relevant} of them relevant)"
    invented = counts.get("invented_relevant_texts", 0) + counts.get("invented_other_texts", 0)
    seeds = f"{counts['seed_documents']} seed documents"
    trained_on = f"{seeds}, {texts} and {invented} invented ones" if invented else f"{seeds} and {texts}"
    measures = {name.replace("_", " "): Measure(value) for name, value in card["results"].items()}
    return ModelNote(
        model.model_id, trained_on, _bands(card["thresholds"]), measured_on=MEASURED_ON, measures=measures
    )


def _bands(starts: Mapping[str, float]) -> str:
    """Example: Sure is a score of 0.96 or more, likely 0.68 or more, borderline 0.14 or more."""
    named = [f"{name} {starts[name]:.2f} or more" for name in ("sure", "likely", "borderline") if name in starts]
    return ", ".join(named).replace("sure ", "Sure is a score of ", 1)
