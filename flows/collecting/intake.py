"""What an ingest asks of the warehouse and puts there: load, choose, store. Each opens the file for moments."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from classifiers.verdict import Document, Verdict
from flows import models
from flows.collecting import shaping
from flows.collecting.access import Access
from flows.collecting.judging import Judging
from flows.collecting.knowledge import Knowledge
from flows.collecting.pending import Pending, look_up, pend, put, with_rekeyed
from flows.collecting.polled import Rekeyed, answered, changed_ids, moves, rekey_rows, states_after
from flows.collecting.spool import (
    CaughtUp,
    RunBegin,
    RunEnd,
    spool_batch,
    spool_begin,
    spool_end,
    store_spooled,
)
from flows.collecting.spooled import SpoolFull
from flows.settings import Settings
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.outages import is_outage
from flows.steps.feeds.poll_times import FARTHEST_S
from flows.steps.feeds.polling import lease_until
from flows.steps.harvesting import Asked, Harvester, Poll
from flows.steps.selecting import FARTHEST_TRY, Ending, ToRead, sort_entries
from flows.steps.web.pacing import HostRest
from flows.steps.web.robots import REMEMBERED, RobotsFile
from flows.steps.web.urls import host_of, registrable_domain
from warehouse.errors import WarehouseBusy
from warehouse.feed_rows import LeaseRow
from warehouse.rows import DueFeed
from warehouse.store import Warehouse

OUTAGE = "no feed answered: our own network seems to be down; all are asked again in 15 minutes"
IDLE_TOGETHER = 20  # batches
REST_REMEMBERED = timedelta(days=7)  # no host rests longer; who only laboured has had time to recover
MOST_RETRIES = 500  # a run tries again at most so many unannounced entries; the rest waits for the next
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A batch after polling: what is to be read, and what ended already."""

    polls: tuple[Poll, ...]
    to_read: tuple[ToRead, ...]
    ended: tuple[Ending, ...]
    rekeyed: Rekeyed = field(default_factory=dict)  # announced before, under other ids


@dataclass(frozen=True, slots=True)
class Read:
    """A batch after reading: nothing of it is stored yet."""

    chosen: Chosen
    endings: tuple[Ending, ...]  # of `chosen.to_read`, in its order
    verdicts: Mapping[str, Verdict]  # by text_hash; a text that overran its worker has none


@dataclass(slots=True)
class Run:
    """The state of one ingest. Only the flow's own thread touches it."""

    settings: Settings
    run_id: str
    now: datetime
    access: Access
    due: Sequence[Asked]
    feeds: Mapping[str, Feed]  # feed_id -> feed, every active one
    robots: Sequence[RobotsFile] = ()  # read within the last day, by earlier runs and then by this one
    rests: Sequence[HostRest] = ()  # what earlier runs remembered of hosts, and then this one, counted from `now`
    reservations: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what sites say, by origin
    harvester: Harvester | Knowledge | None = None  # who knows what the web taught; null before it is open
    is_outage: bool = False  # no feed answered at all: our own network is down
    claimed: set[str] = field(default_factory=set)  # url_keys this run reads
    n_batches: int = 0
    begun_s: float = field(default_factory=time.monotonic)
    caught_up: CaughtUp = field(default_factory=CaughtUp)  # what earlier runs had left in the spool
    n_spooled: int = 0  # batches of this run in the spool
    is_model_new: bool = False  # another model than the one that judges in this run is in force

    @property
    def held(self) -> WarehouseBusy | None:
        """Who took the warehouse during this run; null: nobody."""
        return self.access.held

    def open(self) -> AbstractContextManager[Warehouse]:
        """The warehouse or, where somebody holds it, its stand-in, for moments."""
        return self.access.open()


def begin(settings: Settings, model: Path, catalogue: Sequence[Feed], now: datetime, *, every_feed: bool) -> Run:
    """Register run and model, bring the catalogue up to date, lease the feeds that are due (or all).

    What earlier runs left in the spool is stored first. What is leased and never stored, because this run dies, is
    due again for the next one. Raises WarehouseBusy if somebody holds the warehouse and there can be no stand-in for
    it, SpoolFull if there is no room to write down that the run began; then nothing was polled.
    """
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    farthest = now + timedelta(seconds=FARTHEST_S)
    access = Access(settings, now)
    with access.open() as warehouse:
        if access.is_beside:
            spool_begin(settings.spool_dir, RunBegin(run_id, "ingest", now, models.row_of(model)))
        caught_up = CaughtUp() if access.is_beside else store_spooled(warehouse, settings.spool_dir)
        warehouse.begin_run(run_id, "ingest", now)
        is_model_new = not models.register(warehouse, model, now)
        warehouse.sync_feeds([shaping.feed_row(feed) for feed in catalogue], now)
        due = warehouse.due_feeds(now, farthest=farthest, ignore_schedule=every_feed)
        warehouse.take_leases(_lease(row, run_id, now, settings) for row in due)
        feeds = [shaping.feed_of(row) for row in warehouse.active_feeds()]
        robots = warehouse.robots_files(after=now - REMEMBERED)
        rests = warehouse.host_rests(after=now - REST_REMEMBERED, now=now)
    return Run(
        settings,
        run_id,
        now,
        access,
        due=[Asked(shaping.feed_of(row.feed), shaping.state_of(row.state), row.adopted_url) for row in due],
        feeds={feed.feed_id: feed for feed in feeds},
        robots=[shaping.robots_file(row) for row in robots],
        rests=[shaping.host_rest(row, now) for row in rests],
        caught_up=caught_up,
        is_model_new=is_model_new,
    )


def _lease(due: DueFeed, run_id: str, now: datetime, settings: Settings) -> LeaseRow:
    until = lease_until(due.n_unsettled, now, settings.total_timeout_s)
    return LeaseRow(due.feed.feed_id, run_id, now, until, due.n_unsettled)


def batches(run: Run) -> list[list[Asked]]:
    """The due feeds in batches; feeds of one site stay together, so that a batch waits for its own sites only."""
    due = sorted(run.due, key=lambda asked: (registrable_domain(host_of(asked.url)), asked.url))
    size = run.settings.feeds_per_batch
    return [due[start : start + size] for start in range(0, len(due), size)]


def choose(run: Run, polls: Sequence[Poll]) -> Chosen:
    """What is new among the entries that a batch of polls announced.

    Raises WarehouseBusy: without the warehouse or a stand-in nobody knows. Then the polls count for nothing, as if
    the run had died here, and their feeds are asked again when their leases end.
    """
    announced = [entry for poll in polls for entry in poll.entries]
    if not announced:
        return Chosen(tuple(polls), (), ())
    with run.open() as warehouse:
        known = look_up(warehouse, announced, ())
        changed = changed_ids(warehouse, polls, known)
    known = with_rekeyed(known, changed, announced)
    to_read, ended = sort_entries(announced, _addresses(run), known, run.claimed, run.now)
    return Chosen(tuple(polls), tuple(to_read), tuple(ended), changed)


def gathered(idle: Sequence[Chosen]) -> Iterator[Chosen]:
    """Batches in which nothing is to be read, put together: opening the warehouse costs 0.1 s."""
    for start in range(0, len(idle), IDLE_TOGETHER):
        some = idle[start : start + IDLE_TOGETHER]
        yield Chosen(
            polls=tuple(poll for chosen in some for poll in chosen.polls),
            to_read=(),
            ended=tuple(ending for chosen in some for ending in chosen.ended),
            rekeyed={key: earlier for chosen in some for key, earlier in chosen.rekeyed.items()},
        )


def _addresses(run: Run) -> dict[str, str]:
    return {feed_id: feed.url for feed_id, feed in run.feeds.items()}


def read_and_judge(
    harvester: Harvester, model: Path, to_read: Sequence[ToRead], now: datetime, tick: Callable[[], None]
) -> tuple[list[Ending], dict[str, Verdict]]:
    """How each entry ended, in their order, and verdicts by text_hash. `tick` is called after each entry.

    A text that overruns its worker stays without a verdict until history is judged again.
    """
    judging = Judging[tuple[str, str]](harvester.judges, model)

    def meet(ending: Ending) -> None:
        if article := ending.article:
            document = Document(article.title, article.text, article.language)
            judging.take((article.text_hash, article.title), document)
        tick()

    endings = harvester.read(to_read, now, meet)
    return endings, _by_text(endings, judging.verdicts())


def _by_text(endings: Iterable[Ending], judged: Mapping[tuple[str, str], Verdict]) -> dict[str, Verdict]:
    """Of a text under several titles the verdict of the first in order, which is the one that is stored."""
    verdicts: dict[str, Verdict] = {}
    for article in (ending.article for ending in endings if ending.article):
        if verdict := judged.get((article.text_hash, article.title)):
            verdicts.setdefault(article.text_hash, verdict)
    return verdicts


def store(run: Run, done: Read) -> list[Ending] | None:
    """Settle a batch against what the warehouse holds by now and store it, one transaction. The settled endings.

    If somebody holds the warehouse the batch waits in the spool, and so does every later one of this run, that they
    are stored in their order; it is settled against the stand-in. Null if there is none. Raises SpoolFull if it
    cannot wait there either.
    """
    remember(run)
    pending = _pending(run, done)
    if run.n_spooled and not run.access.is_beside:
        _spool(run, pending)
        return None
    try:
        with run.open() as warehouse:
            if run.access.is_beside:
                _spool(run, pending)  # first: what is only in the stand-in is lost
            return put(warehouse, pending)
    except WarehouseBusy:
        _spool(run, pending)
        return None


def _spool(run: Run, pending: Pending) -> None:
    spool_batch(run.settings.spool_dir, pending)
    run.n_spooled += 1


def remember(run: Run) -> None:
    """Take down what the web taught this run that the next one must know."""
    if run.harvester is not None:
        run.robots = run.harvester.robots_files(run.now)
        run.rests = run.harvester.host_rests()
        run.reservations = run.harvester.reservations()


def _pending(run: Run, done: Read) -> Pending:
    """All that is to be stored of a batch."""
    polls, changed, endings = done.chosen.polls, done.chosen.rekeyed, [*done.chosen.ended, *done.endings]
    before = {asked.feed.feed_id: asked.state for asked in run.due}
    adopted = {asked.feed.feed_id: asked.adopted_url for asked in run.due if asked.adopted_url}
    after = states_after(polls, endings, before, run.now, is_outage=run.is_outage)
    run.n_batches += 1
    frame = replace(
        shaping.frame_of(f"{run.run_id}-{run.n_batches:04d}", run.run_id, polls, after, run.now),
        moves=tuple(moves(polls, after, adopted, run.now)),
        rekeyed=tuple(rekey_rows(polls, changed)),
        # With what the hosts answered: a run that is killed afterwards must not cost them their rest.
        host_rests=tuple(shaping.host_rest_row(rest, run.now) for rest in run.rests),
    )
    return pend(frame, endings, done.verdicts, changed, run.feeds)


def note_outage(run: Run, polls: Iterable[Poll]) -> bool:
    """Note, once every poll of the run is known and before any is stored, whether our own network is down."""
    before = {asked.feed.feed_id: asked.state for asked in run.due}
    run.is_outage = is_outage(answered(poll, before[poll.feed.feed_id]) for poll in polls)
    return run.is_outage


def finish(run: Run, problems: Sequence[str]) -> None:
    """Close the run in the warehouse, completed or failed with what went wrong; remember the robots.txt files.

    If somebody held the warehouse, the end waits in the spool. Without room there either, the run counts as crashed.
    """
    ended_at = run.now + timedelta(seconds=time.monotonic() - run.begun_s)
    detail = "; ".join([*problems, *([OUTAGE] if run.is_outage else [])]) or None
    end = RunEnd(run.run_id, "failed" if problems else "completed", detail, ended_at)
    try:
        with run.open() as warehouse:
            if run.n_spooled or run.access.is_beside:
                _spool_end(run, end)
                return
            files = [shaping.robots_row(file) for file in run.robots]
            warehouse.store_robots_files(files, after=run.now - REMEMBERED, now=run.now)
            warehouse.store_reservations(shaping.site_reservations(run.reservations, run.now))
            warehouse.forget_host_rests(after=run.now - REST_REMEMBERED, now=run.now)
            warehouse.finish_run(end.run_id, end.status, end.detail, end.ended_at)
    except WarehouseBusy:
        _spool_end(run, end)
    finally:
        run.access.close()


def _spool_end(run: Run, end: RunEnd) -> None:
    try:
        spool_end(run.settings.spool_dir, end)
    except SpoolFull as full:
        log.error("%s", full)


def retries(run: Run) -> Chosen:
    """Entries whose next try is due and that no feed announced in this run; and those whose twin was read in it.

    None if somebody took the warehouse in this run, and there is no stand-in for it: they stay due.
    """
    nothing = Chosen((), (), ())
    if run.held and not run.access.is_beside:
        return nothing
    try:
        with run.open() as warehouse:
            rows = warehouse.due_retries(run.now, MOST_RETRIES, farthest=run.now + FARTHEST_TRY)
            due = [row for row in rows if row.feed_id in run.feeds]
            entries = [shaping.entry_again(row) for row in due]
            known = look_up(warehouse, entries, ())
    except WarehouseBusy:
        return nothing
    to_read, ended = sort_entries(entries, _addresses(run), known, set(), run.now)
    return Chosen((), tuple(to_read), tuple(ended))
