"""The digest of one ISO week: catch up, group, load, compose, find which edition it is, store it, archive it.

    store_waiting -> catch_up -> keep_stories -> load (open) -> compose -> next_edition -> store (open) -> archive

An edition once stored is never changed. While no fact changes, running again gives the edition that is out, byte for
byte; a changed fact gives the next edition, which says what is different.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from prefect import flow

from flows import briefing
from flows.archive import write_archive
from flows.collecting.spooled import waiting
from flows.grouping import keep_stories
from flows.judging_past import catch_up
from flows.locks import AlreadyRunning, one_at_a_time
from flows.publish import publish
from flows.settings import Given, Settings, settings_of
from flows.showing import show_digest
from flows.steps.digests.composing import DigestArticle, ModelNote, WeekCounts, compose
from flows.steps.digests.content import Digest, Story
from flows.steps.digests.editions import next_edition
from flows.steps.digests.issues import stories_of
from flows.steps.digests.keeping import facts_sha256, from_json, to_json
from flows.steps.digests.rendering import render_html, render_text
from flows.steps.digests.trends import shown_weeks
from flows.steps.digests.weeks import IsoWeek, last_full_week
from warehouse.digest_rows import DigestItemRow, DigestRow, Edition, StoredEdition
from warehouse.opening import open_warehouse

LATE = timedelta(days=7)  # articles of a week go on arriving; the polls that bring them belong to its account


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a digest is made from, out of the warehouse."""

    articles: tuple[DigestArticle, ...]
    counts: WeekCounts
    model: ModelNote
    in_force: StoredEdition | None  # null: this is the first edition


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What was written."""

    week: str
    title: str
    headlines: tuple[str, ...]  # of its stories, best first
    edition: int
    is_new: bool  # False: this very content was published before
    changes: tuple[str, ...]  # what a correction says differently; empty for a first edition
    html: Path
    text: Path


@flow(name="digest", validate_parameters=False)
def digest(settings: Given = None, week: str | None = None, *, now: datetime | None = None) -> DigestReport:
    """Write the digest of a week such as 2026-W47; without one, of the last full week.

    Raises ValueError for a bad week, WarehouseBusy, and EditionTaken if another process writes the same digest.
    """
    settings, now = settings_of(settings), now or datetime.now(UTC)
    asked = IsoWeek.parse(week) if week else last_full_week(now, settings.tz)
    store_waiting(settings, now)
    catch_up(settings, now)
    keep_stories(settings, now)
    content, edition = issue(settings, asked, now)
    publish(settings)
    write_archive(settings, content.week)
    show_digest(content)
    return report(settings, content, edition)


def store_waiting(settings: Settings, now: datetime) -> None:
    """Store what waits in the spool, so that it is told. An ingest at work does that itself. Raises WarehouseBusy."""
    if waiting(settings.spool_dir):
        from flows.collecting.spool import store_spooled  # what it reads takes a second to load

        with (
            suppress(AlreadyRunning),
            one_at_a_time(settings),
            open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse,
        ):
            store_spooled(warehouse, settings.spool_dir)


def issue(settings: Settings, week: IsoWeek, now: datetime) -> tuple[Digest, Edition]:
    """The edition in force after this run: the one that was, or a new one where a fact has changed."""
    material = load(settings, week, now)
    fresh = compose(
        material.articles,
        material.counts,
        material.model,
        week,
        settings.tz,
        briefing.economy_names(),
        feedback_mail=settings.mail_sender,
    )
    before = material.in_force
    out = from_json(before.content) if before and before.content else None
    content = next_edition(out, before.edition if before else 0, fresh, now.astimezone(settings.tz).date())
    if before and content is out:
        return content, Edition(before.digest_id, before.edition, is_new=False)
    return content, store(settings, content, now)


def load(settings: Settings, week: IsoWeek, now: datetime) -> Material:
    """Open the warehouse once and take out all that the digest of a week needs."""
    start, end = week.bounds(settings.tz)
    first, _ = shown_weeks(week)[0].bounds(settings.tz)
    wait_s = settings.warehouse_wait_s
    with open_warehouse(settings.warehouse, now=now, wait_s=wait_s) as warehouse, warehouse.as_of_now():
        articles = warehouse.week_articles(start, end, settings.zone)
        counts = warehouse.week_counts(start, end, settings.zone, polled_until=end + LATE)
        kinds = warehouse.week_stories(settings.zone, first, end)
        pairs = warehouse.week_pairs(settings.zone, first, end)
        told_before = warehouse.stories_told_before(settings.zone, week.label)
        labels = warehouse.label_counts(first, end, settings.zone)
        model = warehouse.active_model()
        in_force = warehouse.latest_edition(week.label, settings.zone)
    weeks, queries = briefing.week_stories(kinds, pairs), briefing.queries_of(week, settings.tz, end + LATE)
    return Material(
        tuple(briefing.digest_article(row, told_before) for row in articles),
        briefing.week_counts(counts, weeks, labels, articles, queries),
        briefing.model_note(model),
        in_force,
    )


def store(settings: Settings, content: Digest, now: datetime) -> Edition:
    """Keep a new edition, with all that it says."""
    row = DigestRow(
        week=content.week,
        zone=content.zone,
        created_at=now,
        model_id=content.method.model_id,
        html_sha256=sha256(render_html(content).encode()).hexdigest(),
        text_sha256=sha256(render_text(content).encode()).hexdigest(),
        html_path=f"{settings.digests_dir.name}/{content.week}/edition-{content.edition.number}.html",
        edition=content.edition.number,
        facts_sha256=facts_sha256(content),
        content=to_json(content),
        counts={"stories": content.stories, "announced": content.account.announced},
    )
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        return warehouse.store_digest(row, items_of(content))


def items_of(content: Digest) -> list[DigestItemRow]:
    """Every article of the page, section by section, in the order of the page."""
    sections: tuple[tuple[str, tuple[Story, ...]], ...] = (
        ("story", stories_of(content)),
        ("late", content.late),
        ("borderline", content.borderline),
    )
    told = [(section, one) for section, stories in sections for story in stories for one in story.article_ids]
    return [DigestItemRow(place, article_id, section) for place, (section, article_id) in enumerate(told, start=1)]


def report(settings: Settings, content: Digest, edition: Edition) -> DigestReport:
    """What a person is told of the run."""
    folder = settings.digests_dir / content.week
    return DigestReport(
        content.week,
        content.title,
        tuple(story.title for story in stories_of(content)),
        edition.edition,
        edition.is_new,
        content.edition.changes,
        folder / "index.html",
        folder / "digest.txt",
    )
