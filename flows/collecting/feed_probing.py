"""Looks at the web for `smewatch feeds`: probes of feeds side by side, and the search for the feeds of a site."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from flows.collecting import web
from flows.collecting.feed_keeping import plain
from flows.settings import Settings
from flows.steps.feeds.probing import Found, Probe, Say, Web, discover, probe
from flows.steps.web.robots import RobotsCache

T = TypeVar("T")


def probe_feeds(
    settings: Settings,
    urls: Sequence[str],
    now: datetime,
    tick: Callable[[], None],
    resolve: Mapping[str, str] | None = None,
) -> list[Probe]:
    """One look at each address, in their order. `tick` is called after each."""

    async def all_of(side: Web) -> list[Probe]:
        places = asyncio.Semaphore(settings.connections)

        async def one(url: str) -> Probe:
            async with places:
                found = await probe(side, url, now)
            tick()
            return found

        return list(await asyncio.gather(*map(one, urls)))

    return _on_the_web(settings, resolve, all_of)


def find_feeds(
    settings: Settings,
    url: str,
    now: datetime,
    say: Say,
    *,
    want_all: bool = False,
    resolve: Mapping[str, str] | None = None,
) -> Found:
    """The feeds of a site. `say` is told each address before it is asked."""
    return _on_the_web(settings, resolve, lambda side: discover(side, url, now, say, want_all=want_all))


def probe_values(found: Probe) -> dict[str, Any]:
    """A probe in plain values, for scripts."""
    return {name: plain(value) for name, value in asdict(found).items()} | {"is_good": found.is_good}


def _on_the_web(
    settings: Settings, resolve: Mapping[str, str] | None, work: Callable[[Web], Coroutine[Any, Any, T]]
) -> T:
    async def do() -> T:
        async with web.open_client(settings, resolve or {}) as client:
            side = Web(client, RobotsCache(client), pool, settings.read_limit_s, settings.feeds_obey_robots)
            return await work(side)

    with web.open_pool(settings) as pool:
        return asyncio.run(do())
