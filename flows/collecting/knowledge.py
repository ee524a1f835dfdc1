"""What a run learns of hosts from all the machines that work for it, and what each of them must know of it."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flows.steps.errands import site_of
from flows.steps.harvesting import Harvester
from flows.steps.web.pacing import HostRest
from flows.steps.web.robots import RobotsFile


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a machine learned on an errand, or what it is told before it. Seconds are counted from its beginning."""

    robots: tuple[RobotsFile, ...] = ()
    rests: tuple[HostRest, ...] = ()
    pauses: dict[str, float] = field(default_factory=dict)  # by site: before that our own pace lets nobody ask it
    reservations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    took_s: float = 0.0  # from the beginning to the moment when this was taken down


def lesson_of(harvester: Harvester, now: datetime, begun_s: float) -> Lesson:
    """What a harvester that was opened at `begun_s` of the steady clock has learned."""
    return Lesson(
        tuple(harvester.robots_files(now)),
        tuple(harvester.host_rests()),
        harvester.host_pauses(),
        harvester.reservations(),
        time.monotonic() - begun_s,
    )


class Knowledge:
    """All that is known of hosts, on the steady clock of the flow's machine. Other machines' clocks are not asked.

    What comes from an errand counts from the moment it arrives, so that a host rests rather too long than too short.
    """

    def __init__(self, robots: Sequence[RobotsFile], rests: Sequence[HostRest], begun_s: float) -> None:
        """What earlier runs remembered, `rests` counted from `begun_s` of the steady clock."""
        self._begun_s = begun_s
        self._robots: dict[str, dict[str, RobotsFile]] = {}  # by site and origin
        self._keep(robots)
        self._rests = {rest.host: HostRest(rest.host, begun_s + rest.rest_s, rest.slowdown) for rest in rests}
        self._pauses: dict[str, float] = {}
        self._reservations: dict[str, tuple[str, ...]] = {}

    def for_errand(self, sites: Iterable[str], now_s: float) -> Lesson:
        """What an errand to these sites must know: their robots.txt and pauses, and the rests of all hosts.

        Of all, because a redirect may lead to any of them.
        """
        asked = set(sites)
        return Lesson(
            tuple(file for site in sorted(asked) for file in self._robots.get(site, {}).values()),
            tuple(_from(rest, now_s) for rest in self._rests.values()),
            {site: until - now_s for site in asked if (until := self._pauses.get(site, 0.0)) > now_s},
        )

    def learn(self, lesson: Lesson, sites: Iterable[str], now_s: float) -> None:
        """Take in what an errand to these sites brought. Of hosts that redirects led to the worst word holds."""
        begun_s, asked = now_s - lesson.took_s, set(sites)
        self._keep(lesson.robots)
        self._reservations |= lesson.reservations
        for told in lesson.rests:
            rest = HostRest(told.host, begun_s + told.rest_s, told.slowdown)
            known = self._rests.get(told.host)
            self._rests[told.host] = rest if known is None or told.host in asked else _worse(known, rest)
        for host, pause_s in lesson.pauses.items():
            self._pauses[host] = max(begun_s + pause_s, self._pauses.get(host, 0.0))

    def robots_files(self, now: datetime) -> list[RobotsFile]:
        """As a harvester's: every robots.txt worth remembering; `now` is that of the run, as every errand's was."""
        return [file for there in self._robots.values() for file in there.values()]

    def _keep(self, robots: Iterable[RobotsFile]) -> None:
        for file in robots:
            self._robots.setdefault(site_of(file.origin), {})[file.origin] = file

    def host_rests(self) -> list[HostRest]:
        """As a harvester's: what the next run must know of hosts, counted from the beginning."""
        return [_from(rest, self._begun_s) for rest in self._rests.values()]

    def reservations(self) -> dict[str, tuple[str, ...]]:
        """As a harvester's: what the sites met say against machine learning."""
        return self._reservations


def _worse(one: HostRest, other: HostRest) -> HostRest:
    return HostRest(one.host, max(one.rest_s, other.rest_s), max(one.slowdown, other.slowdown))


def _from(rest: HostRest, moment_s: float) -> HostRest:
    """A rest whose end is a moment of the steady clock, in seconds from a moment."""
    return HostRest(rest.host, max(0.0, rest.rest_s - moment_s), rest.slowdown)
