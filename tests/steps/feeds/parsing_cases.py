"""How the tests of parsing ask for a document to be read, and an RSS document to be asked with."""

from datetime import UTC, datetime

from flows.steps.feeds.parsing import parse_feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def parse(document, **how):
    body = document.encode() if isinstance(document, str) else document
    asked = {"url": "https://feeds.test/feed", "feed_id": "f", "content_type": "", "charset": None, "seen_at": NOW}
    return parse_feed(body, **(asked | how))


def rss(items, head=""):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{head}{items}</channel></rss>'


def item(guid="g", title="t", link="https://a.test/1", date="Fri, 20 Nov 2026 10:00:00 GMT", text="x"):
    return (
        f'<item><guid isPermaLink="false">{guid}</guid><title>{title}</title><link>{link}</link>'
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )
