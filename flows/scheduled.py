"""The flows as a schedule runs them: alive for all to see, once for what was missed, and telling what they did.

Each wraps a flow that a person can run as well. A run that finds its work done by another is Skipped, which is a way
of being Completed: what counts is that the work is done.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import artifacts
from flows.archive import write_archive
from flows.digest import digest
from flows.ingest import IngestFailed, ingest
from flows.locks import AlreadyRunning
from flows.mailing import send
from flows.platform import hush_the_end
from flows.service import alerting, clock, leases, logs, maintenance, marks, owed
from flows.service.prefect_api import PrefectApi
from flows.service.reconciling import is_made_up, reconcile
from flows.settings import Given, Settings, settings_of
from flows.train import train

log = logging.getLogger("smewatch")
FIRST_LOOK = timedelta(minutes=5)  # what was due while a team awaited its first watch is begun, not done
Work = Callable[[Settings, datetime], object]


class Skip(Exception):
    """There is nothing to do for this run; the message says why."""


def on_schedule(kind: str, given: Given, work: Work) -> State[Any]:
    """Do the work of one scheduled run, unless it is done; its final state. What the work raises fails the run."""
    settings, now = settings_of(given), clock.now()
    hush_the_end()
    logs.set_up(settings, run_id=flow_run.id, flow=kind)
    with leases.alive(settings, str(flow_run.id)):
        try:
            if is_made_up(flow_run.scheduled_start_time, marks.last_success(settings, kind, now)):
                raise Skip("a run that began later has done what was due")
            log.info("%s begins", kind)
            work(settings, now)
        except (Skip, AlreadyRunning) as reason:
            log.info("%s skipped: %s", kind, reason)
            return Completed(name="Skipped", message=f"Nothing done: {reason}.")
        marks.note_success(settings, kind, now)
        log.info("%s done", kind)
        return Completed()


@flow(name="ingest", task_runner=ThreadPoolTaskRunner(max_workers=8), validate_parameters=False)  # type: ignore[arg-type]
def scheduled_ingest(settings: Given = None) -> State[Any]:
    """Collect; then write the digest that the schedule still owes, if any."""
    return on_schedule("ingest", settings, collect)


@flow(name="digest", validate_parameters=False)
def scheduled_digest(settings: Given = None) -> State[Any]:
    """Write the digest of every full week that has none, on news that are fresh."""
    return on_schedule("digest", settings, write_digests)


@flow(name="maintenance", validate_parameters=False)
def scheduled_maintenance(settings: Given = None) -> State[Any]:
    """Delete what is past its time, and put Prefect's own records right."""
    return on_schedule("maintenance", settings, clean_up)


@flow(name="train", validate_parameters=False)
def scheduled_train(settings: Given = None) -> State[Any]:
    """Fit a model from what is known by now, and let it judge if it proves better than the one in use."""
    return on_schedule("train", settings, try_training)


@flow(name="watch", validate_parameters=False)
def scheduled_watch(settings: Given = None) -> State[Any]:
    """Look after everything once: for teams, whose workers have no `smewatch serve` that looks every few minutes."""
    return on_schedule("watch", settings, watch)


def clean_up(settings: Settings, now: datetime) -> None:
    """The chores of the night, and the card of the model that judged by day."""
    artifacts.tell_model(settings)
    maintenance.maintain(settings, now)


def watch(settings: Settings, now: datetime) -> None:
    """What `smewatch serve` does at its start and its keeper beside its schedules."""
    marks.begin(settings, now - FIRST_LOOK)
    reconcile(settings, PrefectApi(PREFECT_API_URL.value()), datetime.now(UTC))
    alerting.look_after(settings, now)


def try_training(settings: Settings, now: datetime) -> None:
    """A training whose model is promoted only by the comparison; the card of the one in use afterwards."""
    trained = train.fn(settings, promotion="if better", decided_by="the schedule", now=now)
    log.info("train: %s, %s", trained.name, trained.end)
    artifacts.tell_model(settings)


def collect(settings: Settings, now: datetime) -> None:
    """One ingest with its artifacts. Whatever became of it, a digest that is owed is written at its end."""
    try:
        report = ingest.fn(settings, now=now)
    except IngestFailed as failed:
        artifacts.tell_ingest(failed.report, settings, now)
        raise
    else:
        artifacts.tell_ingest(report, settings, now)
        log.info("ingest: %d articles, %d relevant", report.n_articles, report.n_relevant)
    finally:
        make_up_for_digest(settings, now)


def make_up_for_digest(settings: Settings, now: datetime) -> None:
    """Write and mail what the digest's own run has not. What cannot be done stays owed, and fails no ingest."""
    try:
        if owed.is_digest_owed(settings, now):
            write_owed(settings, now)
        mail(settings, now)
    except Skip:
        pass
    except Exception:
        log.exception("a digest could not be written or mailed; the next ingest tries again")


def mail(settings: Settings, now: datetime) -> None:
    """Mail the last week's digest to whoever has not got it; who puts mail off is asked again in an hour."""
    sent = send.fn(settings, now=now)
    if sent and sent.ends:
        log.info("digest of %s mailed: %s", sent.week, dict(sent.ends))
    for problem in sent.problems if sent else ():
        log.warning("mail: %s", problem)


def write_digests(settings: Settings, now: datetime) -> None:
    """The work of Monday's run."""
    if owed.is_ingest_first(settings, now):
        raise Skip("an ingest is overdue too; it writes the digest at its end")
    write_owed(settings, now)
    mail(settings, now)


def write_owed(settings: Settings, now: datetime) -> None:
    """Write the digests that are owed, one process at a time."""
    with owed.one_digest_at_a_time(settings) as is_ours:
        if not is_ours:
            raise Skip("another process writes it")
        write_archive(settings)  # a run that died between storing an edition and writing its page left it to us
        for week in owed.weeks_to_write(settings, now):
            report = digest.fn(settings, week.label, now=now)
            log.info("digest of %s written: %s", report.week, report.html)
        marks.note_success(settings, "digest", now)
