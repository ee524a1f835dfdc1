"""Plain words for numbers, dates and doubts, and scraped lines made safe to show. English, for people."""

import re
import unicodedata
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flows.steps.digests.weeks import MONTHS, IsoWeek
from flows.steps.text.dates import Published

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MAX_LINK_CHARS = 2000
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
# Overrides and embeddings can reorder the text around them; a template's <bdi> isolates, a terminal does not.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\ufeff\u200b\u2060\u00ad\ufff9\ufffa\ufffb\ufffe\uffff")


def clean_line(text: str, max_chars: int) -> str:
    """A scraped text as one bounded line: white space folded, control, reordering and invisible characters gone."""
    # Cut before the work: a title can be megabytes. Four times the bound leaves room for what is folded away.
    kept = (" " if char.isspace() else char for char in text[: 4 * max_chars + 1000] if not _is_unwanted(char))
    return clip(" ".join("".join(kept).split()), max_chars)


def clip(text: str, max_chars: int) -> str:
    """At most `max_chars` characters, cut between words where there are any and marked with an ellipsis."""
    if len(text) <= max_chars:
        return text
    cut = text[: max_chars - 1]
    head, space, _ = cut.rpartition(" ")
    # A headline without spaces (Chinese, or an attack) is cut where it stands.
    whole = head if space and len(head) > max_chars // 2 else cut
    return whole.rstrip(" ,;:–-") + "…"


def safe_link(url: str) -> str | None:
    """The address if a browser may be sent there: http or https, a host, no credentials, no blanks; else null."""
    if len(url) > _MAX_LINK_CHARS or any(char.isspace() or _is_unwanted(char) for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    # "https://bank.example@evil.example/" reads as one site and leads to another.
    return url if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None


def language_tag(language: str | None) -> str | None:
    """A value fit for an HTML lang attribute; null where it is unknown, malformed, or English as the page itself."""
    return language if language and language != "en" and _LANGUAGE.fullmatch(language) else None


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Examples: 1 story; 12 stories; 1,204 articles."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def change(now: int, before: int) -> str:
    """The way from last week's count to this one, as sign and word. Example: (14, 9) -> +5, up from 9 last week."""
    if now == before:
        return f"±0, as many as last week ({before:,})"
    sign, way = ("+", "up") if now > before else ("−", "down")
    return f"{sign}{abs(now - before):,}, {way} from {before:,} last week"


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Examples: A; A and B; A, B and C."""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def day_words(day: date, week: IsoWeek, *, weekday: bool = False) -> str:
    """Examples: 18 Nov; Wed 18 Nov; 3 Mar 2025 where the year is not the week's."""
    words = f"{day.day} {MONTHS[day.month - 1][:3]}"
    if day.year not in {week.monday.year, week.sunday.year}:
        words += f" {day.year}"
    return f"{_WEEKDAYS[day.weekday()]} {words}" if weekday else words


def moment_words(moment: datetime, zone: ZoneInfo) -> str:
    """A moment by the zone's clocks. Example: 15 November 2026, 23:00 UTC in Berlin -> 16 November 2026, 00:00."""
    local = moment.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def date_words(published: Published | None, first_seen_at: datetime, week: IsoWeek, zone: ZoneInfo) -> str:
    """When an article appeared, with every doubt said aloud: no date, none exact, one in the future, another week."""
    seen = f"first seen {day_words(first_seen_at.astimezone(zone).date(), week)}"
    if published is None:
        return f"no date given; {seen}"
    if published.precision == "month":
        return f"{MONTHS[published.at.month - 1]} {published.at.year}, day not given; {seen}"
    day = _local_day(published, zone)
    if published.in_future:
        return f"dated {day_words(day, week)}, then still in the future; {seen}"
    if day < week.monday:
        return f"{day_words(day, week, weekday=True)}, before this week; {seen}"
    words = day_words(day, week, weekday=True)
    return f"{words}, by its address" if published.source == "url" else words


def _local_day(published: Published, zone: ZoneInfo) -> date:
    """A date without a time of day is the publisher's; moving it to our zone would make it the day before."""
    return published.at.astimezone(UTC if published.precision == "day" else zone).date()


def _is_unwanted(char: str) -> bool:
    if char in _REORDERING or char in _INVISIBLE:
        return True
    category = unicodedata.category(char)
    return category == "Cs" or (category == "Cc" and not char.isspace())
