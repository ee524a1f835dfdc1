"""One look at a feed, and the search for the feeds of a site. Nothing is remembered here.

probe:    robots.txt -> fetch_feed, unconditional -> parse_feed -> Probe
discover: probe the address -> the feeds its page names, mentions, and where feeds usually lie -> probe those
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flows.steps.feeds.discovery import FeedLink, feed_links, usual_addresses
from flows.steps.feeds.parsing import NotAFeed, ParsedFeed, parse_feed
from flows.steps.feeds.polling import poll_outcome
from flows.steps.outcomes import PollOutcome
from flows.steps.web.answers import Loss, Response
from flows.steps.web.client import Client
from flows.steps.web.fetching import fetch_feed
from flows.steps.web.robots import RobotsCache
from flows.steps.workers import Overrun, Pool

MOST_PROBES = 24  # of one site, for one question

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Web:
    """What a look at the web needs."""

    client: Client
    robots: RobotsCache
    pool: Pool
    read_limit_s: float
    feeds_obey_robots: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """What one look at an address found. Fields of the document are empty or null unless it was a feed."""

    url: str  # the address asked
    outcome: PollOutcome
    http_status: int | None = None  # null if no server answered
    final_url: str | None = None  # after redirects
    permanent_url: str | None = None  # where permanent redirects alone lead; null if there are none
    duration_s: float = 0.0
    wire_bytes: int = 0
    is_conditional: bool = False  # the server gave a validator, so that later polls can be cheap
    format: str | None = None
    title: str = ""
    language: str | None = None
    n_entries: int = 0
    n_full_texts: int = 0  # entries that carry a text of their own
    newest_at: datetime | None = None  # latest date of publication that is not in the future
    archive_url: str | None = None  # RFC 5005: the document before this one
    robots: str = ""  # what robots.txt says to us of the feed and of its pages
    detail: str = ""
    title_of_link: str = ""  # as the page that led here calls it

    @property
    def is_good(self) -> bool:
        """Whether it is worth polling: a feed, with at least one entry."""
        return self.outcome is PollOutcome.READ and self.n_entries > 0


async def probe(web: Web, url: str, now: datetime) -> Probe:
    """One look at a feed."""
    found, _ = await _look(web, url, now)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """The feeds of a site."""

    good: tuple[Probe, ...] = ()  # best first
    others: tuple[FeedLink, ...] = ()  # named beside these, and not asked


async def discover(web: Web, url: str, now: datetime, say: Say, *, want_all: bool = False) -> Found:
    """The feeds of a site: `url` itself if it is one; else those its page declares, links to, or has at usual places.

    Each way is tried only if those before it led nowhere, and left at the first good feed unless `want_all`. `say` is
    told each address before it is asked.
    """
    search = _Search(web, now, say, want_all, seen={url})
    say(url)
    found, answer = await _look(web, url, now)
    if found.is_good:
        return Found((found,))
    where = answer.final_url if isinstance(answer, Response) else url
    search.seen.add(where)
    links = await _links(web, answer) if isinstance(answer, Response) else []
    ways = [[link for link in links if link.origin == origin] for origin in ("linked", "mentioned")]
    for way in (*ways, usual_addresses(where)):
        good = await search.of(way)
        if good:
            others = [link for link in way if link.url not in search.seen and link.origin != "usual"]
            return Found(tuple(good), tuple(others))
    return Found()


@dataclass(slots=True)
class _Search:
    """The addresses of one site, each asked once, so many at most."""

    web: Web
    now: datetime
    say: Say
    want_all: bool
    seen: set[str]

    async def of(self, links: Iterable[FeedLink], depth: int = 1) -> list[Probe]:
        """The good feeds among these. A page that looked like a feed is searched too, but no deeper."""
        good: list[Probe] = []
        for link in links:
            if (good and not self.want_all) or len(self.seen) > MOST_PROBES:
                break
            if link.url in self.seen:
                continue
            self.seen.add(link.url)
            self.say(link.url)
            found, answer = await _look(self.web, link.url, self.now)
            if found.is_good:
                good.append(replace(found, title_of_link=link.title))
            elif isinstance(answer, Response) and depth and link.origin == "mentioned":
                good += await self.of(await _links(self.web, answer), depth - 1)
        return good


async def _look(web: Web, url: str, now: datetime) -> tuple[Probe, Response | Loss]:
    began = time.monotonic()
    robots = web.robots if web.feeds_obey_robots else None
    answer = await fetch_feed(web.client, url, None, None, now, robots=robots)
    duration_s = time.monotonic() - began
    if isinstance(answer, Loss):
        found = Probe(url, poll_outcome(answer), answer.http_status, duration_s=duration_s, detail=answer.detail)
        return found, answer
    found = Probe(
        url,
        PollOutcome.READ,
        answer.status,
        answer.final_url,
        answer.permanent_url if answer.permanent_url != url else None,
        duration_s,
        answer.wire_bytes,
        is_conditional=bool(answer.etag or answer.last_modified),
    )
    parsed = await web.pool.run(read_document, answer, now, timeout_s=web.read_limit_s)
    if isinstance(parsed, Overrun):
        return replace(found, outcome=PollOutcome.TOO_SLOW, detail=f"{parsed.reason} {parsed.detail}".strip()), answer
    if isinstance(parsed, NotAFeed):
        return replace(found, outcome=PollOutcome.NOT_A_FEED, detail=parsed.detail), answer
    verdict = await _robots_verdict(web.robots, answer.final_url, parsed, now)
    return _told(found, parsed, verdict), answer


def read_document(answer: Response, now: datetime) -> ParsedFeed | NotAFeed:
    """`parse_feed` in the form in which it runs in a worker process."""
    return parse_feed(
        answer.body,
        url=answer.final_url,
        feed_id="",
        content_type=answer.content_type,
        charset=answer.charset,
        seen_at=now,
    )


def links_of(answer: Response) -> list[FeedLink]:
    """`feed_links` in the form in which it runs in a worker process."""
    return feed_links(answer.body, url=answer.final_url, charset=answer.charset)


async def _links(web: Web, answer: Response) -> list[FeedLink]:
    found = await web.pool.run(links_of, answer, timeout_s=web.read_limit_s)
    return [] if isinstance(found, Overrun) else found


def _told(found: Probe, parsed: ParsedFeed, robots: str) -> Probe:
    dates = [entry.published.at for entry in parsed.entries if entry.published and not entry.published.in_future]
    return replace(
        found,
        format=parsed.format,
        title=parsed.title,
        language=parsed.language,
        n_entries=len(parsed.entries),
        n_full_texts=sum(entry.content_html is not None for entry in parsed.entries),
        newest_at=max(dates, default=None),
        archive_url=parsed.next_archive_url,
        robots=robots,
        detail="" if parsed.entries else "a feed without entries",
    )


async def _robots_verdict(robots: RobotsCache, url: str, parsed: ParsedFeed, now: datetime) -> str:
    """What robots.txt says of the feed, as of any page, and of the page its first entry links to."""
    page = next((entry.link for entry in parsed.entries if entry.link), None)
    feed_word = await _word(robots.feed_refusal, url, now)
    page_word = await _word(robots.refusal, page, now) if page else "no links"
    return f"feed {feed_word}, pages {page_word}" if page else f"feed {feed_word}, {page_word}"


async def _word(ask: Callable[[str, datetime], Awaitable[Loss | None]], url: str, now: datetime) -> str:
    return "allowed" if await ask(url, now) is None else "closed"
