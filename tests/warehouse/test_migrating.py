from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

import warehouse
from tests.warehouse import earlier_schemas
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


EARLIER = [step.version for step in migrations()[:-1]]
# Schemas 1 and 2 had no articles yet: what their rows name was never in such a file, so the checks begin at 3.
WITH_ARTICLES = [version for version in EARLIER if version >= 3]


@pytest.mark.parametrize("version", EARLIER)
def test_a_file_of_every_earlier_schema_keeps_its_rows_and_takes_new_ones(path, cases, version):
    path.parent.mkdir()
    earlier_schemas.make(path, version)
    tables = [table for step in migrations() if step.version <= version for table in earlier_schemas.tables_of(step)]
    with duckdb.connect(str(path)) as connection:
        columns = {table: ", ".join(connection.sql(f"from {table}").columns) for table in tables}
        questions = {table: f"select {names} from {table} order by all" for table, names in columns.items()}
        before = {table: connection.execute(question).fetchall() for table, question in questions.items()}
    assert [table for table, rows in before.items() if not rows] == []
    with open_warehouse(path, now=cases.now) as opened:
        after = {table: opened._connection.execute(question).fetchall() for table, question in questions.items()}
        assert after == before
        cases.begin(opened, "r9")
        opened.store_batch(cases.batch(4, batch_id="b9", run_id="r9", start=10))
        assert {f"article{n}" for n in range(10, 14)} <= {
            article for (article,) in opened.query("select article_id from mart.relevant_articles").rows
        }


@pytest.mark.parametrize("version", WITH_ARTICLES)
def test_what_people_ask_a_migrated_file_has_the_answers_of_its_time(path, cases, version):
    path.parent.mkdir()
    earlier_schemas.make(path, version)
    with open_warehouse(path, now=cases.now) as opened:
        assert opened.failed_checks() == {}

        def ask(sql):
            return opened.query(sql).rows

        # A person said no to article1.
        assert ask("select article_id, is_relevant, decided_by from mart.articles order by all") == [
            ("article0", True, "model"),
            ("article1", False, "label"),
            ("article2", True, "model"),
            ("article3", True, "model"),
        ]
        assert ask("select article_id from mart.relevant_articles order by all") == [
            *(("article0",), ("article2",), ("article3",))
        ]
        assert ask("select country, partner, n_articles from mart.country_pairs order by all") == [
            *(("EU", "JP", 1), ("EU", "VN", 1), ("JP", "VN", 3)),
        ]
        assert ask("select feed_id, n_entries, n_articles from mart.feed_health order by all") == [
            *(("feed0", 3, 2), ("feed1", 2, 2)),
        ]
        assert ask("select model_id, decision from mart.model_decisions") == [("m1", "promoted")]
        assert ask("select count(*) from mart.stories where is_relevant") == [(3 if version < 8 else 2,)]
        assert ask("select article_id, section from mart.digest_items") == [("article0", "story")]


@pytest.mark.parametrize("step", migrations(), ids=lambda step: f"{step.version:04d}")
def test_rows_of_every_table_are_kept_for_the_migrations_to_come(step):
    kept = earlier_schemas.file_of(step).read_text() if earlier_schemas.tables_of(step) else ""
    missing = [table for table in earlier_schemas.tables_of(step) if f"insert into {table} values\n(" not in kept]
    assert missing == [], "python -m tests.warehouse.earlier_schemas adds them"


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
