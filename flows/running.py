"""Flows as a person starts them: Prefect found or started, progress shown, expected failures told in a sentence."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

import click

from flows.commands.common import echo, files_in_sentences
from flows.embedded import prefect_server
from flows.platform import ClusterUnavailable, PrefectUnavailable, leave
from flows.progress import Bars, bars
from flows.service import leases, marks
from flows.service.prefect_api import LEASE_TAG
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.digest import DigestReport
    from flows.ingest import IngestReport
    from flows.judging_past import RejudgeReport
    from flows.reextract import ReextractReport
    from flows.train import Trained

ALREADY_RUNNING = 3  # exit code: somebody else does the work, nothing is wrong


def end_with(run: Callable[[], int]) -> NoReturn:
    """Run a command that runs flows, tell an expected failure in one sentence, and end the process with its code."""
    from flows.demonstration import NotADemoFolder
    from flows.locks import AlreadyRunning
    from flows.steps.feeds.catalogue import CatalogueError
    from warehouse.errors import WarehouseError

    try:
        with files_in_sentences():
            leave(run())
    except click.ClickException as problem:
        echo(f"Error: {problem.format_message()}", err=True)
        leave(problem.exit_code)
    except AlreadyRunning as problem:
        echo(f"Nothing done: {problem}", err=True)
        leave(ALREADY_RUNNING)
    except (CatalogueError, ClusterUnavailable, NotADemoFolder, PrefectUnavailable, WarehouseError) as problem:
        echo(f"Error: {problem}", err=True)
        leave(1)
    except Exception:
        echo(traceback.format_exc(), err=True)  # nobody foresaw it, so everything about it is worth telling
        leave(1)
    except KeyboardInterrupt:
        click.echo("Stopped. What was stored stays; the next run does the rest.", err=True)
        leave(130)


@contextmanager
def _prefect(settings: Settings) -> Iterator[tuple[Bars, Callable[[], None]]]:
    """Progress bars, and what to call before the first flow: it waits for Prefect."""
    with bars() as progress, ExitStack() as ready:
        started = partial(progress.say, "Starting Prefect's own server (4 to 20 s) ...")
        wait = ready.enter_context(prefect_server(settings, started))
        yield progress, lambda: _begin(settings, wait, ready)


def _begin(settings: Settings, wait: Callable[[], str], ready: ExitStack) -> None:
    from prefect import tags
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    wait()
    # The lease says that we are alive; Prefect's heartbeat says it too, and its thread keeps a flow from ending for a
    # second.
    ready.enter_context(temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
    # A run that dies with this command is known by its lease, to a `smewatch serve` whose server it used.
    lease = str(uuid4())
    ready.enter_context(leases.alive(settings, lease))
    ready.enter_context(tags(leases.tag_of(settings), LEASE_TAG + lease))


def run_ingest(settings: Settings, feeds: str | None, *, every_feed: bool) -> "IngestReport":
    """One ingest, now. `feeds` is another catalogue: a file or an http(s) address."""
    from flows.collecting.catalogue import read_feeds

    catalogue = read_feeds(settings, feeds)
    with _prefect(settings) as (progress, wait_for_prefect):
        from flows.ingest import collect

        wait_for_prefect()
        begun_at = datetime.now(UTC)
        report = collect(settings, catalogue, every_feed=every_feed, progress=progress)
    if feeds is None and marks.are_kept(settings) and not report.problems:
        marks.note_success(settings, "ingest", begun_at)  # a scheduled run that waits for us finds nothing left to do
    return report


def run_digest(settings: Settings, week: str | None) -> "DigestReport":
    """The digest of a week, now."""
    with _prefect(settings) as (_, wait_for_prefect):
        from flows.digest import digest

        wait_for_prefect()
        return digest(settings, week)


def run_train(settings: Settings, **how: Any) -> "Trained":
    """A training, now; `how` as flows.train.train has it."""
    with _prefect(settings) as (_, wait_for_prefect):
        from flows.train import train

        wait_for_prefect()
        trained: Trained = train(settings, now=datetime.now(UTC), **how)
        return trained


def run_rejudge(settings: Settings) -> "RejudgeReport":
    """All texts that the model in use has not judged, now."""
    with _prefect(settings) as (progress, wait_for_prefect):
        from flows.rejudge import rejudge

        wait_for_prefect()
        return rejudge(settings, progress=progress)


def run_reextract(settings: Settings, since: datetime | None, *, is_dry: bool) -> "ReextractReport":
    """All archived articles, extracted again, now."""
    with _prefect(settings) as (progress, wait_for_prefect):
        from flows.reextract import reextract

        wait_for_prefect()
        return reextract(settings, since=since, is_dry=is_dry, progress=progress)
