"""One ingest at a time, across processes."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from flows.settings import Settings


class AlreadyRunning(Exception):
    """Another process collects with the same data folder."""


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Hold the data folder's ingest lock; the operating system frees it when the process dies, however it dies.

    Raises AlreadyRunning at once when somebody else holds it.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.data_dir / "ingest.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(f"another ingest is at work in {settings.data_dir}; it will do what is due") from None
    try:
        yield
    finally:
        lock.release()
