"""What all tests share: an environment that is not the developer's, and one trained model a session."""

import atexit
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock


def _leave() -> None:
    """End at once: around the daemon threads that Prefect leaves, DuckDB's binding would print 60 lines of leaks."""
    sys.stdout.flush()
    sys.stderr.flush()
    if "prefect" in sys.modules:
        os._exit(_exit_code)


_exit_code = 0
atexit.register(_leave)  # first here, so last of all


def pytest_sessionfinish(exitstatus: int) -> None:
    """Keep the exit code for `_leave`."""
    global _exit_code
    _exit_code = int(exitstatus)


# A folder for the whole session, all xdist workers included: they inherit the environment of their maker.
if "TESTS_SHARE" not in os.environ:
    os.environ["TESTS_SHARE"] = tempfile.mkdtemp(prefix="smewatch-tests-")
    atexit.register(shutil.rmtree, os.environ["TESTS_SHARE"], ignore_errors=True)
SHARE = Path(os.environ["TESTS_SHARE"])

# Before anything imports Prefect, which reads its settings then: nobody's own settings reach the tests.
for name in [name for name in os.environ if name.startswith(("AWS_", "PREFECT_", "SMEWATCH_"))]:
    del os.environ[name]
os.environ |= {
    "PREFECT_HOME": str(SHARE / "prefect"),
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # a test that forgets the server fails, instead of starting one
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, so that none of them begins when the others have ended."""
    items.sort(key=lambda item: ("longest" not in item.keywords, "server" not in item.keywords))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests stay in one worker: they share what is dear to make, such as a finished ingest."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


@pytest.fixture(scope="session")
def share() -> Path:
    """The session's own folder, common to all xdist workers; a FileLock keeps them apart."""
    return SHARE


@pytest.fixture(scope="session")
def model_folder(share: Path) -> Path:
    """A model trained from the seeds, once a session: it takes about 10 s. Read it, do not change it."""
    import seeds
    from classifiers.training import train_model

    models, done = share / "models", share / "model_id"
    with FileLock(share / "model.lock"):
        if not done.exists():
            judge = train_model(seeds.FOLDER, models, now=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
            done.write_text(judge.model_id)
    return models / done.read_text()
