"""Opening the warehouse: for seconds, one writer at a time, with bounded waiting.

DuckDB locks the file for a process: a writer keeps out everybody, and a reader keeps out writers.
"""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.before_migrating import keep_copy
from warehouse.errors import NotAWarehouse, NoWarehouse, SchemaTooOld, StorageTooNew, WarehouseBusy
from warehouse.migrating import applied_migrations, apply, pending
from warehouse.sql import Migration, migrations
from warehouse.store import Warehouse
from warehouse.transactions import as_full

# The oldest format in which all we use exists: DuckDB 1.4 and later read it; a 2.0 default file, no 1.x can.
STORAGE_VERSION = "v1.4.0"
_CATALOG = "smewatch"  # fixed, so that a file called core.duckdb cannot make core.articles ambiguous
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # No extension is ever fetched: a start must not need the internet, and a query must not run foreign code.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # A table name in a question must not find a variable of ours.
    "python_enable_replacements": False,
}
_HELD = re.compile(r"Could not set lock|Unique file handle conflict")
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_READER = "able to open this database in read-only mode"  # DuckDB's hint where the holder only reads
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has the warehouse open. Of several readers DuckDB names one."""

    pid: int
    program: str  # the name of its executable, such as python3.11 or duckdb
    is_reader: bool  # then others can read, and nobody can write


@contextmanager
def open_warehouse(path: Path, *, now: datetime, wait_s: float = 60.0) -> Iterator[Warehouse]:
    """The warehouse for writing, made and migrated as needed; nobody else can open the file until it is closed.

    `now` dates the migrations; before any, a copy of the file is kept beside it. Raises WarehouseBusy if another
    process holds the file longer than `wait_s` seconds, NotAWarehouse, StorageTooNew, SchemaTooNew or MigrationEdited
    if the file is not one we may write, NotKept if there is no room for the copy.
    """
    if not path.exists():
        create(path, lambda draft: apply(draft, migrations(), now))
    connection = _when_free(path, wait_s, lambda: _attach(path, "read_write"))
    try:
        applied = applied_migrations(connection, path)
        steps = pending(applied, migrations())
        if steps and applied:
            keep_copy(connection, path, applied[-1].version)
        apply(connection, steps, now)
        yield Warehouse(connection)
    finally:
        connection.close()


@contextmanager
def open_for_reading(path: Path, *, wait_s: float = 60.0) -> Iterator[Warehouse]:
    """The warehouse for reading; while it is open no process can write. Methods that write raise OpenedForReading.

    Raises NoWarehouse if there is no file, SchemaTooOld if it awaits a migration, else as open_warehouse.
    """
    if not path.exists():
        raise NoWarehouse(path)
    connection = _when_free(path, wait_s, lambda: _attach(path, "read_only"))
    try:
        steps = pending(applied_migrations(connection, path), migrations())
        if steps:
            raise SchemaTooOld(steps[0].version - 1, steps[-1].version)
        yield Warehouse(connection, is_read_only=True)
    finally:
        connection.close()


def pending_migrations(path: Path, *, wait_s: float = 60.0) -> list[Migration]:
    """What open_warehouse would apply to the file, oldest first; nothing is changed. Raises as open_for_reading."""
    if not path.exists():
        raise NoWarehouse(path)
    with closing(_when_free(path, wait_s, lambda: _attach(path, "read_only"))) as connection:
        return pending(applied_migrations(connection, path), migrations())


def holder_of(path: Path) -> Holder | None:
    """Who keeps the warehouse from being written; null if nobody does, or there is none.

    Asks by opening it, for milliseconds; this very process, if it has it open, is named, too.
    """
    try:
        if path.exists():
            _attach(path, "read_write").close()
    except duckdb.Error as error:
        if match := _HOLDER.search(str(error)):
            return Holder(int(match["pid"]), Path(match["program"]).name, _READER in str(error))
        if _HELD.search(str(error)):
            return Holder(os.getpid(), "this very process", is_reader=False)
        raise _as_refusal(path, error) from error
    return None


def create(path: Path, fill: Callable[[duckdb.DuckDBPyConnection], None]) -> bool:
    """Make a file beside its place, let `fill` make a warehouse of it, and link it there: no crash leaves half a
    warehouse, no race two. False if another process was faster, and its file stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    _remove(draft)  # of a crash under the same process id: in a container every run may be process 1
    try:
        with closing(_attach(draft, f"storage_version '{STORAGE_VERSION}'")) as connection:
            fill(connection)
        path.hardlink_to(draft)
    except duckdb.Error as error:
        raise _as_refusal(path, error) from error
    except FileExistsError:
        return False
    except OSError:  # shared folders of virtual machines know no hard links
        draft.rename(path)
    finally:
        _remove(draft)
    return True


def _remove(file: Path) -> None:
    for one in (file, file.with_name(f"{file.name}.wal")):
        one.unlink(missing_ok=True)


def _attach(path: Path, mode: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=SETTINGS)
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"attach '{quoted}' as {_CATALOG} ({mode})")
        connection.execute(f"use {_CATALOG}; set timezone = 'UTC'")
    except BaseException:
        connection.close()
        raise
    return connection


def _when_free(
    path: Path, wait_s: float, attach: Callable[[], duckdb.DuckDBPyConnection]
) -> duckdb.DuckDBPyConnection:
    started, pause_s = time.monotonic(), _FIRST_PAUSE_S
    while True:
        try:
            return attach()
        except duckdb.Error as error:
            if not _HELD.search(str(error)):
                raise _as_refusal(path, error) from error
            waited_s = time.monotonic() - started
            if waited_s >= wait_s:
                raise WarehouseBusy(path, waited_s, _holder(str(error))) from error
        # Jitter, or two waiting runs would go on meeting at the same moments.
        time.sleep(min(random.uniform(pause_s / 2, pause_s), max(wait_s - waited_s, 0.0)))  # noqa: S311 - no secret
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _holder(message: str) -> str | None:
    if match := _HOLDER.search(message):
        return f"{Path(match['program']).name} (process {match['pid']})"
    return "this very process" if "Unique file handle conflict" in message else None


def _as_refusal(path: Path, error: duckdb.Error) -> Exception:
    """What DuckDB's words mean for a person (wordings of 1.4 and 2.0). An unknown error stays as it is."""
    if (full := as_full(error)) is not None:
        return full
    if re.search(r"newer version of DuckDB|database file with (storage )?version number", str(error)):
        return StorageTooNew(path, str(error).splitlines()[0])
    if "not a valid DuckDB database" in str(error):
        return NotAWarehouse(path, "DuckDB does not recognise it.")
    if re.search(r"corrupt database file", str(error), re.IGNORECASE):
        return NotAWarehouse(path, f"it is damaged ({error}).")
    return error
