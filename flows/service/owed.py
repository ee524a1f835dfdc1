"""What a schedule still owes: which weeks have no digest, and who writes it when the Monday's run did not."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from filelock import FileLock, Timeout

from flows.service import crons, marks
from flows.settings import Settings
from flows.steps.digests.weeks import IsoWeek, last_full_week

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
    """Labels of the weeks whose page lies in the folder of digests: nobody reads a row in the warehouse."""
    return sorted(page.parent.name for page in settings.digests_dir.glob("*-W*/index.html"))


def weeks_to_write(settings: Settings, now: datetime) -> list[IsoWeek]:
    """What a scheduled digest writes. A week that has one is never written again by a schedule."""
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
