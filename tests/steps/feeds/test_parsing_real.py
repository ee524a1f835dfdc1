"""The real feeds of the shared folder: all are read, and none gives fewer entries than were counted in it."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from flows.steps.feeds.parsing import NotAFeed, ParsedFeed, parse_feed
from flows.steps.text.texts import MAX_TITLE_CHARS, plain_text
from flows.steps.web.urls import clean_link

WEB = Path(__file__).parents[3] / ".." / "shared" / "web"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not WEB.exists(), reason="needs the real feeds in ../shared/web")

EXCEPTIONS = {  # file -> why it is not read as the table says
    "feedjira_DuplicateContentAtomFeed.xml": "a web page, by its document type, with an Atom feed inside its body",
}
UNDATED = {  # file -> entries in it that carry no date at all
    "v2_rdf_UTF8.xml": 60,
    "rss-fetcher_real-cnn.rss": 17,
    "feed-rs_rss_0.92_spec_1.xml": 3,
}
DATED_IN_THEIR_OWN_WAY = ("rss-fetcher_real-korean-times.rss",)  # feedparser: "28 Jul 2022 4:35:5 GMT+9" is none


def rows():
    if not WEB.exists():
        return []
    with (WEB / "feeds.tsv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def read(row):
    body = (WEB / "feeds" / row["file"]).read_bytes()
    address = f"https://{row['host']}/feed"
    return parse_feed(body, url=address, feed_id="f", content_type="", charset=None, seen_at=NOW)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_every_entry_of_a_real_feed_is_read(row):
    feed = read(row)
    if row["file"] in EXCEPTIONS:
        assert isinstance(feed, NotAFeed)
        return
    assert isinstance(feed, ParsedFeed), feed
    assert len(feed.entries) >= int(row["items"])
    assert feed.format == row["kind"]
    assert sum(entry.published is None for entry in feed.entries) == UNDATED.get(row["file"], 0)
    assert len({entry.entry_key for entry in feed.entries}) == len(feed.entries)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_texts_of_a_real_feed_hold_no_markup(row):
    feed = read(row)
    entries = feed.entries if isinstance(feed, ParsedFeed) else ()
    texts = [text for entry in entries for text in (entry.title, entry.summary)]
    assert not [text for text in texts if any(mark in text for mark in ("</p>", "</a>", "</div>", "&nbsp;"))]


@pytest.mark.parametrize("row", [row for row in rows() if row["file"] not in EXCEPTIONS], ids=lambda row: row["file"])
def test_a_real_feed_is_read_as_feedparser_alone_reads_it(row):
    """Only past a click counter, which FeedBurner names beside the article, do we go our own way."""
    base = f"https://{row['host']}/feed"
    body = (WEB / "feeds" / row["file"]).read_bytes()
    theirs = feedparser.parse(io.BytesIO(body), response_headers={"content-location": base}).entries
    ours = read(row).entries
    assert len(ours) == len(theirs)
    for entry, other in zip(ours, theirs, strict=True):
        link = other.get("feedburner_origlink") or other.get("link") or ""
        moment = dict.get(other, "published_parsed") or dict.get(other, "updated_parsed")
        assert entry.link == clean_link(base, link)
        assert entry.title == plain_text(other.get("title", ""), max_chars=MAX_TITLE_CHARS)
        if moment or row["file"] not in DATED_IN_THEIR_OWN_WAY:
            assert (entry.published and entry.published.at) == (moment and datetime(*moment[:6], tzinfo=UTC))
