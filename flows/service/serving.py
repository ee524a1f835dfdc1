"""One service a data folder, and the server it uses. Nothing here imports Prefect: its environment comes first."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from flows.locks import AlreadyRunning
from flows.platform import LocalServer, prepare_prefect
from flows.settings import Settings

Found = tuple[LocalServer | None, Callable[[], str]]
PATIENCE_S = 2.0  # `smewatch status` looks at the lock by taking it, for a moment


@contextmanager
def only_service(settings: Settings) -> Iterator[None]:
    """Hold the lock of the data folder's service. Raises AlreadyRunning if another process serves it."""
    folder = settings.data_dir / "service"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "serve.lock")
    try:
        lock.acquire(timeout=PATIENCE_S)
    except Timeout:
        raise AlreadyRunning(f"another `smewatch serve` is at work in {settings.data_dir}") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def server_to_use(settings: Settings, on_start: Callable[[], None]) -> Iterator[Found]:
    """The server that PREFECT_API_URL names (null: not ours), or one of our own, and how to wait for it.

    What an earlier service announced is not used: we hold its lock, so it is dead, and its server dies with it.
    `on_start` is called if a server of our own is starting.
    """
    prepare_prefect(settings)
    if given := os.environ.get("PREFECT_API_URL"):
        yield None, lambda: given
        return
    server = LocalServer(settings, announced=True)
    server.start()
    on_start()
    try:
        yield server, server.wait
    finally:
        server.stop()
