"""Runs that Prefect holds for something they are not: dead ones that stay Running, missed ones that pile up.

Prefect 3.8 has no remedy of its own: a run whose process died together with its server stays Running for ever and
holds the slot of its deployment (issues 16746, 7239), and every missed run is executed at the next start (20465).
Ours is to look, at the start of `smewatch serve` and every half minute.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from flows.service import leases
from flows.service.prefect_api import ENDED, UNFINISHED, FlowRun, PrefectApi
from flows.settings import Settings

# From Running to the lease are two statements of a process that is up; from Pending to Running is its start, 3 s on a
# quiet machine and 30 s with five of them at once on two cores.
RUNNING_GRACE = timedelta(seconds=20)
PENDING_GRACE = timedelta(minutes=5)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was put right."""

    n_crashed: int = 0  # dead runs, marked so
    n_collapsed: int = 0  # missed runs that a later one makes up for


def dead_runs(
    unfinished: Iterable[FlowRun], is_alive: Callable[[str], bool | None], now: datetime, *, is_start: bool
) -> list[FlowRun]:
    """The runs that will never end by themselves.

    One that left its lease behind is dead. One without a lease is given the time it needs to get there; at the start
    of the service nobody is there who could still start it, so a Pending one is given up at once.
    """
    return [run for run in unfinished if _is_dead(run, is_alive(run.lease), now, is_start=is_start)]


def _is_dead(run: FlowRun, alive: bool | None, now: datetime, *, is_start: bool) -> bool:
    if alive is not None:
        return not alive
    if run.state == "PENDING" and is_start:
        return True
    grace = PENDING_GRACE if run.state == "PENDING" else RUNNING_GRACE
    return now - (run.entered_at or run.expected_at) > grace


def superseded_runs(scheduled: Iterable[FlowRun], now: datetime) -> list[FlowRun]:
    """Of the runs of one deployment that were missed, all but the latest: that one does what is due.

    Runs that a person started have no deployment and are never touched.
    """
    missed = sorted(
        (run for run in scheduled if run.deployment and run.expected_at <= now),
        key=lambda run: (run.deployment or "", run.expected_at),
    )
    return [run for _, runs in groupby(missed, key=lambda run: run.deployment) for run in list(runs)[:-1]]


def is_made_up(scheduled_at: datetime, last_begun_at: datetime | None) -> bool:
    """True if a run that succeeded began after the moment for which this one was scheduled: nothing is left to do.

    `last_begun_at` is null where none ever succeeded.
    """
    return last_begun_at is not None and last_begun_at >= scheduled_at


def reconcile(settings: Settings, api: PrefectApi, now: datetime, *, is_start: bool = False) -> Reconciled:
    """Mark dead runs as Crashed, which frees their slots, and drop missed runs that a later one makes up for.

    Raises PrefectSilent. Doing it twice does nothing more.
    """
    tag = leases.tag_of(settings)
    dead = dead_runs(
        api.runs(tag, UNFINISHED), lambda lease: leases.is_alive(settings, lease), now, is_start=is_start
    )
    for run in dead:
        log.warning("run %s is dead: its process is gone", run.name)
        api.set_state(run.run_id, "CRASHED", "Crashed", "Its process is gone; the next run does what it left.")
        leases.forget(settings, run.lease)
    scheduled = api.runs(tag, ("SCHEDULED",), newest_first=False)
    missed = superseded_runs(scheduled, now)
    for run in missed:
        api.set_state(run.run_id, "CANCELLED", "Missed", "Missed; a later run of the same schedule makes up for it.")
    if missed:
        log.warning("%d missed runs are made up by one", len(missed))
    return Reconciled(len(dead), len(missed))


def last_ended(api: PrefectApi, tag: str, limit: int = 50) -> list[FlowRun]:
    """The latest runs that have ended, latest first."""
    return api.runs(tag, ENDED, limit=limit)
