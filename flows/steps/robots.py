"""robots.txt by RFC 9309: what a site lets us read, and how fast."""

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from flows.steps.answers import Loss, Response
from flows.steps.client import Client, Request
from flows.steps.outcomes import Outcome

_FRESH = timedelta(hours=24)  # RFC 9309, 2.4: not longer than a day
_RETRY = timedelta(hours=1)  # how soon we ask again after a server that could not say
_LAST_GOOD = timedelta(hours=24)  # how long the last file we could read stands in for one we cannot (2.3.1.4)
_US, _OTHERS = "us", "others"
# A product name is letters, hyphens and underscores (RFC 9309, 2.2.1); what follows it, a version, does not count.
_AGENT_LINE = re.compile(r"\s*user[-\s]*agent\s*:?\s*([a-z_-]+|\*(?=\s*(?:#|$))|)", re.I)

logging.getLogger("protego").setLevel(logging.WARNING)  # it logs every line it does not know


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says to us."""

    file: Protego | None = None  # null: no rules, everything may be read
    refusal: Loss | None = None  # why nothing at all may be read; null if the file decides

    def allows(self, url: str) -> bool:
        """Whether an address may be read."""
        return self.refusal is None and (self.file is None or bool(self.file.can_fetch(url, _US)))

    def delay_s(self) -> float | None:
        """Seconds between requests the site wishes, from Crawl-delay or Request-rate; null if it wishes none."""
        if self.file is None:
            return None
        rate = self.file.request_rate(_US)
        wishes = [self.file.crawl_delay(_US), rate.seconds / rate.requests if rate else None]
        return max((wish for wish in wishes if wish is not None), default=None)


def read_rules(body: bytes, agent: str) -> Rules:
    """The rules of a robots.txt for `agent`, a bare product name; never raises, whatever the bytes.

    The matcher is shown three agents only: us, everybody, and one that stands for all others. Left alone it takes a
    group named by the first letters of our name for ours, does not know our name with a version behind it, and gives
    every agent of a group a copy of every rule: 16,000 of each, 400 KB, ran for minutes.
    """
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    lines = body.decode(encoding, "replace").splitlines()
    return Rules(Protego.parse("\n".join(_renamed(line, agent.lower()) for line in lines)))


def _renamed(line: str, agent: str) -> str:
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found.group(1).lower()
    return f"User-agent: {_US if name == agent else name if name == '*' else _OTHERS}"


@dataclass(frozen=True, slots=True)
class _Known:
    rules: Rules
    until: datetime  # ask again after this
    good_at: datetime | None  # when a file was last read; null if `rules` refuse


class RobotsCache:
    """The rules of every origin (scheme, host, port) met; each file is fetched once, however many pages wait for it.

    `agent` is the product name the groups of the file are matched against.
    """

    def __init__(self, client: Client, agent: str = "smewatch") -> None:
        self.agent = agent
        self._client = client
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def refusal(self, url: str, now: datetime) -> Loss | None:
        """Why a page may not be read; null if it may. A crawl-delay is handed on to the client's pace."""
        parts = urlsplit(url)
        if parts.path == "/robots.txt":
            return None
        rules = await self._rules(f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}", now)
        self._client.paces.set_crawl_delay(parts.hostname or "", rules.delay_s())
        if rules.allows(url):
            return None
        return rules.refusal or Loss(Outcome.ROBOTS, "robots.txt disallows it")

    async def _rules(self, origin: str, now: datetime) -> Rules:
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._known.get(origin)
            if known is None or now >= known.until:
                known = await self._asked(known, origin, now)
                self._known[origin] = known
            return known.rules

    async def _asked(self, known: _Known | None, origin: str, now: datetime) -> _Known:
        """What is known after asking: a file, no rules (4xx), or that nothing may be read (5xx, 429, no answer)."""
        request = Request(
            f"{origin}/robots.txt", self._client.limits.robots_bytes, accept="text/plain, */*;q=0.1", is_cut=True
        )
        answer = await self._client.get(request, now)
        if isinstance(answer, Response):
            # In a thread: half a megabyte of wildcards takes a second, and other sites are waiting for the loop.
            rules = await asyncio.to_thread(read_rules, answer.body, self.agent)
            return _Known(rules, now + _FRESH, now)
        if answer.http_status is not None and 400 <= answer.http_status < 500 and answer.http_status != 429:
            return _Known(Rules(), now + _FRESH, now)
        if known is not None and known.good_at is not None and now < known.good_at + _LAST_GOOD:
            return _Known(known.rules, now + _RETRY, known.good_at)
        # Where no server answered at all, the page ends as it would have without robots.txt: unreachable, forbidden.
        outcome = Outcome.ROBOTS if answer.http_status is not None else answer.outcome
        refusal = replace(answer, outcome=outcome, detail=f"robots.txt: {answer.detail}", http_status=None)
        return _Known(Rules(refusal=refusal), now + _RETRY, None)
