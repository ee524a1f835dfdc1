from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

import warehouse
from warehouse.errors import MigrationEdited, SchemaTooNew
from warehouse.migrating import Applied, applied_migrations, apply, pending
from warehouse.opening import open_warehouse
from warehouse.sql import Migration, migrations

ONE, TWO, THREE = (Migration(n, f"step_{n}", f"create table t{n} (a integer)") for n in (1, 2, 3))
KNOWN = (ONE, TWO, THREE)


def as_applied(*steps):
    return [Applied(step.version, step.name, step.sha256) for step in steps]


@pytest.mark.parametrize(
    ("applied", "still_to_do"),
    [((), KNOWN), ((ONE,), (TWO, THREE)), ((ONE, TWO), (THREE,)), (KNOWN, ())],
)
def test_what_is_not_applied_is_pending_oldest_first(applied, still_to_do):
    assert tuple(pending(as_applied(*applied), KNOWN)) == still_to_do


def test_a_newer_schema_is_refused_with_both_versions():
    with pytest.raises(SchemaTooNew, match=r"version 3; this smewatch knows versions up to 2.*Upgrade") as caught:
        pending(as_applied(*KNOWN), KNOWN[:2])
    assert (caught.value.found, caught.value.known) == (3, 2)


def test_an_edited_migration_is_refused_by_its_number():
    edited = replace(TWO, sql=TWO.sql + " -- harmless?")
    with pytest.raises(MigrationEdited, match=r"Migration 0002 .* new one with the next number") as caught:
        pending(as_applied(ONE, TWO), (ONE, edited, THREE))
    assert caught.value.version == 2


def test_a_file_remembers_each_migration(empty):
    found = empty.query("select version, name, sha256, applied_at from ops.schema_migrations order by version")
    folder = Path(warehouse.__file__).parent / "migrations"
    files = sorted(folder.glob("*.sql"))
    assert [f"{version:04d}_{name}.sql" for version, name, _, _ in found.rows] == [file.name for file in files]
    assert [row[2] for row in found.rows] == [sha256(file.read_bytes()).hexdigest() for file in files]
    assert {row[3] for row in found.rows} == {"2026-11-18T09:00:00Z"}


@pytest.mark.parametrize("version", range(1, len(migrations())))
def test_a_file_of_every_earlier_schema_is_brought_up_to_date(path, cases, version):
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        apply(connection, migrations()[:version], cases.now)
    with open_warehouse(path, now=cases.now) as opened:
        cases.begin(opened)
        opened.store_batch(cases.batch())
        assert opened.query("select count(*) from mart.relevant_articles").rows == [(4,)]


def test_a_migration_that_fails_leaves_no_trace_and_those_before_it_stay(tmp_path, cases):
    path = tmp_path / "w.duckdb"
    first = migrations()[0]
    broken = Migration(2, "broken", "create table core.half (a integer); create table nowhere.t (a integer)")
    with duckdb.connect(str(path)) as connection:
        with pytest.raises(duckdb.Error, match="nowhere"):
            apply(connection, (first, broken), cases.now)
        assert [step.version for step in applied_migrations(connection, path)] == [1]
        assert connection.execute("select * from duckdb_tables() where table_name = 'half'").fetchall() == []


def test_opening_refuses_a_file_with_an_edited_migration(path, cases):
    with open_warehouse(path, now=cases.now) as opened:
        opened.query("update ops.schema_migrations set sha256 = 'edited' where version = 1")
    with pytest.raises(MigrationEdited), open_warehouse(path, now=cases.now):
        pass


def test_opening_refuses_a_file_from_the_future(path, cases):
    with open_warehouse(path, now=cases.now) as opened:
        opened.query(
            "insert into ops.schema_migrations "
            "select 9000, 'future', '', applied_at, '' from ops.schema_migrations limit 1"
        )
    with pytest.raises(SchemaTooNew, match="9000"), open_warehouse(path, now=cases.now):
        pass
