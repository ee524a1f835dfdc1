"""Feed documents in, entries out. Every way a feed can be written ends in the same `Entry`.

bytes | decode | refuse document types | read by format | identify | bound
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flows.steps.feeds.drafts import Document, Draft
from flows.steps.feeds.json_feed import read_json_feed
from flows.steps.text.charsets import decode
from flows.steps.text.dates import Published, parse_feed_date
from flows.steps.text.languages import primary_tag
from flows.steps.text.texts import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS, plain_text
from flows.steps.web.urls import clean_link, short_hash

MAX_CONTENT_CHARS = 1_048_576
MAX_AUTHOR_CHARS = 200
MAX_GUID_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a feed announced it. Texts are plain text; `content_html` is hostile and never shown as it is."""

    feed_id: str
    entry_key: str  # 16 hex digits: hash of guid, else link, else title and date; unique within the feed's document
    entry_hash: str  # 16 hex digits: changes when title, summary, date of update or content change
    link: str | None  # absolute http(s) address; null if the feed gave none that we accept
    title: str
    summary: str
    published: Published | None
    guid: str | None = None
    author: str | None = None
    language: str | None = None
    content_html: str | None = None  # the full text, where the feed carries it (content:encoded, atom:content)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed document said."""

    title: str
    language: str | None
    format: str  # "rss", "rdf", "atom", "json", "sitemap"
    entries: tuple[Entry, ...]
    ttl_s: float | None = None  # rss:ttl or sy:updatePeriod / updateFrequency; null if it says nothing
    skip_hours: frozenset[int] = frozenset()  # GMT hours 0-23 (RSS 2.0 skipHours)
    skip_days: frozenset[int] = frozenset()  # 0 = Monday, GMT (RSS 2.0 skipDays)
    is_malformed: bool = False  # not well-formed; read by mending it or by the forgiving parser
    next_archive_url: str | None = None  # RFC 5005 prev-archive
    is_cut: bool = False  # it announced more than 2,000 entries; these are the first, of a sitemap the latest


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """Why a document could not be read as a feed, in words for an operator."""

    detail: str


def parse_feed(
    body: bytes, *, url: str, feed_id: str, content_type: str, charset: str | None, seen_at: datetime
) -> ParsedFeed | NotAFeed:
    """Every entry of a feed document, in document order, at most 2,000; or why it is no feed. Never raises.

    RSS 0.9x to 2.0, RSS 1.0, Atom, JSON Feed and sitemaps are told apart by what the document says, not by
    `content_type`, which many servers get wrong; it only serves to explain a refusal. `url` is the address after
    redirects, against which links are resolved; `charset` is the one from the Content-Type header. Entries that say
    the very same thing twice in one document are one entry.
    """
    document = _read(decode(body, charset))
    if isinstance(document, str):
        return NotAFeed(f"{document} (served as {content_type})" if content_type else document)
    return ParsedFeed(
        title=plain_text(document.title, max_chars=MAX_TITLE_CHARS),
        language=primary_tag(document.language),
        format=document.format,
        entries=tuple(_entries(document, url=url, feed_id=feed_id, seen_at=seen_at)),
        ttl_s=document.ttl_s,
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
        is_malformed=document.is_malformed,
        next_archive_url=clean_link(url, document.next_archive_url),
        is_cut=document.is_cut,
    )


# --- Which kind of document -----------------------------------------------------------------------------------------

_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)")
# A feed behind what a broken page template or a PHP warning printed before it.
_LATE_ROOT = re.compile(r"<((?:[a-z][\w.-]*:)?(?:rss|rdf|feed|urlset))[\s>]", re.IGNORECASE)
_NETSCAPE = re.compile(
    r"<!DOCTYPE\s+rss\s+PUBLIC\s+\"-//Netscape Communications//DTD RSS 0\.91//EN\"[^\[\]>]{0,200}>", re.I
)
_LATE_ROOT_CHARS = 16_384


def _read(text: str) -> Document | str:
    text = text.lstrip("\ufeff \t\r\n\x00")
    if text[:1] in ("{", "["):
        return read_json_feed(text)
    found = _root(text)
    if isinstance(found, str):
        return found
    root, start = found
    local_name = root.rpartition(":")[2].lower()
    if local_name == "urlset":
        from flows.steps.feeds.sitemap import read_sitemap  # as below: only workers need lxml and feedparser

        return read_sitemap(text[start:])
    if local_name == "sitemapindex":
        return "an index of sitemaps; add one of the sitemaps it lists"
    if local_name in ("rss", "channel", "rdf", "feed"):
        from flows.steps.feeds.xml_feed import read_xml_feed

        return read_xml_feed(text[start:], root)
    return "a web page" if local_name == "html" else f"an XML document that begins with <{root[:50]}>"


def _root(text: str) -> tuple[str, int] | str:
    """The name of the root element and where it begins; or why the document is refused.

    A document type declaration may define entities that grow without bound (160 KB took feedparser a minute and
    1.9 GB), so there is none in what we parse. The one of RSS 0.91 only names a file and is skipped.
    """
    position = 0
    while (position := text.find("<", position)) >= 0:
        if text.startswith("<!--", position):
            position = _after(text, "-->", position + 4)
        elif text.startswith("<?", position):
            position = _after(text, "?>", position + 2)
        elif text.startswith("<!", position):
            harmless = _NETSCAPE.match(text, position)
            if harmless is None:
                return _refusal(text[position : position + 40])
            position = harmless.end()
        else:
            return _root_at(text, position)
    return "neither XML nor JSON" if text else "an empty document"


def _root_at(text: str, position: int) -> tuple[str, int] | str:
    match = _ROOT.match(text, position)
    if match and match[1].rpartition(":")[2].lower() in ("html", "head", "body", "sitemapindex"):
        return match[1], position
    late = _LATE_ROOT.search(text, position, position + _LATE_ROOT_CHARS)
    if late and (match is None or late.start() > position):
        return late[1], late.start()
    return (match[1], position) if match else "neither XML nor JSON"


def _after(text: str, mark: str, position: int) -> int:
    end = text.find(mark, position)
    return len(text) if end < 0 else end + len(mark)


def _refusal(declaration: str) -> str:
    if re.match(r"<!doctype\s+html", declaration, re.IGNORECASE):
        return "a web page"
    return "a document with a document type declaration, which we refuse"


# --- Entries --------------------------------------------------------------------------------------------------------


def _entries(document: Document, *, url: str, feed_id: str, seen_at: datetime) -> Iterable[Entry]:
    base = clean_link(url, document.site_url) or url
    drafts = [draft for draft in document.drafts if draft.says_something]
    links = [_link(base, draft.link) for draft in drafts]
    seen: set[str] = set()
    for draft, link, key in zip(drafts, links, _entry_keys(drafts, links), strict=True):
        if key not in seen:
            seen.add(key)
            yield _entry(draft, link, key, feed_id=feed_id, feed_language=document.language, seen_at=seen_at)


def _link(base: str, href: str) -> str | None:
    if urlsplit(base).hostname != "default" and href.startswith(("http://default/", "https://default/")):
        # Drupal's sitemap writes this host when it runs from cron without being told the site's own.
        href = "/" + href.split("/", 3)[3]
    return clean_link(base, href)


def _entry(draft: Draft, link: str | None, key: str, *, feed_id: str, feed_language: str, seen_at: datetime) -> Entry:
    title = plain_text(draft.title, max_chars=MAX_TITLE_CHARS)
    summary = plain_text(draft.summary or draft.content, max_chars=MAX_SUMMARY_CHARS)
    content = draft.content[:MAX_CONTENT_CHARS]
    published = parse_feed_date(draft.published, seen_at=seen_at) or parse_feed_date(draft.updated, seen_at=seen_at)
    return Entry(
        feed_id=feed_id,
        entry_key=key,
        entry_hash=short_hash("\x1f".join((title, summary, draft.updated.strip(), content))),
        link=link,
        title=title,
        summary=summary,
        published=published,
        guid=draft.guid[:MAX_GUID_CHARS] or None,
        author=plain_text(draft.author, max_chars=MAX_AUTHOR_CHARS) or None,
        language=primary_tag(draft.language) or primary_tag(feed_language),
        content_html=content or None,
    )


def _entry_keys(drafts: list[Draft], links: list[str | None]) -> list[str]:
    """One key for each draft: guid, else link, else title and date.

    Some feeds give all their items one guid or one link. Keys that are not unique in the document get the link added,
    then the title, the date and the text; drafts that still agree say the very same thing and keep the same key.
    """
    names = [
        d.guid or link or f"{d.title}\x1f{d.published or d.updated}" for d, link in zip(drafts, links, strict=True)
    ]
    finer: tuple[Callable[[int], str], ...] = (
        lambda i: links[i] or "",
        lambda i: drafts[i].title,
        lambda i: drafts[i].published or drafts[i].updated,
        lambda i: drafts[i].summary or drafts[i].content,
    )
    for add in finer:
        twins = {name for name, count in Counter(names).items() if count > 1}
        names = [f"{name}|{add(i)}" if name in twins else name for i, name in enumerate(names)]
    return [short_hash(name) for name in names]
