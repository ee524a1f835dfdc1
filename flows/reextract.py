"""Make article texts again from the archive, without the web.

    archived pages | the articles they brought (open) -> reread, judge (closed) -> store (open), batch by batch

Only the latest text of an article is made again, and only where it comes out different does it become a new version;
older versions and their verdicts stay. What is stored before a crash is not stored twice: it is the latest by then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from prefect import flow

from classifiers.verdict import Document
from flows import models
from flows.collecting import shaping, web
from flows.collecting.judging import judge_texts
from flows.judging_past import catch_up
from flows.locks import one_at_a_time
from flows.progress import Progress, Silence
from flows.publish import publish
from flows.settings import Settings, settings_of
from flows.steps.outcomes import Outcome
from flows.steps.pages.archiving import Archived, archived_pages
from flows.steps.pages.extracting import PAGE_EXTRACTOR
from flows.steps.pages.rereading import MOST_PAGES, Reread, Rereading, current_pages, reread
from flows.steps.text.neutral import tame_logging
from flows.steps.web.urls import url_key
from flows.steps.workers import Overrun, Pool
from warehouse.opening import open_warehouse
from warehouse.rows import Batch, LinkedText
from warehouse.store import Warehouse

BATCH = 500  # articles read again and stored together: half a minute of work, a few MB of text
LINKS_TOGETHER = 10_000  # looked up in one query


@dataclass(slots=True)
class ReextractReport:
    """What became of the archived pages."""

    run_id: str
    extractor: str
    n_pages: int = 0  # in the archive, whole
    n_without_article: int = 0  # pages that brought none: lost then, or a twin's
    n_superseded: int = 0  # pages whose text has a later version
    ends: Counter[str] = field(default_factory=Counter)  # of articles: same, different, or how their page ends today
    n_stored: int = 0  # new text versions; 0 in a dry run
    n_judged: int = 0  # of them; the others overran their worker
    broken: list[str] = field(default_factory=list)  # records that could not be read


@dataclass(frozen=True, slots=True)
class _Work:
    """One reextraction: what its parts share."""

    settings: Settings
    model: Path
    run_id: str
    now: datetime
    is_dry: bool

    def open(self) -> AbstractContextManager[Warehouse]:
        return open_warehouse(self.settings.warehouse, now=self.now, wait_s=self.settings.warehouse_wait_s)


@flow(name="reextract", validate_parameters=False)
def reextract(
    settings: Settings | Mapping[str, Any] | None = None,
    *,
    since: datetime | None = None,
    is_dry: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> ReextractReport:
    """Extract the latest text of every archived article again, and judge what comes out different.

    Only pages fetched at `since` or later are read (null: all). With `is_dry` nothing is stored. No ingest runs
    meanwhile: a text that it brings is later than any in the archive.
    Raises AlreadyRunning and WarehouseBusy.
    """
    tame_logging()
    settings, now, progress = settings_of(settings), now or datetime.now(UTC), progress or Silence()
    report = ReextractReport(f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}", PAGE_EXTRACTOR)
    with one_at_a_time(settings):
        work = _Work(settings, models.ready_model(settings, now), report.run_id, now, is_dry)
        to_reread = load(work, since, report)
        progress.expect("articles", len(to_reread))
        with web.open_pool(settings, (*web.READING, *web.JUDGING)) as pool:
            for start in range(0, len(to_reread), BATCH):
                some = to_reread[start : start + BATCH]
                changed = read_again(work, pool, some, report)
                store(work, pool, changed, start // BATCH + 1, report)
                progress.done("articles", len(some))
        finish(work, report)
    if not is_dry:
        catch_up(settings, now, progress)
        publish(settings)
    return report


def load(work: _Work, since: datetime | None, report: ReextractReport) -> list[Rereading]:
    """Every article whose latest text may come from an archived page, with those pages; by article_id."""
    pages: dict[str, list[Archived]] = defaultdict(list)
    for found in archived_pages(work.settings.archive_dir, since, lambda broken: report.broken.append(str(broken))):
        pages[url_key(found.url)].append(found)
        report.n_pages += 1
    linked: dict[str, list[LinkedText]] = defaultdict(list)
    with work.open() as warehouse:
        if not work.is_dry:
            warehouse.begin_run(work.run_id, "reextract", work.now)
            models.register(warehouse, work.model, work.now)
        for text in _texts_of(warehouse, sorted(pages)):
            linked[str(text.entry.article_id)].append(text)
    return list(_rereadings(pages, linked, report))


def _texts_of(warehouse: Warehouse, keys: Sequence[str]) -> Iterator[LinkedText]:
    for start in range(0, len(keys), LINKS_TOGETHER):
        yield from warehouse.texts_of_links(keys[start : start + LINKS_TOGETHER])


def _rereadings(
    pages: Mapping[str, Sequence[Archived]], linked: Mapping[str, Sequence[LinkedText]], report: ReextractReport
) -> Iterator[Rereading]:
    """The articles to be read again. Two feeds may announce one link, and two links lead to one article."""
    claimed = {text.entry.url_key for texts in linked.values() for text in texts}
    report.n_without_article = sum(len(found) for key, found in pages.items() if key not in claimed)
    for article_id, texts in sorted(linked.items()):
        ours = [page for key in {text.entry.url_key for text in texts} if key for page in pages[key]]
        current = current_pages(ours, texts[0].fetched_at)
        report.n_superseded += sum(page.fetched_at < texts[0].fetched_at for page in ours)
        if current:
            yield Rereading(article_id, shaping.entry_again(texts[0].entry), texts[0].text_hash, current)


def read_again(
    work: _Work, pool: Pool, some: Sequence[Rereading], report: ReextractReport
) -> list[tuple[Rereading, Reread]]:
    """Extract articles again, each in a worker process; those whose text is another now."""
    limit_s = work.settings.read_limit_s * MOST_PAGES
    changed = []
    for one, answer in zip(some, pool.map_sync(reread, some, timeout_s=limit_s), strict=True):
        if isinstance(answer, Overrun):
            report.ends[Outcome.TOO_SLOW.value] += 1
            continue
        report.ends[answer.end] += 1
        if answer.article:
            changed.append((one, answer))
    return changed


def store(
    work: _Work, pool: Pool, changed: Sequence[tuple[Rereading, Reread]], number: int, report: ReextractReport
) -> None:
    """Judge the new texts and store them as new versions, one transaction; nothing in a dry run."""
    if work.is_dry or not changed:
        return
    new = [(one.article_id, again.article, again.fetched_at or work.now) for one, again in changed if again.article]
    verdicts = judge_texts(pool, work.model, [Document(text.title, text.text, text.language) for _, text, _ in new])
    judged = [(key, text.text_hash, said) for (key, text, _), said in zip(new, verdicts, strict=True) if said]
    batch = Batch(
        f"{work.run_id}-{number:04d}",
        work.run_id,
        work.now,
        texts=tuple(shaping.text_row(key, text, fetched_at) for key, text, fetched_at in new),
        verdicts=tuple(shaping.verdict_row(key, text_hash, said, work.now) for key, text_hash, said in judged),
    )
    with work.open() as warehouse:
        counts = warehouse.store_batch(batch)
    report.n_stored += counts.n_texts
    report.n_judged += counts.n_verdicts


def finish(work: _Work, report: ReextractReport) -> None:
    """Close the run in the warehouse."""
    if work.is_dry:
        return
    detail = f"{report.n_stored} texts by {report.extractor}; of articles: " + _counts(report.ends)
    with work.open() as warehouse:
        warehouse.finish_run(work.run_id, "completed", detail, datetime.now(UTC))


def _counts(ends: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in ends.most_common()) or "none"
