"""`smewatch status` and `smewatch doctor`: one screen, JSON, exit codes; and logs as JSON."""

import json
import logging
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import metadata

import pytest

from flows.platform import prefect_environment, shrink
from flows.publish import publish, read_copy
from flows.service import logs, marks
from flows.service.serving import only_service
from flows.settings import Settings
from flows.steps.text.neutral import tame_logging
from tests.flows.tools import QuickCli
from warehouse.opening import open_warehouse
from warehouse.rows import Batch

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def settings(data_dir):
    return Settings(data_dir=data_dir)


@pytest.fixture
def cli(tmp_path, data_dir):
    quick = QuickCli(tmp_path)
    return lambda *arguments, **environment: quick(*arguments, SMEWATCH_DATA_DIR=str(data_dir), **environment)


def a_run(settings):
    """A warehouse with one run in it."""
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        warehouse.begin_run("r1", "ingest", NOW - HOUR)
        warehouse.finish_run("r1", "completed", None, NOW - HOUR + timedelta(seconds=42))


# --- status ---------------------------------------------------------------------------------------------------------


def test_status_of_nothing_yet_is_fine_and_makes_nothing(cli, data_dir):
    done = cli("status")
    assert done.returncode == 0
    assert "none yet" in done.stdout
    assert not data_dir.exists()


def test_status_tells_runs_sizes_and_what_comes_next(cli, settings):
    a_run(settings)
    marks.note_success(settings, "ingest", NOW - HOUR)
    with only_service(settings):
        done = cli("status")
    assert done.returncode == 0
    lines = {line[:9].strip(): line for line in done.stdout.splitlines()}
    assert "ingest completed in 42 s" in lines["last runs"]
    assert "smewatch serve is at work" in lines["service"]
    assert "ingest " in lines["next runs"]
    assert "nobody holds it" in lines["warehouse"]


@pytest.mark.parametrize(("hours", "code"), [(1, 0), (9, 2)])
def test_the_exit_code_is_for_a_monitoring_program(cli, settings, hours, code):
    a_run(settings)
    marks.note_success(settings, "ingest", NOW - hours * HOUR)
    with only_service(settings):
        done = cli("status", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == code
    assert told["level"] == ("ok", "warning", "critical")[code]
    assert [one["key"] for one in told["findings"]] == (["no-ingest"] if code else [])


def test_a_service_that_was_stopped_is_a_warning(cli, settings):
    marks.note_success(settings, "ingest", NOW)
    done = cli("status")
    assert done.returncode == 1
    assert "`smewatch serve` is not at work" in done.stdout


@pytest.mark.parametrize(("hours", "code"), [(0, 0), (2, 1)])
def test_a_data_folder_that_a_team_watches_is_served(cli, one_feed, settings, hours, code):
    marks.note_success(settings, "ingest", NOW)
    marks.note_success(settings, "watch", NOW - hours * HOUR)
    done = cli("status")
    assert (done.returncode, "the workers of a team are at work" in done.stdout) == (code, not code)
    told = [one["level"] for one in checks(cli("doctor", "--json", **one_feed)) if "is not at work" in one["what"]]
    assert told == ["warning"] * code


def test_status_says_who_holds_the_warehouse(cli, settings):
    a_run(settings)
    with open_warehouse(settings.warehouse, now=NOW):
        done = cli("status")
    assert "this very process" in done.stdout
    assert "Not known now" in done.stdout


def test_status_says_in_numbers_how_far_the_read_copy_is_behind(cli, settings):
    a_run(settings)
    publish(settings)
    assert json.loads(cli("status", "--json").stdout)["behind"] == {"lag_s": 0.0, "n_runs": 0, "n_batches": 0}
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        warehouse.begin_run("r2", "ingest", NOW)
        warehouse.store_batch(Batch("b1", "r2", NOW))
    written = read_copy(settings).stat().st_mtime + 7200
    os.utime(settings.warehouse, (written, written))
    told = json.loads(cli("status", "--json").stdout)["behind"]
    assert told == {"lag_s": pytest.approx(7200, abs=1), "n_runs": 1, "n_batches": 1}
    assert "2 h, 1 run and 1 batch behind the warehouse" in cli("status").stdout
    with open_warehouse(settings.warehouse, now=NOW):
        held = json.loads(cli("status", "--json").stdout)["behind"]
    assert (held["lag_s"] > 0, held["n_runs"], held["n_batches"]) == (True, None, None)


@pytest.mark.parametrize("has_copy", [False, True])
def test_status_and_doctor_of_a_damaged_warehouse_say_so_and_end_with_2(cli, settings, one_feed, has_copy):
    a_run(settings)
    if has_copy:
        publish(settings)
    settings.warehouse.write_bytes(b"no warehouse")
    settings.spool_dir.mkdir()
    settings.spool_dir.joinpath("r1-0001.json").write_text("{}")
    done = cli("status")
    assert done.returncode == 2
    said = " ".join(done.stdout.split())
    assert "CRITICAL: The warehouse cannot be used." in said
    assert said.count("is not a smewatch warehouse") == 1
    assert "it cannot be opened" in said
    assert "files wait" in said
    (found,) = [one for one in checks(cli("doctor", "--json", **one_feed)) if one["name"] == "warehouse"]
    assert found["level"] == "critical"
    assert "is not a smewatch warehouse" in found["what"]


# --- doctor ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def one_feed(tmp_path):
    file = tmp_path / "feeds.csv"
    file.write_text("url,title\nhttp://127.0.0.1:9/feed.xml,Nobody\n")
    return {"SMEWATCH_FEEDS_FILE": str(file)}


def checks(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_finding_of_the_doctor_has_a_remedy(cli, one_feed):
    done = cli("doctor", "--json", **one_feed)
    found = checks(done)
    assert {one["name"] for one in found} >= {"settings", "disk", "network", "clock", "prefect", "warehouse", "model"}
    assert [one for one in found if one["level"] != "ok" and not one["remedy"]] == []


def test_without_network_the_doctor_says_so_and_ends_with_2(cli, one_feed):
    done = cli("doctor", **one_feed)
    assert done.returncode == 2
    assert "0 of 1 publishers answer" in done.stdout


@pytest.mark.parametrize(
    ("environment", "what"),
    [
        ({"SMEWATCH_ALERT_DISK_BYTES": str(2**60)}, "GiB free"),
        ({"SMEWATCH_FEEDS_FILE": "nowhere.csv"}, "nowhere.csv"),
        ({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, "no answer at PREFECT_API_URL"),
        (
            {"SMEWATCH_TASK_RUNNER": "dask", "SMEWATCH_CLUSTER_ADDRESS": "tcp://127.0.0.1:9"},
            "no scheduler at tcp://127.0.0.1:9",
        ),
        (
            {"SMEWATCH_TASK_RUNNER": "dask", "SMEWATCH_CLUSTER_ADDRESS": "tcp://192.0.2.1:1"},
            "its workers cannot reach Prefect's server",
        ),
    ],
)
def test_the_doctor_finds(cli, one_feed, environment, what):
    found = [one for one in checks(cli("doctor", "--json", **one_feed | environment)) if one["level"] == "critical"]
    assert any(what in one["what"] for one in found), found


def test_the_doctor_knows_the_libraries_that_install_and_do_not_work(cli, one_feed, monkeypatch):
    real = metadata.version
    monkeypatch.setattr("flows.service.doctor.version", lambda name: "2.1.9" if name == "sqlalchemy" else real(name))
    found = [one for one in checks(cli("doctor", "--json", **one_feed)) if one["name"] == "libraries"]
    assert [one["what"] for one in found] == ["sqlalchemy 2.1.9 does not work with this Prefect"]


# --- logs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def json_log(caplog):
    """The records of the test as the service writes them."""
    tame_logging()
    written = logs.JsonLines({"run_id": "run-1", "flow": "ingest"})
    with caplog.at_level(logging.INFO):
        yield lambda: [written.format(record) for record in caplog.records]


def test_an_event_is_one_line_with_the_id_of_its_run(json_log):
    log = logging.getLogger("smewatch")
    log.info("first\nsecond", extra={"n": 3})
    try:
        raise ValueError("of\nthree\nlines")
    except ValueError:
        log.exception("failed")
    assert [line.count("\n") for line in json_log()] == [0, 0]
    first, second = map(json.loads, json_log())
    told = {name: first[name] for name in ("event", "level", "run_id", "flow", "n")}
    assert told == {"event": "first\nsecond", "level": "info", "run_id": "run-1", "flow": "ingest", "n": 3}
    assert datetime.fromisoformat(first["time"]).utcoffset() == timedelta()
    assert "ValueError: of\nthree\nlines" in second["traceback"]


def test_scraped_text_acts_on_no_terminal_that_shows_the_log(json_log):
    logging.getLogger("smewatch").warning("title %s", "\x1b[31m\u202e")
    (line,) = json_log()
    assert "\x1b" not in line
    assert "\u202e" not in line


# --- Prefect's own house --------------------------------------------------------------------------------------------


def test_prefect_deletes_its_history_and_keeps_slots_over_a_kill(settings, monkeypatch):
    """By default it deletes events only, and a slot held in the memory of a killed server is held for ever."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:  # what tests before this one left, too
        monkeypatch.delenv(name)
    environment = prefect_environment(settings)
    assert environment["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] == "events,flow_runs"
    assert int(environment["PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"]) == 30 * 86_400
    assert environment["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"].endswith(".filesystem")
    assert int(environment["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"]) >= 60
    assert str(settings.data_dir.resolve()) in environment["PREFECT_HOME"]


def test_the_room_of_deleted_runs_is_given_back(tmp_path, monkeypatch):
    file = tmp_path / "prefect.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("create table log (line text)")
        database.executemany("insert into log values (?)", [("x" * 1000,)] * 2000)
        database.commit()
        database.execute("delete from log where rowid > 100")
        database.commit()
    assert shrink(file) == 0  # a small file is left alone
    monkeypatch.setattr("flows.platform.SHRINK_FROM_BYTES", 2**20)
    assert shrink(file) > 1_500_000
    assert shrink(tmp_path / "none.db") == 0
