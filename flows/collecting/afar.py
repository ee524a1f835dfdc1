"""The work of a batch on another machine: plain values go there, plain values come back, no folder is shared.

    Kit, feeds     -> poll -> polls, what was learned
    Kit, to_read   -> read -> endings, verdicts, pages, what was learned        or: the model is wanted

An errand opens a harvester of its own; the worker processes stay from one to the next, for they cost a second. What a
machine needs of its own - its data folder, where it keeps models, and the number of its worker processes - stands in
its own environment.
"""

import multiprocessing
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from classifiers.verdict import Verdict
from flows import models
from flows.collecting import intake, web
from flows.collecting.knowledge import Lesson, lesson_of
from flows.settings import Settings, load_settings
from flows.steps.harvesting import Asked, Harvester, Poll
from flows.steps.pages.archiving import Archive, archive_file
from flows.steps.selecting import Ending, ToRead
from flows.steps.workers import Pool

# What a machine decides for itself, or has no use for.
OWN = {"data_dir", "feeds_file", "worker_processes", "worker_memory_bytes"}


class NannyForbids(Exception):
    """A worker of the cluster that may start no processes of its own."""

    def __str__(self) -> str:
        return (
            "this worker may start no processes: start it with `dask worker --no-nanny`, as the README of deploy says"
        )


@dataclass(frozen=True, slots=True)
class Kit:
    """What every errand of a run needs to know, and what this one must know of the sites that it asks."""

    run_id: str
    now: datetime
    settings: Mapping[str, Any]  # of the flow's machine, without what a machine decides for itself
    resolve: Mapping[str, str]  # host names fixed to addresses
    model_id: str
    model: Mapping[str, bytes] | None = None  # packed; null as long as nobody says that it is wanted
    lesson: Lesson = field(default_factory=Lesson)


@dataclass(frozen=True, slots=True)
class Polled:
    """Feeds, asked."""

    polls: list[Poll]
    lesson: Lesson


@dataclass(frozen=True, slots=True)
class ReadAfar:
    """Entries, read and judged."""

    endings: list[Ending]
    verdicts: dict[str, Verdict]  # by text_hash
    pages: bytes  # an archive file with the pages; empty if there are none
    n_pages: int
    archive_problem: str | None  # why pages are missing in it
    lesson: Lesson


@dataclass(frozen=True, slots=True)
class ModelWanted:
    """Nothing was asked and nothing read: the machine does not have the model."""

    model_id: str


def kit_of(run: intake.Run, model: Path, resolve: Mapping[str, str]) -> Kit:
    """The kit of a run, the same for all of its errands. Secrets are in no dump of the settings."""
    return Kit(run.run_id, run.now, run.settings.model_dump(mode="json", exclude=OWN), dict(resolve), model.name)


def poll(kit: Kit, asked: Sequence[Asked]) -> Polled:
    """Ask each feed once; in the order given."""
    settings, begun_s = load_settings(**kit.settings), time.monotonic()
    with _harvester(settings, kit, None) as harvester:
        return Polled(harvester.poll(asked, kit.now, _no_tick), lesson_of(harvester, kit.now, begun_s))


def read(kit: Kit, to_read: Sequence[ToRead]) -> ReadAfar | ModelWanted:
    """Fetch, extract and judge each entry's article; endings in the order given."""
    settings = load_settings(**kit.settings)
    model = settings.models_dir / kit.model_id
    if not model.is_dir():
        if kit.model is None:
            return ModelWanted(kit.model_id)
        models.unpack(settings.models_dir, kit.model_id, kit.model)
    with TemporaryDirectory(prefix="smewatch-errand-") as scratch:
        archive = Archive(archive_file(Path(scratch), kit.run_id)) if settings.archive_pages else None
        begun_s = time.monotonic()
        with _harvester(settings, kit, archive) as harvester:
            endings, verdicts = intake.read_and_judge(harvester, model, to_read, kit.now, _no_tick)
            lesson = lesson_of(harvester, kit.now, begun_s)
        pages = archive.file.read_bytes() if archive and archive.n_pages else b""
    n_pages, problem = (archive.n_pages, archive.problem) if archive else (0, None)
    return ReadAfar(endings, verdicts, pages, n_pages, problem, lesson)


def _no_tick() -> None:
    """Progress is told when the errand is back."""


@contextmanager
def _harvester(settings: Settings, kit: Kit, archive: Archive | None) -> Iterator[Harvester]:
    known = kit.lesson
    with web.open_harvester(
        settings, kit.resolve, known.robots, archive, known.rests, pauses=known.pauses, pools=_kept_pools(settings)
    ) as harvester:
        yield harvester


class _KeptPool(Pool):
    """Worker processes that outlive the harvester. They end with this process, as all of a pool do."""

    def close(self) -> None:
        """Nothing: the next errand needs them."""


_pools: dict[tuple[int, int], web.Pools] = {}
_opening = threading.Lock()  # several errands run in threads of one process


def _kept_pools(settings: Settings) -> web.Pools:
    if multiprocessing.current_process().daemon:
        raise NannyForbids
    key = settings.worker_processes, settings.worker_memory_bytes
    with _opening:
        if key not in _pools:
            _pools[key] = web.open_pools(settings, _KeptPool)
        return _pools[key]
