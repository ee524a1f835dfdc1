"""Pages made to exhaust a reader, each read in a worker process: it ends in time, in bounded memory, under a name."""

from datetime import UTC, datetime

import pytest

from flows.steps.feeds.parsing import Entry
from flows.steps.pages.article import Article
from flows.steps.pages.extracting import MAX_PAGE_BYTES, extract_article
from flows.steps.web.fetching import Page
from flows.steps.workers import Overrun, Pool
from tests.steps.misbehaving import peak_resident_bytes

LIMIT_S = 40.0
MOST_MEMORY_BYTES = 512 * 2**20  # of a worker, its libraries included
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = b"<p>" + b"Two harbours sign a pact about small ferries. " * 20 + b"</p>"


@pytest.fixture(scope="module")
def pool():
    with Pool(1) as pool:
        yield pool


def outcome(body):
    """How the reading ends: "article", or the name of the loss. Runs in the worker."""
    page = Page("https://a.test/a", "https://a.test/a", 200, body, "text/html", None, len(body), NOW)
    found = extract_article(page, Entry("f", "k", "h", None, "", "", None), seen_at=NOW)
    return "article" if isinstance(found, Article) else str(found.outcome)


def html(body, head=b""):
    return (b"<html><head>" + head + b"</head><body>" + TEXT + body + b"</body></html>")[:MAX_PAGE_BYTES]


LINKED_DATA = b'<script type="application/ld+json">%s</script>'
ATTRIBUTES = b" ".join(b'a%d="1"' % n for n in range(20_000))
CASES = {
    "100,000 links": html(b"".join(b'<a href="/%d">x</a>' % n for n in range(100_000))),
    "20,000 attributes": html(b"<div " + ATTRIBUTES + b">x</div>"),
    "50,000 table rows": html(b"<table>" + b"<tr><td>a b</td></tr>" * 50_000 + b"</table>"),
    "100,000 levels": html(b"<div>" * 100_000),
    "linked data nested 500,000 deep": html(b"", LINKED_DATA % (b"[" * 500_000)),
    "linked data with 100,000 dates": html(b"", LINKED_DATA % (b'"datePublished":"' * 100_000)),
    "100,000 meta tags": html(b"", b'<meta name="a" content="b">' * 100_000),
    "100,000 times": html(b"<time>x</time>" * 100_000),
    "a script of 2 MB": html(b"<script>" + b"x<y;" * 500_000 + b"</script>"),
    "600,000 open comments": html(b"<!--" * 600_000),
    "2 MB of open tags": html(b'<div id="root"' * 150_000),
    "zeros": bytes(MAX_PAGE_BYTES),
    "angles": b"<" * MAX_PAGE_BYTES,
    "noise": html(bytes(range(256)) * 8_000),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_page_ends_under_a_name(pool, name):
    found = pool.run_sync(outcome, CASES[name], timeout_s=LIMIT_S)
    assert found in ("article", "no text", Overrun("too much memory"))
    assert pool.run_sync(peak_resident_bytes, timeout_s=LIMIT_S) < MOST_MEMORY_BYTES


def test_the_page_after_a_hostile_one_is_read(pool):
    pool.run_sync(outcome, CASES["100,000 links"], timeout_s=0.2)
    assert pool.run_sync(outcome, html(b""), timeout_s=LIMIT_S) == "article"
