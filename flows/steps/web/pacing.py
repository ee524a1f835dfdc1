"""How often we ask one host: never faster than our pace and its crawl-delay, slower when it labours or says so."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from flows.steps.web.urls import host_of, registrable_domain

CRAWL_DELAY_CAP_S = 60.0  # some files ask for a day; a host that means it answers 429
SLOWEST_S = 300.0
LONGEST_WAIT_S = 120.0  # a host that wants more than this is left for another run
LONGEST_QUEUE_S = 600.0  # of one host's pages: what would wait longer is left for another run
LONGEST_REST_S = 7 * 86_400.0  # some Retry-Afters are numbers that mean nothing
_LATENCY_WEIGHT = 0.25  # of the newest answer in the moving average
_RECOVERY = 0.75  # each good answer takes a quarter off the slow-down
_FIRST_SLOWDOWN_S = 1.0  # what a refusal doubles from where our own pace is 0


class Lane(StrEnum):
    """What a request is for. Feeds and pages of a host have places of their own but share its clock."""

    FEED = "feed"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class HostPace:
    """How we treat one host. A delay of 0 is for our own machine: then slow answers do not slow us either."""

    delay_s: float = 5.0  # between the starts of two requests
    max_concurrent: int = 2


@dataclass(frozen=True, slots=True)
class HostRest:
    """What a run remembers of a host for the next one. With both numbers at rest it has recovered."""

    host: str  # registrable domain, or an IP address
    rest_s: float = 0.0  # seconds from the beginning of the run for which it wants to be left alone
    slowdown: float = 1.0  # how much longer than our pace we wait between two requests


_ADDRESS_SHARE = 5.0  # sites that share an address together get five times the pace and places of one


@dataclass(slots=True)
class _Machine:
    """An address, and all the sites behind it."""

    places: asyncio.Semaphore
    next_start: float = 0.0
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class _Host:
    places: dict[Lane, asyncio.Semaphore]
    n_pages: int = 0  # that wait for their turn, or have it
    next_start: float = 0.0
    rests_until: float = 0.0
    crawl_delays_s: dict[str, float] = field(default_factory=dict)  # by origin: each has a robots.txt of its own
    latency_s: float = 0.0  # moving average of good answers
    slowdown: float = 1.0
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostPaces:
    """One clock a host, keyed by registrable domain, and a faster one an address, for the small sites of one machine.

    IP addresses are hosts of their own. A content network's address is shared by sites that have nothing to do with
    each other, so refusals and slowness count for the host alone.

    `rests` is what an earlier run remembered, counted from now; `pauses` are the seconds from now before which hosts
    are not asked, because another machine asked them a moment ago. `clock` gives seconds on a steady clock and
    `sleep` waits on the same one, so that tests need no real time.
    """

    def __init__(
        self,
        feed: HostPace = HostPace(5.0, 1),
        page: HostPace = HostPace(5.0, 2),
        *,
        rests: Iterable[HostRest] = (),
        pauses: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._paces = {Lane.FEED: feed, Lane.PAGE: page}
        self._clock, self._sleep = clock, sleep
        self._hosts: dict[str, _Host] = {}
        self._machines: dict[str, _Machine] = {}
        self._begun = clock()
        self._remembered = set[str]()
        for rest in rests:
            state = self._host(rest.host)
            state.rests_until = self._begun + min(rest.rest_s, LONGEST_REST_S)
            state.slowdown = min(max(rest.slowdown, 1.0), SLOWEST_S)
            self._remembered.add(rest.host)
        for host, pause_s in (pauses or {}).items():
            self._host(host).next_start = self._begun + min(pause_s, SLOWEST_S)

    def rests(self) -> list[HostRest]:
        """What the next run must know, counted from our beginning: of hosts that rest or labour, or did before us."""
        found = (
            HostRest(host, max(0.0, state.rests_until - self._begun), state.slowdown)
            for host, state in self._hosts.items()
        )
        now_s = self._clock() - self._begun
        return [rest for rest in found if rest.rest_s > now_s or rest.slowdown > 1.0 or rest.host in self._remembered]

    def pauses(self) -> dict[str, float]:
        """Seconds from our beginning before which our pace lets nobody ask a host: for who goes on in our stead."""
        return {host: state.next_start - self._begun for host, state in self._hosts.items() if state.next_start}

    @asynccontextmanager
    async def turn(self, host: str, lane: Lane, address: str | None = None) -> AsyncIterator[float]:
        """Hold a place at a host, and at the address it resolves to, from the moment their clocks allow a start.

        Yields 0 when we may ask, else the seconds for which the host wants to be left alone, or, at once, those that
        the pages before this one take if they are too many: then do not ask.
        """
        state = self._host(host)
        machine = self._machine(address or host)
        queue_s = state.n_pages * self._delay_s(state, lane) if lane is Lane.PAGE else 0.0
        if queue_s > LONGEST_QUEUE_S:
            yield queue_s
            return
        state.n_pages += lane is Lane.PAGE
        try:
            async with state.places[lane], machine.places:  # always in this order, so nobody waits in a circle
                yield await self._wait(state, machine, lane)
        finally:
            state.n_pages -= lane is Lane.PAGE

    async def _wait(self, state: _Host, machine: _Machine, lane: Lane) -> float:
        async with state.gate:  # one waits for a clock at a time, so starts keep their distance and their order
            rest_s = await self._wait_for_host(state)
            if rest_s:
                return rest_s
            async with machine.gate:
                await self._sleep_until(machine.next_start)
                machine.next_start = self._clock() + self._paces[lane].delay_s / _ADDRESS_SHARE
            state.next_start = self._clock() + self._delay_s(state, lane)
            return 0.0

    async def _wait_for_host(self, state: _Host) -> float:
        """Wait until the host may be asked: 0; or at once, the seconds it wants to rest if they are too many."""
        while True:
            now = self._clock()
            start = max(state.next_start, state.rests_until)
            if start - now > LONGEST_WAIT_S:
                return start - now
            if start <= now:
                return 0.0
            await self._sleep(start - now)  # an answer that comes meanwhile may move both

    async def _sleep_until(self, start: float) -> None:
        while start > self._clock():
            await self._sleep(start - self._clock())

    def note(self, host: str, *, latency_s: float, status: int | None, retry_after_s: float | None = None) -> None:
        """Learn from an answer: its status (null if none came) and how long it took."""
        state = self._host(host)
        if status in (429, 503):
            state.slowdown = min(state.slowdown * 2, SLOWEST_S)
            state.rests_until = max(state.rests_until, self._clock() + min(retry_after_s or 0.0, LONGEST_REST_S))
            state.next_start = max(state.next_start, self._clock() + self._delay_s(state, Lane.PAGE))
            return
        if status is None or status >= 400:  # a quick error says nothing about how a host bears us
            return
        known = state.latency_s or latency_s
        state.latency_s = known + _LATENCY_WEIGHT * (latency_s - known)
        state.slowdown = max(1.0, state.slowdown * _RECOVERY)

    def set_crawl_delay(self, origin: str, seconds: float | None) -> None:
        """Obey an origin's own wish, up to a minute; null takes it back. Of a host's origins the slowest counts."""
        self._host(host_of(origin)).crawl_delays_s[origin] = min(seconds or 0.0, CRAWL_DELAY_CAP_S)

    def delay_s(self, host: str, lane: Lane) -> float:
        """The seconds we now leave between two starts at a host."""
        return self._delay_s(self._host(host), lane)

    def _delay_s(self, state: _Host, lane: Lane) -> float:
        own = self._paces[lane].delay_s
        least = max(own, *state.crawl_delays_s.values(), state.latency_s if own else 0.0)
        if state.slowdown > 1.0:
            least = max(least, _FIRST_SLOWDOWN_S / 2) * state.slowdown
        return max(min(least, SLOWEST_S), own)

    def _machine(self, address: str) -> _Machine:
        if address not in self._machines:
            places = max(pace.max_concurrent for pace in self._paces.values()) * int(_ADDRESS_SHARE)
            self._machines[address] = _Machine(asyncio.Semaphore(places))
        return self._machines[address]

    def _host(self, host: str) -> _Host:
        key = registrable_domain(host)
        if key not in self._hosts:
            places = {lane: asyncio.Semaphore(pace.max_concurrent) for lane, pace in self._paces.items()}
            self._hosts[key] = _Host(places)
        return self._hosts[key]
