"""The thread of `smewatch serve` that keeps watch beside Prefect: its server comes back, dead runs are told apart
from living ones, and trouble is told even if Prefect schedules nothing any more.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flows.platform import LocalServer, PrefectUnavailable, answers
from flows.service import alerting, clock
from flows.service.prefect_api import PrefectApi, PrefectSilent
from flows.service.reconciling import reconcile
from flows.settings import Settings

TICK_S = 2.0  # a dead server is noticed within so long
RECONCILE_S = 30.0
SILENT_S, SILENT_TIMES = 20.0, 9  # three minutes: a busy server on a small machine was seen silent for one
log = logging.getLogger("smewatch")


@dataclass
class Chore:
    """Something done every so often. What it raises is logged: no chore keeps another from its turn."""

    name: str
    every_s: float
    do: Callable[[], object]
    due_s: float = field(default_factory=time.monotonic)

    def turn(self, now_s: float) -> None:
        """Do it if it is due."""
        if now_s < self.due_s:
            return
        self.due_s = now_s + self.every_s
        try:
            self.do()
        except (PrefectSilent, PrefectUnavailable) as problem:
            log.warning("%s: %s", self.name, problem)
        except Exception:
            log.exception("%s failed", self.name)


class Keeper:
    """Chores in a thread of their own, for the length of a `with` block."""

    def __init__(self, settings: Settings, server: LocalServer | None, api_url: str) -> None:
        self.settings, self.server, self.api = settings, server, PrefectApi(api_url)
        self.chores = [
            Chore("reconciling", RECONCILE_S, self.reconcile, time.monotonic() + RECONCILE_S),
            Chore("looking after all", settings.alert_minutes * 60, self.look_after),
        ]
        if server:
            self.chores.insert(0, Chore("keeping Prefect's server up", 0.0, self.revive))
            self.chores.insert(0, Chore("listening to Prefect's server", SILENT_S, self.awaken))
        self._n_silent = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)

    def __enter__(self) -> "Keeper":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=TICK_S)

    def _watch(self) -> None:
        while not self._stopped.wait(TICK_S):
            for chore in self.chores:
                chore.turn(time.monotonic())

    def revive(self) -> None:
        """Start the server again if its process has ended: on the same port, where runs at work look for it."""
        if self.server and not self.server.is_alive() and not self._stopped.is_set():
            log.error("Prefect's server has died; starting it again")
            self.server.start()
            self.server.wait()
            log.warning("Prefect's server is back")

    def awaken(self) -> None:
        """Stop a server that has not answered for minutes; then it is started again."""
        self._n_silent = 0 if answers(self.api.url) else self._n_silent + 1
        if self._n_silent >= SILENT_TIMES and self.server:
            log.error("Prefect's server does not answer; stopping it")
            self.server.kill()
            self._n_silent = 0

    def reconcile(self) -> None:
        """Mark dead runs and drop needless ones."""
        reconcile(self.settings, self.api, datetime.now(UTC))

    def look_after(self) -> None:
        """Tell what is wrong."""
        alerting.look_after(self.settings, clock.now())
