"""A copy of the warehouse as it was before a migration, beside it; the one before that is deleted."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from warehouse import copying
from warehouse.errors import WarehouseError


class NotKept(WarehouseError):
    """The warehouse could not be copied before its migration, which was therefore not begun; .path"""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"The warehouse was not migrated, since the backup {path} could not be made first: {reason}. "
            "Make room, or let smewatch write there, then run again."
        )


def keep_copy(connection: duckdb.DuckDBPyConnection, path: Path, version: int) -> Path:
    """Copy a warehouse that this process holds for writing, before it leaves schema `version`; where the copy lies.

    To go back to the smewatch of before: stop what runs, and rename the copy to the warehouse's own name.
    Raises NotKept if there is no room.
    """
    connection.execute("checkpoint")  # what a killed run left in the log belongs into the copy
    kept = path.with_name(f"{path.name}.schema-{version:04d}")
    draft = path.with_name(f".{kept.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    try:
        # In a process of its own: closing the file here would drop our lock on it.
        command = [sys.executable, "-I", "-S", copying.__file__, str(path.resolve()), str(draft.resolve())]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotKept(kept, done.stderr.strip() or f"copying ended with {done.returncode}")
        draft.replace(kept)
    except OSError as problem:
        raise NotKept(kept, problem.strerror or str(problem)) from problem
    finally:
        draft.unlink(missing_ok=True)
    for older in path.parent.glob(f"{path.name}.schema-[0-9]*"):
        if older != kept:
            older.unlink()
    return kept
