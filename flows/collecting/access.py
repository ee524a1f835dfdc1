"""The warehouse for one run: the file itself or, from the moment somebody else holds it, a stand-in.

A stand-in is a copy of the warehouse into which everything was stored that waits in the spool: it knows what the
warehouse will know. The run goes on with it as if nothing had happened, and puts all it has to store into the spool,
too, from where the next run stores it. When the run ends, its stand-in goes.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from flows.collecting.spool import store_spooled
from flows.settings import Settings
from warehouse.errors import WarehouseBusy, WarehouseError
from warehouse.opening import open_warehouse
from warehouse.publishing import duplicate
from warehouse.store import Warehouse

STAND_IN = "stand-in.duckdb"
log = logging.getLogger(__name__)


class Access:
    """One run's way to the warehouse. Only the flow's own thread uses it."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings, self._now = settings, now
        self._file = settings.spool_dir / STAND_IN
        self.held: WarehouseBusy | None = None  # who took the warehouse during this run; null: nobody
        self.is_beside = False  # what is opened from now on is the stand-in
        self.close()  # of a run that was killed

    @contextmanager
    def open(self) -> Iterator[Warehouse]:
        """The warehouse or its stand-in, for moments.

        Whoever held it for the full wait once in a run is not waited for again. Raises WarehouseBusy if it is held,
        and there can be no stand-in either: no room on the disk, most of all.
        """
        with ExitStack() as opened:
            if not self.is_beside:
                wait_s = 0.0 if self.held else self._settings.warehouse_wait_s
                try:
                    warehouse = opened.enter_context(
                        open_warehouse(self._settings.warehouse, now=self._now, wait_s=wait_s, is_sparing=True)
                    )
                except WarehouseBusy as busy:
                    self._step_aside(busy)
                else:
                    try:
                        yield warehouse
                    except WarehouseBusy as busy:  # a lake's servers may go silent in the midst
                        self.held = self.held or busy
                        raise
                    return
            yield opened.enter_context(open_warehouse(self._file, now=self._now, wait_s=0, is_sparing=True))

    def close(self) -> None:
        """The run is over: its stand-in goes."""
        for file in (self._file, self._file.with_name(f"{STAND_IN}.wal")):
            file.unlink(missing_ok=True)

    def _step_aside(self, busy: WarehouseBusy) -> None:
        is_new, self.held = self.held is None, self.held or busy
        live = self._settings.warehouse
        if not is_new or not isinstance(live, Path):  # a lake that does not answer cannot be copied
            raise busy
        try:
            duplicate(live, self._file)
            with open_warehouse(self._file, now=self._now, wait_s=0, is_sparing=True) as warehouse:
                store_spooled(warehouse, self._settings.spool_dir, keep=True)
        except WarehouseError as problem:
            log.warning("%s There is no stand-in for it: %s", busy, problem)
            self.close()
            raise busy from problem
        self.is_beside = True
