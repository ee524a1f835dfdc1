"""A service under test: `smewatch serve` as a process, its runs by Prefect's API, its processes by their folder."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.service.leases import tag_of
from flows.service.prefect_api import ENDED, UNFINISHED, FlowRun, PrefectApi
from flows.settings import Settings
from tests.flows.tools import SCRIPT, Cli

PATIENCE_S = 300  # the minute's turn, ten seconds of Prefect's own looking, its processes' start, a busy machine


def until(is_so: Callable[[], Any], process: subprocess.Popen[str] | None = None) -> Any:
    """Wait for something to become true; what it became."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.3)
    return found


def processes_of(data_dir: Path) -> dict[int, str]:
    """The processes whose environment names the folder: servers, runs and workers inherit it. Pid -> command."""
    mark = str(data_dir).encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:300]
        except OSError:
            continue  # it has just ended
    return found


class Service:
    """`smewatch serve` over one data folder; started and killed as often as one likes."""

    def __init__(self, cli: Cli, data_dir: Path) -> None:
        self.cli, self.data_dir = cli, data_dir
        self.settings = Settings(data_dir=data_dir)
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and return when its runner has registered the schedules."""
        self.log = (self.data_dir / "serve.log").open("a")
        self.process = subprocess.Popen(
            [str(SCRIPT), "serve"],
            cwd=self.cli.folder,
            env=self.cli.environment,
            stdout=self.log,
            stderr=self.log,
            text=True,
        )
        until(lambda: (self.data_dir / "prefect" / "server.json").exists(), self.process)
        until(lambda: self.deployments().get("ingest"), self.process)

    @property
    def api(self) -> PrefectApi:
        """Its Prefect server, wherever it is by now."""
        told = json.loads((self.data_dir / "prefect" / "server.json").read_text())
        return PrefectApi(told["api_url"])

    def deployments(self) -> dict[str, str]:
        """Name -> id."""
        try:
            return {name: one for one, name in self.api.deployments(tag_of(self.settings)).items()}
        except Exception:
            return {}

    def order(self, name: str, in_s: float = 0.0) -> str:
        """Have a scheduled flow run in so many seconds; the id of the run."""
        return self.api.order(self.deployments()[name], datetime.now(UTC) + timedelta(seconds=in_s))

    def runs(self) -> dict[str, FlowRun]:
        """Every run that is under way or has ended, by id."""
        try:
            return {run.run_id: run for run in self.api.runs(tag_of(self.settings), (*UNFINISHED, *ENDED))}
        except Exception:  # the server has just been killed
            return {}

    def state(self, run_id: str) -> str:
        """The state of a run, as people see it; empty while nobody can say."""
        run = self.runs().get(run_id)
        return run.state_name if run else ""

    def pids(self, word: str) -> list[int]:
        """Processes of the service with a word in their command line."""
        return [pid for pid, command in processes_of(self.data_dir).items() if word in command]

    def pids_of_run(self, run_id: str) -> list[int]:
        """The process of a run: it holds the run's lease."""
        return [int((self.data_dir / "service" / "runs" / f"{run_id}.lock").read_text())]

    def kill(self, *pids: int) -> None:
        """Kill -9, as a power cut or the kernel would."""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill everything of the service at once."""
        assert self.process is not None
        self.kill(self.process.pid, *(pid for pid in processes_of(self.data_dir) if pid != self.process.pid))
        self.process.wait()
        self.log.close()

    def stop(self) -> None:
        """Stop it as an init system does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        self.log.close()
