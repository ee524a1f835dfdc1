"""Which runs are dead, which missed ones are needless: tables of cases; and leases, held by real processes."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from flows.service import leases
from flows.service.prefect_api import FlowRun
from flows.service.reconciling import dead_runs, is_made_up, superseded_runs
from flows.settings import Settings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def run(state="RUNNING", run_id="r", deployment="ingest", expected=NOW, since=timedelta()):
    return FlowRun(run_id, "brisk-otter", deployment, state, state.title(), None, expected, NOW - since, run_id)


@pytest.mark.parametrize(
    ("state", "since", "alive", "is_start", "dead"),
    [
        ("RUNNING", 9 * HOUR, True, False, False),  # however long it takes: a slow run is no dead one
        ("RUNNING", 9 * HOUR, True, True, False),  # it outlived the service that started it
        ("RUNNING", SECOND, False, False, True),  # its lease lies there, unheld
        ("CANCELLING", SECOND, False, False, True),
        ("RUNNING", SECOND, None, False, False),  # about to take its lease
        ("RUNNING", MINUTE, None, False, True),  # it died before it could
        ("PENDING", MINUTE, None, False, False),  # its process is starting
        ("PENDING", 6 * MINUTE, None, False, True),
        ("PENDING", SECOND, None, True, True),  # at the start of the service nobody is there to start it
        ("RUNNING", SECOND, None, True, False),
    ],
)
def test_a_run_is_dead_when_its_process_is(state, since, alive, is_start, dead):
    found = dead_runs([run(state, since=since)], lambda _: alive, NOW, is_start=is_start)
    assert [one.run_id for one in found] == (["r"] if dead else [])


@pytest.mark.parametrize(
    ("scheduled", "needless"),
    [
        ([], []),
        ([("a", "ingest", -HOUR)], []),  # a single one is made up for
        ([("a", "ingest", -3 * HOUR), ("b", "ingest", -HOUR), ("c", "ingest", -2 * HOUR)], ["a", "c"]),
        ([("a", "ingest", -HOUR), ("b", "ingest", HOUR)], []),  # what is to come is not missed
        ([("a", "ingest", -HOUR), ("b", "digest", -HOUR)], []),  # each schedule has its own
        ([("a", None, -2 * HOUR), ("b", None, -HOUR)], []),  # a person's runs are his
    ],
)
def test_of_the_missed_runs_of_a_schedule_the_latest_is_left(scheduled, needless):
    runs = [run("SCHEDULED", name, deployment, NOW + at) for name, deployment, at in scheduled]
    assert sorted(one.run_id for one in superseded_runs(runs, NOW)) == needless


@pytest.mark.parametrize(
    ("last_begun", "made_up"), [(None, False), (NOW - SECOND, False), (NOW, True), (NOW + MINUTE, True)]
)
def test_a_run_is_needless_when_one_that_began_after_its_moment_has_succeeded(last_begun, made_up):
    assert is_made_up(NOW, last_begun) is made_up


# --- Leases ---------------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from flows.service import leases
from flows.settings import Settings
with leases.alive(Settings(data_dir=Path(sys.argv[1])), "a"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var")


def test_a_lease_speaks_for_a_process_until_the_process_is_killed(settings):
    assert leases.is_alive(settings, "a") is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.data_dir)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert leases.is_alive(settings, "a") is True
        holder.kill()
    for _ in range(50):  # the kernel closes the files of a dead process when it gets to it
        if leases.is_alive(settings, "a") is False:
            break
        time.sleep(0.1)
    assert leases.is_alive(settings, "a") is False
    leases.forget(settings, "a")
    assert leases.is_alive(settings, "a") is None


def test_an_end_as_it_should_be_leaves_no_lease(settings):
    with leases.alive(settings, "a"):
        assert leases.is_alive(settings, "a") is True
    assert leases.is_alive(settings, "a") is None


def test_a_child_of_a_run_does_not_speak_for_it(settings):
    with leases.alive(settings, "a"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
        file = leases._file(settings, "a")
        kept = file.with_suffix(".kept")
        file.rename(kept)  # else the end of the block would remove it
    kept.rename(file)
    try:
        assert leases.is_alive(settings, "a") is False
    finally:
        child.kill()
        child.wait()
