"""Dates of publication: what was claimed, by whom, how precisely; always UTC.

    raw words -> parse_date -> Published -> best_date

feedparser's own date parser is not used: it reads zone names it does not know as UTC, month 13 as the next year's
January and epoch seconds as the year 1699.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from flows.steps.text.zones import MINUTES_EAST, MONTHS

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # no news on the web is older; what claims to be is a default value
FUTURE_TOLERANCE = timedelta(hours=48)  # a wrong zone is at most 26 h off; what is further ahead is a mistake
OVERRULED_AFTER = timedelta(hours=48)  # a feed that dates all it has today is this much later than its pages say
MAX_RAW_CHARS = 100  # the longest honest date met has 61

SOURCES = ("feed", "json-ld", "meta", "page", "url")  # in the order of trust
_PRECISIONS = ("month", "day", "minute", "second")


@dataclass(frozen=True, slots=True)
class Published:
    """A date of publication that somebody claimed. No date is `None`, never a made-up one."""

    at: datetime  # aware, UTC
    source: str  # "feed", "json-ld", "meta", "page", "url": who claimed it
    precision: str  # "second", "minute", "day", "month"
    in_future: bool = False  # more than 48 h after the moment we saw it: kept, flagged, not believed


class _Moment(NamedTuple):
    """A date as written: the time of its own zone, and how much of it was written."""

    at: datetime
    precision: str


_ISO = re.compile(
    r"(?P<year>[12]\d{3})(?P<dash>-?)(?P<month>\d\d)(?:(?P=dash)(?P<day>\d\d))?"
    r"(?:(?:[Tt_ ]|\s+)(?P<time>\d\d.*))?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>[12]\d{3})\s?[年년/.]\s?(?P<month>\d{1,2})\s?[月월/.]\s?(?P<day>\d{1,2})\s?[日일.]?(?P<time>.*)"
)
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?[\s-]*(?:de |of )?(?P<word>[^\W\d_]{3,12})\.?,?[\s-]*(?:de |of )?"
    r"(?P<year>\d{4}|\d\d)(?!\d)(?P<time>.*)"
)
_MONTH_FIRST = re.compile(
    r"(?P<word>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)(?P<time>.*)"
)
_ASCTIME = re.compile(  # C's asctime, and Java's and Ruby's with a zone before the year
    r"(?:[A-Za-z]{3},?\s)?(?P<word>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+(?P<clock>\d\d:\d\d:\d\d)\s+"
    r"(?P<zone>[A-Z]{1,5}\s+|[+-]\d{4}\s+)?(?P<year>\d{4})"
)
_NUMERIC = re.compile(r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>[12]\d{3})(?P<time>.*)")
_CLOCK = re.compile(
    r"[\s,T|@–-]*(?:星期.|周.|\(.\)|.요일)?\s*(?:(?:at|um|à|às|a las|lúc|klo|kl)\s)?"
    r"(?P<half_before>上午|下午|오전|오후|午前|午後)?\s?"
    r"(?P<hour>\d{1,2})[:.hH时時시]\s?(?P<minute>\d\d)?(?:[:.分분]\s?(?P<second>\d\d)(?:[.,]\d{1,9})?)?秒?\s*"
    r"(?P<half>[AaPp]\.?[Mm]\.?\b)?(?:Uhr)?\s*(?P<zone>.*)"
)
_COMPACT_CLOCK = re.compile(r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d+)?(?P<zone>\D.*)?")
_OFFSET = re.compile(r"(?:GMT|UTC?|Z)?\s?(?P<sign>[+\-−])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?(?!\d)")
_ZONE_WORD = re.compile(r"[A-Za-z]{1,5}")
_WEEKDAY = re.compile(
    r"(?:(?:thứ\s+\w+|chủ nhật|t[2-7]|cn|星期.|周.|週.|\(.\)|[^\W\d_]{2,12}\.?)\s*[,.]\s*"
    r"|[^\W\d_]{2,12}\.?\s+(?=\d))",
    re.IGNORECASE,
)
_VIETNAMESE = re.compile(r"^\s*(?:thứ\s|chủ nhật|t[2-7]\b|cn\b)", re.IGNORECASE)


def parse_date(raw: str, *, source: str, seen_at: datetime) -> Published | None:
    """What a date in words says, or null if it says nothing we can read without guessing.

    Reads RFC 822 and RFC 5322 dates, ISO 8601 and the W3C profile, epoch seconds, C's asctime, and what people write
    in a dozen languages. A time without a zone is taken as UTC. `20/11/2026` is read, `05/11/2026` is not: it is two
    dates. Dates before 1995 are null; dates more than 48 h after `seen_at` are flagged.
    """
    moment = _moment(" ".join(raw[:MAX_RAW_CHARS].split()))
    if moment is None:
        return None
    try:
        at = moment.at.astimezone(UTC)
    except OverflowError:  # the year 1 or 9999, and a zone that leads out of the calendar
        return None
    if at < EARLIEST:
        return None
    return Published(at, source, moment.precision, in_future=at > seen_at + FUTURE_TOLERANCE)


def parse_feed_date(raw: str | None, *, seen_at: datetime) -> Published | None:
    """The date a feed claims for an entry; see `parse_date`."""
    return parse_date(raw, source="feed", seen_at=seen_at) if raw else None


def best_date(candidates: Iterable[Published | None]) -> Published | None:
    """The claim to believe, or null without any.

    The order of trust is feed, JSON-LD, meta tags, visible page, address; a claim of the future yields to any that is
    not. Two corrections: a feed that is more than 48 h later than the page's own metadata dates its entries by the
    hour of the poll, and loses; a coarser claim is replaced by a finer one of the same day.
    """
    ranked = sorted((c for c in candidates if c is not None), key=lambda c: (c.in_future, SOURCES.index(c.source)))
    if not ranked:
        return None
    best = ranked[0]
    if best.source == "feed":
        best = next((c for c in ranked if _overrules(c, best)), best)
    return next((c for c in ranked if _refines(c, best)), best)


def _overrules(page: Published, feed: Published) -> bool:
    return page.source in ("json-ld", "meta") and page.at < feed.at - OVERRULED_AFTER


def _refines(other: Published, best: Published) -> bool:
    finer = _PRECISIONS.index(other.precision) > _PRECISIONS.index(best.precision)
    same = (other.at.year, other.at.month) == (best.at.year, best.at.month)
    return finer and same and (best.precision == "month" or other.at.date() == best.at.date())


def date_in_url(url: str, *, seen_at: datetime) -> Published | None:
    """The date that stands in an address, such as /2026/11/20/ or -20261120-, to the day or the month."""
    path = re.sub(r"^[a-z]+://[^/]*", "", url[:2000]).partition("?")[0]
    for pattern in (_URL_DAY, _URL_COMPACT, _URL_MONTH):
        if match := pattern.search(path):
            raw = "-".join(part for part in match.groups() if part)
            found = parse_date(raw, source="url", seen_at=seen_at)
            if found is not None and not found.in_future:
                return replace(found, precision="day" if pattern is not _URL_MONTH else "month")
    return None


_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-](\d\d)[/_-](\d\d)(?!\d)")
_URL_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?=\D|\d{4,6}(?:\D|$)|$)")
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])/")


def _moment(raw: str) -> _Moment | None:
    if raw.isascii() and raw.isdigit() and len(raw) in (10, 13):  # epoch seconds or milliseconds
        return _Moment(datetime.fromtimestamp(int(raw[:10]), UTC), "second")
    without_weekday = _WEEKDAY.sub("", raw, count=1) if not raw[:1].isdigit() else raw
    for text in dict.fromkeys((without_weekday, raw)):
        for reader in (_iso, _year_first, _asctime, _worded, _numeric):
            moment = reader(text, raw)
            if moment is not None:
                return moment
    return None


def _iso(text: str, _raw: str) -> _Moment | None:
    match = _ISO.fullmatch(text)
    if match is None or (match["day"] is None and not match["dash"]):  # 202611 is as well a number
        return None
    if match["day"] is None:
        return _built(match["year"], match["month"], "1", "", precision="month")
    return _built(match["year"], match["month"], match["day"], match["time"] or "")


def _year_first(text: str, _raw: str) -> _Moment | None:
    match = _YEAR_FIRST.fullmatch(text)
    return _built(match["year"], match["month"], match["day"], match["time"]) if match else None


def _asctime(text: str, _raw: str) -> _Moment | None:
    match = _ASCTIME.match(text)
    month = MONTHS.get(match["word"].lower()) if match else None
    if match is None or month is None:
        return None
    return _built(match["year"], str(month), match["day"], f"{match['clock']} {match['zone'] or ''}")


def _worded(text: str, _raw: str) -> _Moment | None:
    match = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    month = MONTHS.get(match["word"].lower()) if match else None
    if match is None or month is None:
        return None
    year = int(match["year"])
    if year < 100:  # RFC 5322, 4.3: 00-49 are this century
        year += 2000 if year < 50 else 1900
    return _built(str(year), str(month), match["day"], match["time"])


def _numeric(text: str, raw: str) -> _Moment | None:
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, second = int(match["first"]), int(match["second"])
    is_day_first = match["mark"] != "/" or first > 12 or first == second or bool(_VIETNAMESE.match(raw))
    if not is_day_first and second <= 12:
        return None  # 05/11/2026 is May in Boston and November in Hanoi
    day, month = (first, second) if is_day_first else (second, first)
    return _built(match["year"], str(month), str(day), match["time"])


def _built(year: str, month: str, day: str, clock_and_zone: str, *, precision: str = "day") -> _Moment | None:
    try:
        date = datetime(int(year), int(month), int(day))  # noqa: DTZ001 the zone is read below
    except ValueError:
        return None
    match = _CLOCK.fullmatch(clock_and_zone) or _COMPACT_CLOCK.fullmatch(clock_and_zone.strip())
    if match is None:
        zone = _zone(clock_and_zone.strip(" -,|"))
        return _Moment(date.replace(tzinfo=UTC), precision) if zone is not None else None
    zone, hour = _zone(match["zone"] or ""), _hour(match)
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    if zone is None or hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    # 24:00 and a leap second are the first moment of what follows.
    at = _later(date.replace(tzinfo=zone), timedelta(hours=hour, minutes=minute, seconds=second))
    return _Moment(at, "second" if match["second"] else "minute") if at else None


def _later(start: datetime, by: timedelta) -> datetime | None:
    try:
        return start + by
    except OverflowError:
        return None


def _hour(match: re.Match[str]) -> int:
    """The hour of the day, with the half of the day taken in."""
    hour = int(match["hour"])
    groups = match.groupdict()
    half = (groups.get("half") or "").replace(".", "").lower() or groups.get("half_before") or ""
    if half in ("pm", "下午", "오후", "午後") and hour < 12:
        return hour + 12
    return 0 if half in ("am", "上午", "오전", "午前") and hour == 12 else hour


def _zone(text: str) -> timezone | None:
    """The zone a date ends with; UTC if it names none, null if it names what cannot be one (+9900)."""
    text = text.strip(" ()[],.")
    if match := _OFFSET.search(text):
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        if minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=minutes if match["sign"] == "+" else -minutes))
    word = _ZONE_WORD.match(text)
    return timezone(timedelta(minutes=MINUTES_EAST.get(word[0].upper(), 0) if word else 0))
