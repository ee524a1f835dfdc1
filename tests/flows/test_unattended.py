"""The service through all that is done to it: what is killed comes back, what was missed is made up for once."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.flows.serving_tools import Service, until
from tests.flows.small_web import N_FEEDS, N_PAGES, small_web
from tests.flows.tools import Cli, failed_checks, rows

pytestmark = pytest.mark.server


@pytest.fixture
def service(with_model, tmp_path):
    data_dir = with_model(tmp_path / "var")
    with small_web(tmp_path, latency_s=0.5) as (web, catalogue):
        cli = Cli(
            tmp_path,
            SMEWATCH_DATA_DIR=str(data_dir),
            SMEWATCH_FEEDS_FILE=str(catalogue),
            SMEWATCH_INGEST_CRON="30 3 1 1 *",  # runs are ordered by the test
            SMEWATCH_ALLOW_PRIVATE_ADDRESSES="true",
            SMEWATCH_HOST_DELAY_S="0",
            SMEWATCH_WORKER_PROCESSES="1",
            PREFECT_RUNNER_POLL_FREQUENCY="1",
        )
        serving = Service(cli, data_dir)
        serving.web = web
        serving.start()
        yield serving
        if serving.process.poll() is None:
            serving.kill_all()


def at_work(service, run_id):
    """Wait until a run of the ingest asks for pages."""
    n_seen = len(service.web.seen)
    until(lambda: service.state(run_id) == "Running" and len(service.web.seen) > n_seen + N_FEEDS, service.process)


def test_whatever_is_killed_nothing_is_lost_and_no_run_stays_running(service):
    # Power cut: everything dies at once, with a run at work and three digests to come.
    first = service.order("ingest")
    at_work(service, first)
    late = [service.order("digest", in_s) for in_s in (5.0, 5.5, 6.0)]
    url = service.api.url
    service.kill_all()
    service.start()
    assert service.api.url == url  # where runs that outlive it look for it
    until(lambda: service.state(first) == "Crashed", service.process)
    until(lambda: all(map(service.state, late)) and "Completed" in map(service.state, late), service.process)
    ends = Counter(map(service.state, late))  # of the other two, some were fetched by the runner that died
    assert ends["Completed"] == 1, ends
    assert set(ends) <= {"Completed", "Missed", "Cancelled", "Crashed"}, ends

    # A run dies, by lack of memory for one: its slot is free at once.
    second = service.order("ingest")
    at_work(service, second)
    service.kill(*service.pids_of_run(second))
    until(lambda: service.state(second) == "Crashed", service.process)

    # The server dies: it comes back, and the run that was at work ends well.
    third = service.order("ingest")
    at_work(service, third)
    service.kill(*service.pids("prefect.cli"))
    until(lambda: service.state(third) == "Completed", service.process)
    service.stop()

    assert n_unfinished(service) == 0
    assert rows(service.data_dir, "select count(*) from mart.articles") == [(N_FEEDS * N_PAGES + 1,)]
    assert failed_checks(service.data_dir) == {}
    assert len(list((service.data_dir / "digests").glob("*-W*/index.html"))) == 1


def n_unfinished(service):
    with closing(sqlite3.connect(service.data_dir / "prefect" / "prefect.db")) as prefect:
        sql = "select count(*) from flow_run where state_type in ('PENDING', 'RUNNING', 'CANCELLING')"
        return prefect.execute(sql).fetchone()[0]
