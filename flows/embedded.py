"""Prefect's server as a thread of ours, for the length of one command.

As a process of its own it would load Prefect a second time: 64 MiB and 1.5 s of CPU more, measured with 3.8.8. What
is scheduled has a server in a process nevertheless (`flows.platform.LocalServer`): it outlives the runs it serves.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flows.platform import PrefectUnavailable, answers, free_port, prepare_prefect, running_server
from flows.settings import Settings

if TYPE_CHECKING:
    from uvicorn import Server

_STOPS_WITHIN_S = 5.0  # it has told its services to end by then; our process ends a moment later anyway
_LOGGERS = ("prefect.server", "uvicorn")
# What is scheduled has a server of its own, which alone has runs to plan, to miss, to cancel and to answer.
_SERVICES_LEFT_OUT = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TRIGGERS",
)
# A server that goes with us keeps no logs for anybody, shows no pages, and what fails is told by the command itself.
_ALONE = {
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_UI_ENABLED": "false",
    **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _SERVICES_LEFT_OUT},
}


@contextmanager
def prefect_server(settings: Settings, on_start: Callable[[], None] = lambda: None) -> Iterator[Callable[[], str]]:
    """A Prefect API for the length of the block: one that runs already, else our own, stopped afterwards.

    `on_start` is called where we need our own. Call what is yielded before the first flow: it starts ours and waits
    for it. Gives the API's address; raises PrefectUnavailable when it does not answer within
    `settings.prefect_start_s`.
    """
    prepare_prefect(settings)
    found = running_server(settings)
    if found:
        os.environ["PREFECT_API_URL"] = found
        yield lambda: found
        return
    os.environ.update(_ALONE)
    server = EmbeddedServer(settings)
    server.start()
    on_start()
    try:
        yield server.wait
    finally:
        server.stop()


class EmbeddedServer:
    """A Prefect API on a loopback port: `start` says where, `wait` makes it answer, `stop` ends it.

    It dies with our process, however that ends.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = settings.data_dir / "prefect" / "server.log"
        self._port = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Name the address in the environment; before anything imports Prefect, which reads its settings then.

        Raises RuntimeError if something has: its server would keep its files in the user's home.
        """
        if "prefect" in sys.modules:
            raise RuntimeError("Prefect was imported before its settings were made")
        self._port = free_port()
        os.environ["PREFECT_API_URL"] = self.api_url
        self.log.parent.mkdir(parents=True, exist_ok=True)  # Prefect's import makes its home, but no folder above it

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self._port}/api"

    def wait(self) -> str:
        """Load Prefect's server, run it, block until it answers; its address.

        Raises PrefectUnavailable if it does not answer within `prefect_start_s`.
        """
        self._server = _server(self._port, self.log)
        self._thread = threading.Thread(target=_run, args=(self._server,), name="prefect-server", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + self.settings.prefect_start_s
        while not (self._server.started and answers(self.api_url)):
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise PrefectUnavailable.of(self.settings, self.log)
            time.sleep(0.05)
        return self.api_url

    def stop(self) -> None:
        """Stop the server and take its address back. Safe to call twice, and before `wait`."""
        os.environ.pop("PREFECT_API_URL", None)
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(_STOPS_WITHIN_S)
            self._server = self._thread = None


def _server(port: int, log: Path) -> "Server":
    # In the calling thread, while nothing else runs: two threads that import Prefect meet in its circles of modules.
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(final=True)
    _write_to(log)
    return uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="on"))


def _run(server: "Server") -> None:
    with suppress(SystemExit):  # its way to say that it could not start; `wait` sees the thread end
        server.run()


def _write_to(log: Path) -> None:
    """Let the server's warnings go into its log, not among what the command says."""
    handler = logging.FileHandler(log, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for logger in map(logging.getLogger, _LOGGERS):
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.WARNING)
