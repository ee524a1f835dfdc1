"""Feed documents in, entries out. Every way a feed can be written ends in the same `Entry`."""

from dataclasses import dataclass

from flows.steps.dates import Published


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
    is_malformed: bool = False  # read by the forgiving parser
    next_archive_url: str | None = None  # RFC 5005 prev-archive


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """Why a document could not be read as a feed, in words for an operator."""

    detail: str
