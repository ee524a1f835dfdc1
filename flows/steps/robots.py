"""robots.txt by RFC 9309: what a site lets us read, and how fast."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from flows.steps.answers import Loss, Response
from flows.steps.client import Client, Request
from flows.steps.outcomes import Outcome

FRESH_S = 24 * 3600.0  # RFC 9309, 2.4: not longer than a day
RETRY_S = 3600.0  # how soon we ask again after a server that could not say
LAST_GOOD_S = 24 * 3600.0  # how long the last file we could read stands in for one we cannot (2.3.1.4)

logging.getLogger("protego").setLevel(logging.WARNING)  # it logs every line it does not know


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says to us."""

    file: Protego | None = None  # null: no rules, everything may be read
    refusal: Loss | None = None  # why nothing at all may be read; null if the file decides

    def allows(self, url: str, agent: str) -> bool:
        """Whether the file lets `agent`, a bare product name, read an address."""
        return self.refusal is None and (self.file is None or bool(self.file.can_fetch(url, agent)))

    def delay_s(self, agent: str) -> float | None:
        """Seconds between requests the site wishes, from Crawl-delay or Request-rate; null if it wishes none."""
        if self.file is None:
            return None
        rate = self.file.request_rate(agent)
        wishes = [self.file.crawl_delay(agent), rate.seconds / rate.requests if rate else None]
        return max((wish for wish in wishes if wish is not None), default=None)


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
        self._client.paces.set_crawl_delay(parts.hostname or "", rules.delay_s(self.agent))
        if rules.allows(url, self.agent):
            return None
        return rules.refusal or Loss(Outcome.ROBOTS, "robots.txt disallows it")

    async def _rules(self, origin: str, now: datetime) -> Rules:
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._known.get(origin)
            if known is None or now >= known.until:
                known = _next(known, await _fetch(self._client, origin, now), now)
                self._known[origin] = known
            return known.rules


async def _fetch(client: Client, origin: str, now: datetime) -> Response | Loss:
    request = Request(f"{origin}/robots.txt", client.limits.robots_bytes, accept="text/plain, */*;q=0.1", is_cut=True)
    return await client.get(request, now)


def _next(known: _Known | None, answer: Response | Loss, now: datetime) -> _Known:
    """What is known after an answer: a file, no rules (4xx), or nothing may be read (5xx, 429, no answer)."""
    if isinstance(answer, Response):
        text = answer.body.decode("utf-8-sig", "replace")
        return _Known(Rules(Protego.parse(text)), now + timedelta(seconds=FRESH_S), now)
    if answer.http_status is not None and 400 <= answer.http_status < 500 and answer.http_status != 429:
        return _Known(Rules(), now + timedelta(seconds=FRESH_S), now)
    retry = now + timedelta(seconds=RETRY_S)
    if known is not None and known.good_at is not None and now < known.good_at + timedelta(seconds=LAST_GOOD_S):
        return _Known(known.rules, retry, known.good_at)
    # Where no server answered at all, the page ends as it would have without robots.txt: unreachable, or forbidden.
    outcome = Outcome.ROBOTS if answer.http_status is not None else answer.outcome
    refusal = replace(answer, outcome=outcome, detail=f"robots.txt: {answer.detail}", http_status=None)
    return _Known(Rules(refusal=refusal), retry, None)
