"""The week of what was dated to the day or to the month, in zones west and east of UTC."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from warehouse.digest_rows import DigestRow
from warehouse.rows import Batch, LabelRow

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)  # of week 47, and how the sixteenth is stored, wherever it was printed
ZONES = [  # from 11 hours behind UTC to 14 ahead
    *("Pacific/Pago_Pago", "America/New_York", "America/St_Johns", "UTC", "Asia/Tokyo"),
    *("Pacific/Auckland", "Pacific/Kiritimati"),
]


def week_of(zone, n=47):
    """Where a week of 2026 begins and ends in a zone."""
    monday = (MONDAY + timedelta(weeks=n - 47)).replace(tzinfo=ZoneInfo(zone))
    return monday, monday + timedelta(days=7)


def store(warehouse, cases, at, precision, **changes):
    """One relevant article and the entry that announced it, dated so."""
    cases.begin(warehouse)
    dated = {"published_at": at, "published_at_source": "url", "published_at_precision": precision}
    one = cases.batch(1)
    entries = tuple(replace(entry, **dated, **_of_entry(changes)) for entry in one.entries)
    warehouse.store_batch(replace(one, entries=entries, articles=(cases.article(0, **dated, **changes),)))


def _of_entry(changes):
    return {{"first_seen_at": "seen_at"}.get(name, name): value for name, value in changes.items()}


def told_in(warehouse, zone):
    """The weeks of 2026 in which a zone's digest tells the article, each of its numbers agreeing."""
    weeks = []
    for n in range(45, 50):
        span = week_of(zone, n)
        articles = [one for one in warehouse.week_articles(*span, zone) if not one.is_late]
        counts = warehouse.week_counts(*span, zone)
        totals = [one.week for one in warehouse.week_stories(zone, *span) if one.kind is None and one.n_stories]
        pairs = {one.week for one in warehouse.week_pairs(zone, *span)}
        assert (len(articles), set(totals)) == (counts.n_articles, pairs)
        assert (counts.n_entries, warehouse.label_counts(*span, zone).n_labelled) == (
            2 * len(articles),
            len(articles),
        )
        assert totals == [f"2026-W{n}"] * len(articles)
        weeks += totals
    return weeks


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("day", "week"), [(-1, "2026-W46"), (0, "2026-W47"), (6, "2026-W47"), (7, "2026-W48")])
def test_a_date_without_an_hour_is_that_date_in_every_zone(empty, cases, zone, day, week):
    store(empty, cases, MONDAY + timedelta(days=day), "day")
    empty.store_labels([LabelRow("article0", 1, "ann", cases.now)])
    assert told_in(empty, zone) == [week]


def test_a_date_with_an_hour_is_a_moment(empty, cases):
    store(empty, cases, MONDAY, "minute")
    empty.store_labels([LabelRow("article0", 1, "ann", cases.now)])
    assert (told_in(empty, "America/New_York"), told_in(empty, "UTC")) == (["2026-W46"], ["2026-W47"])


def test_a_date_that_is_not_believed_leaves_the_moment_it_was_seen_a_moment(empty, cases):
    store(empty, cases, MONDAY + timedelta(days=90), "day", is_published_in_future=True, first_seen_at=MONDAY)
    empty.store_labels([LabelRow("article0", 1, "ann", cases.now)])
    assert (told_in(empty, "America/New_York"), told_in(empty, "UTC")) == (["2026-W46"], ["2026-W47"])


@pytest.mark.parametrize(
    ("seen", "counts"),
    [
        (datetime(2026, 11, 18, 9, tzinfo=UTC), "2026-11-18 09:00"),
        (datetime(2026, 12, 20, tzinfo=UTC), "2026-11-30 23:59"),  # an old article stays old
        (datetime(2026, 10, 31, tzinfo=UTC), "2026-11-01 00:00"),  # announced a day ahead
    ],
)
@pytest.mark.parametrize("session", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_month_alone_counts_when_it_was_seen_within_it(empty, cases, seen, counts, session):
    store(empty, cases, datetime(2026, 11, 1, tzinfo=UTC), "month", first_seen_at=seen)
    empty.query(f"set timezone = '{session}'") if session != "UTC" else None
    asked = "select strftime(timezone('UTC', counted_at), '%Y-%m-%d %H:%M'), is_dated_by_day from mart.articles"
    assert empty.query(asked).rows == [(counts, False)]


def test_a_late_arrival_is_late_for_the_week_of_its_printed_date(empty, cases):
    zone, seen = "America/New_York", MONDAY + timedelta(days=8)
    cases.begin(empty)
    empty.store_digest(
        DigestRow("2026-W47", zone, MONDAY + timedelta(days=7, hours=11), "m1", "h", "t", "x.html", 1, "f", "{}"), ()
    )
    dated = {"published_at": MONDAY, "published_at_source": "url", "published_at_precision": "day"}
    article = cases.article(0, first_seen_at=seen, **dated)
    empty.store_batch(
        Batch("b1", "r1", seen, articles=(article,), texts=(cases.text(0),), verdicts=(cases.verdict(0),))
    )
    [found] = empty.week_articles(*week_of(zone, 48), zone)
    assert found.is_late
