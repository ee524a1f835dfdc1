"""Catalogues of feeds: CSV with a heading, and OPML 1 and 2, in and out."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from xml.sax.saxutils import quoteattr

from flows.steps.feeds.feed import Feed
from flows.steps.text.charsets import decode
from flows.steps.text.languages import primary_tag
from flows.steps.text.texts import MAX_TITLE_CHARS, clean, cut
from flows.steps.web.urls import clean_link

MAX_CATALOGUE_BYTES = 8 * 1_048_576
MAX_FEEDS = 100_000
MAX_OUTLINE_DEPTH = 50  # listparser keeps the whole path of each outline: depth costs it quadratic memory
COLUMNS = tuple(field.name for field in fields(Feed))
_OPTIONAL = ("country", "language", "topic", "confidence")


class CatalogueError(ValueError):
    """A catalogue that cannot be used. The message names the file, the line if there is one, and what to do."""

    def __init__(self, name: str, problem: str, line: int | None = None) -> None:
        super().__init__(f"{name}, line {line}: {problem}" if line else f"{name}: {problem}")
        self.name, self.problem, self.line = name, problem, line


def read_catalogue(content: str | bytes, name: str) -> list[Feed]:
    """The feeds of a catalogue, in its order; an address listed twice is one feed, with what either line knew.

    CSV needs a column `url` and may have title, outlet, country, language, topic and confidence; other columns are
    ignored, and semicolons or tabs may stand for commas. OPML gives its folders as topic. `name` is for messages.
    Raises CatalogueError, with the line where there is one.
    """
    if len(content) > MAX_CATALOGUE_BYTES:
        raise CatalogueError(name, f"over {MAX_CATALOGUE_BYTES} bytes, which is no catalogue")
    text = decode(content) if isinstance(content, bytes) else content.removeprefix("\ufeff")
    is_xml = text.lstrip()[:1] == "<"
    feeds = _merged(_opml_feeds(text, name) if is_xml else _csv_feeds(text, name))
    if not feeds:
        raise CatalogueError(name, "it lists no feed")
    if len(feeds) > MAX_FEEDS:
        raise CatalogueError(name, f"{len(feeds)} feeds; at most {MAX_FEEDS} are read")
    return feeds


def catalogue_to_csv(feeds: Iterable[Feed]) -> str:
    """The feeds as CSV that `read_catalogue` reads back, with cells that no spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for feed in feeds:
        writer.writerow([neutral_cell(getattr(feed, column) or "") for column in COLUMNS])
    return out.getvalue()


def catalogue_to_opml(feeds: Iterable[Feed], *, title: str = "smewatch") -> str:
    """The feeds as OPML 2.0, one flat list. Attributes of our own, which other readers pass over, keep the rest."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_escaped(title)}</title></head>",
        "<body>",
        *(_outline(feed) for feed in feeds),
        "</body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def neutral_cell(text: str) -> str:
    """A CSV cell that a spreadsheet shows as text: what begins like a formula gets an apostrophe before it."""
    return f"'{text}" if _FORMULA.match(text) else text


_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")

# --- CSV ------------------------------------------------------------------------------------------------------------


def _csv_feeds(text: str, name: str) -> Iterator[Feed]:
    rows = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=_delimiter(text), strict=True)
    try:
        heading = [cell.strip().lower() for cell in next(rows, [])]
        if "url" not in heading:
            raise CatalogueError(name, "the first line must name the columns, one of them `url`", 1)
        for row in rows:
            cells = dict(zip(heading, (cell.strip() for cell in row), strict=False))
            if any(cells.values()):
                yield _feed(cells, name, rows.line_num)
    except csv.Error as error:
        raise CatalogueError(name, str(error), rows.line_num) from error


def _delimiter(text: str) -> str:
    heading = text.lstrip("\n").partition("\n")[0]
    return max((",", ";", "\t"), key=heading.count)


def _feed(cells: dict[str, str], name: str, line: int | None) -> Feed:
    """One row as a feed."""
    raw = cells.get("url", "")
    url = clean_link("", raw)
    if url is None:
        shown = cut(clean(raw), 80)
        raise CatalogueError(
            name, f"{shown!r} is no http(s) address" if shown else "no address in column `url`", line
        )
    title = _cell(cells, "title") or ""
    return Feed(
        url=url,
        title=title,
        outlet=_cell(cells, "outlet") or title,
        country=(_cell(cells, "country") or "").upper() or None,
        language=primary_tag(_cell(cells, "language")),
        topic=_cell(cells, "topic"),
        confidence=(_cell(cells, "confidence") or "").upper() or None,
    )


def _cell(cells: dict[str, str], column: str) -> str | None:
    text = cells.get(column, "")
    if text.startswith("'") and _FORMULA.match(text[1:]):  # as `neutral_cell` wrote it
        text = text[1:]
    return cut(clean(text), MAX_TITLE_CHARS) or None


# --- OPML -----------------------------------------------------------------------------------------------------------

_DECLARATION = re.compile(r"<!(?:doctype|entity)", re.IGNORECASE)
_OUTLINE_TAG = re.compile(r"<(/?)outline\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def _opml_feeds(text: str, name: str) -> Iterator[Feed]:
    _check_opml(text, name)
    body = _XML_DECLARATION.sub("", text, count=1).encode("ascii", "xmlcharrefreplace")
    import listparser  # it brings an HTTP client along, which no other catalogue needs

    parsed = listparser.parse(body)  # bytes: a string that begins like an address would be fetched
    if not parsed.version:
        raise CatalogueError(name, "neither CSV with a column `url` nor OPML")
    extras = _own_attributes(text)
    for found in parsed.feeds:
        folders = [path[-1] for path in found.get("categories", []) if path and path[-1]]
        cells = {"topic": folders[0] if folders else "", **extras.get(found.url, {})}
        yield _feed({**cells, "url": found.url, "title": found.get("title", "")}, name, None)


def _check_opml(text: str, name: str) -> None:
    if found := _DECLARATION.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise CatalogueError(name, "document type declarations are refused; remove it", line)
    depth = 0
    for tag in _OUTLINE_TAG.finditer(text):
        if not tag[2].endswith("/"):
            depth += -1 if tag[1] else 1
        if depth > MAX_OUTLINE_DEPTH:
            line = text.count("\n", 0, tag.start()) + 1
            raise CatalogueError(name, f"outlines nested deeper than {MAX_OUTLINE_DEPTH}", line)


_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def _own_attributes(text: str) -> dict[str, dict[str, str]]:
    """Outlet, country, language, topic and confidence by address, which listparser does not read."""
    from html import unescape

    found: dict[str, dict[str, str]] = {}
    for tag in _OUTLINE_TAG.finditer(text):
        pairs = {a[1].lower(): unescape(a[2] if a[2] is not None else a[3]) for a in _ATTRIBUTE.finditer(tag[2])}
        if url := pairs.get("xmlurl", "").strip():
            own = {column: pairs[f"smewatch:{column}"] for column in COLUMNS if f"smewatch:{column}" in pairs}
            found.setdefault(url, {"language": pairs.get("language", ""), **own})
    return found


def _outline(feed: Feed) -> str:
    title = _escaped_attribute(feed.title or feed.url)
    own = "".join(
        f" smewatch:{column}={_escaped_attribute(value)}"
        for column in ("outlet", *_OPTIONAL)
        if (value := getattr(feed, column))
    )
    return f'<outline type="rss" text={title} title={title} xmlUrl={_escaped_attribute(feed.url)}{own}/>'


def _escaped_attribute(text: str) -> str:
    return quoteattr(clean(text))


def _escaped(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# --- Both -----------------------------------------------------------------------------------------------------------


def _merged(feeds: Iterable[Feed]) -> list[Feed]:
    """Each address once, at its first place; a later line fills in what the first left empty."""
    by_url: dict[str, Feed] = {}
    for feed in feeds:
        first = by_url.get(feed.url)
        if first is None:
            by_url[feed.url] = feed
            continue
        missing = {c: getattr(feed, c) for c in COLUMNS if not getattr(first, c) and getattr(feed, c)}
        by_url[feed.url] = replace(first, **missing)
    return list(by_url.values())
