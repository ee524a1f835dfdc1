"""RSS and Atom through feedparser, which is given bytes, never an address or a name of a file.

Its sanitiser is off (a quarter of its time, and it lets `jav&#x0A;ascript:` through; what is shown is sanitised by
nh3), its relative addresses are resolved by us, and its dates are not used (flows/steps/text/dates.py says why).
"""

import io
import re
from html.entities import html5
from math import isfinite
from typing import Any

import feedparser

from flows.steps.feeds.drafts import MAX_ENTRIES, Document, Draft

_FORMATS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom"}  # local name of the root -> format
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,1000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*([a-z]+)\s*</day>", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_CHANNEL_CHARS = 200_000  # what we look through for skipHours and skipDays


def read_xml_feed(text: str, root: str) -> Document | str:
    """The feed in a text that begins with its root element, of which `root` is the name; or why there is none."""
    local_name = root.rpartition(":")[2].lower()
    text, is_cut = _cut(_HALVES.sub(_joined, _ILLEGAL.sub("", text)), root)
    mended = mend_entities(text)
    # feedparser likes to guess charsets; this header and this declaration leave it nothing to guess.
    body = b"<?xml version='1.0' encoding='utf-8'?>\n" + mended.encode("utf-8")
    try:
        parsed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except MemoryError:  # the worker's limit, which is no word on the document
        raise
    except Exception as error:  # its forgiving parser raises a dozen kinds, such as OverflowError for &#99999999999;
        return f"feedparser could not read it: {type(error).__name__}: {error}"[:300]
    feed = parsed.feed
    return Document(
        format=_FORMATS[local_name],
        title=_text(feed, "title"),
        language=_text(feed, "language"),
        drafts=tuple(_draft(entry) for entry in parsed.entries),
        ttl_s=_ttl_s(feed),
        skip_hours=_skip_hours(text),
        skip_days=_skip_days(text),
        is_malformed=bool(parsed.bozo) or mended != text,
        is_cut=is_cut,
        next_archive_url=_href(feed, "prev-archive"),
        site_url="" if local_name == "feed" else _text(feed, "link"),
    )


def _cut(text: str, root: str) -> tuple[str, bool]:
    """At most MAX_ENTRIES items, cut before parsing: 50,000 would take feedparser a minute."""
    for number, match in enumerate(_ITEM.finditer(text)):
        if number == MAX_ENTRIES:
            closing = "</channel>" if root.lower() == "rss" else ""
            return f"{text[: match.start()]}{closing}</{root}>", True
    return text, False


# Some programs write a character beyond 65,535 as the two halves that UTF-16 makes of it; feedparser raises on them.
_HALVES = re.compile(r"(?:&#(?:x0*d[89a-f][0-9a-f]{2}|0*5[5-7][0-9]{3});)+", re.IGNORECASE)
_NUMBER = re.compile(r"&#(x?)([0-9a-f]+);", re.IGNORECASE)


def _joined(match: re.Match[str]) -> str:
    """The characters whose halves were written; a half that stands alone goes."""
    halves = "".join(chr(int(digits, 16 if is_hex else 10)) for is_hex, digits in _NUMBER.findall(match[0]))
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_AMPERSAND = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);|([A-Za-z][A-Za-z0-9]{0,30};))?")


def mend_entities(text: str) -> str:
    """XML whose every ampersand is one: bare ones are escaped, HTML's names such as &nbsp; become characters.

    Without this feedparser falls back to its forgiving parser, which makes `R&D;` of `R&D`.
    """
    parts, position, is_cdata = [], 0, False
    for mark in _CDATA.finditer(text):
        if (mark[0] == "]]>") == is_cdata:
            part = text[position : mark.start()]
            parts += [part if is_cdata else _AMPERSAND.sub(_mended, part), mark[0]]
            position, is_cdata = mark.end(), not is_cdata
    rest = text[position:]
    return "".join([*parts, rest if is_cdata else _AMPERSAND.sub(_mended, rest)])


def _mended(match: re.Match[str]) -> str:
    if match[1]:
        return match[0]
    if match[2] and (characters := html5.get(match[2])):
        return "".join(f"&#{ord(character)};" for character in characters)
    return f"&amp;{match[2] or ''}"


def _draft(entry: dict[str, Any]) -> Draft:
    summary, content = _text(entry, "summary"), _content(entry)
    title_detail = entry.get("title_detail") or {}
    return Draft(
        guid=_text(entry, "id").strip(),
        link=_link(entry),
        title=_text(entry, "title"),
        summary="" if summary == content else summary,
        content=content,
        published=_text(entry, "published") or _text(entry, "created"),
        updated=_text(entry, "updated"),
        author=_text(entry, "author"),
        language=_text(entry, "language") or str(title_detail.get("language") or ""),
    )


def _text(entry: dict[str, Any], key: str) -> str:
    # dict.get, because feedparser's own get answers `updated` with `published` and warns about it.
    value = dict.get(entry, key)
    return value if isinstance(value, str) else ""


def _content(entry: dict[str, Any]) -> str:
    contents = dict.get(entry, "content") or []
    html = [c for c in contents if "html" in str(c.get("type"))] or contents
    return max((str(c.get("value") or "") for c in html), key=len, default="")


def _link(entry: dict[str, Any]) -> str:
    """Where the article is. A guid stands in for a missing link only if it is an address itself."""
    if original := _text(entry, "feedburner_origlink"):  # past the click counter
        return original
    link = _text(entry, "link")
    if link and link == _text(entry, "id") and not link.lower().startswith(("http://", "https://", "/")):
        return ""
    return link or _href(entry, "alternate")


def _href(context: dict[str, Any], rel: str) -> str:
    links = dict.get(context, "links") or []
    return next((str(link.get("href") or "") for link in links if link.get("rel") == rel), "")


def _ttl_s(feed: dict[str, Any]) -> float | None:
    """How long a copy may be kept: rss:ttl in minutes, else the syndication module's period; null for nonsense."""
    ttl = _number(_text(feed, "ttl"))
    if ttl is not None:
        return ttl * 60
    period_s = _PERIODS_S.get(_text(feed, "sy_updateperiod").strip().lower())
    if period_s is None:
        return None
    times = _number(_text(feed, "sy_updatefrequency") or "1")
    return period_s / times if times else None


def _number(text: str) -> float | None:
    """A number above zero, or null."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number > 0 else None


def _skip_hours(text: str) -> frozenset[int]:
    """RSS 2.0 skipHours. feedparser keeps the last hour only. 24 is read as 0, as RSS 0.91 wrote it."""
    block = _SKIP_HOURS.search(text, 0, _CHANNEL_CHARS)
    hours = {int(hour) for hour in _HOUR.findall(block[1])} if block else set()
    return frozenset(hour % 24 for hour in hours if hour <= 24)


def _skip_days(text: str) -> frozenset[int]:
    block = _SKIP_DAYS.search(text, 0, _CHANNEL_CHARS)
    names = {name.lower() for name in _DAY.findall(block[1])} if block else set()
    return frozenset(_WEEKDAYS.index(name) for name in names if name in _WEEKDAYS)
