"""The numbers of the moment: from the warehouse, the spool, the disk and the marks of runs."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from flows.publish import open_for_people, standing
from flows.service import crons, marks, owed
from flows.settings import Settings
from flows.steps.service.findings import Group, Limits, Signs
from warehouse.errors import NoWarehouse, SchemaTooOld, WarehouseBusy, WarehouseError
from warehouse.store import Warehouse
from warehouse.vitals import FeedGroup, ScoreBin

DAY = timedelta(days=1)
SCORES_RECENT, SCORES_BEFORE = 7 * DAY, 63 * DAY
GROUPS_BEFORE = 30 * DAY
N_BINS = 20
WAIT_S = 10.0  # a store takes seconds; whoever holds the file longer is named


def limits_of(settings: Settings) -> Limits:
    """Where normal ends, by the settings."""
    return Limits(
        silence_h=settings.alert_silence_h,
        digest_late_h=settings.alert_digest_late_h,
        failed_share=settings.alert_failed_share,
        lost_share=settings.alert_lost_share,
        drift_psi=settings.alert_drift_psi,
        spooled_batches=settings.alert_spooled,
        disk_free_bytes=settings.alert_disk_bytes,
        group_days=settings.alert_group_days,
    )


def signs_of(settings: Settings, now: datetime) -> Signs:
    """All signs. The read copy is asked, so that a look keeps nobody from writing; without one, some stay unknown."""
    signs = signs_beside_the_warehouse(settings, now)
    try:
        with open_for_people(settings.model_copy(update={"warehouse_wait_s": WAIT_S})) as (warehouse, _):
            return with_warehouse(signs, warehouse, settings, now)
    except WarehouseError as problem:
        return without_warehouse(signs, problem)


def signs_beside_the_warehouse(settings: Settings, now: datetime) -> Signs:
    """What is known without opening it."""
    stands = standing(settings)
    return Signs(
        now=now,
        last_ingest_at=marks.last_success(settings, "ingest", now),
        digest_owed_since=digest_owed_since(settings, now),
        n_spooled=stands.n_spooled,
        spooled_since=stands.spooled_since,
        n_unreadable=stands.n_unreadable,
        disk_free_bytes=disk_free_bytes(settings.data_dir),
        refusal=stands.refusal,
    )


def without_warehouse(signs: Signs, problem: WarehouseError) -> Signs:
    """The signs where the warehouse could not be asked. One that is held, missing or too old needs no mending."""
    if isinstance(problem, WarehouseBusy | NoWarehouse | SchemaTooOld):
        return replace(signs, unknown=str(problem))
    return replace(signs, unknown=str(problem), refusal=str(problem))


def with_warehouse(signs: Signs, warehouse: Warehouse, settings: Settings, now: datetime) -> Signs:
    """The signs, and what the open warehouse adds to them."""
    counts = warehouse.counts(now, now - DAY)
    recent = now - timedelta(days=settings.alert_group_days)
    groups = warehouse.feed_groups(now - GROUPS_BEFORE, recent)
    bins = warehouse.score_bins(now - SCORES_BEFORE, now - SCORES_RECENT)
    return replace(
        signs,
        n_polls=counts.n_polls,
        n_failed_polls=counts.n_failed_polls,
        n_read=counts.n_read,
        n_lost=counts.n_lost,
        groups=tuple(group_of(group, recent) for group in groups if group.oldest_at),
        scores_before=histogram(bins, is_recent=False),
        scores_now=histogram(bins, is_recent=True),
    )


def group_of(group: FeedGroup, recent: datetime) -> Group:
    """A row of the warehouse as the rules want it. Counting begins at the oldest entry, not at a date without any."""
    days = (recent - group.oldest_at) / DAY if group.oldest_at else 0.0
    return Group(group.country, group.n_feeds, group.n_recent, group.n_before, max(days, 0.0))


def histogram(bins: Sequence[ScoreBin], *, is_recent: bool) -> tuple[int, ...]:
    """Cases in each of the twenty bins; those left out by the query hold none."""
    held = {one.bin: one.n_recent if is_recent else one.n_before for one in bins}
    return tuple(held.get(number, 0) for number in range(N_BINS))


def digest_owed_since(settings: Settings, now: datetime) -> datetime | None:
    """The moment of the schedule that no digest has answered; null if none is owed."""
    if not owed.is_digest_owed(settings, now):
        return None
    return crons.previous(settings.digest_cron, settings.tz, now)


def bytes_of(settings: Settings) -> int | None:
    """The bytes of the warehouse file, 0 if there is none yet; null for a lake."""
    if not isinstance(settings.warehouse, Path):
        return None
    return settings.warehouse.stat().st_size if settings.warehouse.exists() else 0


def disk_free_bytes(folder: Path) -> int:
    """Free bytes where a folder lies or will lie."""
    there = next(parent for parent in (folder.resolve(), *folder.resolve().parents) if parent.exists())
    return shutil.disk_usage(there).free
