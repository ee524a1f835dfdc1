"""A lake on a real PostgreSQL: the rows of a file, and two processes that ingest at once lose and double nothing.

DuckLake's extension can be had offline for DuckDB 1.5 only, and 2.0 refuses it; `make test` puts both beside the
environment, into .venv/duckdb-1.5.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from warehouse.lakes import for_lake
from warehouse.sql import migrations

PACKAGES = Path(sys.prefix) / "duckdb-1.5"
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").exists() else []
PRELUDE = """
import importlib.util, json, sys
from pathlib import Path
from warehouse.lakes import LakeAddress, open_lake
from warehouse.opening import open_warehouse
spec = importlib.util.spec_from_file_location("cases", {conftest!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
address = LakeAddress({catalogue!r}, {data!r}, Path({extensions!r}))

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


@pytest.fixture(scope="module")
def catalogue():
    """A PostgreSQL of our own on loopback, with one empty database."""
    if not SERVERS or not PACKAGES.exists():
        pytest.skip("needs Debian's package postgresql, and DuckDB 1.5 with its extensions beside the environment")
    # PostgreSQL refuses to run as root, and pytest's folders are closed to everybody else.
    other = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="lake-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        data, port = Path(folder) / "data", free_port()
        made = [SERVERS[-1] / "initdb", "-D", data, "-A", "trust", "-U", "smewatch", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **other)
        served = [SERVERS[-1] / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
        with subprocess.Popen(served, cwd=folder, stderr=subprocess.PIPE, text=True, **other) as server:
            try:
                while "ready to accept connections" not in (line := server.stderr.readline()):
                    assert line, "PostgreSQL did not start"
                yield f"host=127.0.0.1 port={port} dbname=postgres user=smewatch"
            finally:
                server.send_signal(signal.SIGQUIT)  # end at once: nothing of it is needed again
                server.communicate()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def python(catalogue, tmp_path_factory):
    """Starts a program with DuckDB 1.5, in which `address`, `cases`, `ingest` and `rows` are at hand."""
    extensions = tmp_path_factory.mktemp("extensions")
    for file in PACKAGES.glob("duckdb_extension_*/extensions/*/*.duckdb_extension"):
        shutil.copy(file, extensions)
    prelude = PRELUDE.format(
        conftest=str(Path(__file__).with_name("conftest.py")),
        catalogue=catalogue,
        data=f"{tmp_path_factory.mktemp('lake')}/",
        extensions=str(extensions),
    )
    environment = os.environ | {"PYTHONPATH": f"{PACKAGES}{os.pathsep}{Path(__file__).parents[2]}"}

    def start(program):
        command = [sys.executable, "-c", prelude + program]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


def answer(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def test_two_processes_that_ingest_into_one_lake_at_once_lose_and_double_nothing(python, tmp_path):
    writers = [
        python(
            "with open_lake(address, now=cases.NOW) as lake:\n"
            f"    ingest(lake, {who!r})\n    print(json.dumps(lake.failed_checks()))"
        )
        for who in ("a", "b")
    ]
    for writer in writers:
        answer(writer)
    told = answer(
        python(
            "with open_lake(address, now=cases.NOW) as lake:\n"
            "    print(json.dumps([rows(lake), lake.failed_checks(), lake.schema_version(),\n"
            "        lake.query('select count(*) from ops.batches').rows[0][0],\n"
            "        lake.query('select count(*) from mart.relevant_articles').rows[0][0]]))"
        )
    )
    expected = answer(
        python(
            f"with open_warehouse(Path({str(tmp_path / 'file.duckdb')!r}), now=cases.NOW) as file:\n"
            "    ingest(file, 'a'); ingest(file, 'b'); print(json.dumps(rows(file)))"
        )
    )
    assert told == [expected, {}, migrations()[-1].version, 6, 12]


@pytest.mark.parametrize("step", migrations(), ids=lambda step: f"{step.version:04d}")
def test_a_migration_for_a_lake_keeps_its_name_and_hash(step):
    there = for_lake(step)
    assert (there.version, there.name, there.sha256) == (step.version, step.name, step.sha256)
    assert "using compression" not in there.sql
    assert "comment on macro" not in there.sql
    assert "comment on column mart." not in there.sql
    assert there.sql.count("create ") == step.sql.count("create ")
