"""A process killed in the middle of a store leaves all of a batch or nothing of it, and the next run completes it."""

import random
import subprocess
import sys
import time
from pathlib import Path

from warehouse.opening import open_warehouse

# One process stores batches of 300 articles for ever, and says after each commit that it is safe.
STORE_FOR_EVER = """
import importlib.util, itertools, pathlib
from warehouse.opening import open_warehouse

spec = importlib.util.spec_from_file_location("cases", {conftest!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
for number in itertools.count({first}):
    with open_warehouse(pathlib.Path({path!r}), now=cases.NOW) as warehouse:
        cases.begin(warehouse, f"r{{number}}")
        warehouse.store_batch(
            cases.batch(300, batch_id=f"b{{number}}", run_id=f"r{{number}}", start=1000 * number)
        )
    print(number, flush=True)
"""


def stored_batches(path, cases):
    with open_warehouse(path, now=cases.now, wait_s=30) as warehouse:
        assert warehouse.failed_checks() == {}
        found = warehouse.query(
            "select b.batch_id, b.n_articles, count(a.article_id), count(t.article_id), count(v.article_id) "
            "from ops.batches b left join core.articles a using (run_id) "
            "left join core.article_texts t using (article_id) left join core.verdicts v using (article_id) "
            "group by all order by b.batch_id"
        )
    return {str(row[0]): row[1:] for row in found.rows}


def test_a_kill_at_any_moment_loses_nothing_that_was_said_to_be_safe(path, cases):
    chance, first = random.Random(47), 0
    for _ in range(4):
        program = STORE_FOR_EVER.format(
            conftest=str(Path(__file__).with_name("conftest.py")), path=str(path), first=first
        )
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        said = [int(process.stdout.readline())]
        time.sleep(chance.uniform(0.0, 0.6))
        process.kill()
        said += [int(line) for line in process.communicate()[0].splitlines()]
        stored = stored_batches(path, cases)
        assert {f"b{number}" for number in said} <= set(stored)
        assert set(stored.values()) == {(300, 300, 300, 300)}
        first = len(stored)  # the next process goes on where this one was cut off
