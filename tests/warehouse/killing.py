"""Processes that store, publish, migrate or compact and are killed meanwhile, and what must hold of what they leave.

Used by test_kill.py a few times, and by benchmarks/kill_warehouse.py as often as one likes.
"""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.compacting import compact
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
STORE = """
number = int(sys.argv[2])
print("begin", flush=True)
store(number)
print("end", flush=True)
"""
PUBLISH = """
from warehouse.publishing import publish_copy
number = int(sys.argv[2])
store(number)
print("begin", flush=True)
publish_copy(path, path.parent / "read" / path.name)
print("end", flush=True)
"""
MIGRATE = """
print("begin", flush=True)
with open_warehouse(path, now=cases.NOW, wait_s=30):
    pass
print("end", flush=True)
"""
COMPACT = """
from warehouse.compacting import compact
print("begin", flush=True)
compact(path, now=cases.NOW, always=True)
print("end", flush=True)
"""
_TRIES = 20  # for one kill that comes before the end: a busy machine makes lengths of its own


@dataclass(slots=True)
class Killer:
    """Kills programs between their `begin` and their `end`, at a moment of the length that one of them took."""

    program: str
    path: Path
    chance: random.Random
    length_s: float = 0.0
    n_in_the_middle: int = 0

    def run(self, number: int) -> None:
        """To its end, undisturbed; its length is remembered."""
        with self._started(number) as process:
            began_s = time.monotonic()
            assert process.stdout
            assert process.stdout.readline() == "end\n"
            self.length_s = time.monotonic() - began_s

    def kill(self, number: int) -> bool:
        """Kill one; False if it had come to its end before."""
        with self._started(number) as process:
            time.sleep(self.chance.uniform(0.02, 0.98) * self.length_s)
            process.kill()
            is_in_the_middle = "end" not in process.communicate()[0]
        self.n_in_the_middle += is_in_the_middle
        return is_in_the_middle

    @contextmanager
    def _started(self, number: int) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", CASES + self.program, str(self.path), str(number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "begin\n"
            yield process


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


def kill_stores(path: Path, times: int, chance: random.Random) -> Killer:
    """Kill a process while it stores a batch: all of it is there or nothing; stored again, it is there once."""
    killer, number = Killer(STORE, path, chance), 0
    killer.run(number)
    for _ in range(times * _TRIES):
        number += 1
        killer.kill(number)
        assert set(batches(path).values()) == {(PER_BATCH,) * 4}
        if killer.n_in_the_middle == times:
            break
        killer.run(number)  # the next run does it again
        stored = batches(path)
        assert set(stored.values()) == {(PER_BATCH,) * 4}
        assert len(stored) == number + 1
    return killer


def kill_publishers(path: Path, times: int, chance: random.Random) -> Killer:
    """Kill a process while it publishes: the copy is whole, of before or after, and a new one can be published."""
    copy, killer, number = path.parent / "read" / path.name, Killer(PUBLISH, path, chance), 0
    killer.run(number)
    while killer.n_in_the_middle < times and number < times * _TRIES:
        number += 1
        killer.kill(number)
        assert articles(copy) in (number * PER_BATCH, (number + 1) * PER_BATCH)
        publish_copy(path, copy)
        assert articles(copy) == (number + 1) * PER_BATCH
        assert [file for file in copy.parent.iterdir() if file.suffix == ".draft"] == []
    batches(path)
    return killer


def articles(copy: Path) -> int:
    """How many a sound read copy holds."""
    with open_for_reading(copy, wait_s=0) as warehouse:
        assert warehouse.failed_checks() == {}
        return int(str(warehouse.query("select count(*) from core.articles").rows[0][0]))


def kill_migrations(path: Path, times: int, chance: random.Random) -> Killer:
    """Kill a process while it migrates a file of the first public schema; the next opening completes it."""
    old, killer = path.with_name("old.duckdb"), Killer(MIGRATE, path, chance)
    create(old, lambda connection: apply(connection, migrations()[:6], NOW))
    shutil.copy(old, path)
    killer.run(0)
    for number in range(times * _TRIES):
        shutil.copy(old, path)
        killer.kill(number)
        with open_warehouse(path, now=NOW, wait_s=30) as warehouse:
            assert warehouse.failed_checks() == {}
            found = warehouse.query("select version from ops.schema_migrations order by version").rows
        assert [row[0] for row in found] == [step.version for step in migrations()], f"kill {number}"
        if killer.n_in_the_middle == times:
            break
    return killer


def kill_compactions(path: Path, times: int, chance: random.Random) -> Killer:
    """Kill a process while it writes the warehouse anew: the file is of before or after, and can be compacted."""
    killer = Killer(COMPACT, path, chance)
    with open_warehouse(path, now=NOW):
        pass
    store = Killer(STORE, path, chance)
    for number in range(4):
        store.run(number)
    expected = batches(path)
    killer.run(0)
    for number in range(times * _TRIES):
        killer.kill(number)
        assert batches(path) == expected
        if killer.n_in_the_middle == times:
            break
    compact(path, now=NOW, always=True)
    assert batches(path) == expected
    return killer


KILLS: dict[str, Callable[[Path, int, random.Random], Killer]] = {
    "stores": kill_stores,
    "publishers": kill_publishers,
    "migrations": kill_migrations,
    "compactions": kill_compactions,
}
