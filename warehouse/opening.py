"""Opening the warehouse, a file or a lake: for seconds, one writer at a time, with bounded waiting.

DuckDB locks a file for a process: a writer keeps out everybody, and a reader keeps out writers. A lake lets all in.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.addresses import Address
from warehouse.before_migrating import keep_copy
from warehouse.connecting import GaveUp, connect, patiently
from warehouse.errors import NoAccess, NotAWarehouse, NoWarehouse, SchemaTooOld, StorageTooNew, WarehouseBusy
from warehouse.lakes import open_lake, pending_in_lake, read_lake
from warehouse.migrating import applied_migrations, apply, pending
from warehouse.sql import Migration, migrations
from warehouse.store import Warehouse
from warehouse.transactions import as_full

# The oldest format in which all we use exists: DuckDB 1.4 and later read it; a 2.0 default file, no 1.x can.
STORAGE_VERSION = "v1.4.0"
# A store rewrites the last group of rows of each table. DuckDB's own 122,880 rows of 3 KB make that 130 MB written
# for 15 MB of news, and over 200 MB left free in the file; with 20,480, other columns fill their blocks badly (+8 %).
_ROW_GROUP_SIZE = 61_440
_WRITING = f"read_write, row_group_size {_ROW_GROUP_SIZE}"
CREATING = f"storage_version '{STORAGE_VERSION}', {_WRITING}"
# Closing puts small groups of rows together, and once in 30,000 articles that took 90 to 160 MiB. What does not fit
# in here waits on the disk: 0.4 s in place of 0.2 for 32,000 texts. If it cannot be done in so little, after some
# huge texts, it stays in the log of the file for the next opening. Nothing is lost by that; while storing, too little
# is an error.
_TIDIED_WITHIN = "64 MiB"
_CATALOG = "smewatch"  # fixed, so that a file called core.duckdb cannot make core.articles ambiguous
_HELD = re.compile(r"Could not set lock|Unique file handle conflict")
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_READER = "able to open this database in read-only mode"  # DuckDB's hint where the holder only reads


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has the warehouse open. Of several readers DuckDB names one."""

    pid: int
    program: str  # the name of its executable, such as python3.11 or duckdb
    is_reader: bool  # then others can read, and nobody can write


@contextmanager
def open_warehouse(
    address: Address, *, now: datetime, wait_s: float = 60.0, is_sparing: bool = False
) -> Iterator[Warehouse]:
    """The warehouse for writing, made and migrated as needed; nobody else can open a file until it is closed.

    `now` dates the migrations; before any, a copy of the file is kept beside it. `is_sparing`: for who stores little
    and often, beside much else that takes memory. One thread works on a statement of a file, for each keeps memory of
    its own, which 60 stores leave in shreds (they took no longer); and closing takes little memory: _TIDIED_WITHIN.
    Raises WarehouseBusy if another process holds the file longer than `wait_s` seconds, NotAWarehouse, StorageTooNew,
    SchemaTooNew or MigrationEdited if the file is not one we may write, NotKept if there is no room for the copy; for
    a lake, NoLake, LakeSilent and StoreSilent.
    """
    with (
        _open_file(address, now, wait_s, is_sparing) if isinstance(address, Path) else open_lake(address, now, wait_s)
    ) as warehouse:
        yield warehouse


@contextmanager
def open_for_reading(address: Address, *, wait_s: float = 60.0) -> Iterator[Warehouse]:
    """The warehouse for reading; while a file is open nobody can write it. Methods that write raise OpenedForReading.

    Raises NoWarehouse if there is none, SchemaTooOld if it awaits a migration, else as open_warehouse.
    """
    with _read_file(address, wait_s) if isinstance(address, Path) else read_lake(address, wait_s) as warehouse:
        yield warehouse


def pending_migrations(address: Address, *, wait_s: float = 60.0) -> list[Migration]:
    """What open_warehouse would apply, oldest first; nothing is changed. Raises as open_for_reading."""
    if not isinstance(address, Path):
        return pending_in_lake(address, wait_s)
    if not address.exists():
        raise NoWarehouse(address)
    with closing(open_file_as(address, "read_only", wait_s)) as connection:
        return pending(applied_migrations(connection, address), migrations())


@contextmanager
def _open_file(path: Path, now: datetime, wait_s: float, is_sparing: bool) -> Iterator[Warehouse]:
    if not path.exists():
        create(path, lambda draft: apply(draft, migrations(), now))
    with closing(open_file_as(path, _WRITING, wait_s, is_sparing)) as connection:
        applied = applied_migrations(connection, path)
        steps = pending(applied, migrations())
        if steps and applied:
            keep_copy(connection, path, applied[-1].version)
        apply(connection, steps, now)
        yield Warehouse(connection)
        if is_sparing:
            with suppress(duckdb.Error):  # more is in use already: it is tidied by whoever closes it next
                connection.execute(f"set memory_limit = '{_TIDIED_WITHIN}'")


@contextmanager
def _read_file(path: Path, wait_s: float) -> Iterator[Warehouse]:
    if not path.exists():
        raise NoWarehouse(path)
    with closing(open_file_as(path, "read_only", wait_s)) as connection:
        steps = pending(applied_migrations(connection, path), migrations())
        if steps:
            raise SchemaTooOld(steps[0].version - 1, steps[-1].version)
        yield Warehouse(connection, is_read_only=True)


def holder_of(address: Address) -> Holder | None:
    """Who keeps the warehouse from being written; null if nobody does, there is none, or it is a lake.

    Asks by opening it, for milliseconds; this very process, if it has it open, is named, too.
    """
    if not isinstance(address, Path) or not address.exists():
        return None
    try:
        _attach(address, _WRITING).close()
    except duckdb.Error as error:
        if match := _HOLDER.search(str(error)):
            return Holder(int(match["pid"]), Path(match["program"]).name, _READER in str(error))
        if _HELD.search(str(error)):
            return Holder(os.getpid(), "this very process", is_reader=False)
        raise _as_refusal(address, error) from error
    return None


def create(path: Path, fill: Callable[[duckdb.DuckDBPyConnection], None]) -> bool:
    """Make a file beside its place, let `fill` make a warehouse of it, and link it there: no crash leaves half a
    warehouse, no race two. False if another process was faster, and its file stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    _remove(draft)  # of a crash under the same process id: in a container every run may be process 1
    try:
        with closing(_attach(draft, CREATING)) as connection:
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


def _attach(path: Path, mode: str, is_sparing: bool = False) -> duckdb.DuckDBPyConnection:
    while True:
        before = _identity(path)
        connection = _attached(path, mode, is_sparing)
        if before is None or before == _identity(path):
            return connection
        connection.close()  # compacting put another file in its place between its opening and its lock


def _identity(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def _attached(path: Path, mode: str, is_sparing: bool) -> duckdb.DuckDBPyConnection:
    connection = connect(threads=1 if is_sparing else None)
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"attach '{quoted}' as {_CATALOG} ({mode})")
        connection.execute(f"set temp_directory = '{quoted}.tmp'")  # its own choice is the folder we happen to be in
        connection.execute(f"use {_CATALOG}; set timezone = 'UTC'")
    except BaseException:
        connection.close()
        raise
    return connection


def open_file_as(path: Path, mode: str, wait_s: float, is_sparing: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to the file as it is, in one of DuckDB's modes of attaching. Raises as open_warehouse does."""
    try:
        return patiently(lambda: _attach(path, mode, is_sparing), wait_s, lambda message: bool(_HELD.search(message)))
    except GaveUp as end:
        raise WarehouseBusy(path, end.waited_s, _holder(str(end.__cause__))) from end.__cause__
    except duckdb.Error as error:
        raise _as_refusal(path, error) from error


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
    if re.search(r"Cannot open file .*: (Permission denied|Read-only file system)", str(error)):
        return NoAccess(path)
    if "not a valid DuckDB database" in str(error):
        return NotAWarehouse(path, "DuckDB does not recognise it.")
    if "replaying WAL file" in str(error):
        return NotAWarehouse(path, f"its log {path.name}.wal does not belong to it or is damaged ({error}).")
    if re.search(r"corrupt database file", str(error), re.IGNORECASE):
        return NotAWarehouse(path, f"it is damaged ({error}).")
    return error
