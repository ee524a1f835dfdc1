"""A warehouse made by the DuckDB we use is read by the others that the README names, with the same answers.

They lie beside the environment: `make test` puts them into .venv/duckdb-1.4 and .venv/duckdb-1.5.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import example_warehouse
from warehouse.example_queries import example_queries
from warehouse.opening import open_for_reading

VERSIONS = ("1.4", "1.5")
# Every row as DuckDB writes it out, so that no version's way into Python plays a part.
ASK = """
import json, sys, duckdb
asked = json.load(sys.stdin)
connection = duckdb.connect(asked["file"], read_only=True)
connection.execute("set timezone = 'UTC'")
views = [name for (name,) in connection.execute(
    "select view_name from duckdb_views() where schema_name = 'mart' order by 1").fetchall()]
answers = {name: connection.execute(f"select coalesce(list(t::varchar), [])::varchar from ({sql}) as t").fetchone()[0]
           for name, sql in asked["queries"].items()}
answers |= {name: connection.execute(f"select count(t) from mart.{name} as t").fetchone()[0] for name in views}
comments = connection.execute("select count(*) from duckdb_columns() where comment is not null").fetchone()[0]
print(json.dumps({"version": duckdb.__version__, "answers": answers, "comments": comments}))
"""


# The invented warehouse made by another version, all of it through the store.
MAKE = """
import sys
from pathlib import Path
from tests.warehouse import example_warehouse
example_warehouse.make(Path(sys.argv[1]))
"""


def other(version):
    """Where the packages of another DuckDB lie."""
    packages = Path(sys.prefix) / f"duckdb-{version}"
    if not packages.exists():
        pytest.skip(f"DuckDB {version} is not installed beside the environment; `make test` does it")
    return packages


def asked(file, packages):
    queries = {example.name: example.sql.rstrip(";") for example in example_queries()}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps({"file": str(file), "queries": queries}),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(packages) if packages else ""},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ours(share):
    """What the DuckDB of the environment answers."""
    return asked(example_warehouse.once(share), None)


@pytest.mark.parametrize("version", VERSIONS)
def test_another_duckdb_reads_the_warehouse_and_gives_the_same_answers(share, ours, version):
    theirs = asked(example_warehouse.once(share), other(version))
    assert theirs["version"].startswith(f"{version}.")
    assert ours["version"] == duckdb.__version__ != theirs["version"]
    for name, answer in ours["answers"].items():
        assert theirs["answers"][name] == answer, name
    assert theirs["comments"] == ours["comments"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_store_works_with_another_duckdb_and_ours_reads_what_it_wrote(tmp_path, ours, version):
    environment = os.environ | {"PYTHONPATH": f"{other(version)}{os.pathsep}{Path(__file__).parents[2]}"}
    file = tmp_path / "theirs.duckdb"
    subprocess.run([sys.executable, "-c", MAKE, str(file)], env=environment, check=True)
    assert asked(file, None)["answers"] == ours["answers"]
    with open_for_reading(file) as warehouse:
        assert warehouse.failed_checks() == {}
