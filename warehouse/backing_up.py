"""Backups: a copy that was opened and checked before it got its name, and the way back."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import NotCopied, NoWarehouse, WarehouseBusy, WarehouseError
from warehouse.opening import open_for_reading, open_warehouse
from warehouse.publishing import duplicate


class BackupRefused(WarehouseError):
    """There is a file in the place of a backup already, or it cannot be written; the message says which."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as it was found when opened."""

    path: Path
    n_bytes: int
    n_articles: int
    schema_version: int
    failed_checks: tuple[str, ...]  # checks of the warehouse that found something; empty for a sound one


def back_up(live: Path, target: Path, *, now: datetime, wait_s: float = 60.0) -> Backup:
    """Copy the warehouse to a new file, which appears under its name whole and checked, or not at all.

    Everything stored before the call is in it. Runs are not kept waiting. Raises NoWarehouse, BackupRefused,
    WarehouseBusy if a killed run left something to settle and another process holds the file.
    """
    if not live.exists():
        raise NoWarehouse(live)
    if target.exists():
        raise BackupRefused(f"{target} exists; a backup never replaces one. Choose another name.")
    if log_of(live).exists():
        with open_warehouse(live, now=now, wait_s=wait_s):
            pass  # what a killed run committed stands in the log only; opening and closing moves it into the file
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        duplicate(live, draft)
        found = inspect(draft)
        target.hardlink_to(draft)
    except NotCopied as problem:
        raise BackupRefused(f"{target} was not written: {problem.reason}.") from problem
    except FileExistsError:
        raise BackupRefused(f"{target} was made by another process meanwhile.") from None
    except OSError as problem:
        if target.exists() or not draft.exists():
            raise BackupRefused(f"{target}: {problem.strerror or problem}") from problem
        draft.rename(target)  # a file system without hard links
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return Backup(target, found.n_bytes, found.n_articles, found.schema_version, found.failed_checks)


def inspect(file: Path) -> Backup:
    """What a file holds. Raises NoWarehouse, NotAWarehouse, SchemaTooNew, SchemaTooOld."""
    with open_for_reading(file, wait_s=0) as warehouse:
        [(n_articles,)] = warehouse.query("select count(*) from core.articles").rows
        version = warehouse.schema_version()
        failed = tuple(warehouse.failed_checks())
    return Backup(file, file.stat().st_size, int(str(n_articles)), version, failed)


def restore(backup: Path, live: Path, *, now: datetime) -> Path | None:
    """Put a copy of a backup in the place of the warehouse; where the one before lies now, null if there was none.

    The backup is opened and, if it is of an earlier schema, migrated before anything is moved. Nothing may run
    meanwhile: whoever has the old file open goes on with it. Raises as open_warehouse, and NotCopied without room.
    """
    if not backup.exists():
        raise NoWarehouse(backup)
    draft = live.with_name(f".{live.name}.{os.getpid()}.new")
    aside = live.with_name(f"{live.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    try:
        duplicate(backup, draft)
        with open_warehouse(draft, now=now, wait_s=0):
            pass
        if live.exists():
            _settle(live, now)
            live.rename(aside)
        if log_of(live).exists():  # it would be laid over the backup
            log_of(live).rename(log_of(aside))
        draft.replace(live)
    finally:
        for leftover in draft.parent.glob(f"{draft.name}*"):
            leftover.unlink()
    return aside if aside.exists() else None


def _settle(live: Path, now: datetime) -> None:
    """See that nobody has the warehouse open, and lay its log into it. A broken one may be replaced."""
    try:
        with open_warehouse(live, now=now, wait_s=0):
            pass
    except WarehouseBusy:
        raise
    except WarehouseError:
        pass  # it is moved aside as it is


def log_of(file: Path) -> Path:
    """Where DuckDB keeps what is not yet in a file: it lays it over whatever has the file's name."""
    return file.with_name(f"{file.name}.wal")
