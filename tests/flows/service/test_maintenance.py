"""The chores of the night: each by itself, and none of them twice."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.service import leases, maintenance
from flows.service.maintenance import ChoresFailed, maintain
from flows.settings import Settings
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var", text_months=6)


def test_on_a_new_installation_there_is_nothing_to_clean(settings):
    maintain(settings, NOW)
    assert not settings.warehouse.exists()


def test_pages_past_their_days_go_and_others_stay(settings):
    folder = settings.archive_dir / "2026" / "08"
    folder.mkdir(parents=True)
    old, young = folder / "20260801T000000Z-aaaaaa.warc.gz", folder / "20260828T000000Z-bbbbbb.warc.gz"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    maintain(settings, NOW)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_chore_that_fails_keeps_no_other_from_being_done(settings, monkeypatch):
    done = []

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(maintenance, "retire_texts", fail)
    monkeypatch.setattr(maintenance, "publish", lambda _: done.append("published"))
    with pytest.raises(ChoresFailed, match=r"texts past their months .*no space left"):
        maintain(settings, NOW)
    assert done == ["published"]


def test_the_read_copy_is_there_after_a_night(settings):
    with open_warehouse(settings.warehouse, now=NOW - timedelta(days=1)):
        pass
    maintain(settings, NOW)
    assert (settings.data_dir / "read" / settings.warehouse.name).exists()


def test_leases_of_the_dead_are_swept_and_those_of_the_living_stay(settings):
    with leases.alive(settings, "living"):
        (leases._file(settings, "dead")).write_text("123")
        assert leases.sweep(settings) == 1
        assert leases.is_alive(settings, "living") is True
        assert leases.is_alive(settings, "dead") is None
