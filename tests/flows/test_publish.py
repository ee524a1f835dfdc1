"""What people read: the copy that the last run published, its age, and what keeps the warehouse from them."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from flows.publish import publish, publish_if_quick, read_copy, standing
from flows.settings import Settings
from tests.flows.tools import QuickCli
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RUNS = "select count(*) as n from ops.runs"


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var", warehouse_wait_s=0.2)


@pytest.fixture
def begin(settings):
    """A function: one more run begins, and the file was last written at some time."""

    def begin(number, at=NOW):
        with open_warehouse(settings.warehouse, now=NOW) as warehouse:
            warehouse.begin_run(f"r{number}", "ingest", NOW)
        os.utime(settings.warehouse, (at.timestamp(), at.timestamp()))

    return begin


@pytest.fixture
def sql(tmp_path):
    cli = QuickCli(tmp_path)
    return lambda *arguments: cli("sql", "--csv", *arguments, RUNS, SMEWATCH_WAREHOUSE_WAIT_S="0.2")


def test_sql_asks_the_copy_and_says_as_of_when_it_speaks(settings, begin, sql):
    begin(1)
    publish(settings)
    done = sql()
    assert (done.stdout, done.stderr) == ("n\n1\n", "As of 2026-11-20 12:00:00 UTC.\n")
    begin(2, at=NOW + timedelta(hours=1))
    done = sql()
    assert done.stdout == "n\n1\n"
    assert done.stderr == "As of 2026-11-20 12:00:00 UTC. The warehouse was written since; --live asks it.\n"
    live = sql("--live")
    assert (live.stdout, live.stderr) == ("n\n2\n", "")


def test_sql_asks_the_warehouse_where_there_is_no_copy_yet(begin, sql):
    begin(1)
    done = sql()
    assert (done.stdout, done.stderr) == ("n\n1\n", "")


def test_sql_asks_the_warehouse_where_the_copy_is_of_an_older_schema(settings, begin, sql):
    begin(1)
    publish(settings)
    copy = read_copy(settings)
    copy.chmod(0o644)
    with open_warehouse(copy, now=NOW) as warehouse:
        warehouse.query("delete from ops.schema_migrations where version >= 4")
    begin(2)
    assert sql().stdout == "n\n2\n"


def test_who_holds_the_warehouse_keeps_nobody_from_the_copy(settings, begin, sql):
    begin(1)
    publish(settings)
    with open_warehouse(settings.warehouse, now=NOW):
        assert sql().stdout == "n\n1\n"
        held = sql("--live")
    assert held.returncode == 1
    assert "held by" in held.stderr


def test_a_copy_that_cannot_be_made_is_a_sentence_and_no_failure(settings, begin):
    assert publish(settings) is None  # nothing to publish, and nobody to miss it
    begin(1)
    settings.data_dir.joinpath("read").write_text("a file where the folder should be")
    assert "was not renewed" in publish(settings)


def test_a_large_copy_is_left_to_the_next_run_by_a_command_that_changes_a_row(settings, begin, monkeypatch):
    begin(1)
    monkeypatch.setattr("flows.publish.QUICK_BYTES", 1000)
    publish_if_quick(settings)
    assert not read_copy(settings).exists()


def test_the_standing_of_a_warehouse_that_does_not_exist_is_quiet(settings):
    found = standing(settings)
    assert (found.holder, found.n_spooled, found.changed_at, found.copy_as_of, found.is_copy_behind) == (
        None,
        0,
        None,
        None,
        False,
    )
    assert found.copy_lag is None


def test_the_standing_names_the_holder_the_backlog_and_the_age_of_the_copy(settings, begin):
    begin(1)
    publish(settings)
    begin(2, at=NOW + timedelta(hours=3))
    settings.spool_dir.mkdir()
    for name, at in (("r2-0001.json", NOW), ("r2-end.json", NOW + timedelta(minutes=1))):
        (settings.spool_dir / name).write_text("{}")
        os.utime(settings.spool_dir / name, (at.timestamp(), at.timestamp()))
    (settings.spool_dir / "unreadable").mkdir()
    (settings.spool_dir / "unreadable" / "r1-0001.json").write_text("?")
    hold = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, settings.warehouse], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        holder.stdout.readline()
        found = standing(settings)
        holder.communicate()
    assert (found.holder.pid, found.holder.is_reader) == (holder.pid, True)
    assert (found.n_spooled, found.spooled_bytes, found.spooled_since, found.n_unreadable) == (2, 4, NOW, 1)
    assert (found.copy_as_of, found.copy_lag, found.is_copy_behind) == (NOW, timedelta(hours=3), True)
