"""The demo's feeds, in every format that smewatch reads."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from xml.etree import ElementTree as ET

from flows.demo.content import FeedSpec, Outlet, Piece, moment, newest_first
from flows.demo.pages import body_html

# Prefixes are written out, so that the documents look as publishing systems make them (ElementTree would say ns0).
_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed about to be written: what it announces, where, and when."""

    outlet: Outlet
    spec: FeedSpec
    pieces: Sequence[Piece]  # newest first
    base: str  # scheme, host and port, without a slash at the end
    now: datetime

    def link(self, piece: Piece) -> str:
        """The address of a piece."""
        return self.base + piece.path

    def published(self, piece: Piece) -> datetime | None:
        """When a piece came out; null if it does not say."""
        return moment(piece.published, self.now) if piece.published else None

    def updated(self, piece: Piece) -> datetime | None:
        """When a piece last changed; null if neither that nor its publication is dated."""
        return moment(piece.updated, self.now) if piece.updated else self.published(piece)

    def last_change(self) -> datetime:
        """The latest date in the feed that is not in the future."""
        dates = [date for piece in self.pieces if (date := self.updated(piece)) and date <= self.now]
        return max(dates, default=self.now - timedelta(days=1))


def write_feed(
    outlet: Outlet, spec: FeedSpec, pieces: Sequence[Piece], base: str, now: datetime
) -> tuple[bytes, str]:
    """The feed's document and its Content-Type."""
    announced = newest_first((piece for piece in pieces if piece.is_in(spec)), now)
    writer, media_type = _WRITERS[spec.format]
    return writer(Channel(outlet, spec, announced, base, now)), media_type


def last_change(outlet: Outlet, spec: FeedSpec, pieces: Sequence[Piece], base: str, now: datetime) -> datetime:
    """The feed's Last-Modified."""
    return Channel(outlet, spec, [piece for piece in pieces if piece.is_in(spec)], base, now).last_change()


def _rss(channel: Channel) -> bytes:
    root = ET.Element("rss", {"version": "2.0", **_xmlns("content", "dc")})
    head = ET.SubElement(root, "channel")
    _add(head, "title", channel.spec.title)
    _add(head, "link", channel.base + "/")
    _add(head, "description", channel.outlet.words["tagline"])
    _add(head, "language", channel.outlet.language)
    _add(head, "lastBuildDate", format_datetime(channel.last_change(), usegmt=True))
    for piece in channel.pieces:
        _rss_item(ET.SubElement(head, "item"), piece, channel)
    document = _bytes(root, channel.outlet.charset)
    return _spoilt(document) if channel.spec.malformed else document


def _rss_item(item: ET.Element, piece: Piece, channel: Channel) -> None:
    _add(item, "title", piece.title)
    _add(item, "link", channel.link(piece))
    guid = _add(item, "guid", f"{channel.outlet.host}/{piece.slug}")
    guid.set("isPermaLink", "false")
    _add(item, "description", piece.summary)
    if piece.author:
        _add(item, "dc:creator", piece.author)
    if date := channel.published(piece):
        _add(item, "pubDate", format_datetime(date, usegmt=True))
    if channel.spec.full:
        _add(item, "content:encoded", body_html(piece))


def _rdf(channel: Channel) -> bytes:
    root = ET.Element("rdf:RDF", {"xmlns": "http://purl.org/rss/1.0/", **_xmlns("rdf", "dc")})
    head = ET.SubElement(root, "channel", {"rdf:about": channel.base + channel.spec.path})
    _add(head, "title", channel.spec.title)
    _add(head, "link", channel.base + "/")
    _add(head, "description", channel.outlet.words["tagline"])
    _add(head, "dc:language", channel.outlet.language)
    order = ET.SubElement(ET.SubElement(head, "items"), "rdf:Seq")
    for piece in channel.pieces:
        ET.SubElement(order, "rdf:li", {"rdf:resource": channel.link(piece)})
        item = ET.SubElement(root, "item", {"rdf:about": channel.link(piece)})
        _add(item, "title", piece.title)
        _add(item, "link", channel.link(piece))
        _add(item, "description", piece.summary)
        if date := channel.published(piece):
            _add(item, "dc:date", _iso(date))
    return _bytes(root, channel.outlet.charset)


def _atom(channel: Channel) -> bytes:
    language = {"xml:lang": channel.outlet.language}
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", **language})
    _add(root, "title", channel.spec.title)
    _add(root, "id", f"tag:{channel.outlet.host},2024:feed")
    _add(root, "updated", _iso(channel.last_change()))
    ET.SubElement(root, "link", {"rel": "self", "href": channel.base + channel.spec.path})
    for piece in channel.pieces:
        entry = ET.SubElement(root, "entry")
        _add(entry, "title", piece.title)
        _add(entry, "id", f"tag:{channel.outlet.host},2024:{piece.slug}")
        ET.SubElement(entry, "link", {"rel": "alternate", "href": channel.link(piece)})
        _add(entry, "summary", piece.summary)
        _add(ET.SubElement(entry, "author"), "name", piece.author or channel.outlet.name)
        if date := channel.published(piece):
            _add(entry, "published", _iso(date))
        if date := channel.updated(piece):
            _add(entry, "updated", _iso(date))
    return _bytes(root, channel.outlet.charset)


def _json(channel: Channel) -> bytes:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.spec.title,
        "home_page_url": channel.base + "/",
        "feed_url": channel.base + channel.spec.path,
        "language": channel.outlet.language,
        "items": [_json_item(piece, channel) for piece in channel.pieces],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(piece: Piece, channel: Channel) -> dict[str, object]:
    item: dict[str, object] = {
        "id": f"{channel.outlet.host}/{piece.slug}",
        "url": channel.link(piece),
        "title": piece.title,
        "summary": piece.summary,
        "content_text": piece.summary,
    }
    if date := channel.published(piece):
        item["date_published"] = _iso(date)
    if piece.updated:
        item["date_modified"] = _iso(moment(piece.updated, channel.now))
    if piece.author:
        item["authors"] = [{"name": piece.author}]
    return item


def _sitemap(channel: Channel) -> bytes:
    root = ET.Element("urlset", {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9", **_xmlns("news")})
    for piece in channel.pieces:
        url = ET.SubElement(root, "url")
        _add(url, "loc", channel.link(piece))
        news = ET.SubElement(url, "news:news")
        publication = ET.SubElement(news, "news:publication")
        _add(publication, "news:name", channel.outlet.name)
        _add(publication, "news:language", channel.outlet.language)
        if date := channel.published(piece):
            _add(news, "news:publication_date", _iso(date))
        _add(news, "news:title", piece.title)
    return _bytes(root, channel.outlet.charset)


def _no_feed(channel: Channel) -> bytes:
    name = escape(channel.outlet.name)
    return (
        f'<!DOCTYPE html>\n<html lang="{channel.outlet.language}"><head><title>{name}</title></head><body>'
        f"<h1>We have a new home</h1><p>{name} has moved house and its feeds are being rebuilt. "
        "Please subscribe to our newsletter in the meantime.</p></body></html>\n"
    ).encode()


_WRITERS: dict[str, tuple[Callable[[Channel], bytes], str]] = {
    "rss": (_rss, "application/rss+xml"),
    "rdf": (_rdf, "application/rdf+xml"),
    "atom": (_atom, "application/atom+xml"),
    "json": (_json, "application/feed+json"),
    "sitemap": (_sitemap, "application/xml"),
    "none": (_no_feed, "text/html; charset=utf-8"),
}


def _spoilt(document: bytes) -> bytes:
    """What hand-made feed scripts do to a document: bare ampersands, an HTML entity, no end of the root."""
    text = document.replace(b"&amp;", b"&").replace(b"</description>", b"&nbsp;</description>")
    return text.removesuffix(b"</rss>")


def _xmlns(*prefixes: str) -> dict[str, str]:
    return {f"xmlns:{prefix}": _NAMESPACES[prefix] for prefix in prefixes}


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _bytes(root: ET.Element, charset: str) -> bytes:
    """The document in its outlet's charset; characters that it lacks become numeric references."""
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding=charset, xml_declaration=True)
    return document


def _iso(date: datetime) -> str:
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")
