"""`smewatch` as a child process, what it says and loads, and its warehouse: who holds it, what it holds."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from warehouse.opening import open_for_reading

SCRIPT = Path(sys.executable).with_name("smewatch")


class Cli:
    """`smewatch` as a person starts it: a process of its own, in an empty folder, with a clean environment."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "SMEWATCH_"))}
        self.environment = inherited | {"COLUMNS": "200"} | environment

    def start(self, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        """A running command, its output in pipes."""
        return subprocess.Popen(
            [SCRIPT, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """A finished command. It hangs if it takes over three minutes."""
        with self.start(*arguments, **environment) as process:
            try:
                out, err = process.communicate(timeout=180)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


class QuickCli:
    """As Cli, within this process: for commands that start no flow, without the second that loading takes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """A finished command. An exception that the command does not foresee is raised."""
        from flows.cli import main

        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(
                main, [*map(str, arguments)], env={"COLUMNS": "200"} | environment, catch_exceptions=False
            )
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def said_in_a_sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """An error that a person understands: the code, nothing on standard output, one line that is no traceback."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return done.stderr


LOADED = """
import sys
sys.argv = ["smewatch", *{arguments!r}]
from flows.cli import main
try:
    main(standalone_mode=False)
finally:
    print("LOADED", *sorted({heavy!r} & set(sys.modules)))
"""


def loaded(folder: Path, arguments: list[str], heavy: set[str]) -> list[str]:
    """Those of the heavy modules that a command has loaded by its end, in a process of its own."""
    program = LOADED.format(arguments=arguments, heavy=heavy)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=folder, check=True)
    mark, *found = done.stdout.splitlines()[-1].split()
    assert mark == "LOADED"
    return found


HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse.opening import open_for_reading, open_warehouse
path, how = Path(sys.argv[1]), sys.argv[2]
with open_for_reading(path) if how == "reading" else open_warehouse(path, now=datetime.now(UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def held(warehouse: Path, how: str = "reading") -> Iterator[subprocess.Popen[str]]:
    """Another process has the warehouse open: an analyst who reads, or somebody who could write."""
    command = [sys.executable, "-c", HOLD, warehouse, how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.communicate()


def rows(data_dir: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the warehouse of a data folder answers."""
    with open_for_reading(data_dir / "warehouse.duckdb", wait_s=30) as warehouse:
        return warehouse.query(sql).rows


def failed_checks(data_dir: Path) -> dict[str, Any]:
    """The checks of the warehouse that found something."""
    with open_for_reading(data_dir / "warehouse.duckdb", wait_s=30) as warehouse:
        return warehouse.failed_checks()
