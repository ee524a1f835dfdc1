"""Entries and pages in short, for the tests of what is new."""

from datetime import UTC, datetime, timedelta

from flows.steps.feeds.parsing import Entry
from flows.steps.pages.article import Article
from flows.steps.web.urls import url_key

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON, JUST_NOW = NOW + timedelta(minutes=1), NOW
FEED_URLS = {"f1": "https://one.test/rss", "f2": "https://two.test/rss"}
LINK = "https://news.test/a"


def entry(key="e1", *, feed="f1", link=LINK, entry_hash="h1", content=None):
    """What a feed announces."""
    return Entry(feed, key, entry_hash, link, "A title", "", None, content_html=content)


def article(url=LINK, text_hash="t1"):
    """What was read at an address."""
    return Article(url, url_key(url), "A title", "Words.", text_hash, "en", None, None, "page", "test 1", 100)
