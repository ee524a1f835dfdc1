"""The file written anew: the same content under the same name, less of it free, and no kill that harms."""

import subprocess
import sys
from shutil import copy

import duckdb
import pytest

from tests.warehouse import example_warehouse
from warehouse import compacting, opening
from warehouse.compacting import compact
from warehouse.errors import WarehouseBusy
from warehouse.opening import open_for_reading, open_warehouse

# Says where it is before each step after which a kill may come, and stays there.
STOP_AT = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from warehouse import compacting
def stop(point):
    if point == sys.argv[2]:
        print(point, flush=True)
        time.sleep(600)
rewritten, sync, replace = compacting._rewritten, compacting._sync, Path.replace
def stopping_replace(self, target):
    stop("before the rename")
    replace(self, target)
    stop("after the rename")
def stopping_rewritten(*given):
    stop("held")
    return rewritten(*given)
def stopping_sync(path):
    stop("copied" if path.suffix == ".compact" else "renamed")
    sync(path)
Path.replace, compacting._rewritten, compacting._sync = stopping_replace, stopping_rewritten, stopping_sync
compacting.compact(Path(sys.argv[1]), now=datetime.now(UTC), always=True)
"""


@pytest.fixture
def file(share, tmp_path):
    return copy(example_warehouse.once(share), tmp_path / "warehouse.duckdb")


DESCRIBED = {
    "tables": "schema_name, table_name, comment, sql from duckdb_tables() where not internal",
    "views": "schema_name, view_name, comment, sql from duckdb_views() where not internal",
    "columns": "schema_name, table_name, column_name, comment, data_type from duckdb_columns() where not internal",
    "macros": "schema_name, function_name, comment, macro_definition, parameters from duckdb_functions() "
    "where not internal",
    "keys": "schema_name, table_name, constraint_text from duckdb_constraints()",
}


def described(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            what: connection.execute(f"select {told} order by all").fetchall() for what, told in DESCRIBED.items()
        }


def test_content_and_what_it_says_of_itself_stay(file, contents):
    with open_for_reading(file) as warehouse:
        rows = contents(warehouse)
    told = described(file)
    assert compact(file, now=example_warehouse.END, always=True)
    with open_for_reading(file) as warehouse:
        assert contents(warehouse) == rows
        assert warehouse.failed_checks() == {}
    assert described(file) == told
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(("freed", "kept", "is_worth_it"), [(100_000, 300_000, True), (40_000, 300_000, False)])
def test_what_was_freed_is_given_back_from_a_tenth_on(file, monkeypatch, freed, kept, is_worth_it):
    monkeypatch.setattr(compacting, "WORTH_IT_BYTES", 2**18)
    assert compact(file, now=example_warehouse.END) is None  # nothing is free
    with duckdb.connect(str(file)) as connection:
        # Behind something that stays: DuckDB itself cuts off only what is free at the end.
        for table, n_rows in (("bulk", freed), ("last", kept)):
            connection.execute(
                f"create table ops.{table} as select hash(i)::varchar || hash(-i) as x from range({n_rows}) t(i)"
            )
            connection.execute("checkpoint")
        connection.execute("drop table ops.bulk")
    before = file.stat().st_size
    done = compact(file, now=example_warehouse.END)
    assert bool(done) == is_worth_it
    if done:
        assert file.stat().st_size == done.bytes_after < 0.95 * done.bytes_before
        assert done.bytes_before == before


def test_where_there_is_none_nothing_is_made(tmp_path):
    assert compact(tmp_path / "none.duckdb", now=example_warehouse.END) is None
    assert list(tmp_path.iterdir()) == []


def test_a_held_file_is_not_compacted(file):
    with open_warehouse(file, now=example_warehouse.END), pytest.raises(WarehouseBusy):
        compact(file, now=example_warehouse.END, wait_s=0, always=True)


@pytest.mark.parametrize("point", ["held", "copied", "before the rename", "after the rename", "renamed"])
def test_a_kill_at_any_point_leaves_the_whole_warehouse(file, contents, point):
    with open_for_reading(file) as warehouse:
        rows = contents(warehouse)
    command = [sys.executable, "-c", STOP_AT, str(file), point]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == point
        process.kill()
    with open_for_reading(file, wait_s=5) as warehouse:
        assert contents(warehouse) == rows
    assert compact(file, now=example_warehouse.END, always=True)
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    with open_for_reading(file) as warehouse:
        assert contents(warehouse) == rows


def test_a_file_replaced_between_its_opening_and_its_lock_is_opened_anew(file, monkeypatch):
    attached, tries = opening._attached, []

    def replaced_meanwhile(path, mode, is_sparing):
        connection = attached(path, mode, is_sparing)
        if not tries:
            copy(path, path.with_suffix(".other")).replace(path)
        tries.append(mode)
        return connection

    monkeypatch.setattr(opening, "_attached", replaced_meanwhile)
    with open_warehouse(file, now=example_warehouse.END) as warehouse:
        warehouse.begin_run("late", "bench", example_warehouse.END)
    assert len(tries) == 2
    with open_for_reading(file) as warehouse:
        assert warehouse.query("select count(*) from ops.runs where run_id = 'late'").rows == [(1,)]
