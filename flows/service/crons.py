"""Cron lines in a zone: the moment before now, the moment after."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError


def checked(cron: str) -> str:
    """A cron line as it came. Raises ValueError unless its five fields can be read.

    Of six, Prefect takes the last for the second and this library the first; names such as @weekly it does not know.
    """
    if len(cron.split()) != 5:
        raise ValueError("is no cron line of five fields; write it like 0 6 * * 1")
    try:
        CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as problem:
        raise ValueError(f"is no cron line: {str(problem).lower()}") from problem
    return cron


def previous(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The latest moment at or before `now` that a checked cron line names, UTC."""
    return _step(cron, zone, now, reverse=True)


def following(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment after `now` that a checked cron line names, UTC."""
    return _step(cron, zone, now, reverse=False)


def is_owed(cron: str, zone: ZoneInfo, last_begun_at: datetime | None, now: datetime) -> bool:
    """True if the line has named a moment since the last success began. Nothing is owed before a first success."""
    return last_begun_at is not None and previous(cron, zone, now) > last_begun_at


def _step(cron: str, zone: ZoneInfo, now: datetime, *, reverse: bool) -> datetime:
    local = now.astimezone(zone)
    # Going back, the library leaves out the moment it starts from.
    found = next(CronSim(cron, local.replace(second=59) if reverse else local, reverse=reverse))
    return found.astimezone(UTC)
