"""The schedules, served from one process: ingest, digest, maintenance, training.

server (found or ours) -> reconcile (dead runs, missed runs) -> serve, with a keeper beside it
"""

import logging
import time
from datetime import UTC, datetime
from typing import Any

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import Flow
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType

from flows import scheduled
from flows.platform import LocalServer, answers
from flows.service import clock, leases, logs, marks
from flows.service.keeper import Keeper
from flows.service.prefect_api import PrefectApi
from flows.service.reconciling import reconcile
from flows.settings import Settings

# A run that would collide with one at work is dropped, not queued: the one at work does what is due.
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
AT_ONCE = 3  # runs of different schedules; each is a process of some 250 MB
HOPELESS_S = 60  # a runner that fails sooner fails for a reason that a second try does not mend
log = logging.getLogger("smewatch")


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """Every scheduled flow with its schedule. Runs get these very settings, whatever their own environment says."""
    parameters = {"settings": settings.everywhere().model_dump(mode="json")}
    planned: list[tuple[Flow[..., Any], str]] = [
        (scheduled.scheduled_ingest, settings.ingest_cron),
        (scheduled.scheduled_digest, settings.digest_cron),
        (scheduled.scheduled_maintenance, settings.maintenance_cron),
        (scheduled.scheduled_train, settings.train_cron),
    ]
    tags = [leases.tag_of(settings)]
    return [_deployment(flow, Cron(cron, timezone=settings.zone), parameters, tags) for flow, cron in planned]


def _deployment(
    flow: Flow[..., Any], schedule: Schedule, parameters: dict[str, Any], tags: list[str]
) -> RunnerDeployment:
    made = flow.to_deployment(
        flow.name,
        schedule=schedule,
        parameters=parameters,
        tags=tags,
        concurrency_limit=ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,  # found wherever the package is installed
    )
    assert isinstance(made, RunnerDeployment)  # a coroutine only inside an event loop
    return made


def serve_flows(settings: Settings, server: LocalServer | None, api_url: str) -> None:
    """Serve until stopped. A stop does not pause the schedules: the next start goes on with them.

    Prefect's runner gives up when the server is silent for some minutes; ours starts it anew, for people start
    smewatch once and expect a digest every Monday.
    """
    logs.set_up(settings)
    marks.begin(settings, clock.now())
    reconcile(settings, PrefectApi(api_url), datetime.now(UTC), is_start=True)
    with Keeper(settings, server, api_url):
        while True:
            begun_s = time.monotonic()
            try:
                serve(*deployments(settings), pause_on_shutdown=False, limit=AT_ONCE, print_starting_message=False)
                return
            except Exception as problem:
                if time.monotonic() - begun_s < HOPELESS_S:
                    raise
                log.error("Prefect's runner gave up (%s); beginning again", type(problem).__name__)
                while not answers(api_url):
                    time.sleep(1)
