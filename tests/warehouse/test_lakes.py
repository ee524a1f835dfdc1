"""A lake on a real PostgreSQL: the rows of a file, and two processes that ingest at once lose and double nothing."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.warehouse import example_warehouse
from tests.warehouse.lake_tools import (
    SERVERS,
    address_at,
    answer,
    environment,
    free_port,
    new_lake,
    postgres,
    smewatch,
    start,
)
from warehouse.addresses import parse_address
from warehouse.errors import NoLake
from warehouse.lakes import for_lake
from warehouse.opening import open_for_reading
from warehouse.sql import migrations

pytestmark = pytest.mark.longest

OF_THE_STORE = (
    *("test_archived.py", "test_asking.py", "test_deliveries.py", "test_digests.py"),
    *("test_documented.py", "test_feed_keeping.py"),
    *("test_feeds.py", "test_known.py", "test_models.py", "test_runs.py", "test_store_batch.py"),
    *("test_stories_kept.py", "test_views.py", "test_weeks_in_zones.py"),
)


@pytest.fixture(scope="module")
def port():
    with postgres() as port:
        yield port


@pytest.fixture(scope="module")
def address(port, tmp_path_factory):
    """The lake of this module."""
    return address_at(port, tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def another(port, tmp_path_factory):
    """Addresses of further lakes by name, each in a database of its own."""
    return lambda name: new_lake(port, name, tmp_path_factory.mktemp(name))


@pytest.fixture(scope="module")
def examples(another):
    """A lake that holds the invented warehouse."""
    at = another("examples")
    answer(start("from tests.warehouse import example_warehouse\nexample_warehouse.make(address)\nprint(1)", at))
    return at


def test_questions_as_of_now_see_nothing_of_what_is_stored_between_them(another):
    told = answer(
        start(
            "def n_runs(lake):\n"
            "    return lake.query('select count(*) from ops.runs').rows[0][0]\n"
            "with open_warehouse(address, now=cases.NOW) as lake:\n"
            "    ingest(lake, 'a')\n"
            "    with lake.as_of_now():\n"
            "        first = n_runs(lake)\n"
            "        with open_warehouse(address, now=cases.NOW) as other:\n"
            "            ingest(other, 'b')\n"
            "        second = n_runs(lake)\n"
            "    print(json.dumps([second - first, n_runs(lake) - second]))",
            another("snapshot"),
        )
    )
    assert told[0] == 0
    assert told[1] > 0


def test_two_processes_that_ingest_into_one_lake_at_once_lose_and_double_nothing(address, tmp_path):
    writers = [
        start(
            "with open_warehouse(address, now=cases.NOW) as lake:\n"
            f"    ingest(lake, {who!r})\n    print(json.dumps(lake.failed_checks()))",
            address,
        )
        for who in ("a", "b")
    ]
    for writer in writers:
        answer(writer)
    told = answer(
        start(
            "with open_warehouse(address, now=cases.NOW) as lake:\n"
            "    print(json.dumps([rows(lake), lake.failed_checks(), lake.schema_version(),\n"
            "        lake.query('select count(*) from ops.batches').rows[0][0],\n"
            "        lake.query('select count(*) from mart.relevant_articles').rows[0][0]]))",
            address,
        )
    )
    expected = answer(
        start(
            "with open_warehouse(address, now=cases.NOW) as file:\n"
            "    ingest(file, 'a'); ingest(file, 'b'); print(json.dumps(rows(file)))",
            str(tmp_path / "file.duckdb"),
        )
    )
    assert told == [expected, {}, migrations()[-1].version, 6, 12]


def test_the_tests_of_the_store_pass_on_lakes_too(port, tmp_path):
    folder = Path(__file__).parent
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            *(folder / name for name in OF_THE_STORE),
        ],
        env=environment(TESTS_LAKE=os.pathsep.join((str(SERVERS[-1]), str(port), str(tmp_path)))),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    # Not on files: an environment that is cleared before the tests' conftest reads it would let that pass unseen.
    assert len(list(tmp_path.rglob("*.parquet"))) > 100


def test_every_example_gives_the_same_answer_on_a_lake_as_on_a_file(examples, share):
    ask = """
from warehouse.example_queries import example_queries
from warehouse.opening import open_for_reading
def answers(at):
    with open_for_reading(at) as warehouse:
        found = {one.name: warehouse.query(one.sql).rows for one in example_queries()}
        return {name: list(map(repr, rows)) for name, rows in found.items()}, warehouse.failed_checks()
"""
    there = answer(start(f"{ask}print(json.dumps(answers(address)))", examples))
    here = answer(start(f"{ask}print(json.dumps(answers(address)))", str(example_warehouse.once(share))))
    assert there == here


def test_commands_work_on_a_lake_as_on_a_file(examples, tmp_path):
    code, told = smewatch(examples, tmp_path, "sql", "--csv", "select count(*) > 100 as many from mart.articles")
    assert (code, told.splitlines()) == (0, ["many", "True"])
    code, told = smewatch(examples, tmp_path, "status")
    assert "the lake ducklake:postgres:host=127.0.0.1" in told
    assert "Not known now" not in told
    code, told = smewatch(examples, tmp_path, "search", "small firms", "-n", "1")
    assert (code, "Nothing found" in told) == (0, False)
    assert smewatch(examples, tmp_path, "migrate", "--dry-run") == (0, "Nothing to migrate.\n")
    assert smewatch(examples, tmp_path, "export", tmp_path / "out")[0] == 0
    code, told = smewatch(examples, tmp_path, "doctor")
    assert "in the lake ducklake:postgres:" in told


MERGING = """
from datetime import UTC, datetime, timedelta
from warehouse.compacting import compact
from warehouse.opening import open_for_reading

def pieces(lake):
    # Files on disk, files that the present state consists of, and rows that the catalogue itself holds.
    def ask(sql):
        return lake._connection.execute("from postgres_query('smewatch_locks', ?)", [sql]).fetchall()
    present = " where end_snapshot is null"
    live = ask("select count(*) from ducklake_data_file" + present)[0][0]
    tables = [name for name, in ask("select table_name from ducklake_inlined_data_tables")]
    inlined = sum(ask(f"select count(*) from {name}" + present)[0][0] for name in tables)
    return len(list(Path(address.data).rglob("*.parquet"))), live, inlined

def told(lake):
    return rows(lake), lake.failed_checks(), pieces(lake)

with open_warehouse(address, now=cases.NOW) as lake:
    for number in range(4):
        batch = cases.batch(40, batch_id=f"b{number}", run_id=f"r{number}", start=41 * number)
        cases.begin(lake, batch.run_id)
        lake.store_batch(batch)
    states = [told(lake)]
with open_for_reading(address) as reader:
    asked = [rows(reader)]
    for days in (0, 3, 6):
        compact(address, now=datetime.now(UTC) + timedelta(days=days))
        with open_warehouse(address, now=cases.NOW) as lake:
            states.append(told(lake))
        asked.append(rows(reader))
print(json.dumps([states, asked]))
"""


def test_the_nightly_maintenance_merges_small_files_and_loses_no_row(another):
    states, asked = answer(start(MERGING, another("merging")))
    before = states[0][0]
    assert len(before["core.articles"]) == 160
    assert [(rows, failed) for rows, failed, _ in states] == [(before, {})] * 4
    assert asked == [before] * 4  # who reads meanwhile notices nothing
    (_, small, inlined), merged, cleaned, again = (pieces for _, _, pieces in states)
    assert inlined > 0
    assert merged[2] == 0
    assert merged[1] < small / 2
    assert cleaned[0] < merged[0]  # what they were merged from is deleted once nobody can be asking for it
    assert again == cleaned


def test_what_needs_a_file_says_so_on_a_lake(examples, tmp_path):
    for words in (("backup", tmp_path / "b.duckdb"), ("import", tmp_path)):
        code, told = smewatch(examples, tmp_path, *words)
        assert code == 1
        assert "This needs a warehouse file, and SMEWATCH_WAREHOUSE names a lake" in told


def test_a_lake_that_was_never_made_is_told_apart(port, tmp_path):
    nowhere = address_at(port, tmp_path, "template1")
    code, told = smewatch(nowhere, tmp_path, "sql", "select 1")
    assert (code, "There is no warehouse at ducklake:" in told) == (1, True)


def test_a_server_that_is_down_is_waited_for_and_then_named(tmp_path):
    program = """
from warehouse.errors import WarehouseBusy
try:
    with open_warehouse(address, now=cases.NOW, wait_s=0.3):
        pass
except WarehouseBusy as busy:
    print(json.dumps([type(busy).__name__, str(busy)]))
"""
    name, words = answer(start(program, address_at(free_port(), tmp_path)))
    assert name == "LakeSilent"
    assert re.search(r"PostgreSQL does not answer .*refused.* waited 0\.[3-9] s", words, re.DOTALL)


def test_without_the_extensions_it_is_said_what_to_install(tmp_path):
    if find_spec("duckdb_extension_postgres_scanner"):
        pytest.skip("the extensions are installed in this environment")
    with (
        pytest.raises(NoLake, match="Install duckdb and the packages duckdb-extension-ducklake"),
        open_for_reading(parse_address(address_at(free_port(), tmp_path)), wait_s=0),
    ):
        pass


@pytest.mark.parametrize("step", migrations(), ids=lambda step: f"{step.version:04d}")
def test_a_migration_for_a_lake_keeps_its_name_and_hash(step):
    there = for_lake(step)
    assert (there.version, there.name, there.sha256) == (step.version, step.name, step.sha256)
    assert "using compression" not in there.sql
    assert "comment on macro" not in there.sql
    assert "comment on column mart." not in there.sql
    assert there.sql.count("create ") == step.sql.count("create ")
