"""How everything stands, for one screen: the numbers behind `smewatch status`."""

import fcntl
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flows import models
from flows.platform import running_server
from flows.publish import Behind, Standing, behind, open_for_people, standing
from flows.service import alerting, crons, leases, looking, marks
from flows.service.prefect_api import ENDED, FlowRun, PrefectApi, PrefectSilent
from flows.settings import Settings
from flows.steps.service.alerts import Alert
from flows.steps.service.findings import Finding, Level, Signs, findings, worst
from warehouse.errors import WarehouseError
from warehouse.vitals import Counts, LastDigest, RunVitals

MOST_RUNS = 5
WAIT_S = 5.0
WATCHED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the warehouse said, or its read copy."""

    as_of: str | None = None  # a sentence; null where the warehouse itself was asked
    runs: tuple[RunVitals, ...] = ()
    feeds: Mapping[str, int] = field(default_factory=dict)
    counts: Counts | None = None
    digest: LastDigest | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `smewatch status` shows."""

    now: datetime
    is_serving: bool  # `smewatch serve` is at work on this data folder
    is_of_a_team: bool  # a team's workers are: their watch has succeeded within the hour
    api_url: str | None  # Prefect's server; null if none answers
    next_runs: tuple[tuple[str, datetime], ...]  # by the schedules; they come only while something serves them
    prefect_runs: tuple[FlowRun, ...]  # the latest that ended, latest first; empty without a server
    warehouse_bytes: int | None  # of its file, 0 if there is none yet; null for a lake
    standing: Standing
    behind: Behind | None  # null without a read copy
    asked: Asked
    unknown: str | None  # why the warehouse could not be asked
    model_id: str | None
    alerts: tuple[Alert, ...]
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of the findings."""
        return worst(self.findings)


def status_of(settings: Settings, now: datetime) -> Status:
    """Look at everything, and change nothing."""
    signs, asked = _ask(settings, now)
    api_url = running_server(settings)
    found = findings(signs, looking.limits_of(settings))
    if is_deserted(settings, now):
        remedy = "Start it again, or the workers of a team."
        found.append(Finding("not-serving", Level.WARNING, "`smewatch serve` is not at work.", remedy))
    folder = models.current_model(settings)
    stands = standing(settings)
    return Status(
        now=now,
        is_serving=is_served(settings),
        is_of_a_team=is_of_a_team(settings, now),
        api_url=api_url,
        next_runs=next_runs(settings, now),
        prefect_runs=_ended_runs(settings, api_url),
        warehouse_bytes=looking.bytes_of(settings),
        standing=stands,
        behind=behind(settings, stands),
        asked=asked,
        unknown=signs.unknown,
        model_id=folder.name if folder else None,
        alerts=tuple(alerting.open_alerts(settings)),
        findings=tuple(sorted(found, key=lambda one: -one.level)),
    )


def _ask(settings: Settings, now: datetime) -> tuple[Signs, Asked]:
    signs = looking.signs_beside_the_warehouse(settings, now)
    patient = settings.model_copy(update={"warehouse_wait_s": WAIT_S})
    try:
        with open_for_people(patient) as (warehouse, as_of):
            asked = Asked(
                as_of,
                tuple(warehouse.latest_runs(MOST_RUNS)),
                warehouse.feeds_by_state(),
                warehouse.counts(now, now - looking.DAY),
                warehouse.last_digest(settings.zone),
            )
            return looking.with_warehouse(signs, warehouse, settings, now), asked
    except WarehouseError as problem:
        return looking.without_warehouse(signs, problem), Asked()


def next_runs(settings: Settings, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """When each schedule comes next, soonest first."""
    planned = ((kind, crons.following(cron, settings.tz, now)) for kind, cron in schedules(settings).items())
    return tuple(sorted(planned, key=lambda one: one[1]))


def schedules(settings: Settings) -> dict[str, str]:
    """Kind of run -> its cron line."""
    return {
        "ingest": settings.ingest_cron,
        "digest": settings.digest_cron,
        "maintenance": settings.maintenance_cron,
        "train": settings.train_cron,
    }


def _ended_runs(settings: Settings, api_url: str | None) -> tuple[FlowRun, ...]:
    if api_url is None:
        return ()
    try:
        return tuple(PrefectApi(api_url, timeout_s=5).runs(leases.tag_of(settings), ENDED, limit=MOST_RUNS))
    except PrefectSilent:
        return ()


def is_served(settings: Settings) -> bool:
    """True if a `smewatch serve` holds the lock of this data folder."""
    try:
        with serve_lock(settings).open() as seen:
            fcntl.flock(seen, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def is_of_a_team(settings: Settings, now: datetime) -> bool:
    """True if the watch of a team, which comes every few minutes, has succeeded within the hour."""
    watched_at = marks.last_success(settings, "watch", now)
    return watched_at is not None and now - watched_at < WATCHED


def is_deserted(settings: Settings, now: datetime) -> bool:
    """True if this data folder was served, by `smewatch serve` or by a team, and is not now: it is meant to be."""
    return marks.are_kept(settings) and not is_served(settings) and not is_of_a_team(settings, now)


def serve_lock(settings: Settings) -> Any:
    """The file that `smewatch serve` locks."""
    return settings.data_dir / "service" / "serve.lock"


def status_values(status: Status) -> dict[str, Any]:
    """The status as plain values, for JSON: times in ISO 8601, the level in a word."""
    values = asdict(status) | {"level": status.level.name.lower()}
    values["findings"] = [asdict(one) | {"level": one.level.name.lower()} for one in status.findings]
    plain: dict[str, Any] = json.loads(json.dumps(values, default=_plain))
    return plain


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
