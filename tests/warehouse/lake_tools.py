"""A real PostgreSQL and a real object store on loopback, and programs with DuckDB 1.5 that use a lake on them.

DuckLake's extension can be had offline for DuckDB 1.5 only, and 2.0 refuses it; `make test` puts both beside the
environment, into .venv/duckdb-1.5, and the object store into .venv/moto.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import pytest

PACKAGES = Path(sys.prefix) / "duckdb-1.5"
STORE = Path(sys.prefix) / "moto"
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").exists() else []
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2**30  # 9 MB a lake, and 128 MB of PostgreSQL's log
PRELUDE = """
import importlib.util, json, sys
from pathlib import Path
from flows.settings import load_settings
from warehouse.opening import open_warehouse
spec = importlib.util.spec_from_file_location("cases", {conftest!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
address = load_settings(warehouse={address!r}).warehouse

def batches(who):
    # Three batches of four articles; both processes have all of them, under ids of their own.
    for number in range(3):
        yield cases.batch(4, batch_id=f"{{who}}{{number}}", run_id=f"r{{who}}{{number}}", start=5 * number)

def ingest(warehouse, who):
    for batch in batches(who):
        cases.begin(warehouse, batch.run_id)
        warehouse.store_batch(batch)
        warehouse.finish_run(batch.run_id, "completed", None, cases.NOW)

def rows(warehouse):
    stamped = ("core.articles", "core.article_texts", "core.verdicts", "raw.entries")  # with the run that was first
    questions = {{table: f"select * exclude (run_id) from {{table}}" for table in stamped}}
    questions |= {{table: f"from {{table}}" for table in ("core.article_places", "core.article_urls", "raw.feeds")}}
    return {{table: sorted(map(repr, warehouse.query(sql).rows)) for table, sql in questions.items()}}
"""


@contextmanager
def postgres():
    """The port at which a PostgreSQL of our own listens, on loopback. Skips where it cannot run."""
    if not SERVERS or not PACKAGES.exists():
        pytest.skip("needs Debian's package postgresql, and DuckDB 1.5 with its extensions beside the environment")
    # PostgreSQL refuses to run as root, and pytest's folders are closed to everybody else.
    other = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    # In memory a new database costs 0.04 s, on a disk ten times that: it is some 300 small files.
    is_roomy = MEMORY.exists() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    place = MEMORY if is_roomy else None
    with tempfile.TemporaryDirectory(prefix="lake-", dir=place, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        data, port = Path(folder) / "data", free_port()
        made = [SERVERS[-1] / "initdb", "-D", data, "-A", "trust", "-U", "smewatch", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **other)
        served = [SERVERS[-1] / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
        served += ["-c", "max_wal_size=128MB"]
        # A file: a pipe that nobody reads would be full one day, and the server stand still.
        log = Path(folder) / "log"
        with log.open("w") as out, subprocess.Popen(served, cwd=folder, stderr=out, **other) as server:
            try:
                while "ready to accept connections" not in log.read_text():
                    assert server.poll() is None, log.read_text()
                    sleep(0.1)
                yield port
            finally:
                server.send_signal(signal.SIGQUIT)  # end at once: nothing of it is needed again
                server.communicate()


@dataclass
class ObjectStore:
    """A bucket on loopback whose server checks the signature of each request, and the keys to it."""

    environment: dict[str, str]  # that of a program which may enter
    _server: subprocess.Popen

    def may(self, *actions):
        """Let the keys do this alone from now on, such as s3:GetObject."""
        print(json.dumps(actions), file=self._server.stdin, flush=True)
        assert self._server.stdout.readline() == "done\n"


@contextmanager
def object_store(log):
    """An object store of our own with the bucket `news`. Skips where it was not installed."""
    if not STORE.exists():
        pytest.skip("needs the object store moto beside the environment, where `make test` puts it")
    program = [sys.executable, Path(__file__).with_name("s3_server.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        log.open("w") as out,
        subprocess.Popen(program, env=os.environ | {"PYTHONPATH": str(STORE)}, stderr=out, **pipes) as server,
    ):
        try:
            yield ObjectStore(json.loads(server.stdout.readline()), server)
        finally:
            server.kill()


@contextmanager
def lake_servers(log):
    """All that a lake in a bucket speaks to: the port of a PostgreSQL, and an object store."""
    with postgres() as port, object_store(log) as store:
        yield port, store


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def address_at(port, data, database="postgres"):
    return f"ducklake:postgres:host=127.0.0.1 port={port} dbname={database} user=smewatch data_path={data}"


def psql(port, *arguments):
    """What PostgreSQL's own program answers."""
    server = ("-h", "127.0.0.1", "-p", str(port), "-U", "smewatch", "-d", "postgres")
    done = subprocess.run([SERVERS[-1] / "psql", *server, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def dump(port, database):
    """All that a database holds, as SQL."""
    command = [SERVERS[-1] / "pg_dump", "-h", "127.0.0.1", "-p", str(port), "-U", "smewatch", database]
    return subprocess.run(command, check=True, capture_output=True).stdout


def new_lake(port, name, data):
    """The address of a lake in a database of its own."""
    psql(port, "-c", f"create database {name}")
    return address_at(port, data, name)


def environment(**more):
    """That of a program with DuckDB 1.5."""
    return os.environ | {"PYTHONPATH": f"{PACKAGES}{os.pathsep}{Path(__file__).parents[2]}"} | more


def start(program, address, **more):
    """A program with DuckDB 1.5, in which `address`, `cases`, `ingest` and `rows` are at hand; `more` environment."""
    prelude = PRELUDE.format(conftest=str(Path(__file__).with_name("conftest.py")), address=address)
    command = [sys.executable, "-c", prelude + program]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment(**more), **pipes)


def answer(process):
    """What a program printed last, as JSON."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def begun(address, folder, *words, **more):
    """A command as a person types it, with DuckDB 1.5, at work."""
    command = [Path(sys.executable).with_name("smewatch"), *words, "--data-dir", folder]
    env = environment(SMEWATCH_WAREHOUSE=address, COLUMNS="300", **more)
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def smewatch(address, folder, *words, **more):
    """The exit code of a command, and what it printed."""
    with begun(address, folder, *words, **more) as process:
        told, _ = process.communicate()
    return process.returncode, told
