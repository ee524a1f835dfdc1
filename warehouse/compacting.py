"""The warehouse written anew without what was freed in it: a file shrinks by itself only at its end.

    settle the log -> hold the file for reading -> copy its content to a draft -> compare -> rename over the file

While it is held, others can read and nobody can write. A kill at any moment leaves the file as it was, or the new
one; a draft that is left over is deleted by the next call. A lake merges its small files instead.
"""

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.addresses import Address
from warehouse.errors import NotCompacted
from warehouse.lakes import merge_files
from warehouse.opening import CREATING, open_file_as, open_for_reading, open_warehouse

# Share of the file that is free. A million articles stand at .14 after loading, at .515 bytes a byte of text; 17 s of
# copying make it .442. A tenth gives that back, and what a well-used file always has free moves nobody.
WORTH_IT, WORTH_IT_BYTES = 0.1, 64 * 2**20


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was done."""

    bytes_before: int
    bytes_after: int


def compact(address: Address, *, now: datetime, wait_s: float = 60.0, always: bool = False) -> Compacted | None:
    """Give back what is free in the warehouse if that is worth it, or `always`; null if nothing was done.

    Raises WarehouseBusy if another process holds it, NotCompacted without room for a second copy.
    """
    if not isinstance(address, Path):
        merge_files(address, now, wait_s)
        return None
    if not address.exists():
        return None
    draft = address.with_name(f".{address.name}.compact")
    _remove(draft)
    with open_warehouse(address, now=now, wait_s=wait_s):
        pass  # what a killed run left in the log belongs into the file
    with closing(open_file_as(address, "read_only", wait_s)) as connection:
        if address.with_name(f"{address.name}.wal").exists():
            return None  # somebody wrote, and was killed, since: the next night does it
        if not (always or _is_worth_it(connection)):
            return None
        try:
            return _rewritten(connection, address, draft)
        except OSError as problem:
            raise NotCompacted(address, problem.strerror or str(problem)) from problem
        except duckdb.Error as problem:
            raise NotCompacted(address, str(problem).splitlines()[0]) from problem
        finally:
            _remove(draft)


def _is_worth_it(connection: duckdb.DuckDBPyConnection) -> bool:
    [(free, used, block_bytes)] = connection.execute(
        "select free_blocks, used_blocks, block_size from pragma_database_size() "
        "where database_name = current_database()"
    ).fetchall()
    return bool(free * block_bytes >= WORTH_IT_BYTES and free >= WORTH_IT * (free + used))


def _rewritten(connection: duckdb.DuckDBPyConnection, path: Path, draft: Path) -> Compacted:
    """Copy, compare, and put in place while the old file is held: no writer can come between."""
    quoted = str(draft).replace("'", "''")
    connection.execute(f"attach '{quoted}' as draft ({CREATING})")
    connection.execute("copy from database smewatch to draft")
    connection.execute("detach draft")
    with open_for_reading(draft, wait_s=0) as copied:
        theirs = {table: copied.query(f"select count(*) from {table}").rows for table in copied.base_tables()}  # noqa: S608 - our tables
    ours = {table: connection.execute(f"select count(*) from {table}").fetchall() for table in theirs}  # noqa: S608
    if ours != theirs:
        raise NotCompacted(path, "the copy does not hold the same rows")
    before, after = path.stat(), draft.stat()
    draft.chmod(before.st_mode)
    _sync(draft)
    draft.replace(path)
    _sync(path.parent)
    return Compacted(before.st_size, after.st_size)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(draft: Path) -> None:
    for file in (draft, draft.with_name(f"{draft.name}.wal")):
        file.unlink(missing_ok=True)
