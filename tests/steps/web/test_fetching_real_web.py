"""The client against real pages of 138 publishers, each a host of its own on loopback."""

import asyncio
import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.steps.web.fetching import Limits, Page, Response, RobotsCache, fetch_feed, fetch_page
from tests.faults.asking import NOW, client

SERVE = Path(__file__).parents[3] / ".." / "shared" / "web" / "serve.py"
pytestmark = pytest.mark.skipif(not SERVE.exists(), reason="the folder of real pages, ../shared/web, is not here")
PRODUCTION = {name: getattr(Limits(), name) for name in Limits.__dataclass_fields__}


@pytest.fixture(scope="module")
def web():
    with subprocess.Popen([sys.executable, str(SERVE)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.kill()


def test_every_feed_is_read_then_unchanged_and_every_page_arrives(web):
    async def collect():
        async with client(limits=PRODUCTION) as asking:
            catalogue = await fetch_feed(asking, web["catalogue"], None, None, NOW)
            urls = [row["url"] for row in csv.DictReader(catalogue.body.decode().splitlines())]
            first = await asyncio.gather(*(fetch_feed(asking, url, None, None, NOW) for url in urls))
            again = await asyncio.gather(
                *(fetch_feed(asking, feed.url, feed.etag, feed.last_modified, NOW) for feed in first)
            )
            links = [link for feed in first for link in links_of(feed)]
            robots = RobotsCache(asking)
            pages = await asyncio.gather(*(fetch_page(asking, link, robots, NOW) for link in links))
            return first, again, pages

    first, again, pages = asyncio.run(collect())
    assert {feed.status for feed in first} == {200}
    assert {feed.status for feed in again} == {304}
    assert (len(first), len(pages)) == (web["feeds"], web["pages"])
    assert all(isinstance(page, Page) and page.body for page in pages)


def links_of(feed: Response) -> list[str]:
    return [
        part.partition("</link>")[0]
        for part in feed.body.decode().split("<item>")[1:]
        for part in part.split("<link>")[1:]
    ]
