"""The read copy of the warehouse, and how the warehouse stands: who holds it, what waits, how old the copy is.

A run publishes the copy at its end, when it has closed the warehouse. Publishing never fails a run: a copy that could
not be renewed is an older copy, and says so.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.collecting.spooled import UNREADABLE, waiting
from flows.settings import Settings
from warehouse.errors import NotPublished, NoWarehouse, SchemaTooOld, WarehouseError
from warehouse.opening import Holder, holder_of, open_for_reading
from warehouse.publishing import as_of, is_behind, publish_copy
from warehouse.store import Warehouse
from warehouse.vitals import Written

QUICK_BYTES = 256 * 2**20  # copied in about a second: what a command publishes that changes a row or two
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the warehouse stands at a moment."""

    holder: Holder | None  # who keeps it from being written
    refusal: str | None  # why nobody can open it, and what to do; null if it can be opened, is held or is a lake
    n_spooled: int  # batches and ends of runs that wait in the spool
    spooled_bytes: int
    spooled_since: datetime | None  # when the oldest of them was put there, UTC; null for an empty spool
    n_unreadable: int  # files of the spool that were put aside, because they could not be stored
    changed_at: datetime | None  # last write to the warehouse file, UTC; null if there is none, and for a lake
    copy_as_of: datetime | None  # last write that the read copy holds, UTC; null if there is none
    is_copy_behind: bool

    @property
    def copy_lag(self) -> timedelta | None:
        """How much later the warehouse was last written than the read copy knows; null if either is missing."""
        return self.changed_at - self.copy_as_of if self.changed_at and self.copy_as_of else None


@dataclass(frozen=True, slots=True)
class Behind:
    """How far the read copy is behind the warehouse; all zero if it is not."""

    lag_s: float  # between the last write that the copy holds and the warehouse's own
    n_runs: int | None  # begun since; null while somebody holds the warehouse
    n_batches: int | None  # stored since; null likewise


def read_copy(settings: Settings) -> Path | None:
    """The file that people read: replaced as a whole, never written. Null for a lake: its readers keep nobody out."""
    if not isinstance(settings.warehouse, Path):
        return None
    return settings.data_dir / "read" / settings.warehouse.name


def publish(settings: Settings) -> str | None:
    """Renew the read copy, if there is to be one. A sentence for a person if it could not be done."""
    if (copy := read_copy(settings)) is None:
        return None
    try:
        publish_copy(settings.warehouse_file, copy)
    except NotPublished as problem:
        log.warning("%s", problem)
        return str(problem)
    except NoWarehouse:
        pass  # nothing to publish, and nobody to miss it
    return None


def publish_if_quick(settings: Settings) -> str | None:
    """As `publish`, but a large copy is left to the next run: for commands that change a row or two."""
    file = settings.warehouse
    is_quick = isinstance(file, Path) and file.exists() and file.stat().st_size <= QUICK_BYTES
    return publish(settings) if is_quick else None


@contextmanager
def open_for_people(settings: Settings, *, live: bool = False) -> Iterator[tuple[Warehouse, str | None]]:
    """The read copy for reading, and a sentence that says as of when it is.

    With `live`, without a copy (as of a lake), or with one that an older smewatch made: the warehouse itself, and no
    sentence.
    """
    with ExitStack() as opened:
        copy = read_copy(settings)
        if not live and copy and (when := as_of(copy)):
            try:
                warehouse = opened.enter_context(open_for_reading(copy, wait_s=settings.warehouse_wait_s))
            except SchemaTooOld:
                pass
            else:
                yield warehouse, _told(when, is_old=is_behind(settings.warehouse_file, copy))
                return
        yield opened.enter_context(open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s)), None


def _told(when: datetime, *, is_old: bool) -> str:
    since = " The warehouse was written since; --live asks it." if is_old else ""
    return f"As of {when:%Y-%m-%d %H:%M:%S} UTC.{since}"


def standing(settings: Settings) -> Standing:
    """How the warehouse stands now. Opens the warehouse for milliseconds, and nothing else."""
    spooled = waiting(settings.spool_dir)
    files = [file.stat() for file in spooled]
    oldest = min((file.st_mtime for file in files), default=None)
    holder, refusal = _held(settings)
    changed_at, copy_as_of, is_copy_behind = _copied(settings)
    return Standing(
        holder=holder,
        refusal=refusal,
        n_spooled=len(files),
        spooled_bytes=sum(file.st_size for file in files),
        spooled_since=datetime.fromtimestamp(oldest, UTC) if oldest else None,
        n_unreadable=sum(1 for _ in (settings.spool_dir / UNREADABLE).glob("*.json")),
        changed_at=changed_at,
        copy_as_of=copy_as_of,
        is_copy_behind=is_copy_behind,
    )


def behind(settings: Settings, stands: Standing) -> Behind | None:
    """How far the read copy is behind; null if there is none. Opens both for milliseconds, waiting for nobody."""
    copy = read_copy(settings)
    if copy is None or stands.copy_lag is None:
        return None
    if not stands.is_copy_behind:
        return Behind(0.0, 0, 0)
    lag_s = stands.copy_lag.total_seconds()
    try:
        theirs, ours = (_written(file) for file in (copy, settings.warehouse_file))
    except WarehouseError:
        return Behind(lag_s, None, None)
    return Behind(lag_s, ours.n_runs - theirs.n_runs, ours.n_batches - theirs.n_batches)


def _written(file: Path) -> Written:
    with open_for_reading(file, wait_s=0) as warehouse:
        return warehouse.written()


def _held(settings: Settings) -> tuple[Holder | None, str | None]:
    """Who keeps the warehouse from being written, or why nobody can open it."""
    try:
        return holder_of(settings.warehouse), None
    except WarehouseError as problem:
        return None, str(problem)


def _copied(settings: Settings) -> tuple[datetime | None, datetime | None, bool]:
    """Last write to the warehouse, last one that the read copy holds, and whether the copy is behind."""
    copy = read_copy(settings)
    if copy is None:
        return None, None, False
    live = settings.warehouse_file
    return as_of(live), as_of(copy), live.exists() and is_behind(live, copy)
