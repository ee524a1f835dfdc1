"""`smewatch feeds backfill`: the past of one feed, from page to page of the archive it keeps (RFC 5005, 4).

    the feed's document -> prev-archive -> its page: choose, read, judge, store -> prev-archive -> ...

Each page is one batch. The feed's own schedule and validators stay as they are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from flows import models
from flows.collecting import intake, keeping, shaping, web
from flows.collecting.access import Access
from flows.collecting.feed_keeping import deciding, find
from flows.collecting.spool import store_spooled
from flows.locks import one_at_a_time
from flows.progress import Progress
from flows.settings import Settings
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.polling import FeedState
from flows.steps.harvesting import Asked, Harvester, Poll
from flows.steps.outcomes import Outcome
from flows.steps.web.robots import REMEMBERED
from flows.steps.web.urls import same_site

BEGINNING = "That is where the archive begins."


@dataclass(slots=True)
class BackfillReport:
    """What one backfill did; the numbers are those it stored."""

    run_id: str
    ends: Counter[str] = field(default_factory=Counter)  # how the entries of the archive ended (Outcome)
    n_pages: int = 0
    n_articles: int = 0
    end: str = ""  # why it went no further
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0; or 1 when a page could not be had, or there was none."""
        return 1 if self.problems or not self.n_pages else 0


def backfill(
    settings: Settings,
    named: str,
    n_pages: int,
    now: datetime,
    progress: Progress,
    resolve: Mapping[str, str] | None = None,
) -> BackfillReport:
    """Read at most `n_pages` pages of a feed's archive, latest first, each stored before the next is asked for.

    Raises UnknownFeed, AlreadyRunning and WarehouseBusy.
    """
    with one_at_a_time(settings):
        model = models.ready_model(settings, now)
        run, feed, url = _begin(settings, named, model, now)
        report = BackfillReport(run.run_id)
        try:
            archive = keeping.open_archive(settings, run.run_id)
            with web.open_harvester(settings, resolve or {}, run.robots, archive, run.rests) as harvester:
                run.harvester = harvester
                for poll in _pages(harvester, feed, url, n_pages, run.now, report):
                    _keep(run, report, harvester, model, poll, progress)
                intake.remember(run)
        except BaseException as problem:
            report.problems.append(f"{type(problem).__name__}: {problem}".splitlines()[0])
            raise
        finally:
            intake.finish(run, report.problems)
    return report


def _begin(settings: Settings, named: str, model: Path, now: datetime) -> tuple[intake.Run, Feed, str]:
    """The run, the feed and the address at which it is asked. No feed is leased: none is polled."""
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    with deciding(settings, now) as warehouse:
        caught_up = store_spooled(warehouse, settings.spool_dir)
        card = find(warehouse.feed_cards(), named)
        warehouse.begin_run(run_id, "backfill", now)
        models.register(warehouse, model, now)
        feeds = {row.feed_id: shaping.feed_of(row) for row in warehouse.active_feeds()}
        robots = [shaping.robots_file(row) for row in warehouse.robots_files(after=now - REMEMBERED)]
        noted = warehouse.host_rests(after=now - intake.REST_REMEMBERED, now=now)
        rests = [shaping.host_rest(row, now) for row in noted]
    feed = shaping.feed_of(card.feed)
    feeds[feed.feed_id] = feed
    access = Access(settings, now)
    run = intake.Run(
        settings, run_id, now, access, due=[], feeds=feeds, robots=robots, rests=rests, caught_up=caught_up
    )
    return run, feed, card.adopted_url or feed.url


def _pages(
    harvester: Harvester, feed: Feed, url: str, n_pages: int, now: datetime, report: BackfillReport
) -> Iterator[Poll]:
    """The pages of the archive, latest first; the feed's own document, which every run reads, only leads to them.

    An archive may lead back to itself, or to somebody else's: each address is asked once, and none of another site.
    """
    poll = _ask(harvester, feed, url, now)
    seen = {url, feed.url}
    for number in range(n_pages + 1):
        if poll.parsed is None:
            report.problems.append(f"{poll.url}: {poll.outcome.value} {poll.detail}".strip())
            report.end = "A page could not be had."
            return
        if number:
            report.n_pages += 1
            yield poll
        target = poll.parsed.next_archive_url
        report.end = (
            _why_stop(target, seen, feed, number) if number < n_pages else f"There may be more than {n_pages} pages."
        )
        if report.end or target is None:
            return
        seen.add(target)
        poll = _ask(harvester, feed, target, now)


def _why_stop(target: str | None, seen: set[str], feed: Feed, n_read: int) -> str:
    if target is None:
        return BEGINNING if n_read else "The feed names no archive (RFC 5005)."
    if target in seen:
        return f"The archive leads back to {target}, which was read."
    return "" if same_site(target, feed.url) else f"The archive leads to another site: {target}"


def _ask(harvester: Harvester, feed: Feed, url: str, now: datetime) -> Poll:
    (poll,) = harvester.poll([Asked(feed, FeedState(), adopted_url=url)], now, lambda: None)
    return poll


def _keep(
    run: intake.Run, report: BackfillReport, harvester: Harvester, model: Path, poll: Poll, progress: Progress
) -> None:
    chosen = intake.choose(run, [poll])
    progress.expect("articles", len(chosen.to_read))
    endings, verdicts = intake.read_and_judge(
        harvester, model, chosen.to_read, run.now, lambda: progress.done("articles")
    )
    settled = intake.store(run, intake.Read(chosen, tuple(endings), verdicts))
    for ending in settled or ():
        report.ends[ending.outcome.value] += 1
        report.n_articles += ending.outcome is Outcome.STORED
