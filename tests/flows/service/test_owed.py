"""What the schedules owe: cron moments in a zone, marks of success, weeks without a digest."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.service import crons, marks, owed
from flows.settings import Settings
from flows.steps.digests.weeks import IsoWeek
from warehouse.digest_rows import DigestRow
from warehouse.opening import open_warehouse

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = "0 6 * * 1"
DUE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday, six in Berlin
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        (DUE - SECOND, DUE - 7 * DAY, DUE),
        (DUE, DUE, DUE + 7 * DAY),
        (DUE + SECOND, DUE, DUE + 7 * DAY),
        # Clocks went back on 25 October 2026: six in the morning is an hour later in UTC.
        (datetime(2026, 10, 25, 12, 0, tzinfo=UTC), datetime(2026, 10, 19, 4, 0, tzinfo=UTC), DUE - 28 * DAY),
    ],
)
def test_the_moments_around_now(now, before, after):
    assert (crons.previous(MONDAY, BERLIN, now), crons.following(MONDAY, BERLIN, now)) == (before, after)


@pytest.mark.parametrize("line", ["every day", "@daily", "0 0 6 * * 1", "0 22-2 * * *", "0 6 31 2 *"])
def test_a_bad_cron_line_is_told(line):
    with pytest.raises(ValueError, match="is no cron line"):
        crons.checked(line)


@pytest.mark.parametrize("line", [MONDAY, "*/5 * * * *", "0 6 * * mon#1", "30 4 L * *", "0 6 31 * 1-5"])
def test_a_cron_line_of_five_fields_can_be_read(line):
    assert crons.checked(line) == line
    assert crons.previous(line, BERLIN, DUE) <= DUE < crons.following(line, BERLIN, DUE)


@pytest.mark.parametrize(
    ("last", "is_owed"),
    [(None, False), (DUE - HOUR, True), (DUE, False), (DUE + SECOND, False), (DUE - 9 * DAY, True)],
)
def test_a_schedule_owes_what_no_success_has_begun_after(last, is_owed):
    assert crons.is_owed(MONDAY, BERLIN, last, DUE + HOUR) is is_owed


@pytest.mark.parametrize(
    ("written", "weeks"),
    [
        ([], ["2026-W47"]),  # the first ever; weeks before nobody asked for
        (["2026-W47"], []),
        (["2026-W46"], ["2026-W47"]),
        (["2026-W44"], ["2026-W45", "2026-W46", "2026-W47"]),  # a machine that was off for three weeks
        (["2026-W44", "2026-W46"], ["2026-W45", "2026-W47"]),
        (["2026-W47", "2026-W44"], []),  # once the last is there, an older gap stays one
        (["2026-W10"], ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]),  # four at most
        (["2026-W50"], ["2026-W47"]),  # of a clock that was wrong
    ],
)
def test_the_weeks_that_lack_a_digest(written, weeks):
    assert [week.label for week in owed.owed_weeks(written, IsoWeek.parse("2026-W47"))] == weeks


def test_weeks_are_counted_across_the_year():
    found = owed.owed_weeks(["2026-W52"], IsoWeek.parse("2027-W01"))
    assert [week.label for week in found] == ["2026-W53", "2027-W01"]


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, zone="Europe/Berlin")


def test_a_mark_holds_the_begin_of_the_last_success(settings):
    assert marks.last_success(settings, "ingest", DUE) is None
    marks.note_success(settings, "ingest", DUE - HOUR)
    marks.note_success(settings, "ingest", DUE)
    assert marks.last_success(settings, "ingest", DUE + HOUR) == DUE


def test_a_mark_of_a_clock_that_was_ahead_counts_for_nothing(settings):
    marks.note_success(settings, "ingest", DUE + DAY)
    assert marks.last_success(settings, "ingest", DUE) is None


def test_after_a_pause_the_ingest_goes_first_and_the_digest_is_written_on_fresh_news(settings):
    for kind in ("ingest", "digest"):
        marks.note_success(settings, kind, DUE - 9 * DAY)
    assert owed.is_digest_owed(settings, DUE + HOUR)
    assert owed.is_ingest_first(settings, DUE + HOUR)
    marks.note_success(settings, "ingest", DUE + HOUR)
    assert not owed.is_ingest_first(settings, DUE + HOUR)


def test_two_processes_do_not_write_the_digest_at_once(settings):
    with owed.one_digest_at_a_time(settings) as first, owed.one_digest_at_a_time(settings) as second:
        assert (first, second) == (True, False)
    with owed.one_digest_at_a_time(settings) as third:
        assert third


def test_what_the_warehouse_keeps_counts_and_not_what_lies_in_the_folder(settings):
    (settings.digests_dir / "2026-W47").mkdir(parents=True)
    (settings.digests_dir / "2026-W47" / "index.html").write_text("page")  # of before an older backup was restored
    with open_warehouse(settings.warehouse, now=DUE) as warehouse:
        for week, at in (("2026-W45", DUE), ("2026-W46", DUE), ("2026-W48", DUE)):  # the last is not over
            row = DigestRow(week, settings.zone, at, None, "h" * 64, "t" * 64, "x.html", 1, "f" * 64, "{}", {})
            warehouse.store_digest(row, [])
    assert owed.written_weeks(settings) == ["2026-W45", "2026-W46"]
