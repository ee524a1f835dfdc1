"""Schedules on a real Prefect server: a run really happens, a stop pauses nothing and leaves nothing behind."""

import os
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from flows.settings import Settings
from tests.flows.small_web import N_FEEDS, N_PAGES, small_web
from tests.flows.tools import Cli, failed_checks, rows
from warehouse.errors import WarehouseError

pytestmark = pytest.mark.server

PATIENCE_S = 180  # the minute's turn, ten seconds of Prefect's own looking, its processes' start, a slow machine


def until(is_so, process=None):
    """Wait for something to become true; what it became."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.5)
    return found


def completed_runs(data_dir):
    try:
        return rows(data_dir, "select run_id, status, n_polls, n_articles from mart.runs where status <> 'running'")
    except WarehouseError:  # not there yet
        return []


def processes_of(data_dir):
    """The processes whose environment names the folder: servers, runs and workers inherit it."""
    mark = str(data_dir).encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
        except OSError:
            continue  # it has just ended
    return found


def test_a_scheduled_run_happens_and_a_stop_leaves_the_schedule_and_no_process(with_model, tmp_path):
    data_dir = with_model(tmp_path / "var")
    with small_web(tmp_path) as (_, catalogue):
        cli = Cli(
            tmp_path,
            SMEWATCH_DATA_DIR=str(data_dir),
            SMEWATCH_FEEDS_FILE=str(catalogue),
            SMEWATCH_INGEST_CRON="* * * * *",
            SMEWATCH_ALLOW_PRIVATE_ADDRESSES="true",
            SMEWATCH_HOST_DELAY_S="0",
        )
        with cli.start("serve") as serving:
            try:
                (run, *_) = until(lambda: completed_runs(data_dir), serving)
                assert (data_dir / "prefect" / "server.json").exists()
            finally:
                serving.send_signal(signal.SIGTERM)
            _, said = serving.communicate(timeout=60)
    assert run[1:] == ("completed", N_FEEDS, N_FEEDS * N_PAGES + 1)
    assert failed_checks(data_dir) == {}
    assert "* * * * *" in said
    until(lambda: not processes_of(data_dir))
    assert not (data_dir / "prefect" / "server.json").exists()
    with sqlite3.connect(data_dir / "prefect" / "prefect.db") as prefect:
        deployments = prefect.execute("select name, paused from deployment order by name").fetchall()
        schedules = prefect.execute("select count(*), sum(active) from deployment_schedule").fetchall()
    prefect.close()
    assert deployments == [("digest", 0), ("ingest", 0)]
    assert schedules == [(2, 2)]


@pytest.fixture(scope="module")
def planned(prefect_api):
    from flows.serve import deployments

    return {one.name: one for one in deployments(Settings(zone="Asia/Tokyo"))}


def test_ingest_is_hourly_and_the_digest_comes_on_monday_at_six_in_the_zone(planned):
    schedules = {name: one.schedules[0].schedule for name, one in planned.items()}
    assert schedules["digest"].cron == "0 6 * * 1"
    minute, *rest = schedules["ingest"].cron.split()
    assert minute.isdigit()
    assert rest == ["*"] * 4
    assert {one.timezone for one in schedules.values()} == {"Asia/Tokyo"}


def test_a_run_that_would_collide_with_one_at_work_is_dropped(planned):
    for one in planned.values():
        assert one.concurrency_options.collision_strategy == "CANCEL_NEW"
        assert one.concurrency_limit == 1


def test_runs_get_the_settings_of_the_server_not_of_their_own_environment(planned):
    given = planned["ingest"].parameters["settings"]
    assert given["zone"] == "Asia/Tokyo"
    assert Path(given["data_dir"]).is_absolute()


def test_a_killed_command_leaves_no_process_behind(with_model, tmp_path):
    data_dir = with_model(tmp_path / "var")
    with small_web(tmp_path, latency_s=0.2) as (server, catalogue):
        cli = Cli(tmp_path, SMEWATCH_DATA_DIR=str(data_dir))
        with cli.start("run", "--feeds", catalogue, "--allow-private") as process:
            until(lambda: len(server.seen) > N_FEEDS, process)
            at_work = Counter(command.split()[1] for command in processes_of(data_dir).values())
            process.kill()
            process.communicate()
    assert at_work.total() >= 3  # itself, Prefect's server, the workers' fork server
    until(lambda: not processes_of(data_dir))
