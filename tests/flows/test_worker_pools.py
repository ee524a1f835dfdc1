"""Who reads and who judges: processes of their own, which end with the harvester."""

import subprocess
import sys

import pytest

from flows.collecting import web
from flows.settings import load_settings
from flows.steps.harvesting import Harvester, HarvestLimits
from flows.steps.workers import Pool


@pytest.mark.parametrize(("readers", "judges"), [(1, 1), (2, 1), (8, 1), (16, 2), (100, 12)])
def test_there_is_a_judge_to_eight_readers_and_at_least_one(readers, judges):
    pools = web.open_pools(load_settings(worker_processes=readers))
    with pools.reading, pools.judging:
        assert (pools.reading.n_workers, pools.judging.n_workers) == (readers, judges)


IN_A_FRESH_PROCESS = """
from flows.collecting import web
from flows.settings import load_settings
from tests.flows.test_worker_pools import is_loaded
with web.open_harvester(load_settings(worker_processes=1), {}) as harvester:
    for pool in (harvester.pool, harvester.judges):
        print(*(pool.run_sync(is_loaded, name, timeout_s=60) for name in ("trafilatura", "sklearn")))
"""


def is_loaded(name):
    return name in sys.modules


def test_readers_come_without_what_only_judges_need():
    done = subprocess.run([sys.executable, "-c", IN_A_FRESH_PROCESS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True False", "True True"]


def test_both_end_with_the_harvester():
    settings = load_settings(worker_processes=1)
    pools = web.open_pools(settings)
    with web.open_harvester(settings, {}, pools=pools) as harvester:
        assert harvester.judges is not harvester.pool
    for pool in pools:
        with pytest.raises(RuntimeError, match="closed"):
            pool.run_sync(abs, 1, timeout_s=1.0)


def test_who_has_one_pool_judges_in_it():
    with Pool(1) as pool:
        assert Harvester(lambda: None, pool, HarvestLimits()).judges is pool
