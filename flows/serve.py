"""The schedules: hourly ingest and Monday's digest, served from one process."""

from typing import Any

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import Flow
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType

from flows.digest import digest
from flows.ingest import ingest
from flows.settings import Settings

# A run that would collide with one at work is dropped, not queued: the one at work does what is due.
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """Ingest and digest with their schedules. Runs get these very settings, whatever their own environment says."""
    feeds_file = settings.feeds_file and settings.feeds_file.resolve()
    here = settings.model_copy(update={"data_dir": settings.data_dir.resolve(), "feeds_file": feeds_file})
    parameters = {"settings": here.model_dump(mode="json")}
    planned = ((ingest, settings.ingest_cron), (digest, settings.digest_cron))
    return [_deployment(flow, Cron(cron, timezone=settings.zone), parameters) for flow, cron in planned]


def _deployment(flow: Flow[..., Any], schedule: Schedule, parameters: dict[str, Any]) -> RunnerDeployment:
    made = flow.to_deployment(
        flow.name,
        schedule=schedule,
        parameters=parameters,
        concurrency_limit=ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,  # found wherever the package is installed
    )
    assert isinstance(made, RunnerDeployment)  # a coroutine only inside an event loop
    return made


def serve_flows(settings: Settings) -> None:
    """Serve until stopped. A stop does not pause the schedules: the next start goes on with them."""
    serve(*deployments(settings), pause_on_shutdown=False, limit=2, print_starting_message=False)
