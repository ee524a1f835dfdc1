"""Cron lines in a zone: the moment before now, the moment after."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError


def previous(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The latest moment at or before `now` that a cron line names, UTC. Raises ValueError for a bad line."""
    return _step(cron, zone, now, reverse=True)


def following(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment after `now` that a cron line names, UTC. Raises ValueError for a bad line."""
    return _step(cron, zone, now, reverse=False)


def is_owed(cron: str, zone: ZoneInfo, last_begun_at: datetime | None, now: datetime) -> bool:
    """True if the line has named a moment since the last success began. Nothing is owed before a first success."""
    return last_begun_at is not None and previous(cron, zone, now) > last_begun_at


def _step(cron: str, zone: ZoneInfo, now: datetime, *, reverse: bool) -> datetime:
    local = now.astimezone(zone)
    try:
        # Going back, the library leaves out the moment it starts from.
        found = next(CronSim(cron, local.replace(second=59) if reverse else local, reverse=reverse))
    except CronSimError as problem:
        raise ValueError(f"{cron!r} is no cron line: {problem}") from problem
    return found.astimezone(UTC)
