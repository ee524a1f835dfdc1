"""One question to a client of our own making, for tests: no pace, loopback open, small limits."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flows.steps.web.fetching import (
    Client,
    HostPace,
    HostPaces,
    Limits,
    Loss,
    Page,
    Response,
    RobotsCache,
    fetch_feed,
    fetch_page,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SMALL = Limits(feed_bytes=64 * 1024, page_bytes=64 * 1024, connect_s=5.0, read_gap_s=5.0, total_s=10.0, dns_s=5.0)
QUICK = {"read_gap_s": 0.4, "total_s": 1.0}  # limits for what waits on purpose; elsewhere a busy machine may be slow
TEST_HOSTS = dict.fromkeys(("a.test", "b.test", "www.a.test"), "127.0.0.1")


def unpaced() -> HostPaces:
    return HostPaces(HostPace(0.0, 8), HostPace(0.0, 8))


def client(**changes: Any) -> Client:
    limits = replace(SMALL, **changes.pop("limits", {}))
    known: dict[str, Any] = {"allow_private": True, "resolve": TEST_HOSTS, "paces": unpaced()}
    return Client(limits, **(known | changes))


def ask_feed(url: str, etag: str | None = None, last_modified: str | None = None, **changes: Any) -> Response | Loss:
    validators_url, obeys = changes.pop("validators_url", None), changes.pop("obeys_robots", False)

    async def ask() -> Response | Loss:
        async with client(**changes) as asking:
            robots = RobotsCache(asking) if obeys else None
            return await fetch_feed(
                asking, url, etag, last_modified, NOW, validators_url=validators_url, robots=robots
            )

    return asyncio.run(ask())


def ask_pages(*urls: str, now: datetime = NOW, **changes: Any) -> list[Page | Loss]:
    """The pages at once, under one cache of robots.txt."""

    async def ask() -> list[Page | Loss]:
        async with client(**changes) as asking:
            robots = RobotsCache(asking)
            return list(await asyncio.gather(*(fetch_page(asking, url, robots, now) for url in urls)))

    return asyncio.run(ask())


def ask_page(url: str, **changes: Any) -> Page | Loss:
    return ask_pages(url, **changes)[0]
