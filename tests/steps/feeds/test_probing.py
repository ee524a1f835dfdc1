"""One look at a feed, and the way from a page to its feed, over a real server on loopback."""

import asyncio
from datetime import UTC, datetime

import pytest

from flows.steps.feeds.probing import MOST_PROBES, Web, discover, probe
from flows.steps.outcomes import PollOutcome
from flows.steps.web.client import Client
from flows.steps.web.limits import Limits
from flows.steps.web.pacing import HostPace, HostPaces
from flows.steps.web.robots import RobotsCache
from flows.steps.workers import Pool
from tests.faults.server import FaultServer, answer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def rss(n=2, title="News", link="http://127.0.0.1:1/page"):
    items = "".join(
        f"<item><title>{i}</title><link>{link}/{i}</link><pubDate>Wed, 18 Nov 2026 0{i}:00:00 GMT</pubDate></item>"
        for i in range(n)
    )
    document = f"<rss version='2.0'><channel><title>{title}</title><language>de-CH</language>{items}</channel></rss>"
    return answer(200, document.encode(), ETag='"1"', Content_Type="application/rss+xml")


def page(text):
    return answer(200, f"<html><head>{text}</head><body>{text}</body></html>".encode(), Content_Type="text/html")


def declared(*paths):
    return page("".join(f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in paths))


def linked(*paths):
    return page("".join(f'<a href="{path}">RSS</a>' for path in paths))


@pytest.fixture(scope="module")
def pool():
    with Pool(1) as running:
        yield running


@pytest.fixture
def server():
    with FaultServer({}) as running:
        yield running


@pytest.fixture
def on_the_web(pool):
    """A function: runs work that needs the web."""

    def run(work, **settings):
        async def do():
            limits = Limits(connect_s=1, read_gap_s=1, total_s=2)
            paces = HostPaces(HostPace(0, 4), HostPace(0, 4))
            async with Client(limits, allow_private=True, paces=paces) as client:
                return await work(Web(client, RobotsCache(client), pool, 5.0, **settings))

        return asyncio.run(do())

    return run


# --- probe ----------------------------------------------------------------------------------------------------------


def test_a_probe_tells_what_there_is_to_know(on_the_web, server):
    server.scripts["/feed"] = rss(3, link=server.url("/page"))
    found = on_the_web(lambda web: probe(web, server.url("/feed"), NOW))
    assert found.is_good
    assert (found.http_status, found.format, found.title, found.language) == (200, "rss", "News", "de")
    assert (found.n_entries, found.newest_at) == (3, datetime(2026, 11, 18, 2, tzinfo=UTC))
    assert (found.is_conditional, found.permanent_url, found.detail) == (True, None, "")
    assert found.robots == "feed allowed, pages allowed"


PROBES = [
    (answer(404), PollOutcome.GONE, 404, "status 404"),
    (answer(503), PollOutcome.UNREACHABLE, 503, "status 503"),
    (page("nothing"), PollOutcome.NOT_A_FEED, 200, "a web page (served as text/html)"),
    (rss(0), PollOutcome.READ, 200, "a feed without entries"),
    (answer(301, Location="http://169.254.169.254/"), PollOutcome.FORBIDDEN_ADDRESS, None, "no public address"),
]


@pytest.mark.parametrize(("script", "outcome", "status", "detail"), PROBES)
def test_a_probe_of_what_is_no_feed_says_why(on_the_web, server, script, outcome, status, detail):
    server.scripts["/feed"] = script
    found = on_the_web(lambda web: probe(web, server.url("/feed"), NOW))
    assert not found.is_good
    assert (found.outcome, found.http_status) == (outcome, status)
    assert detail in found.detail


def test_a_probe_tells_where_permanent_redirects_lead(on_the_web, server):
    server.scripts |= {
        "/old": answer(301, Location="/new"),
        "/new": answer(302, Location="/today"),
        "/today": rss(),
    }
    found = on_the_web(lambda web: probe(web, server.url("/old"), NOW))
    assert (found.permanent_url, found.final_url) == (server.url("/new"), server.url("/today"))


ROBOTS = [
    ("User-agent: *\nDisallow: /page\n", True, "feed allowed, pages closed"),
    ("User-agent: *\nDisallow: /\n", True, "feed allowed, pages closed"),
    ("User-agent: smewatch\nDisallow: /page\n", True, "feed allowed, pages closed"),
    ("User-agent: smewatch\nDisallow: /feed\n", False, "feed closed, pages allowed"),
]


@pytest.mark.parametrize(("rules", "obey", "verdict"), ROBOTS)
def test_a_probe_tells_what_robots_txt_says_of_feed_and_pages(on_the_web, server, rules, obey, verdict):
    """WTO's feed is open, and its pages are closed: only titles and summaries can be had."""
    server.scripts |= {
        "/robots.txt": answer(200, rules.encode(), Content_Type="text/plain"),
        "/feed": rss(link=server.url("/page")),
    }
    found = on_the_web(lambda web: probe(web, server.url("/feed"), NOW), feeds_obey_robots=obey)
    assert found.robots == verdict


def test_a_feed_closed_to_us_by_name_is_not_asked(on_the_web, server):
    server.scripts |= {"/robots.txt": answer(200, b"User-agent: smewatch\nDisallow: /\n"), "/feed": rss()}
    found = on_the_web(lambda web: probe(web, server.url("/feed"), NOW))
    assert (found.outcome, found.detail) == (PollOutcome.REFUSED, "robots.txt disallows it to us by name")
    assert server.paths() == ["/robots.txt"]


# --- discover -------------------------------------------------------------------------------------------------------

WAYS = [
    ("the address is a feed", {"/a": rss()}, ["/a"]),
    ("the page declares it", {"/a": declared("/x"), "/x": rss()}, ["/x"]),
    ("the first declared is dead", {"/a": declared("/dead", "/x"), "/x": rss()}, ["/x"]),
    ("the first declared is empty", {"/a": declared("/empty", "/x"), "/empty": rss(0), "/x": rss()}, ["/x"]),
    ("the page links to it", {"/a": linked("/x.rss"), "/x.rss": rss()}, ["/x.rss"]),
    ("what is declared goes first", {"/a": page('<a href="/b.rss">'), "/b.rss": rss(), "/rss": rss()}, ["/b.rss"]),
    ("a page lists the feeds", {"/a": linked("/rss"), "/rss": linked("/b.rss"), "/b.rss": rss()}, ["/b.rss"]),
    ("it lies where feeds lie", {"/a": page(""), "/rss.xml": rss()}, ["/rss.xml"]),
    ("it lies in the page's folder", {"/a": page(""), "/a/feed": rss(), "/feed": rss()}, ["/a/feed"]),
    ("the page is gone, the feed is not", {"/feed.xml": rss()}, ["/feed.xml"]),
    ("there is none", {"/a": page("")}, []),
    ("pages of pages are not followed", {"/a": linked("/rss"), "/rss": linked("/b/rss"), "/b/rss": linked("/c/rss"),
                                        "/c/rss": rss()}, []),
]  # fmt: skip


@pytest.mark.parametrize(("scripts", "good"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_a_feed_is_found_by_way_of_its_page(on_the_web, server, scripts, good):
    server.scripts |= scripts
    asked = []
    found = on_the_web(lambda web: discover(web, server.url("/a"), NOW, asked.append))
    assert [one.url for one in found.good] == [server.url(path) for path in good]
    assert len(asked) == len(set(asked)) <= MOST_PROBES + 1


def test_the_first_good_feed_is_enough_and_the_others_are_named(on_the_web, server):
    server.scripts |= {"/a": declared("/x", "/y", "/z"), "/x": rss(), "/y": rss(), "/z": answer(404)}
    found = on_the_web(lambda web: discover(web, server.url("/a"), NOW, lambda _: None))
    assert [link.url for link in found.others] == [server.url("/y"), server.url("/z")]
    assert "/y" not in server.paths()
    every = on_the_web(lambda web: discover(web, server.url("/a"), NOW, lambda _: None, want_all=True))
    assert [one.url for one in every.good] == [server.url("/x"), server.url("/y")]


def test_a_page_with_a_thousand_dead_links_is_not_asked_a_thousand_times(on_the_web, server):
    server.scripts["/a"] = linked(*(f"/{n}/rss" for n in range(1000)))
    assert on_the_web(lambda web: discover(web, server.url("/a"), NOW, lambda _: None)).good == ()
    assert len([path for path in server.paths() if path != "/robots.txt"]) <= MOST_PROBES + 1
