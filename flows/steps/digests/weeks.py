"""ISO weeks (ISO 8601: Monday to Sunday, week 1 holds the first Thursday), and where they begin in a named zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LABEL = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 9998  # a year of slack, so that bounds and next() stay within what datetime can hold
_DAYS = 7
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)  # strftime would follow the machine's locale


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """One ISO week. Weeks compare by time. Raises ValueError for a week that does not exist."""

    year: int  # the ISO year, which differs from the calendar's around New Year
    week: int  # 1 to 53

    def __post_init__(self) -> None:
        if not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            raise ValueError(f"week {self.label}: the year must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
        last = weeks_in(self.year)
        if not 1 <= self.week <= last:
            raise ValueError(f"week {self.label} does not exist: {self.year} has weeks 1 to {last}")

    @classmethod
    def parse(cls, text: str) -> "IsoWeek":
        """Example: 2026-W47 -> IsoWeek(2026, 47). Raises ValueError for anything else, and says what is wanted."""
        match = _LABEL.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no ISO week; write it like 2026-W47")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def holding(cls, day: date) -> "IsoWeek":
        """The week a calendar day lies in."""
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    @classmethod
    def at(cls, moment: datetime, zone: ZoneInfo) -> "IsoWeek":
        """The week an aware moment lies in, by the calendar of the zone."""
        return cls.holding(moment.astimezone(zone).date())

    @property
    def label(self) -> str:
        """Example: 2026-W47. Sorts as text in the order of time."""
        return f"{self.year:04d}-W{self.week:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=_DAYS - 1)

    @property
    def dates(self) -> str:
        """The days, for people, without repeating a month or year.

        Examples: 16–22 November 2026; 30 November – 6 December 2026; 28 December 2026 – 3 January 2027.
        """
        first, last = self.monday, self.sunday
        until = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
        if first.year != last.year:
            return f"{first.day} {MONTHS[first.month - 1]} {first.year} – {until}"
        if first.month != last.month:
            return f"{first.day} {MONTHS[first.month - 1]} – {until}"
        return f"{first.day}–{until}"

    def previous(self) -> "IsoWeek":
        """The week before. Raises ValueError at the edge of the range of years."""
        return self.holding(self.monday - timedelta(days=_DAYS))

    def next(self) -> "IsoWeek":
        """The week after. Raises ValueError at the edge of the range of years."""
        return self.holding(self.monday + timedelta(days=_DAYS))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Monday 00:00 and the next Monday 00:00 of the zone, as UTC: the week is start <= moment < end.

        A week with a change of clocks lasts 167 or 169 hours. Where midnight itself is skipped or comes twice, the
        earlier reading counts at both ends, so that weeks follow each other without a gap or an overlap.
        """
        return _midnight(self.monday, zone), _midnight(self.monday + timedelta(days=_DAYS), zone)

    def __str__(self) -> str:
        return self.label


def weeks_in(year: int) -> int:
    """52 or 53: 28 December always lies in the last week of its ISO year."""
    return date(year, 12, 28).isocalendar().week


def last_full_week(now: datetime, zone: ZoneInfo) -> IsoWeek:
    """The latest week that is over, in the zone, at the aware moment `now`."""
    return IsoWeek.at(now, zone).previous()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
