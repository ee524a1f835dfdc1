"""All or nothing, and a plain word when the disk is full."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from warehouse.errors import WarehouseFull

_NO_ROOM = re.compile(r"Could not write file|No space left on device|Disk quota exceeded")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or, if anything fails, leave the file as it was.

    Raises WarehouseFull if there was no room to write; the file can be read, and written again once there is room.
    """
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException as problem:
        with suppress(duckdb.Error):  # a commit that failed has ended its transaction; the first error is what counts
            connection.rollback()
        if (full := as_full(problem)) is not None:
            raise full from problem
        raise


def as_full(problem: BaseException) -> WarehouseFull | None:
    """The error in our words if DuckDB found no room to write, else null (wordings of 1.4 and 2.0)."""
    is_full = isinstance(problem, duckdb.Error) and _NO_ROOM.search(str(problem))
    return WarehouseFull(str(problem).splitlines()[0]) if is_full else None
