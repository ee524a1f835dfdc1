"""Feeds made to exhaust a reader, each read in a worker process: it ends in time, in bounded memory, under a name."""

from datetime import UTC, datetime

import pytest

from flows.steps.feeds.parsing import NotAFeed, ParsedFeed, parse_feed
from flows.steps.workers import Overrun, Pool
from tests.steps.misbehaving import peak_resident_bytes

LIMIT_S = 30.0
MOST_MEMORY_BYTES = 512 * 2**20  # of a worker, its libraries included
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool():
    with Pool(1) as pool:
        yield pool


def outcome(body):
    """How the reading ends: the number of entries, or why it is no feed. Runs in the worker."""
    feed = parse_feed(body, url="https://a.test/", feed_id="f", content_type="", charset=None, seen_at=NOW)
    return len(feed.entries) if isinstance(feed, ParsedFeed) else feed.detail


def rss(items):
    return b"<rss><channel><title>t</title>" + items + b"</channel></rss>"


def attributes(number, form=b'a%d="1"'):
    return b" ".join(form.replace(b"%d", b"%d" % n) for n in range(number))


REFUSED = "a document with a document type declaration, which we refuse"
QUADRATIC = b'<!DOCTYPE r [<!ENTITY a "' + b"A" * 80_000 + b'">]><rss>' + b"&a;" * 20_000 + b"</rss>"
CASES = {
    "quadratic entities": (QUADRATIC, REFUSED),
    "20,000 attributes": (rss(b"<item " + attributes(20_000) + b"><title>x</title></item>"), 1),
    "20,000 namespaces": (rss(b"<item " + attributes(20_000, b'xmlns:a%d="u%d"') + b"><title>x</title></item>"), 1),
    "200,000 levels": (rss(b"<item><title>x</title>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</item>"), 1),
    "50,000 items": (rss(b"".join(b"<item><guid>%d</guid></item>" % n for n in range(50_000))), 2_000),
    "a title of 5 MB": (rss(b"<item><title>" + b"x" * 5_000_000 + b"</title></item>"), 1),
    "200,000 ampersands": (rss(b"<item><title>" + b"&amp;amp;" * 200_000 + b"</title></item>"), 1),
    "400,000 escaped tags": (rss(b"<item><title>" + b"&lt;a " * 400_000 + b"</title></item>"), 1),
    "100,000 open tags": (b"<rss><channel><item><guid>g</guid><title>" + b"<a " * 100_000, 1),
    "300,000 open CDATA": (b"<rss><channel>" + b"<![CDATA[" * 300_000, 0),
    "a million open comments": (b"<!--" * 1_000_000, "neither XML nor JSON"),
    "JSON nested 100,000 deep": (b'{"items":' + b"[" * 100_000, "JSON nested too deeply"),
    "a sitemap nested 100,000 deep": (b"<urlset>" + b"<url>" * 100_000, 0),
    "8 MiB of noise": (bytes(range(256)) * 32_768, "neither XML nor JSON"),
    "8 MiB of zeros": (bytes(8_388_608), "an empty document"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_feed_ends_under_a_name(pool, name):
    body, expected = CASES[name]
    assert pool.run_sync(outcome, body, timeout_s=LIMIT_S) == expected
    assert pool.run_sync(peak_resident_bytes, timeout_s=LIMIT_S) < MOST_MEMORY_BYTES


def test_a_feed_that_overruns_is_a_value(pool):
    body = CASES["20,000 attributes"][0]
    assert pool.run_sync(outcome, body, timeout_s=0.2) == Overrun("too slow", "over 0.2 s")


def test_refusing_costs_no_parsing():
    assert isinstance(parse_feed(QUADRATIC, url="", feed_id="", content_type="", charset=None, seen_at=NOW), NotAFeed)
