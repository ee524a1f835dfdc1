"""The digest of one ISO week: load its articles and numbers, compose and render them, store and write the result.

    load (open) -> compose -> render_html, render_text -> store (open) -> two files

The same week over the same warehouse gives the same bytes. An edition once written is never changed: other content
becomes the next edition, beside the first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from prefect import flow

from flows import briefing
from flows.grouping import by_event
from flows.publish import publish
from flows.settings import Given, Settings, settings_of
from flows.steps.digests.composing import Digest, DigestArticle, ModelNote, Query, WeekCounts, compose
from flows.steps.digests.rendering import render_html, render_text
from flows.steps.digests.weeks import IsoWeek, last_full_week
from warehouse.digest_rows import DigestItemRow, DigestRow, Edition
from warehouse.opening import open_warehouse

WEEKS_BEFORE = 12  # shown as a trend
LATE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a digest is made from, out of the warehouse."""

    articles: tuple[DigestArticle, ...]
    counts: WeekCounts
    model: ModelNote


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What was written."""

    week: str
    title: str
    headlines: tuple[str, ...]  # of its stories, best first
    edition: int
    is_new: bool  # False: this very content was written before
    html: Path
    text: Path


@flow(name="digest", validate_parameters=False)
def digest(settings: Given = None, week: str | None = None, *, now: datetime | None = None) -> DigestReport:
    """Write the digest of a week such as 2026-W47; without one, of the last full week. A bad week is a ValueError."""
    settings, now = settings_of(settings), now or datetime.now(UTC)
    asked = IsoWeek.parse(week) if week else last_full_week(now, settings.tz)
    material = load(settings, asked, now)
    content = compose(
        material.articles, material.counts, material.model, asked, settings.tz, briefing.economy_names(), by_event
    )
    page, text = render_html(content), render_text(content)
    edition = store(settings, content, page, text, now)
    publish(settings)
    return write(settings, content, edition, page, text)


def load(settings: Settings, week: IsoWeek, now: datetime) -> Material:
    """Open the warehouse once and take out all that the digest of a week needs."""
    start, end = week.bounds(settings.tz)
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        articles = warehouse.week_articles(start, end)
        # Articles of a week go on arriving for some days; the polls that brought them belong to its account.
        counts = warehouse.week_counts(start, end, polled_until=end + LATE)
        earlier = warehouse.relevant_by_week(settings.zone, start, WEEKS_BEFORE)
        model = warehouse.active_model()
    return Material(
        tuple(briefing.digest_article(row) for row in articles),
        briefing.week_counts(counts, earlier, articles, queries_of(start, end)),
        briefing.model_note(model),
    )


def queries_of(start: datetime, end: datetime) -> list[Query]:
    """The SQL behind the digest's numbers, ready for `smewatch sql`."""
    span = f"counted_at >= '{start.isoformat()}' and counted_at < '{end.isoformat()}'"
    return [
        Query(
            "Which articles are relevant?",
            f"select title, outlet, countries, kind, band, url\nfrom mart.articles\nwhere is_relevant and {span}",
        ),
        Query(
            "How many articles were seen, judged, undated?",
            "select count(*), count(*) filter (band <> 'unjudged'), count(*) filter (published_at is null)\n"
            f"from mart.articles\nwhere {span}",
        ),
        Query(
            "How did announced entries end?",
            f"select outcome, count(*)\nfrom mart.entries\nwhere {span}\ngroup by outcome",
        ),
    ]


def store(settings: Settings, content: Digest, page: str, text: str, now: datetime) -> Edition:
    """Note the digest in the warehouse: a new edition, or the one that stands there with the same bytes."""
    stories = [content.top, *(story for group in content.groups for story in group.stories)]
    shown = [("story", story) for story in stories if story] + [("borderline", story) for story in content.borderline]
    row = DigestRow(
        week=content.week,
        zone=content.zone,
        created_at=now,
        model_id=content.method.model_id,
        html_sha256=sha256(page.encode()).hexdigest(),
        text_sha256=sha256(text.encode()).hexdigest(),
        html_path=f"{settings.digests_dir.name}/{content.week}/index.html",
        counts={"stories": content.stories, "announced": content.account.announced},
    )
    told = [(section, article_id) for section, story in shown for article_id in story.article_ids]
    items = [DigestItemRow(place, article_id, section) for place, (section, article_id) in enumerate(told, start=1)]
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        return warehouse.store_digest(row, items)


def write(settings: Settings, content: Digest, edition: Edition, page: str, text: str) -> DigestReport:
    """Write the page and its plain twin; an edition keeps its own file, `index.html` is always the latest."""
    folder = settings.digests_dir / content.week
    folder.mkdir(parents=True, exist_ok=True)
    names = ("index.html", f"edition-{edition.edition}.html"), ("digest.txt", f"edition-{edition.edition}.txt")
    told = [story for group in content.groups for story in group.stories]
    for (latest, own), body in zip(names, (page, text), strict=True):
        (folder / own).write_text(body, encoding="utf-8")
        (folder / latest).write_text(body, encoding="utf-8")
    return DigestReport(
        content.week,
        content.title,
        tuple(story.title for story in [content.top, *told] if story),
        edition.edition,
        edition.is_new,
        folder / "index.html",
        folder / "digest.txt",
    )
