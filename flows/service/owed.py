"""What a schedule still owes: which weeks have no digest, and who writes it when the Monday's run did not."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from flows.service import crons, marks
from flows.settings import Settings
from flows.steps.digests.weeks import IsoWeek, last_full_week
from warehouse.digest_rows import StoredEdition
from warehouse.opening import open_for_reading

MOST_WEEKS = 4  # made up for at once; a machine that was off for longer tells its owner so by the gap


def owed_weeks(written: Iterable[str], last: IsoWeek, most: int = MOST_WEEKS) -> list[IsoWeek]:
    """The weeks up to `last` that lack a digest, oldest first, at most `most`.

    `written` are the labels of those that have one. Weeks before the first digest are not owed: nobody asked then.
    """
    have = set(written)
    owed = [] if last.label in have else [last]
    week = last.previous()
    while owed and len(owed) < most and any(label <= week.label for label in have):
        if week.label not in have:
            owed.append(week)
        week = week.previous()
    return owed[::-1]


def written_weeks(settings: Settings) -> list[str]:
    """Labels of the weeks whose digest the warehouse keeps; one that was written before its week was over is none.

    Whether its page lies in the folder is the archive's matter, which makes what is missing there: after a restored
    backup pages are left of weeks that the warehouse knows nothing of.
    """
    with open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
        kept = warehouse.editions()
    return sorted({edition.week for edition in kept if edition.created_at >= _end(edition)})


def _end(edition: StoredEdition) -> datetime:
    return IsoWeek.parse(edition.week).bounds(ZoneInfo(edition.zone))[1]


def weeks_to_write(settings: Settings, now: datetime) -> list[IsoWeek]:
    """What a scheduled digest writes. A week that has one is never written again by a schedule.

    Raises NoWarehouse and WarehouseBusy.
    """
    return owed_weeks(written_weeks(settings), last_full_week(now, settings.tz))


def is_ingest_first(settings: Settings, now: datetime) -> bool:
    """True if an ingest is overdue as well: then it writes the digest at its end, on news that are fresh."""
    return crons.is_owed(settings.ingest_cron, settings.tz, marks.last_success(settings, "ingest", now), now)


def is_digest_owed(settings: Settings, now: datetime) -> bool:
    """True if the digest's schedule has named a moment since its last success began."""
    return crons.is_owed(settings.digest_cron, settings.tz, marks.last_success(settings, "digest", now), now)


@contextmanager
def one_digest_at_a_time(settings: Settings) -> Iterator[bool]:
    """Hold the lock of scheduled digests; false if another process writes one."""
    folder = settings.data_dir / "service"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "digest.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
