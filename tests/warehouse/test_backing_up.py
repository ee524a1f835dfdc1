"""Backups and the way back; migrations keep a copy of what was before them."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.flows.tools import QuickCli
from warehouse.backing_up import BackupRefused, back_up, inspect, restore
from warehouse.before_migrating import NotKept
from warehouse.errors import NotAWarehouse, NoWarehouse, SchemaTooOld, WarehouseBusy
from warehouse.migrating import apply
from warehouse.opening import create, open_for_reading, open_warehouse, pending_migrations
from warehouse.sql import migrations


@pytest.fixture
def live(made_once, path):
    path.parent.mkdir()
    return Path(shutil.copy(made_once["filled"], path))


def rows(path, sql="select article_id from core.articles order by 1"):
    with open_for_reading(path) as warehouse:
        return warehouse.query(sql).rows


def die_after(live, *statements):
    """A process that is killed with its changes in the log alone."""
    lines = [f"connection.execute({statement!r})" for statement in ("set checkpoint_threshold = '1TB'", *statements)]
    code = ["import os, duckdb", f"connection = duckdb.connect({str(live)!r})", *lines, "os.kill(os.getpid(), 9)"]
    subprocess.run([sys.executable, "-c", "\n".join(code)], check=False)


def test_a_backup_is_the_warehouse_and_says_what_it_holds(live, tmp_path, cases):
    done = back_up(live, tmp_path / "b" / "one.duckdb", now=cases.now)
    assert (done.n_articles, done.failed_checks, done.schema_version) == (4, (), migrations()[-1].version)
    assert rows(done.path) == rows(live)
    assert inspect(done.path) == done
    assert [one.name for one in done.path.parent.iterdir()] == ["one.duckdb"]


def test_a_backup_never_replaces_a_file(live, tmp_path, cases):
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(BackupRefused, match=r"holiday\.txt exists"):
        back_up(live, tmp_path / "holiday.txt", now=cases.now)
    assert (tmp_path / "holiday.txt").read_text() == "mine"


@pytest.mark.parametrize("place", ["holiday.txt/b.duckdb", "/proc/b.duckdb"])
def test_a_backup_that_cannot_be_written_says_where_and_nothing_of_the_read_copy(live, tmp_path, cases, place):
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(BackupRefused, match=r"b\.duckdb was not written: [^:]+\.$") as refused:
        back_up(live, tmp_path / place, now=cases.now)
    assert "read copy" not in str(refused.value)


def test_what_a_killed_run_committed_is_in_the_backup(live, tmp_path, cases):
    die_after(live, "update core.articles set title = 'Committed'")
    assert live.with_name(f"{live.name}.wal").stat().st_size > 0
    done = back_up(live, tmp_path / "b.duckdb", now=cases.now)
    assert set(rows(done.path, "select title from core.articles")) == {("Committed",)}


def test_a_backup_of_an_unsound_warehouse_is_kept_and_told(live, tmp_path, cases):
    with open_warehouse(live, now=cases.now) as warehouse:
        warehouse.query("delete from core.article_texts")
    assert "rows_have_parents" in back_up(live, tmp_path / "b.duckdb", now=cases.now).failed_checks
    assert (tmp_path / "b.duckdb").exists()


def test_restoring_puts_the_backup_in_place_and_the_present_one_aside(live, tmp_path, cases):
    backup = back_up(live, tmp_path / "b.duckdb", now=cases.now).path
    with open_warehouse(live, now=cases.now) as warehouse:
        warehouse.query("update core.articles set title = 'Later'")
    aside = restore(backup, live, now=cases.now)
    assert set(rows(live, "select title from core.articles")) != {("Later",)}
    assert set(rows(aside, "select title from core.articles")) == {("Later",)}
    assert rows(backup) == rows(live)
    assert {one.name for one in live.parent.iterdir()} == {live.name, aside.name}


def test_restoring_needs_no_warehouse_to_be_there_and_replaces_a_broken_one(live, tmp_path, cases):
    backup = back_up(live, tmp_path / "b.duckdb", now=cases.now).path
    live.unlink()
    assert restore(backup, live, now=cases.now) is None
    live.write_bytes(b"broken")
    assert restore(backup, live, now=cases.now).read_bytes() == b"broken"
    assert len(rows(live)) == 4


@pytest.mark.parametrize("place", [0.4, 0.5, 0.9])
def test_a_log_that_is_damaged_goes_aside_with_its_file(live, tmp_path, cases, place):
    backup = back_up(live, tmp_path / "b.duckdb", now=cases.now).path
    die_after(live, "update core.articles set title = 'Later'", "update core.articles set title = 'Latest'")
    log = live.with_name(f"{live.name}.wal")
    damaged = bytearray(log.read_bytes())
    damaged[int(len(damaged) * place)] ^= 0xFF
    log.write_bytes(damaged)
    aside = restore(backup, live, now=cases.now)
    assert rows(live) == rows(backup)
    assert not log.exists()
    assert aside.exists()


def test_a_log_that_belongs_to_another_file_is_told_in_a_sentence(live, tmp_path, cases):
    backup = back_up(live, tmp_path / "b.duckdb", now=cases.now).path
    with open_warehouse(live, now=cases.now) as warehouse:
        warehouse.query("update core.articles set title = 'Later'")
    die_after(live, "update core.articles set title = 'Latest'")
    shutil.copy(backup, live)  # by hand, and the log is forgotten
    with pytest.raises(NotAWarehouse, match=r"its log .* does not belong to it"):
        rows(live)


def test_nothing_is_moved_for_a_file_that_is_no_backup_or_while_the_warehouse_is_open(live, tmp_path, cases):
    (tmp_path / "no.duckdb").write_bytes(b"nothing of ours")
    with pytest.raises(NotAWarehouse):
        restore(tmp_path / "no.duckdb", live, now=cases.now)
    with pytest.raises(NoWarehouse):
        restore(tmp_path / "none.duckdb", live, now=cases.now)
    backup = back_up(live, tmp_path / "b.duckdb", now=cases.now).path
    with open_for_reading(live), pytest.raises(WarehouseBusy):
        restore(backup, live, now=cases.now)
    assert [one.name for one in live.parent.iterdir()] == [live.name]


def old_file(path, cases, n_steps=6):
    def fill(connection):
        apply(connection, migrations()[:n_steps], cases.now)
        connection.execute("insert into ops.runs values ('old', 'ingest', now(), null, 'running', null)")

    create(path, fill)
    return path


def test_before_a_migration_a_copy_is_kept_that_the_smewatch_of_before_can_read(path, cases):
    old_file(path, cases)
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.schema_version() == migrations()[-1].version
    kept = path.with_name(f"{path.name}.schema-0006")
    with duckdb.connect(str(kept), read_only=True) as connection:
        assert connection.execute("select max(version) from ops.schema_migrations").fetchall() == [(6,)]
        assert connection.execute("select run_id from ops.runs").fetchall() == [("old",)]
    with pytest.raises(SchemaTooOld):
        inspect(kept)


def test_only_the_copy_of_the_last_migration_is_kept_and_none_without_one(path, cases):
    old_file(path, cases)
    path.with_name(f"{path.name}.schema-0003").write_bytes(b"older")
    for _ in range(2):
        with open_warehouse(path, now=cases.now):
            pass
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, f"{path.name}.schema-0006"]


def test_without_room_for_the_copy_nothing_is_migrated(path, cases, monkeypatch):
    old_file(path, cases)
    monkeypatch.setattr("warehouse.before_migrating.copying.__file__", "/nowhere/copying.py")
    with pytest.raises(NotKept, match="not migrated"), open_warehouse(path, now=cases.now):
        pass
    assert pending_migrations(path)[0].version == 7


def test_a_kill_while_migrating_leaves_a_file_that_the_next_opening_completes(path, cases):
    old_file(path, cases)
    program = (
        "import pathlib; from datetime import datetime, UTC; from warehouse.opening import open_warehouse\n"
        f"print('ready', flush=True); path, now = pathlib.Path({str(path)!r}), datetime(2026, 11, 22, tzinfo=UTC)\n"
        "with open_warehouse(path, now=now):\n    print('done', flush=True)"
    )
    chance, n_cut = random.Random(3), 0
    for _ in range(4):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.35))
            process.kill()
            n_cut += not process.stdout.read()
        if not n_cut:
            break
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.query("select run_id from ops.runs").rows == [("old",)]
        assert warehouse.schema_version() == migrations()[-1].version
        assert warehouse.failed_checks() == {}


def test_the_commands_tell_what_they_do(live, tmp_path, cases):
    live.rename(tmp_path / "warehouse.duckdb")
    run = QuickCli(tmp_path)
    here = ("--data-dir", ".")
    assert "Nothing to migrate" in run("migrate", *here).stdout
    assert "4 articles" in run("backup", "one.duckdb", *here).stdout
    assert run("backup", "one.duckdb", *here).returncode == 1
    (tmp_path / "many").mkdir()
    assert run("backup", "many", *here).returncode == 0
    assert len(list((tmp_path / "many").iterdir())) == 1
    assert run("backup", "missing/", *here).returncode == 0
    assert [file.suffix for file in (tmp_path / "missing").iterdir()] == [".duckdb"]
    assert "Before" in run("restore", "one.duckdb", *here).stdout
    (tmp_path / "old").mkdir()
    old_file(tmp_path / "old" / "warehouse.duckdb", cases)
    assert "migrations applied" in run("migrate", "--data-dir", "old").stdout


def test_a_dry_run_says_which_migrations_would_run_and_changes_no_byte(tmp_path, cases):
    file = tmp_path / "warehouse.duckdb"
    old_file(file, cases)
    before, written = file.read_bytes(), file.stat().st_mtime_ns
    done = QuickCli(tmp_path)("migrate", "--dry-run", "--data-dir", ".")
    told = [f"{step.version:04d} {step.name.replace('_', ' ')}" for step in migrations() if step.version >= 7]
    assert (done.returncode, done.stdout.splitlines()) == (0, [*told, "Not applied (dry run)."])
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (before, written)
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
