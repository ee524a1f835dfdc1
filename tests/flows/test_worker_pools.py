"""Who reads and who judges: processes of their own, which end with the harvester."""

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
