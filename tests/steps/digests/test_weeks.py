from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.digests.weeks import IsoWeek, last_full_week, weeks_in

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Europe/Berlin", "Asia/Tokyo", "America/Havana", "Pacific/Apia", "Asia/Kathmandu")
]
weeks = st.dates(date(1970, 1, 12), date(2199, 12, 20)).map(IsoWeek.holding)


@pytest.mark.parametrize(
    ("text", "week"),
    [("2026-W47", IsoWeek(2026, 47)), ("2026-W53", IsoWeek(2026, 53)), (" 2027-W01\n", IsoWeek(2027, 1))],
)
def test_a_label_is_read(text, week):
    assert IsoWeek.parse(text) == week


@pytest.mark.parametrize("text", ["2026-47", "2026W47", "W47", "", "2026-W4", "26-W47", "2026-W47-1", "２０２６-W47"])
def test_anything_else_is_refused_with_what_is_wanted(text):
    with pytest.raises(ValueError, match="write it like 2026-W47"):
        IsoWeek.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2025-W53", "2025-W53 does not exist: 2025 has weeks 1 to 52"),
        ("2026-W54", "2026 has weeks 1 to 53"),
        ("2026-W00", "2026 has weeks 1 to 53"),
        ("0001-W01", "between 1970 and 9998"),
        ("9999-W01", "between 1970 and 9998"),
    ],
)
def test_a_week_that_does_not_exist_is_refused_with_the_reason(text, message):
    with pytest.raises(ValueError, match=message):
        IsoWeek.parse(text)


@pytest.mark.parametrize(("year", "number"), [(2024, 52), (2025, 52), (2026, 53), (2027, 52), (2032, 53)])
def test_a_year_has_52_or_53_weeks(year, number):
    assert weeks_in(year) == number


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2026-W47", "16–22 November 2026"),
        ("2026-W49", "30 November – 6 December 2026"),
        ("2026-W53", "28 December 2026 – 3 January 2027"),
    ],
)
def test_dates_for_people_repeat_neither_month_nor_year(label, words):
    assert IsoWeek.parse(label).dates == words


def test_years_meet_at_week_53_and_week_1():
    assert IsoWeek(2026, 53).next() == IsoWeek(2027, 1)
    assert IsoWeek(2027, 1).previous() == IsoWeek(2026, 53)
    assert IsoWeek(2026, 1).previous() == IsoWeek(2025, 52)


@pytest.mark.parametrize(
    ("label", "start", "end", "hours"),
    [
        ("2026-W47", "2026-11-15T23:00", "2026-11-22T23:00", 168),
        ("2026-W13", "2026-03-22T23:00", "2026-03-29T22:00", 167),  # clocks forward on Sunday 29 March
        ("2026-W43", "2026-10-18T22:00", "2026-10-25T23:00", 169),  # clocks back on Sunday 25 October
    ],
)
def test_bounds_follow_the_clocks_of_the_zone(label, start, end, hours):
    got = IsoWeek.parse(label).bounds(BERLIN)
    assert got == (datetime.fromisoformat(start + "+00:00"), datetime.fromisoformat(end + "+00:00"))
    assert got[1] - got[0] == timedelta(hours=hours)
    assert all(moment.tzinfo is UTC for moment in got)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(week=weeks)
def test_weeks_follow_each_other_without_gap_or_overlap(zone, week):
    assert week.bounds(zone)[1] == week.next().bounds(zone)[0]
    assert week.next().previous() == week
    assert week < week.next()


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(seconds=st.integers(315_532_800, 5_680_281_600))  # 1980 to 2150
def test_a_moment_lies_within_the_bounds_of_its_week(zone, seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    start, end = IsoWeek.at(moment, zone).bounds(zone)
    assert start <= moment < end


@given(week=weeks)
def test_a_label_is_parsed_back_and_sorts_by_time(week):
    assert IsoWeek.parse(week.label) == week
    assert week.label < week.next().label


@pytest.mark.parametrize(
    ("now", "zone", "label"),
    [
        ("2026-11-22T22:59:59+00:00", "Europe/Berlin", "2026-W46"),  # Sunday, one second to midnight in Berlin
        ("2026-11-22T23:00:00+00:00", "Europe/Berlin", "2026-W47"),  # Monday there, still Sunday in UTC
        ("2026-11-22T23:00:00+00:00", "UTC", "2026-W46"),
        ("2027-01-04T05:00:00+00:00", "UTC", "2026-W53"),
    ],
)
def test_the_last_full_week_is_over_in_its_zone(now, zone, label):
    assert last_full_week(datetime.fromisoformat(now), ZoneInfo(zone)).label == label
