"""Pages, feeds and entries for a harvester to meet."""

from datetime import UTC, datetime

from flows.steps.feeds.feed import Feed
from flows.steps.feeds.parsing import Entry
from flows.steps.feeds.polling import FeedState
from flows.steps.harvesting import Asked
from flows.steps.selecting import ToRead
from flows.steps.web.fetching import Limits
from tests.faults.server import answer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LIMITS = Limits(feed_bytes=64 * 1024, page_bytes=64 * 1024, connect_s=1.0, read_gap_s=1.0, total_s=2.0)
READ_LIMIT_S = 8.0  # of a worker; honest items take a hundredth of it, the hanging ones for ever
WHOLE = "<p>" + "The association of small shipyards has agreed with its neighbours on a common course. " * 12 + "</p>"
SPEECH = "The chamber of commerce opened a desk for small firms of both countries, and forty joiners came. " * 12


def page(n):
    words = (
        f"Number {n}: the chamber of commerce opened a desk for small firms, and forty joiners came to see it. " * 4
    )
    return f"<html><head><title>Page {n}</title></head><body><article><p>{words}</p></article></body></html>".encode()


def rss(*links):
    items = "".join(f"<item><title>{link}</title><link>{link}</link></item>" for link in links)
    return f"<rss version='2.0'><channel><title>A feed</title>{items}</channel></rss>".encode()


def html(body):
    return answer(200, body, Content_Type="text/html")


def to_read(url, known=None, **changes):
    about = {"feed_id": "f1", "entry_key": url or "none", "entry_hash": "h", "title": "A title", "summary": ""}
    return ToRead(Entry(**about, link=url, published=None, **changes), "https://feed.test/rss", known)


class Ticks:
    """Counts what a progress bar would be told, with the ending or without."""

    def __init__(self):
        self.n = 0

    def __call__(self, _ending=None):
        self.n += 1


def poll(harvester, *urls, ticks=None, state=None):
    asked = [Asked(Feed(url), state or FeedState()) for url in urls]
    return harvester.poll(asked, NOW, ticks or Ticks())


def read(harvester, *some, ticks=None):
    return harvester.read(some, NOW, ticks or Ticks())
