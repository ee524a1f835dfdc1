"""robots.txt by RFC 9309: what a site lets us read, and how fast."""

import asyncio
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from flows.steps.outcomes import Outcome
from flows.steps.web.answers import Loss, Response
from flows.steps.web.client import Client, Request
from flows.steps.web.reservations import of_robots

_FRESH = timedelta(hours=24)  # RFC 9309, 2.4: not longer than a day
_RETRY = timedelta(hours=1)  # how soon we ask again after a server that could not say
REMEMBERED = timedelta(hours=48)  # how old the last file we read may be to stand in for one we cannot have (2.4)
_LONGEST_RATE_S = 10**9  # some files hold numbers of 400 digits, which divide into no float
_US, _OTHERS = "us", "others"
# A product name is letters, hyphens and underscores (RFC 9309, 2.2.1); what follows it, a version, does not count.
_AGENT_LINE = re.compile(r"\s*user[-\s]*agent\s*:?\s*([a-z_-]+|\*(?=\s*(?:#|$))|)", re.I)

logging.getLogger("protego").setLevel(logging.WARNING)  # it logs every line it does not know


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says to us."""

    file: Protego | None = None  # null: no rules, everything may be read
    names_us: bool = False  # a group of the file is addressed to us by name
    reservations: tuple[str, ...] = ()  # what it says against machine learning
    refusal: Loss | None = None  # why nothing at all may be read; null if the file decides

    def allows(self, url: str) -> bool:
        """Whether a page may be read."""
        return self.refusal is None and (self.file is None or bool(self.file.can_fetch(url, _US)))

    def delay_s(self) -> float | None:
        """Seconds between requests the site wishes, from Crawl-delay or Request-rate; null if it wishes none."""
        if self.file is None:
            return None
        rate = self.file.request_rate(_US)
        wishes = [self.file.crawl_delay(_US), min(rate.seconds, _LONGEST_RATE_S) / rate.requests if rate else None]
        return max((wish for wish in wishes if wish is not None), default=None)


def read_rules(body: bytes, agent: str) -> Rules:
    """The rules of a robots.txt for `agent`, a bare product name; never raises, whatever the bytes.

    The matcher is shown three agents only: us, everybody, and one that stands for all others. Left alone it takes a
    group named by the first letters of our name for ours, does not know our name with a version behind it, and gives
    every agent of a group a copy of every rule: 16,000 of each, 400 KB, ran for minutes.
    """
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = body.decode(encoding, "replace")
    lines = [_renamed(line, agent.lower()) for line in text.splitlines()]
    return Rules(Protego.parse("\n".join(lines)), f"User-agent: {_US}" in lines, of_robots(text))


def _renamed(line: str, agent: str) -> str:
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found.group(1).lower()
    return f"User-agent: {_US if name == agent else name if name == '*' else _OTHERS}"


def reserved(statements: Sequence[str]) -> Loss | None:
    """The loss of what a publisher reserves, where we shall heed that; null if he reserves nothing."""
    return Loss(Outcome.ROBOTS, f"reserved ({statements[0]})", is_reserved=True) if statements else None


def _says_no_rules(status: int) -> bool:
    """Whether a status means an empty file, or none (RFC 9309, 2.3.1.1 and 2.3.1.3)."""
    return status in (204, 205) or (400 <= status < 500 and status != 429)


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """One robots.txt as it was read, to be remembered between runs."""

    origin: str  # scheme, host and port: "https://news.test"
    body: bytes  # at most 512 KiB; empty where the origin has none (204, 4xx)
    read_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class _Known:
    rules: Rules
    until: datetime  # ask again after this
    file: RobotsFile | None  # the last that was read; null if there was none yet


class RobotsCache:
    """The rules of every origin met; each file is fetched once, however many pages wait for it.

    `agent` is the product name the groups of a file are matched against. `files` were read by earlier runs. With
    `obey_reservations` pages are refused as well whose site reserves them against machine learning.
    """

    def __init__(
        self,
        client: Client,
        agent: str = "smewatch",
        files: Iterable[RobotsFile] = (),
        *,
        obey_reservations: bool = False,
    ) -> None:
        self.agent = agent
        self._obey_reservations = obey_reservations
        self._client = client
        self._remembered = {file.origin: file for file in files}
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def refusal(self, url: str, now: datetime) -> Loss | None:
        """Why a page may not be read; null if it may. A crawl-delay is handed on to the client's pace."""
        if urlsplit(url).path == "/robots.txt":
            return None
        if (refused := await self.reservation(url, now)) is not None:
            return refused
        rules = await self._rules(url, now)
        return None if rules.allows(url) else rules.refusal or Loss(Outcome.ROBOTS, "robots.txt disallows it")

    async def reservation(self, url: str, now: datetime) -> Loss | None:
        """Why a site's texts may not be kept, wherever they come from; null if they may, or we need not heed it."""
        return reserved((await self._rules(url, now)).reservations) if self._obey_reservations else None

    async def feed_refusal(self, url: str, now: datetime) -> Loss | None:
        """Why a feed may not be read; null if it may.

        Feeds are published for programs like ours, and many sites close them to crawlers by a general rule. So only a
        rule addressed to us by name counts, and a file that cannot be had closes nothing.
        """
        rules = await self._rules(url, now)
        if rules.refusal is not None or not rules.names_us or rules.allows(url):
            return None
        return Loss(Outcome.ROBOTS, "robots.txt disallows it to us by name")

    def files(self, now: datetime) -> list[RobotsFile]:
        """What is worth remembering until the next run: every file that holds, or may stand in for a missing one."""
        files = {**self._remembered, **{origin: known.file for origin, known in self._known.items()}}
        return [file for file in files.values() if file is not None and now < file.read_at + REMEMBERED]

    def reservations(self) -> dict[str, tuple[str, ...]]:
        """What the origins met in this run say against machine learning; those that say nothing are left out."""
        known = ((origin, known.rules.reservations) for origin, known in self._known.items())
        return {origin: said for origin, said in known if said}

    async def _rules(self, url: str, now: datetime) -> Rules:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._known.get(origin) or await self._recalled(origin)
            if known is None or now >= known.until:
                known = await self._asked(known, origin, now)
            self._known[origin] = known
        self._client.paces.set_crawl_delay(origin, known.rules.delay_s())
        return known.rules

    async def _recalled(self, origin: str) -> _Known | None:
        file = self._remembered.get(origin)
        return None if file is None else await self._read(file)

    async def _read(self, file: RobotsFile) -> _Known:
        # In a thread: half a megabyte of wildcards takes a second, and other sites are waiting for the loop.
        rules = await asyncio.to_thread(read_rules, file.body, self.agent)
        return _Known(rules, file.read_at + _FRESH, file)

    async def _asked(self, known: _Known | None, origin: str, now: datetime) -> _Known:
        """What is known after asking: a file, no rules (4xx, 204), or that nothing may be read (5xx, 429, none)."""
        request = Request(
            f"{origin}/robots.txt", self._client.limits.robots_bytes, accept="text/plain, */*;q=0.1", is_cut=True
        )
        answer = await self._client.get(request, now)
        if isinstance(answer, Response):
            return await self._read(RobotsFile(origin, answer.body, now))
        if answer.http_status is not None and _says_no_rules(answer.http_status):
            return await self._read(RobotsFile(origin, b"", now))
        if known is not None and known.file is not None and now < known.file.read_at + REMEMBERED:
            return replace(known, until=now + _RETRY)
        # Where no server answered at all, the page ends as it would have without robots.txt: unreachable, forbidden.
        outcome = Outcome.ROBOTS if answer.http_status is not None else answer.outcome
        refusal = replace(answer, outcome=outcome, detail=f"robots.txt: {answer.detail}", http_status=None)
        return _Known(Rules(refusal=refusal), now + _RETRY, None)
