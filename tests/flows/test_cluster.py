"""The work of an ingest on a real Dask cluster: a scheduler and workers, processes with addresses of their own."""

import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from flows.ingest import Job, ingest, work_on_cluster
from flows.platform import ClusterUnavailable
from flows.progress import Silence
from flows.settings import Settings, SettingsError, load_settings
from flows.steps.feeds.catalogue import read_catalogue
from flows.steps.pages.archiving import archived_pages
from tests.flows.cluster_tools import Cluster, Press
from tests.flows.test_nothing_lost import contents
from tests.flows.tools import failed_checks, rows

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)  # no lease of a dead run holds so long


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("dask"))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def papers():
    press = Press(n_papers=6, n_pages=4, latency_s=0.2)
    with press.server:
        yield press


@pytest.fixture
def press(papers):
    papers.server.seen.clear()
    papers.most_at_once.clear()
    return papers


@pytest.fixture(scope="module")
def settings_in(with_model):
    """A function: settings of a run on one machine, with a data folder of its own."""

    def put(folder):
        return Settings(
            data_dir=with_model(folder),
            allow_private_addresses=True,
            host_delay_s=0,
            pages_per_host=1,
            feeds_per_batch=2,
            pages_per_errand=3,
            worker_processes=1,
            warehouse_wait_s=20,
            cluster_wait_s=120,
        )

    return put


@pytest.fixture
def settings(settings_in, tmp_path):
    return settings_in(tmp_path / "var")


@pytest.fixture(scope="module")
def calm(prefect_api, papers, settings_in, tmp_path_factory):
    """What a run on one machine stores."""
    alone = settings_in(tmp_path_factory.mktemp("calm") / "var")
    assert collect(papers, alone).result().exit_code == 0
    return contents(alone.data_dir)


def collect(press, settings, now=NOW):
    feeds = read_catalogue(press.catalogue(), "a catalogue")
    return ingest(settings, feeds, resolve=press.resolve, now=now, return_state=True)


def on(settings, dask, **more):
    return settings.model_copy(update={"task_runner": "dask", "cluster_address": dask.address, **more})


def in_the_middle(press, deed):
    """Do a deed as soon as some pages were asked for: then every worker has begun what it has not brought."""

    def wait():
        while sum("robots" not in path and "feed" not in path for path in press.server.paths()) < 4:
            time.sleep(0.01)
        deed()

    threading.Thread(target=wait, daemon=True).start()


def n_archived(settings):
    """How often each page lies in the archive."""
    broken = []
    found = Counter(page.url for page in archived_pages(settings.archive_dir, None, broken.append))
    assert broken == []
    return found


@pytest.mark.server
def test_two_workers_store_what_one_machine_stores_and_no_site_is_asked_by_both_at_once(calm, press, dask, settings):
    workers = dask.ready(2)
    report = collect(press, on(settings, dask)).result()
    assert (report.problems, report.n_articles) == ([], press.n_articles)
    assert press.most_at_once == dict.fromkeys(press.hosts, 1)
    assert contents(settings.data_dir) == calm
    assert failed_checks(settings.data_dir) == {}
    links = {link for (link,) in rows(settings.data_dir, "select link from raw.entries")}
    assert n_archived(settings) == dict.fromkeys(links, 1)
    # Both had work, and no folder in common with us: the model went to them.
    (model,) = [folder.name for folder in settings.models_dir.iterdir() if folder.is_dir()]
    assert [(dask.data_dir(number) / "models" / model).is_dir() for number in workers] == [True, True]


@pytest.mark.server
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(calm, press, dask, settings):
    _, second = dask.ready(2)
    in_the_middle(press, lambda: dask.kill(second))
    report = collect(press, on(settings, dask)).result()
    assert second not in dask.workers
    asked = Counter(path for path in press.server.paths() if path != "/robots.txt")
    assert set(asked.values()) == {1, 2}  # what the dead one had begun was begun again, by the other
    assert (report.problems, report.n_articles) == ([], press.n_articles)
    assert contents(settings.data_dir) == calm
    assert failed_checks(settings.data_dir) == {}
    assert set(n_archived(settings).values()) == {1}


@pytest.mark.server
def test_a_cluster_that_loses_all_its_workers_fails_the_run_and_the_next_one_does_the_work(
    calm, press, dask, settings
):
    (only,) = dask.ready(1)
    in_the_middle(press, lambda: dask.kill(only))
    ended = collect(press, on(settings, dask, cluster_wait_s=5))
    assert ended.is_failed()
    assert f"no worker at {dask.address} for 5 s" in ended.message
    assert rows(settings.data_dir, "select status from ops.runs") == [("failed",)]
    dask.ready(1)
    assert collect(press, on(settings, dask), LATER).result().problems == []
    assert contents(settings.data_dir) == calm
    assert failed_checks(settings.data_dir) == {}


@pytest.mark.server
def test_a_scheduler_that_dies_in_the_middle_fails_the_run_which_does_not_hang(prefect_api, press, dask, settings):
    dask.ready(1)
    in_the_middle(press, dask.kill_scheduler)
    ended = collect(press, on(settings, dask, cluster_wait_s=5))
    dask.stop()
    assert ended.is_failed()
    assert rows(settings.data_dir, "select status from ops.runs") == [("failed",)]


@pytest.mark.server
def test_a_worker_under_a_nanny_says_how_it_must_be_started(prefect_api, press, dask, settings):
    dask.ready(0)
    dask.ready(1, "--nanny")
    ended = collect(press, on(settings, dask))
    dask.ready(0)
    assert ended.is_failed()
    assert "start it with `dask worker --no-nanny`" in ended.message


@pytest.mark.server
def test_a_cluster_that_is_not_there_is_named(prefect_api, press, settings):
    nowhere = {"task_runner": "dask", "cluster_address": "tcp://127.0.0.1:9", "cluster_wait_s": 2}
    ended = collect(press, settings.model_copy(update=nowhere))
    assert ended.is_failed()
    assert "no cluster with a worker at tcp://127.0.0.1:9" in ended.message
    assert press.server.paths() == []


@pytest.mark.server
def test_workers_elsewhere_are_not_asked_when_prefects_server_listens_on_loopback(prefect_api, press, settings):
    elsewhere = {"task_runner": "dask", "cluster_address": "tcp://192.0.2.1:8786"}
    ended = collect(press, settings.model_copy(update=elsewhere))
    assert ended.is_failed()
    assert f"cannot reach Prefect's server, which listens at {prefect_api}" in ended.message
    assert press.server.paths() == []


@pytest.mark.server
def test_the_last_line_of_the_command_says_that_the_cluster_is_not_there(cli_with_server, settings, press, tmp_path):
    (tmp_path / "feeds.csv").write_bytes(press.catalogue())
    nowhere = {"SMEWATCH_TASK_RUNNER": "dask", "SMEWATCH_CLUSTER_ADDRESS": "tcp://127.0.0.1:9"}
    done = cli_with_server("run", "--feeds", "feeds.csv", SMEWATCH_CLUSTER_WAIT_S="2", **nowhere)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: no cluster with a worker at tcp://127.0.0.1:9")


def test_without_dask_a_run_says_what_to_install(monkeypatch, settings):
    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)
    monkeypatch.delitem(sys.modules, "flows.cluster", raising=False)
    monkeypatch.delattr("flows.cluster", raising=False)
    with pytest.raises(ClusterUnavailable, match="is not installed: pip install prefect-dask"):
        work_on_cluster(Job(SimpleNamespace(), SimpleNamespace(), settings.models_dir, {}, None, Silence()))


def test_a_cluster_without_an_address_is_refused_when_the_settings_are_read():
    with pytest.raises(SettingsError, match="task_runner is dask, and cluster_address is not set"):
        load_settings(task_runner="dask")
