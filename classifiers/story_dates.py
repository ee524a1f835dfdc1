"""Dates as far as they are known, and how far apart two of them can be at least."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Days:
    """The days on one of which something was published: one day, or all of a month or a year."""

    first: date
    last: date

    @property
    def number(self) -> int:
        """How many days it could have been; 1 if the day is known."""
        return (self.last - self.first).days + 1


def days_of(written: str | None) -> Days | None:
    """The days meant by a date of any precision; null where none is said or it is no date.

    Example: "2022-03-03" and "2022-03-03T10:00Z" -> that day; "2022-03" -> 1 to 31 March; "2022" -> the year.
    """
    found = _ISO.fullmatch((written or "").strip())
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return Days(first, first)
    last_month = month or 12
    return Days(first, date(first.year, last_month, calendar.monthrange(first.year, last_month)[1]))


def days_between(left: Days | None, right: Days | None) -> int:
    """The least number of days that lie between the two; 0 if they can be the same day or one is not known."""
    if left is None or right is None:
        return 0
    return max(0, (left.first - right.last).days, (right.first - left.last).days)


def days_spanned(left: Days | None, right: Days | None) -> int | None:
    """The number of days among which both surely lie: 1 for the same day; null if one of them is not known."""
    if left is None or right is None:
        return None
    return (max(left.last, right.last) - min(left.first, right.first)).days + 1
