"""What a scheduled run does beside its work: the digest that is owed, and what may not fail what."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from flows import scheduled
from flows.ingest import IngestFailed, IngestReport
from flows.scheduled import Skip
from flows.service import alerting, marks, owed
from flows.service.reconciling import is_made_up
from flows.settings import Settings
from warehouse.digest_rows import DigestRow
from warehouse.opening import open_warehouse

MONDAY = datetime(2026, 11, 23, 7, 7, tzinfo=UTC)  # an hour after the digest of week 47 was due
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def store_edition(settings, week, at):
    """The next edition of a week's digest, as the warehouse keeps it."""
    with open_warehouse(settings.warehouse, now=at) as warehouse:
        before = warehouse.latest_edition(week, settings.zone)
        edition = before.edition + 1 if before else 1
        hashes = [letter * 63 + str(edition) for letter in "htf"]
        row = DigestRow(week, settings.zone, at, None, *hashes[:2], "x.html", edition, hashes[2], "{}", {})
        warehouse.store_digest(row, [])


class Flows:
    """Stands for the flows that a scheduled run wraps; `did` is what they were asked to do."""

    def __init__(self, settings):
        self.settings, self.did = settings, []
        self.ingest_fails = self.digest_fails = None

    def ingest(self, settings, now):
        self.did.append("ingest")
        if self.ingest_fails:
            raise self.ingest_fails
        return IngestReport("r1")

    def digest(self, settings, week, now):
        if self.digest_fails:
            raise self.digest_fails
        self.did.append(week)
        self.store(week, now)
        return SimpleNamespace(week=week, html="page")

    def store(self, week, at):
        store_edition(self.settings, week, at)


@pytest.fixture
def settings(tmp_path):
    made = Settings(data_dir=tmp_path / "var")
    with open_warehouse(made.warehouse, now=MONDAY):
        pass
    marks.note_success(made, "ingest", MONDAY - HOUR)
    marks.note_success(made, "digest", MONDAY - 7 * DAY)
    return made


@pytest.fixture
def flows(settings, monkeypatch):
    ours = Flows(settings)
    monkeypatch.setattr(scheduled, "ingest", SimpleNamespace(fn=ours.ingest))
    monkeypatch.setattr(scheduled, "digest", SimpleNamespace(fn=ours.digest))
    monkeypatch.setattr(scheduled, "write_archive", lambda _: ours.did.append("archive"))
    monkeypatch.setattr(scheduled.artifacts, "tell_ingest", lambda *_: ours.did.append("artifacts"))
    return ours


def test_an_ingest_writes_the_digest_that_is_owed_once(flows, settings):
    scheduled.collect(settings, MONDAY)
    scheduled.collect(settings, MONDAY + HOUR)
    assert flows.did == ["ingest", "artifacts", "archive", "2026-W47", "ingest", "artifacts"]
    assert not owed.is_digest_owed(settings, MONDAY + HOUR)


def test_an_ingest_of_which_a_part_failed_writes_it_too_and_still_fails(flows, settings):
    flows.ingest_fails = IngestFailed(IngestReport("r1", problems=["broken"]))
    with pytest.raises(IngestFailed):
        scheduled.collect(settings, MONDAY)
    assert "2026-W47" in flows.did
    assert "artifacts" in flows.did


def test_a_digest_that_cannot_be_written_fails_no_ingest_and_stays_owed(flows, settings):
    flows.digest_fails = OSError("no space left")
    scheduled.collect(settings, MONDAY)
    assert owed.is_digest_owed(settings, MONDAY)


def test_the_weeks_of_a_pause_are_made_up_for(flows, settings):
    flows.store("2026-W44", MONDAY - 21 * DAY)
    scheduled.write_owed(settings, MONDAY)
    assert flows.did == ["archive", "2026-W45", "2026-W46", "2026-W47"]


def test_a_page_that_a_killed_run_did_not_write_is_no_new_edition(flows, settings):
    flows.store("2026-W47", MONDAY - HOUR)
    scheduled.write_owed(settings, MONDAY)
    assert flows.did == ["archive"]
    assert not owed.is_digest_owed(settings, MONDAY)


def test_a_week_that_was_written_before_it_was_over_is_written_again(flows, settings):
    flows.store("2026-W47", MONDAY - DAY)  # by somebody, on Sunday
    scheduled.write_owed(settings, MONDAY)
    assert flows.did == ["archive", "2026-W47"]


def test_mondays_run_leaves_the_digest_to_an_ingest_that_is_overdue(flows, settings):
    with pytest.raises(Skip, match="an ingest is overdue"):
        scheduled.write_digests(settings, MONDAY + 3 * HOUR)
    scheduled.write_digests(settings, MONDAY - timedelta(minutes=20))
    assert flows.did == ["archive", "2026-W47"]


def test_a_digest_that_another_process_writes_is_left_to_it(flows, settings):
    with owed.one_digest_at_a_time(settings):
        with pytest.raises(Skip, match="another process"):
            scheduled.write_digests(settings, MONDAY - timedelta(minutes=20))
        scheduled.collect(settings, MONDAY)  # an ingest is not skipped for it
    assert flows.did == ["ingest", "artifacts"]


def test_a_team_misses_an_ingest_that_never_succeeded(tmp_path, monkeypatch):
    new = Settings(data_dir=tmp_path / "new")
    monkeypatch.setattr(scheduled, "reconcile", lambda *_: None)
    scheduled.watch(new, MONDAY - 2 * DAY)
    scheduled.watch(new, MONDAY)
    assert {alert.key for alert in alerting.open_alerts(new)} >= {"no-ingest"}
    assert owed.is_digest_owed(new, MONDAY)


def test_the_first_watch_of_a_team_makes_no_run_needless_that_is_due_beside_it(tmp_path, monkeypatch):
    new = Settings(data_dir=tmp_path / "new")
    monkeypatch.setattr(scheduled, "reconcile", lambda *_: None)
    scheduled.watch(new, MONDAY + timedelta(seconds=5))
    assert not is_made_up(MONDAY, marks.last_success(new, "digest", MONDAY + HOUR))
