"""Runs of flows: begun, ended, or found dead."""

from datetime import datetime

from warehouse.errors import UnknownRow
from warehouse.session import Session


class Runs(Session):
    """What a flow says of itself."""

    def begin_run(self, run_id: str, flow: str, now: datetime) -> int:
        """Note that a run began. Earlier runs of that flow that are still running are crashed: a run ends itself.

        Returns how many were. The same run begun twice is one run.
        """
        with self._transaction():
            n_crashed = self._run("crash_running_runs", run_id=run_id, flow=flow, now=now)
            self._run("begin_run", run_id=run_id, flow=flow, now=now)
        return n_crashed

    def finish_run(self, run_id: str, status: str, detail: str | None, now: datetime) -> None:
        """Note how a run ended: "completed" or "failed". Raises UnknownRow if it never began."""
        with self._transaction():
            if not self._run("finish_run", run_id=run_id, status=status, detail=detail, now=now):
                raise UnknownRow(f"No run {run_id!r} has begun")
