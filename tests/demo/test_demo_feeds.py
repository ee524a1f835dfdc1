"""The demo's feeds: every format is what it claims to be, and says what the newsroom knows."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import feedparser
import pytest
from lxml import etree

from flows.demo.content import moment, outlets, pieces_of
from flows.demo.feeds import write_feed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BASE = "http://host.test:8000"
FEEDS = [(outlet, feed) for outlet in outlets() for feed in outlet.feeds]
READABLE = [(outlet, feed) for outlet, feed in FEEDS if feed.format in ("rss", "rdf", "atom")]


def key(value):
    return getattr(value, "key", getattr(value, "name", None))


def written(outlet, feed, edition=1):
    return write_feed(outlet, feed, pieces_of(outlet, edition), BASE, NOW)


def announced(outlet, feed, edition=1):
    return {BASE + piece.path: piece for piece in pieces_of(outlet, edition) if piece.is_in(feed)}


def parsed(outlet, feed):
    body, content_type = written(outlet, feed)
    return feedparser.parse(BytesIO(body), response_headers={"content-type": content_type})


def test_all_formats_are_there():
    assert {feed.format for _, feed in FEEDS} == {"rss", "rdf", "atom", "json", "sitemap", "none"}
    assert sum(feed.full for _, feed in FEEDS) == 1
    assert sum(feed.malformed for _, feed in FEEDS) == 1


@pytest.mark.parametrize(("outlet", "feed"), READABLE, ids=key)
def test_feedparser_reads_every_link_title_and_date(outlet, feed):
    entries = {entry.link: entry for entry in parsed(outlet, feed).entries}
    expected = announced(outlet, feed)
    assert entries.keys() == expected.keys()
    for link, piece in expected.items():
        assert entries[link].title == piece.title
        at = entries[link].get("published_parsed") or entries[link].get("updated_parsed")
        assert (at and datetime(*at[:6], tzinfo=UTC)) == (moment(piece.published, NOW) if piece.published else None)


@pytest.mark.parametrize(("outlet", "feed"), READABLE, ids=key)
def test_only_the_malformed_feed_is_not_well_formed(outlet, feed):
    body, _ = written(outlet, feed)
    if feed.malformed:
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(body)
    else:
        assert etree.fromstring(body) is not None


@pytest.mark.parametrize(("outlet", "feed"), FEEDS, ids=key)
def test_no_feed_declares_a_document_type_or_an_entity(outlet, feed):
    body, _ = written(outlet, feed)
    assert feed.format == "none" or (b"<!DOCTYPE" not in body and b"<!ENTITY" not in body)


@pytest.mark.parametrize(("outlet", "feed"), FEEDS, ids=key)
def test_a_feed_is_the_same_whatever_the_truth_in_the_headers(outlet, feed):
    printed = pieces_of(outlet, 2)
    lied = [replace(piece, label=1 - piece.label, kind="?", countries=("AQ",), reprint_of="?") for piece in printed]
    assert write_feed(outlet, feed, lied, BASE, NOW) == write_feed(outlet, feed, printed, BASE, NOW)


def test_the_full_feed_carries_every_paragraph():
    outlet, feed = next(pair for pair in FEEDS if pair[1].full)
    entries = {entry.link: entry.content[0].value for entry in parsed(outlet, feed).entries}
    for link, piece in announced(outlet, feed).items():
        assert all(paragraph.split("'")[0] in entries[link] for paragraph in piece.paragraphs)


def test_the_json_feed_names_version_addresses_and_the_date_of_a_revision():
    outlet, feed = next(pair for pair in FEEDS if pair[1].format == "json")
    document = json.loads(written(outlet, feed, edition=2)[0])
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    expected = announced(outlet, feed, edition=2)
    items = {item["url"]: item for item in document["items"]}
    assert items.keys() == expected.keys()
    assert [link for link, item in items.items() if "date_modified" in item] == [
        link for link, piece in expected.items() if piece.updated
    ]


def test_the_sitemap_lists_every_page_with_its_title_and_date():
    outlet, feed = next(pair for pair in FEEDS if pair[1].format == "sitemap")
    names = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "n": "http://www.google.com/schemas/sitemap-news/0.9",
    }
    root = etree.fromstring(written(outlet, feed)[0])
    found = {
        url.findtext("s:loc", namespaces=names): url.findtext("n:news/n:title", namespaces=names)
        for url in root.iterfind("s:url", names)
    }
    assert found == {link: piece.title for link, piece in announced(outlet, feed).items()}
    assert len(root.findall(".//n:publication_date", names)) == len(found)


def test_the_feed_that_is_none_is_an_html_page_without_entries():
    outlet, feed = next(pair for pair in FEEDS if pair[1].format == "none")
    body, content_type = written(outlet, feed)
    assert content_type.startswith("text/html")
    assert feedparser.parse(BytesIO(body)).entries == []
