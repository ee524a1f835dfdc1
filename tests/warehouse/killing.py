"""Processes that store, publish or migrate until they are killed, and what must hold of the file they leave.

Used by test_kill.py a few times, and by benchmarks/kill_warehouse.py as often as one likes.
"""

import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from warehouse.migrating import apply
from warehouse.opening import create, open_for_reading, open_warehouse
from warehouse.publishing import publish_copy
from warehouse.sql import migrations

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
PER_BATCH = 300

# The builders of batches are those of the tests; a test module cannot be imported by its name.
CASES = f"""
import importlib.util, itertools, pathlib, sys
from warehouse.opening import open_warehouse

spec = importlib.util.spec_from_file_location("cases", {str(Path(__file__).with_name("conftest.py"))!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
path = pathlib.Path(sys.argv[1])

def store(number):
    with open_warehouse(path, now=cases.NOW, wait_s=30) as warehouse:
        cases.begin(warehouse, f"r{{number}}")
        warehouse.store_batch(
            cases.batch({PER_BATCH}, batch_id=f"b{{number}}", run_id=f"r{{number}}", start=1000 * number)
        )
"""
STORE_FOR_EVER = """
for number in itertools.count(int(sys.argv[2])):
    store(number)
    print(number, flush=True)
"""
PUBLISH_FOR_EVER = """
from warehouse.publishing import publish_copy
for number in itertools.count(int(sys.argv[2])):
    store(number)
    print(number, flush=True)
    publish_copy(path, path.parent / "read" / path.name)
"""
MIGRATE = """
print("ready", flush=True)
with open_warehouse(path, now=cases.NOW, wait_s=30):
    pass
"""


def killed(program: str, path: Path, first: int, after_s: float) -> list[str]:
    """Start a program, kill it so many seconds after its first line; the lines it wrote."""
    command = [sys.executable, "-c", CASES + program, str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = [process.stdout.readline()]
        threading.Event().wait(after_s)
        process.kill()
        return said + process.communicate()[0].splitlines()


def batches(path: Path) -> dict[str, tuple[object, ...]]:
    """batch_id -> the articles it says it added, and articles, texts and verdicts that are there."""
    with open_warehouse(path, now=NOW, wait_s=30) as warehouse:
        assert warehouse.failed_checks() == {}
        found = warehouse.query(
            "select b.batch_id, b.n_articles, count(a.article_id), count(t.article_id), count(v.article_id) "
            "from ops.batches b left join core.articles a using (run_id) "
            "left join core.article_texts t using (article_id) left join core.verdicts v using (article_id) "
            "group by all order by b.batch_id"
        )
    return {str(row[0]): row[1:] for row in found.rows}


def kill_stores(path: Path, times: int, chance: random.Random) -> int:
    """Kill a process that stores batch after batch; what it said was safe is there, whole, and once. The batches."""
    n_stored = 0
    for _ in range(times):
        said = killed(STORE_FOR_EVER, path, n_stored, chance.uniform(0.0, 0.6))
        stored = batches(path)
        assert {f"b{int(line)}" for line in said} <= set(stored)
        assert set(stored.values()) == {(PER_BATCH,) * 4}
        n_stored = len(stored)
    return n_stored


def kill_publishers(path: Path, times: int, chance: random.Random) -> int:
    """Kill a process that stores and publishes; the copy is whole, and a new one can be published. Its articles."""
    copy, n_stored, n_articles = path.parent / "read" / path.name, 0, 0
    for _ in range(times):
        killed(PUBLISH_FOR_EVER, path, n_stored, chance.uniform(0.0, 0.5))
        for is_published_again in (False, True):
            if is_published_again:
                publish_copy(path, copy)
            elif not copy.exists():
                continue
            with open_for_reading(copy, wait_s=0) as warehouse:
                assert warehouse.failed_checks() == {}
                n_articles, before = (
                    int(str(warehouse.query("select count(*) from core.articles").rows[0][0])),
                    n_articles,
                )
            assert n_articles >= before
        n_stored = len(batches(path))
        assert n_articles == n_stored * PER_BATCH
        assert [file for file in copy.parent.iterdir() if file.suffix == ".draft"] == []
    return n_articles


def kill_migrations(path: Path, times: int, chance: random.Random) -> int:
    """Kill a process while it migrates a file of the first public schema; the next opening completes it.

    The number of kills that left a file between two schemas.
    """
    old, n_between = path.with_name("old.duckdb"), 0
    create(old, lambda connection: apply(connection, migrations()[:6], NOW))
    for number in range(times):
        shutil.copy(old, path)
        killed(MIGRATE, path, 0, chance.uniform(0.0, 0.25))
        n_between += _is_between(path)
        with open_warehouse(path, now=NOW, wait_s=30) as warehouse:
            assert warehouse.failed_checks() == {}
            found = warehouse.query("select version from ops.schema_migrations order by version").rows
        assert [row[0] for row in found] == [step.version for step in migrations()], f"kill {number}"
    return n_between


def _is_between(path: Path) -> bool:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        [(n,)] = connection.execute("select count(*) from ops.schema_migrations").fetchall()
    return bool(6 < n < len(migrations()))


KILLS: dict[str, Callable[[Path, int, random.Random], int]] = {
    "stores": kill_stores,
    "publishers": kill_publishers,
    "migrations": kill_migrations,
}
