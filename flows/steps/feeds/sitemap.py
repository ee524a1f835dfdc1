"""Sitemaps (sitemaps.org) and Google's news extension: a list of addresses that serves as a feed."""

import io
from collections.abc import Iterator
from html import escape

from lxml import etree

from flows.steps.feeds.drafts import MAX_ENTRIES, Document, Draft

_MOST_ADDRESSES = 50_000  # of one sitemap (sitemaps.org)
_PARSER_OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def read_sitemap(text: str) -> Document:
    """The entries of a urlset in document order. A document that breaks off gives what came before.

    Of more than 2,000 the latest by their own dates are taken: in many sitemaps the old ones come first.
    """
    drafts: list[Draft] = []
    is_malformed = False
    try:
        for url in _urls(text):
            drafts.append(_draft(url))
            url.clear()
            if len(drafts) == _MOST_ADDRESSES:
                break
    except etree.XMLSyntaxError:
        is_malformed = True
    return Document(
        format="sitemap",
        title=next((d.author for d in drafts if d.author), ""),
        language=next((d.language for d in drafts if d.language), ""),
        drafts=tuple(_latest(drafts)),
        is_malformed=is_malformed,
        is_cut=len(drafts) > MAX_ENTRIES,
    )


def _latest(drafts: list[Draft]) -> list[Draft]:
    """Dates of one sitemap are written alike, in ISO 8601, so they sort as texts; without one an entry is old."""
    if len(drafts) <= MAX_ENTRIES:
        return drafts
    places = sorted(range(len(drafts)), key=lambda at: drafts[at].published or drafts[at].updated, reverse=True)
    return [drafts[at] for at in sorted(places[:MAX_ENTRIES])]


def _urls(text: str) -> Iterator[etree._Element]:
    body = io.BytesIO(text.encode("utf-8", "replace"))
    for _, element in etree.iterparse(body, events=("end",), tag="{*}url", **_PARSER_OPTIONS):
        yield element


def _draft(url: etree._Element) -> Draft:
    """One address. Names are matched without their namespace, which sites misspell."""
    said: dict[str, str] = {}
    for element in url.iter():
        if isinstance(element.tag, str) and element.text and element.text.strip():
            parent = element.getparent()
            inside_image = parent is not None and etree.QName(parent).localname in ("image", "video")
            if not inside_image:
                said.setdefault(etree.QName(element).localname, element.text.strip())
    return Draft(
        guid=said.get("loc", ""),
        link=said.get("loc", ""),
        title=escape(said.get("title", "")),
        published=said.get("publication_date", ""),
        updated=said.get("lastmod", ""),
        author=escape(said.get("name", "")),
        language=said.get("language", ""),
    )
