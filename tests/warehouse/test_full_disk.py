"""A disk without room: told in a sentence, nothing half-written, and all goes on when there is room again."""

import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.opening import open_warehouse

# A limit on the size of files stands for the full disk: the same errors, but for the reason, and without a mount.
STORE_UNTIL_FULL = """
import importlib.util, itertools, pathlib, resource
from warehouse.errors import WarehouseFull
from warehouse.opening import open_warehouse

spec = importlib.util.spec_from_file_location("cases", {conftest!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    for number in range(100):
        with open_warehouse(pathlib.Path({path!r}), now=cases.NOW) as warehouse:
            cases.begin(warehouse, f"r{{number}}")
            warehouse.store_batch(
                cases.batch(100, batch_id=f"b{{number}}", run_id=f"r{{number}}", start=1000 * number)
            )
        print(number, flush=True)
except WarehouseFull as full:
    print(full)
"""


def store_until_full(path, limit):
    program = STORE_UNTIL_FULL.format(
        conftest=str(Path(__file__).with_name("conftest.py")), path=str(path), limit=limit
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    *stored, said = done.stdout.splitlines()
    return stored, said


@pytest.mark.parametrize("limit", [3_000_000, 4_000_000])
def test_what_was_stored_before_the_disk_was_full_stays_and_the_rest_follows(limit, path, cases):
    stored, said = store_until_full(path, limit)
    assert said.startswith("There is no room to write the warehouse: ")
    assert "Make room, then run again." in said
    assert 1 <= len(stored) < 100
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.query("select count(*) from ops.batches").rows == [(len(stored),)]
        assert warehouse.query("select count(*) from core.articles").rows == [(100 * len(stored),)]
        assert warehouse.failed_checks() == {}
        cases.begin(warehouse, "later")
        assert (
            warehouse.store_batch(cases.batch(100, batch_id="later", run_id="later", start=900_000)).n_articles == 100
        )
        assert warehouse.failed_checks() == {}


@pytest.mark.parametrize("limit", [1_000, 100_000])
def test_a_warehouse_for_which_there_is_no_room_is_not_begun(limit, path, cases):
    stored, said = store_until_full(path, limit)
    assert (stored, said.startswith("There is no room")) == ([], True)
    assert list(path.parent.iterdir()) == []
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.failed_checks() == {}
