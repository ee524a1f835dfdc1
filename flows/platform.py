"""Prefect as we run it: its state in our data folder, quiet, offline, and started once.

Nothing here imports Prefect: its settings are environment variables that must stand before the first import, and the
server of what is scheduled is a process of its own. (A single command has its server within: flows.embedded.)
"""

import atexit
import ctypes
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from flows.settings import Settings

DAY_S = 86_400
SHRINK_FROM_BYTES = 64 * 2**20
_M_ARENA_MAX = -8  # of glibc's malloc.h


class PrefectUnavailable(Exception):
    """Prefect's server did not come up in time. The message names its log."""

    @classmethod
    def of(cls, settings: Settings, log: Path) -> "PrefectUnavailable":
        """The error of a server that writes to `log`."""
        return cls(
            f"Prefect's server did not start within {settings.prefect_start_s} s (log: {log}); "
            "on a slow machine raise SMEWATCH_PREFECT_START_S."
        )


class ClusterUnavailable(Exception):
    """The cluster that shall do the work cannot. The message says which, and why."""


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Environment variables under which Prefect keeps to our house; what the user has set himself stays."""
    home = (settings.data_dir / "prefect").resolve()
    ours = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(settings.prefect_start_s),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # the shortest it allows: a dead run is noticed soonest
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        # Kept in files, a slot of a deployment outlives the server; in memory, which is Prefect's default, it is
        # counted for ever after a kill.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        # By default Prefect deletes events only (after 7 days), and its file grows by 21 KB a task run.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.prefect_days * DAY_S),
        "PREFECT_CLIENT_MAX_RETRIES": "8",  # a killed server is back in half a minute; five tries end before
    }
    return {name: value for name, value in ours.items() if name not in os.environ}


def leave(code: int) -> NoReturn:
    """End the process now, as it would end by itself but for the interpreter's last breath.

    Prefect leaves daemon threads behind; finalising the interpreter around them makes DuckDB's binding print 60 lines
    of leak warnings, and takes a second.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def hush_the_end() -> None:
    """Let a process that Prefect started for a run say nothing after its last handler at exit.

    What would come are 60 lines of leak warnings of DuckDB's binding, every hour, in the log of the service. `leave`
    is no way here: the exit code is Prefect's.
    """
    if "PREFECT__FLOW_RUN_ID" in os.environ:
        atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno()))


def prepare_prefect(settings: Settings) -> None:
    """Set Prefect's environment for this process and those it starts. Call before anything imports it."""
    os.environ.update(prefect_environment(settings))
    take_from_one_heap()


def take_from_one_heap() -> None:
    """Let all threads of this process, and of those it starts, take memory from the same heap.

    glibc gives them up to eight a core, and what a thread lets go of another cannot use: a run's articles are made
    by eight threads and let go by one. (Over 30,000 articles it makes no difference, 345 MiB either way; all our
    figures of memory are of one heap. DuckDB has an allocator of its own.) A MALLOC_ARENA_MAX of the user's stays,
    and other C libraries do as ever.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        os.environ["MALLOC_ARENA_MAX"] = "1"
        with suppress(AttributeError, OSError, TypeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def running_server(settings: Settings) -> str | None:
    """The API address of a server to use: the user's PREFECT_API_URL, or the one that `smewatch serve` announced."""
    given = os.environ.get("PREFECT_API_URL")
    if given:
        return given
    try:
        announced = str(json.loads(_announcement(settings).read_text())["api_url"])
    except (OSError, ValueError, KeyError):
        return None
    return announced if answers(announced) else None


# Nobody writes to the server's standard input: it ends when we do, be it by kill -9, and the server with it.
_SERVER = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(1)), daemon=True).start()
from prefect.cli import app
app()
"""


class LocalServer:
    """A Prefect server of our own on a loopback port. `start` returns at once, `wait` when it answers.

    One that is `announced` stays: other commands use it, and it comes back on the same port, so that a run which
    outlives it finds it again.
    """

    def __init__(self, settings: Settings, *, announced: bool = False) -> None:
        self.settings = settings
        self.announced = announced
        self.log = settings.data_dir / "prefect" / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.api_url = ""

    def start(self) -> None:
        """Start the process, its output going to `self.log`, and name its address in this process's environment."""
        prepare_prefect(self.settings)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.announced:
            shrink(self.log.parent / "prefect.db")
        port = self._port()
        self.api_url = f"http://127.0.0.1:{port}/api"
        environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
        command = [sys.executable, "-c", _SERVER, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        # Said before anything imports Prefect: it reads its settings then, and without an address it would start a
        # second server of its own.
        os.environ["PREFECT_API_URL"] = self.api_url
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches us first, and we stop the server after the run has ended.
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def _port(self) -> int:
        if not self.announced:
            return free_port()
        note = self.log.with_name("port")
        if self.settings.prefect_port:
            return self.settings.prefect_port
        try:
            earlier = int(note.read_text())
        except (OSError, ValueError):
            earlier = 0
        port = earlier if earlier and _gets_free(earlier) else free_port()
        note.write_text(str(port))
        return port

    def wait(self) -> str:
        """Block until the API answers; its address."""
        deadline = time.monotonic() + self.settings.prefect_start_s
        while not answers(self.api_url):
            if not self.is_alive() or time.monotonic() > deadline:
                raise PrefectUnavailable.of(self.settings, self.log)
            time.sleep(0.1)
        if self.announced:
            _announcement(self.settings).write_text(json.dumps({"api_url": self.api_url}))
        return self.api_url

    def is_alive(self) -> bool:
        """False once its process has ended, however it did."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End the process at once; `start` begins another."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Stop the server and take back its announcement. Safe to call twice."""
        if self.process is None:
            return
        os.environ.pop("PREFECT_API_URL", None)
        if self.announced:
            _announcement(self.settings).unlink(missing_ok=True)
        _stop_group(self.process)
        if self.process.stdin:
            self.process.stdin.close()
        self.process = None


def shrink(database: Path) -> int:
    """Give back the room of deleted rows in Prefect's own file, when it is over half of a file of some size.

    Returns the bytes given back. SQLite keeps freed pages for itself; only a VACUUM returns them, and it needs the
    file alone, so this is done before the server starts.
    """
    before = database.stat().st_size if database.exists() else 0
    if before < SHRINK_FROM_BYTES:
        return 0
    with closing(sqlite3.connect(database, timeout=5)) as connection, suppress(sqlite3.OperationalError):
        ((n_pages,), (n_free,)) = (connection.execute(f"pragma {name}").fetchone() for name in _PAGE_COUNTS)
        if n_free * 2 > n_pages:
            connection.execute("vacuum")
    return before - database.stat().st_size


_PAGE_COUNTS = ("page_count", "freelist_count")


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=5)
            break
        except subprocess.TimeoutExpired:
            continue


def _announcement(settings: Settings) -> Path:
    return settings.data_dir / "prefect" / "server.json"


def answers(api_url: str) -> bool:
    """True if a Prefect API is up at the address and says so within 2 s."""
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=2) as answer:  # noqa: S310  # our own loopback address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def is_out_of_reach(api_url: str, cluster_address: str) -> bool:
    """True if Prefect's server listens on loopback and the cluster stands elsewhere: its workers cannot do a task."""
    return is_loopback(urlsplit(api_url).hostname) and not is_loopback(urlsplit(cluster_address).hostname)


def is_loopback(host: str | None) -> bool:
    """True for the names and addresses by which a machine speaks to itself."""
    return host is not None and (host in ("localhost", "::1") or host.startswith("127."))


def _gets_free(port: int) -> bool:
    """True if a port is free or becomes so: a server whose service was killed a moment ago is still ending."""
    for _ in range(30):
        if _is_free(port):
            return True
        time.sleep(0.1)
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the server does: a port of a killed one is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
