"""`smewatch` as a child process, and what a warehouse holds afterwards."""

import contextlib
import os
import subprocess
import sys
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


def rows(data_dir: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the warehouse of a data folder answers."""
    with open_for_reading(data_dir / "warehouse.duckdb", wait_s=30) as warehouse:
        return warehouse.query(sql).rows


def failed_checks(data_dir: Path) -> dict[str, Any]:
    """The checks of the warehouse that found something."""
    with open_for_reading(data_dir / "warehouse.duckdb", wait_s=30) as warehouse:
        return warehouse.failed_checks()
