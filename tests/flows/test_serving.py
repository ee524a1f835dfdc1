"""Schedules on a real Prefect server: a run really happens, a stop pauses nothing and leaves nothing behind."""

import asyncio
import signal
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from flows.settings import Settings
from tests.flows.serving_tools import processes_of, until
from tests.flows.small_web import N_FEEDS, N_PAGES, small_web
from tests.flows.tools import Cli, failed_checks, rows
from warehouse.errors import WarehouseError

pytestmark = pytest.mark.server
HOUSE = Path(__file__).parents[2]
SCHEDULED = ["digest", "ingest", "maintenance", "train"]


def completed_runs(data_dir):
    """By the read copy: whoever asks the warehouse itself all the while keeps the run from storing."""
    try:
        return rows(
            data_dir / "read", "select run_id, status, n_polls, n_articles from mart.runs where status <> 'running'"
        )
    except WarehouseError:  # not there yet
        return []


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
            SMEWATCH_LOG_JSON="true",
        )
        with cli.start("serve") as serving:
            try:
                (run, *_) = until(lambda: completed_runs(data_dir), serving)
                assert (data_dir / "prefect" / "server.json").exists()
                second = cli("serve")
            finally:
                serving.send_signal(signal.SIGTERM)
            _, said = serving.communicate(timeout=60)
    assert run[1:] == ("completed", N_FEEDS, N_FEEDS * N_PAGES + 1)
    assert failed_checks(data_dir) == {}
    assert second.returncode == 3  # the data folder is served already
    assert "* * * * *" in said
    until(lambda: not processes_of(data_dir))
    assert not (data_dir / "prefect" / "server.json").exists()
    with sqlite3.connect(data_dir / "prefect" / "prefect.db") as prefect:
        deployments = prefect.execute("select name, paused from deployment order by name").fetchall()
        schedules = prefect.execute("select count(*), sum(active) from deployment_schedule").fetchall()
        artifacts = prefect.execute("select distinct key from artifact order by key").fetchall()
    prefect.close()
    assert deployments == [(name, 0) for name in SCHEDULED]
    assert schedules == [(len(SCHEDULED), len(SCHEDULED))]
    assert artifacts == [("feeds-in-trouble",), ("ingest",)]


@pytest.fixture(scope="module")
def planned(prefect_api):
    from flows.serve import deployments

    return {one.name: one for one in deployments(Settings(zone="Asia/Tokyo"))}


def test_ingest_is_hourly_and_the_digest_comes_on_monday_at_six_in_the_zone(planned):
    schedules = {name: one.schedules[0].schedule for name, one in planned.items()}
    assert sorted(schedules) == SCHEDULED
    assert schedules["digest"].cron == "0 6 * * 1"
    minute, *rest = schedules["ingest"].cron.split()
    assert minute.isdigit()
    assert rest == ["*"] * 4
    assert {one.timezone for one in schedules.values()} == {"Asia/Tokyo"}


def test_no_schedule_lies_where_clocks_change(planned):
    """Between midnight and four, a change of clocks makes a run come twice or not at all."""
    for name, one in planned.items():
        hour = one.schedules[0].schedule.cron.split()[1]
        assert name == "ingest" or int(hour) >= 4


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe"])
def test_daylight_saving_neither_doubles_nor_skips_a_digest(zone):
    """Prefect's own arithmetic over a year: 52 or 53 Mondays, each at six by the clocks of the zone."""
    from prefect.server.schemas.schedules import CronSchedule

    schedule = CronSchedule(cron="0 6 * * 1", timezone=zone)
    dates = asyncio.run(schedule.get_dates(n=53, start=datetime(2026, 1, 1, tzinfo=UTC)))
    local = [date.astimezone(Settings(zone=zone).tz) for date in dates]
    assert {(at.isoweekday(), at.hour, at.minute) for at in local} == {(1, 6, 0)}
    assert {(late.date() - early.date()).days for early, late in pairwise(local)} == {7}


def test_a_run_that_would_collide_with_one_at_work_is_dropped(planned):
    for one in planned.values():
        assert one.concurrency_options.collision_strategy == "CANCEL_NEW"
        assert one.concurrency_limit == 1


def test_runs_get_the_settings_of_the_server_not_of_their_own_environment(planned):
    given = planned["ingest"].parameters["settings"]
    assert given["zone"] == "Asia/Tokyo"
    assert Path(given["data_dir"]).is_absolute()


def test_teams_get_the_schedules_of_the_service(planned):
    """prefect.yaml says what `smewatch serve` says, and one thing more: somebody must watch where nothing serves."""
    told = yaml.safe_load((HOUSE / "flows" / "service" / "deploy" / "prefect.yaml").read_text())
    teams = {one["name"]: one for one in told["deployments"]}
    assert sorted(teams) == sorted([*SCHEDULED, "watch"])
    for name, one in planned.items():
        assert teams[name]["entrypoint"] == one.entrypoint
        assert [line["cron"] for line in teams[name]["schedules"]] == [one.schedules[0].schedule.cron]
    for one in teams.values():
        assert one["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        assert one["work_pool"] == {"name": "smewatch"}  # no limit there: two would drop what one lets run


def test_a_schedule_keeps_no_secret(prefect_api):
    from flows.serve import deployments

    told = Settings(
        smtp_host="mail.test",
        smtp_user="me",
        mail_sender="me@mail.test",
        smtp_password="hunter2",
        alert_webhook="https://chat.test/hunter2",
        alert_ping="https://ping.test/hunter2",
    )
    assert "hunter2" not in repr([one.model_dump_json() for one in deployments(told)])


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
