"""Who is alive: a run holds a locked file for as long as its process lives.

The operating system frees the lock when the process dies, however it dies, and knows no reused process ids; a
heartbeat would need minutes and an automation of Prefect to say the same. The data folder lies on one machine, as
DuckDB wants it, and so do its locks.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from flows.settings import Settings


def tag_of(settings: Settings) -> str:
    """The tag of every run and deployment that works on this data folder; one server may serve several."""
    return f"smewatch:{settings.data_dir.resolve()}"


@contextlib.contextmanager
def alive(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold the lease of a run for the length of the block."""
    file = _file(settings, run_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    # Programs that Python starts inherit no files: a worker that outlives the run does not speak for it.
    with draft.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write(str(os.getpid()))
        held.flush()
        draft.replace(file)  # seen only when locked
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def is_alive(settings: Settings, run_id: str) -> bool | None:
    """True if the run's process lives, False if it died before its end; null if it has no lease and left none."""
    try:
        with _file(settings, run_id).open() as seen:
            fcntl.flock(seen, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return True


def forget(settings: Settings, run_id: str) -> None:
    """Remove what a dead run left."""
    _file(settings, run_id).unlink(missing_ok=True)


def sweep(settings: Settings) -> int:
    """Remove what dead runs left that no server asks for any more; how many. A lease that is held stays."""
    left = [file.stem for file in _folder(settings).glob("*.lock") if is_alive(settings, file.stem) is False]
    for run_id in left:
        forget(settings, run_id)
    return len(left)


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "service" / "runs"


def _file(settings: Settings, run_id: str) -> Path:
    return _folder(settings) / f"{run_id}.lock"
