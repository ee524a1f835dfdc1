"""What the demo's newspapers print: outlets and pieces, read from the data files of this folder.

A piece is a text file: TOML between two lines of `+++`, then paragraphs parted by blank lines. A paragraph that
starts with `## ` is a subheading, with `> ` a quotation; consecutive lines that start with `- ` are a list.
The header also holds the truth of the piece (label, kind, countries). No page and no feed ever says it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One feed of an outlet, as `outlets.toml` describes it."""

    name: str  # by which the header of a piece refers to it; the first feed of an outlet is the default
    path: str
    format: str  # "rss", "rdf", "atom", "json", "sitemap", or "none": an HTML page where a feed is expected
    title: str
    topic: str
    confidence: str = "A"
    full: bool = False  # carries the whole text of each piece (content:encoded)
    malformed: bool = False  # bare ampersands, an undeclared entity, a missing end tag


@dataclass(frozen=True, slots=True)
class Outlet:
    """One publisher: a host, a language, a charset and a layout."""

    key: str  # the name of its folder in articles/
    name: str
    host: str
    country: str  # ISO 3166 alpha-2
    language: str  # ISO 639-1
    charset: str  # as its pages and XML feeds declare it
    layout: str  # the name of a file in layouts/, without .html
    address: str  # path of a piece; {section} and {slug} are filled in
    date_format: str  # strftime: how its pages show a date
    feeds: tuple[FeedSpec, ...]
    sections: Mapping[str, str] = field(hash=False)  # path segment -> label in the navigation
    words: Mapping[str, str] = field(hash=False)  # furniture of its pages: tagline, cookies, related, footer, ...
    disallow: tuple[str, ...] = ()  # path prefixes that its robots.txt closes to everyone


@dataclass(frozen=True, slots=True)
class Piece:
    """One article as the newsroom keeps it. `label`, `kind` and `countries` follow the labelling guide."""

    slug: str
    outlet: Outlet
    title: str
    body: tuple[str, ...]  # paragraphs, with their marks
    label: int  # 1 relevant, 0 not
    kind: str
    countries: tuple[str, ...]
    section: str
    published: str | None  # see `moment`; null (written "never"): neither feed nor page names a date
    edition: int = 1  # 1: from the start; 2: only once the second edition is shown
    updated: str | None = None  # see `moment`; null: never revised
    summary: str = ""
    author: str | None = None
    feeds: tuple[str, ...] = ()  # names of the outlet's feeds that announce it; empty: its first feed
    page: str = "article"  # or "missing", "consent wall", "oversize"
    reprint_of: str | None = None  # slug of the agency piece it repeats

    @property
    def path(self) -> str:
        """Where the outlet keeps it."""
        return self.outlet.address.format(section=self.section, slug=self.slug)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The body as plain text, without the marks."""
        return tuple(re.sub(r"^(## |> |- )", "", line) for part in self.body for line in part.splitlines())

    @property
    def is_reachable(self) -> bool:
        """A polite client gets its text: the page exists, is open to robots, and of an honest size."""
        return self.page == "article" and not self.path.startswith(self.outlet.disallow)

    def is_in(self, feed: FeedSpec) -> bool:
        """Whether that feed of its outlet announces it."""
        return feed.name in (self.feeds or (self.outlet.feeds[0].name,))


_WEEKS_AGO = re.compile(rf"(\d) weeks? ago, ({'|'.join(WEEKDAYS)}) (\d\d):(\d\d)")
_RELATIVE = re.compile(r"(in )?(\d+) (minute|hour|day)s?(?(1)| ago)")


def moment(text: str, now: datetime) -> datetime:
    """A time of the newsroom's calendar in UTC, whole minutes. ISO weeks; week 0 is the one `now` lies in.

    Example, for Sunday 2026-11-22 12:00: "1 week ago, Tue 09:30" -> 2026-11-10 09:30, "6 hours ago" -> 06:00,
    "in 9 days" -> 2026-12-01 12:00. Raises ValueError for anything else.
    """
    if match := _WEEKS_AGO.fullmatch(text):
        weeks, day, hour, minute = match.groups()
        monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        days = WEEKDAYS.index(day) - 7 * int(weeks)
        return monday + timedelta(days=days, hours=int(hour), minutes=int(minute))
    if match := _RELATIVE.fullmatch(text):
        ahead, amount, unit = match.groups()
        distance = timedelta(**{f"{unit}s": int(amount)})
        return (now + distance if ahead else now - distance).replace(second=0, microsecond=0)
    raise ValueError(f"not a time of the newsroom's calendar: {text!r}")


@cache
def outlets() -> tuple[Outlet, ...]:
    """All publishers, in the order of `outlets.toml`."""
    return tuple(_outlet(key, row) for key, row in tomllib.loads(_read("outlets.toml")).items())


@cache
def pieces(edition: int = 1) -> tuple[Piece, ...]:
    """What stands on the web in that edition, each slug once, in the order of the folders."""
    current: dict[str, Piece] = {}
    for piece in _all_pieces():
        shown = current.get(piece.slug)
        if piece.edition <= edition and (shown is None or shown.edition < piece.edition):
            current[piece.slug] = piece
    return tuple(current.values())


def pieces_of(outlet: Outlet, edition: int) -> tuple[Piece, ...]:
    """One publisher's part of `pieces`."""
    return tuple(piece for piece in pieces(edition) if piece.outlet is outlet)


@cache
def _all_pieces() -> tuple[Piece, ...]:
    return tuple(
        _piece(path, outlet) for outlet in outlets() for path in sorted((HERE / "articles" / outlet.key).glob("*.md"))
    )


def _outlet(key: str, row: dict[str, Any]) -> Outlet:
    feeds = tuple(FeedSpec(**feed) for feed in row.pop("feeds"))
    return Outlet(key=key, feeds=feeds, disallow=tuple(row.pop("disallow", ())), **row)


def _piece(path: Path, outlet: Outlet) -> Piece:
    """A file's piece. Its slug is the name up to the first dot: `loan.md` and `loan.second.md` are one piece."""
    _, header, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    row: dict[str, Any] = tomllib.loads(header)
    row = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    if row["published"] == "never":
        row["published"] = None
    paragraphs = tuple(_unwrap(part) for part in body.strip().split("\n\n"))
    return Piece(slug=path.name.split(".")[0], outlet=outlet, body=paragraphs, **row)


def _unwrap(part: str) -> str:
    """Lists keep their lines; other paragraphs may be wrapped in the file and are one line here."""
    return part if part.startswith("- ") else " ".join(part.splitlines())


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def newest_first(some: Iterable[Piece], now: datetime) -> list[Piece]:
    """As a feed lists them; those without a date come last."""
    long_ago = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(some, key=lambda piece: moment(piece.published, now) if piece.published else long_ago, reverse=True)
