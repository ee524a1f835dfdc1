"""A Prefect server once a session, settings in a folder of one's own, and `smewatch` as a child process."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from flows.platform import LocalServer
from flows.settings import Settings
from tests.flows.tools import Cli, QuickCli


@pytest.fixture(scope="session")
def prefect_api(share: Path) -> Iterator[str]:
    """The address of a real Prefect server, for flows in this process. All xdist workers use the same one.

    The worker that started it stops it, when the others (each holds a lock of its own) are done with it.
    """
    note = share / "server.json"
    with ExitStack() as ours:
        ours.enter_context(FileLock(share / f"user-{os.getpid()}.lock"))
        with FileLock(share / "server.lock"):
            server = None
            if not note.exists():
                server = LocalServer(Settings(data_dir=share / "server"))
                server.start()
                note.write_text(json.dumps(server.wait()))
            api = json.loads(note.read_text())
        from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        # Without its heartbeat a flow ends a second sooner: that is how long its thread sleeps between two looks.
        with temporary_settings({PREFECT_API_URL: api, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield api
    if server:
        with FileLock(share / "server.lock"):
            note.unlink()
        for other in share.glob("user-*.lock"):
            FileLock(other).acquire(timeout=600)
        server.stop()


@pytest.fixture(scope="session")
def with_model(model_folder: Path) -> Callable[[Path], Path]:
    """Puts the session's model into a data folder, as the one in use; gives the folder back."""

    def put(data_dir: Path) -> Path:
        models = data_dir / "models"
        models.mkdir(parents=True)
        (models / model_folder.name).symlink_to(model_folder, target_is_directory=True)
        (models / "current").write_text(model_folder.name + "\n")
        return data_dir

    return put


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """`smewatch` without a Prefect server to use: commands that need one start their own."""
    return Cli(tmp_path)


@pytest.fixture
def cli_with_server(tmp_path: Path, prefect_api: str) -> Cli:
    """`smewatch` that finds the session's Prefect server, which spares it ten seconds."""
    return Cli(tmp_path, PREFECT_API_URL=prefect_api)


@pytest.fixture
def quick(tmp_path: Path) -> QuickCli:
    """`smewatch` in an empty folder, within this process."""
    return QuickCli(tmp_path)
