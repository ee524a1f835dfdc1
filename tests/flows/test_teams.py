"""The flows of a team: a work pool, two workers, Prefect's server on PostgreSQL."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.platform import LocalServer
from flows.service.leases import tag_of
from flows.service.prefect_api import ENDED, PrefectApi
from flows.settings import Settings
from tests.flows.serving_tools import until
from tests.flows.small_web import N_FEEDS, N_PAGES, small_web
from tests.flows.tools import failed_checks, rows

pytestmark = pytest.mark.server

HOUSE = Path(__file__).parents[2]
PREFECT_YAML = HOUSE / "flows" / "service" / "deploy" / "prefect.yaml"
PREFECT = Path(sys.executable).with_name("prefect")


@contextmanager
def postgres():
    """The address of an empty database of a PostgreSQL of our own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = programs[-1] if programs else shutil.which("initdb")
    if initdb is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    programs = Path(initdb).parent
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses to run as root
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="smewatch-postgres-") as made:
        folder = Path(made)
        folder.chmod(0o777)
        data = folder / "data"

        def run(*command):
            subprocess.run([*as_user, *map(str, command)], check=True, cwd=folder, capture_output=True)

        run(programs / "initdb", "-D", data, "-U", "smewatch", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run(programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield f"postgresql+asyncpg://smewatch@127.0.0.1:{port}/postgres"
        finally:
            run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@pytest.fixture
def team(with_model, tmp_path, monkeypatch):
    """A server on PostgreSQL, the deployments of prefect.yaml, two workers; the settings and the server's API."""
    data_dir = with_model(tmp_path / "var")
    settings = Settings(data_dir=data_dir)
    with ExitStack() as ours:
        _, catalogue = ours.enter_context(small_web(tmp_path))
        monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", ours.enter_context(postgres()))
        monkeypatch.delenv("PREFECT_API_URL", raising=False)
        server = LocalServer(Settings(data_dir=tmp_path / "server"))
        server.start()
        ours.callback(server.stop)
        monkeypatch.delenv("PREFECT_API_DATABASE_CONNECTION_URL")
        environment = os.environ | {
            "PREFECT_API_URL": server.wait(),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "SMEWATCH_DATA_DIR": str(data_dir),
            "SMEWATCH_ZONE": "Europe/Berlin",
        }
        etc = tmp_path / "etc"
        etc.mkdir()
        knobs = f'feeds_file = "{catalogue}"\nallow_private_addresses = true\nhost_delay_s = 0.0\n'
        (etc / "smewatch.toml").write_text(knobs)
        deployed = tmp_path / "prefect.yaml"
        deployed.write_text(PREFECT_YAML.read_text().replace("/etc/smewatch", str(etc)))
        prefect(environment, "work-pool", "create", "smewatch", "--type", "process")
        prefect(environment, "--no-prompt", "deploy", "--all", "--prefect-file", deployed)
        log = ours.enter_context((tmp_path / "workers.log").open("w"))
        for name in ("one", "two"):
            command = [PREFECT, "worker", "start", "--pool", "smewatch", "--type", "process", "--name", name]
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=etc)
            ours.callback(end, worker)
        yield settings, PrefectApi(server.api_url)


def prefect(environment, *arguments):
    done = subprocess.run([PREFECT, *map(str, arguments)], env=environment, capture_output=True, text=True, cwd=HOUSE)
    assert done.returncode == 0, done.stdout + done.stderr


def end(process):
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def test_workers_of_a_pool_run_the_same_flows_on_a_server_with_postgresql(team, tmp_path):
    settings, api = team
    deployed = {name: one for one, name in api.deployments(tag_of(settings)).items()}
    assert set(deployed) == {"ingest", "digest", "maintenance", "train", "watch"}
    ordered = [api.order(deployed[name], datetime.now(UTC)) for name in ("ingest", "watch")]
    ended = until(lambda: states if set(ordered) <= (states := states_of(api, settings)).keys() else None)
    assert [ended[one] for one in ordered] == ["Completed", "Completed"]
    assert rows(settings.data_dir, "select count(*) from mart.articles") == [(N_FEEDS * N_PAGES + 1,)]
    assert failed_checks(settings.data_dir) == {}
    in_their_folder = [one.name for one in (tmp_path / "etc").iterdir()]
    assert in_their_folder == ["smewatch.toml"]  # they may not write there


def states_of(api, settings):
    return {run.run_id: run.state_name for run in api.runs(tag_of(settings), ENDED)}
