"""A process killed in the middle of its work leaves a file that opens, and the next run completes what it began.

A few times each; `benchmarks/kill_warehouse.py --times 20` does it more often.
"""

import random

import pytest

from tests.warehouse import killing


@pytest.mark.parametrize("work", killing.KILLS)
def test_a_kill_in_the_middle_loses_nothing_and_the_next_run_completes_the_work(work, path):
    assert killing.KILLS[work](path, 2, random.Random(47)).n_in_the_middle == 2
