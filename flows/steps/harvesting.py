"""Polling and reading, side by side: one event loop for the web, one pool of processes for what costs time.

    poll: fetch_feed -> parse_feed        -> Poll
    read: fetch_page -> keep in the archive -> extract_article, else the feed's own text -> Ending

Feeds and pages of different sites run at the same time; within a site the client keeps its pace. Whatever happens to
one feed or page becomes its own outcome; nothing is raised across items.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from flows.steps.feeds.feed import Feed
from flows.steps.feeds.parsing import Entry, NotAFeed, ParsedFeed, parse_feed
from flows.steps.feeds.polling import FeedState, poll_outcome, url_to_ask, validators
from flows.steps.outcomes import Outcome, PollOutcome
from flows.steps.pages.archiving import Archive
from flows.steps.pages.article import Article
from flows.steps.pages.standing_in import may_stand_in, stand_in
from flows.steps.selecting import Ending, ToRead, with_next_try
from flows.steps.web.fetching import Client, Loss, Page, Response, fetch_feed, fetch_page
from flows.steps.web.pacing import HostRest
from flows.steps.web.robots import RobotsCache, RobotsFile, reserved
from flows.steps.workers import CallFailed, Overrun, Pool

T = TypeVar("T")
U = TypeVar("U")
Tick = Callable[[], None]
MAX_DETAIL_CHARS = 300
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A feed that is due, with what we remember of it."""

    feed: Feed
    state: FeedState
    adopted_url: str | None = None  # where it is asked since it moved

    @property
    def url(self) -> str:
        """The address to ask."""
        return url_to_ask(self.feed.url, self.adopted_url, self.state)


@dataclass(frozen=True, slots=True)
class Poll:
    """One feed, asked once."""

    feed: Feed
    outcome: PollOutcome
    answer: Response | Loss
    started_at: datetime
    duration_s: float = 0.0
    parsed: ParsedFeed | None = None  # null unless the outcome is READ
    detail: str = ""
    is_conditional: bool = False  # validators were sent
    url: str = ""  # the address asked; "": the feed's own

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The announced entries; empty unless the outcome is READ."""
        return self.parsed.entries if self.parsed else ()


@dataclass(frozen=True, slots=True)
class HarvestLimits:
    """What one harvester may use."""

    read_limit_s: float = (
        20.0  # a worker's time for one feed or page; honest pages take 25-75 ms, the worst seen 2.8 s
    )
    feeds_at_once: int = 32
    pages_at_once: int = 128  # most of them wait for their site's turn
    pages_in_hand: int = 16  # to a worker: fetched, and not yet read; at more, no further one is asked for


class Harvester:
    """The web side of a run, used from any thread; a context manager that owns the loop, the client and the pool."""

    def __init__(
        self,
        open_client: Callable[[], Client],
        pool: Pool,
        limits: HarvestLimits,
        *,
        robots_files: Iterable[RobotsFile] = (),
        feeds_obey_robots: bool = True,
        obey_reservations: bool = False,
        archive: Archive | None = None,
        judges: Pool | None = None,
    ) -> None:
        """`pool` reads feeds and pages. `judges` is kept open beside it for who judges what was read; null: `pool`.

        `robots_files` were read by earlier runs; feeds obey them where they name us, if they shall.

        With `obey_reservations` nothing is kept of what its publisher reserves against machine learning, for his site
        or for a page: no text, no page in the archive, nor what the feed says instead.
        Pages go into `archive`, which is closed with the harvester; null: they are not kept.
        """
        self._open_client = open_client
        self._robots_files = tuple(robots_files)
        self._feeds_obey_robots = feeds_obey_robots
        self._obey_reservations = obey_reservations
        self.archive = archive
        self.pool = pool
        self.judges = judges or pool
        self._n_in_hand = 0  # pages; touched by the loop's thread alone
        self._limits = limits
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="harvester", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._call(self._leave())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self.pool.close()
            self.judges.close()
            if self.archive:
                self.archive.close()

    async def _open(self) -> None:
        self._client = await self._open_client().__aenter__()
        files, obey = self._robots_files, self._obey_reservations
        self._robots = RobotsCache(self._client, files=files, obey_reservations=obey)

    async def _leave(self) -> None:
        """Give up what is under way, when a signal ends the run: threads that wait for it would wait for ever."""
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for one in rest:
            one.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await self._client.__aexit__(None, None, None)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def poll(self, asked: Sequence[Asked], now: datetime, tick: Tick) -> list[Poll]:
        """Ask each feed once; in the order given. `tick` is called after each."""
        polls = _side_by_side(lambda one: self._poll(one, now), asked, self._limits.feeds_at_once, lambda _: tick())
        return self._call(polls)

    def read(self, to_read: Sequence[ToRead], now: datetime, meet: Callable[[Ending], None]) -> list[Ending]:
        """Fetch and extract each entry's article; in the order given. `meet` is told of each as it ends.

        `meet` is called by the loop's thread, which asks nobody else anything until it returns.
        The pages are safely archived when this returns, before anything is stored of them.
        """
        return self._call(self._read_all(to_read, now, meet))

    async def _read_all(
        self, to_read: Sequence[ToRead], now: datetime, meet: Callable[[Ending], None]
    ) -> list[Ending]:
        endings = await _side_by_side(lambda one: self._read(one, now), to_read, self._limits.pages_at_once, meet)
        if self.archive:
            await self.archive.sync()
        return endings

    def robots_files(self, now: datetime) -> list[RobotsFile]:
        """Every robots.txt worth remembering until the next run."""
        return self._told(lambda: self._robots.files(now))

    def host_rests(self) -> list[HostRest]:
        """What the next run must know of hosts that rest or labour, counted from when this harvester was opened."""
        return self._told(self._client.paces.rests)

    def host_pauses(self) -> dict[str, float]:
        """Seconds from our opening before which a host may not be asked, for every host that was."""
        return self._told(self._client.paces.pauses)

    def reservations(self) -> dict[str, tuple[str, ...]]:
        """What the sites met say against machine learning, by origin."""
        return self._told(self._robots.reservations)

    def _told(self, question: Callable[[], T]) -> T:
        """The answer of what belongs to the loop, by its own thread: any other meets it in the midst of a change.

        (A run over 100,000 pages ended so, by a dictionary that grew while it was read.)
        """

        async def answer() -> T:
            return question()

        return self._call(answer())

    async def _poll(self, asked: Asked, now: datetime) -> Poll:
        begun = time.monotonic()
        etag, last_modified = validators(asked.state, now)
        where = asked.state.validators_url
        robots = self._robots if self._feeds_obey_robots else None
        answer = await _of_the_web(
            fetch_feed(self._client, asked.url, etag, last_modified, now, validators_url=where, robots=robots)
        )
        poll = await self._understood(asked.feed, answer, now)
        duration_s = time.monotonic() - begun
        return replace(poll, url=asked.url, duration_s=duration_s, is_conditional=bool(etag or last_modified))

    async def _understood(self, feed: Feed, answer: Response | Loss, now: datetime) -> Poll:
        if isinstance(answer, Loss):
            return Poll(feed, poll_outcome(answer), answer, now, detail=answer.detail)
        if answer.status == 304:
            return Poll(feed, PollOutcome.UNCHANGED, answer, now)
        parsed = await self._in_worker(parse_response, feed.feed_id, answer, now)
        if isinstance(parsed, CallFailed):
            return Poll(feed, PollOutcome.NOT_A_FEED, answer, now, detail=_in_short(parsed))
        if isinstance(parsed, Overrun):
            return Poll(feed, PollOutcome.TOO_SLOW, answer, now, detail=f"{parsed.reason} {parsed.detail}".strip())
        if isinstance(parsed, NotAFeed):
            return Poll(feed, PollOutcome.NOT_A_FEED, answer, now, detail=parsed.detail)
        return Poll(feed, PollOutcome.READ, answer, now, parsed=parsed)

    async def _read(self, one: ToRead, now: datetime) -> Ending:
        ending = with_next_try(await self._read_entry(one.entry, one.feed_url, now), one.known, now)
        if not may_stand_in(ending, one.known):
            return ending
        article = await self._in_worker(read_feed_text, one.entry, one.feed_url)
        return stand_in(ending, article) if isinstance(article, Article) else ending

    async def _read_entry(self, entry: Entry, feed_url: str, now: datetime) -> Ending:
        if refused := await _of_the_web(self._robots.reservation(entry.link or feed_url, now)):
            return _lost(entry, refused)
        if entry.content_html:
            whole = await self._in_worker(read_whole_text, entry, feed_url)
            if isinstance(whole, Article):
                return Ending(entry, Outcome.STORED, whole)
        if not entry.link:
            return Ending(entry, Outcome.BAD_LINK, detail="no link, and too little text in the feed")
        page = await _of_the_web(fetch_page(self._client, entry.link, self._robots, now))
        if isinstance(page, Loss):
            return _lost(entry, page)
        if self._obey_reservations and (refused := reserved(page.reservations)):
            return _lost(entry, refused)
        with self._in_hand():
            if not self._obey_reservations:
                await self._keep(page)
            return await self._extracted(entry, page, now)

    async def _keep(self, page: Page) -> None:
        if self.archive:
            await self.archive.keep(page)

    @contextmanager
    def _in_hand(self) -> Iterator[None]:
        """Count a page that waits to be read: a quick web brings hundreds while two workers read one each."""
        self._note_in_hand(+1)
        try:
            yield
        finally:
            self._note_in_hand(-1)

    def _note_in_hand(self, change: int) -> None:
        self._n_in_hand += change
        if self._n_in_hand < self._limits.pages_in_hand * self.pool.n_workers:
            self._client.has_room.set()
        else:
            self._client.has_room.clear()

    async def _extracted(self, entry: Entry, page: Page, now: datetime) -> Ending:
        article = await self._in_worker(read_page, page, entry, now)
        if isinstance(article, CallFailed):
            # A full disk is enough: our reader's libraries unpack their models into temporary files.
            detail = _in_short(article)
            return Ending(entry, Outcome.NO_TEXT, detail=detail, http_status=page.status, is_our_fault=True)
        if isinstance(article, Overrun):
            return Ending(entry, Outcome.TOO_SLOW, detail=article.reason, http_status=page.status)
        if self._obey_reservations:
            if refused := reserved(article.reservations):
                return _lost(entry, refused)
            await self._keep(page)  # not before: only now is it known what its meta tags say
        if isinstance(article, Loss):
            return Ending(entry, article.outcome, detail=article.detail, http_status=page.status)
        return Ending(entry, Outcome.STORED, article, http_status=page.status)

    async def _in_worker(self, function: Callable[..., T], *arguments: Any) -> T | Overrun | CallFailed:
        """What a worker process makes of it. An exception is our fault, told aloud, and ends this one item alone."""
        try:
            return await self.pool.run(function, *arguments, timeout_s=self._limits.read_limit_s)
        except CallFailed as problem:
            log.error("%s failed in its worker: %s", function.__name__, problem)
            return problem


# The extractors' libraries are loaded in the workers alone: a run that finds nothing new needs none of them.


def parse_response(feed_id: str, answer: Response, now: datetime) -> ParsedFeed | NotAFeed:
    """`parse_feed` on an answer: the form in which it runs in a worker process."""
    return parse_feed(
        answer.body,
        url=answer.final_url,
        feed_id=feed_id,
        content_type=answer.content_type,
        charset=answer.charset,
        seen_at=now,
    )


def read_whole_text(entry: Entry, feed_url: str) -> Article | None:
    """`article_from_entry` in the form in which it runs in a worker process."""
    from flows.steps.pages.extracting import article_from_entry

    return article_from_entry(entry, feed_url)


def read_feed_text(entry: Entry, feed_url: str) -> Article | None:
    """`article_from_entry` for an entry whose page is lost, in the form in which it runs in a worker process."""
    from flows.steps.pages.extracting import article_from_entry

    return article_from_entry(entry, feed_url, is_fallback=True)


def read_page(page: Page, entry: Entry, now: datetime) -> Article | Loss:
    """`extract_article` in the form in which it runs in a worker process."""
    from flows.steps.pages.extracting import extract_article

    return extract_article(page, entry, seen_at=now)


def _lost(entry: Entry, loss: Loss) -> Ending:
    is_spared = loss.outcome is Outcome.REFUSED and loss.http_status is None and loss.retry_after_s is not None
    return Ending(
        entry,
        loss.outcome,
        detail=loss.detail,
        http_status=loss.http_status,
        rest_s=loss.retry_after_s,
        is_spared=is_spared,
        is_reserved=loss.is_reserved,
    )


async def _of_the_web(asking: Coroutine[Any, Any, T]) -> T | Loss:
    """What the web said. An exception is our fault, told aloud, and ends this one item alone; it is tried again."""
    try:
        return await asking
    except Exception as problem:
        log.exception("asking the web failed")
        return Loss(Outcome.UNREACHABLE, f"our client failed on it: {type(problem).__name__}"[:MAX_DETAIL_CHARS])


def _in_short(problem: CallFailed) -> str:
    return f"our reader failed on it: {problem.kind}: {problem.message}"[:MAX_DETAIL_CHARS]


async def _side_by_side(
    work: Callable[[T], Coroutine[Any, Any, U]], items: Sequence[T], at_once: int, meet: Callable[[U], None]
) -> list[U]:
    places = asyncio.Semaphore(at_once)

    async def one(item: T) -> U:
        async with places:
            result = await work(item)
        meet(result)
        return result

    return list(await asyncio.gather(*(one(item) for item in items)))
