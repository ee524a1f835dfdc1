"""An ingest whose batches are polled, read and judged by other machines, on a task runner of Prefect's.

    due feeds -> shares of whole sites -> poll there -> choose what is new -> shares of whole sites -> read there
              -> a batch whose shares are all back is stored here

The flow's machine alone knows the warehouse and the archive. No site is with two workers at once, and what the last
one learned of it - its robots.txt, its rest, our pace - goes with the next errand. What a worker had when it died is
done again by another; what nobody could do is stored by nobody, and the next run does it.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL
from prefect_dask.task_runners import DaskTaskRunner, PrefectDaskFuture

from classifiers.verdict import Verdict
from flows import models
from flows.collecting import afar, intake
from flows.collecting.afar import Kit, ModelWanted, Polled, ReadAfar
from flows.collecting.intake import Chosen, Read
from flows.collecting.knowledge import Knowledge
from flows.platform import ClusterUnavailable, is_out_of_reach
from flows.progress import Progress
from flows.steps.errands import Turns, shares
from flows.steps.harvesting import Asked
from flows.steps.pages.archiving import Archive
from flows.steps.selecting import Ending, ToRead
from warehouse.errors import WarehouseBusy

LOOK_S = 5.0  # between two looks whether the cluster is still there
log = logging.getLogger(__name__)


@task(name="poll", cache_policy=NO_CACHE)
def poll_afar(kit: Kit, items: Sequence[Asked]) -> Polled:
    """Ask each feed of a share once."""
    return afar.poll(kit, items)


@task(name="read", cache_policy=NO_CACHE)
def read_afar(kit: Kit, items: Sequence[ToRead]) -> ReadAfar | ModelWanted:
    """Fetch, extract and judge the entries of a share."""
    return afar.read(kit, items)


@dataclass(slots=True)
class Gathering:
    """A batch that is read in several shares: it is whole when all are back."""

    chosen: Chosen
    n_missing: int
    endings: dict[int, Ending] = field(default_factory=dict)  # by their place in `chosen.to_read`
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def add(self, places: Sequence[int], came: ReadAfar) -> Read | None:
        """Add a share; the batch, once it is whole. One of which a share failed never is."""
        self.endings |= dict(zip(places, came.endings, strict=True))
        self.verdicts |= came.verdicts
        self.n_missing -= 1
        if self.n_missing:
            return None
        return Read(self.chosen, tuple(self.endings[n] for n in range(len(self.endings))), self.verdicts)


@dataclass(eq=False, slots=True)
class Errand:
    """A share on its way."""

    work: Task[..., Any]
    items: tuple[Any, ...]
    sites: frozenset[str]
    gathering: Gathering | None = None  # of what is read; null for polls
    places: tuple[int, ...] = ()  # of the items among all that is read for the batch


class Crew:
    """The workers of a cluster, as the flow sees them: errands are sent, and come back in any order.

    Only the flow's own thread uses it.
    """

    def __init__(self, runner: DaskTaskRunner, kit: Kit, model: Path, knowledge: Knowledge, wait_s: float) -> None:
        """`wait_s`: how long the cluster may be without any worker before it is given up."""
        self.knowledge = knowledge
        self._runner, self._kit, self._model, self._wait_s = runner, kit, model, wait_s
        self._turns = Turns[Errand]()
        self._ended = SimpleQueue[tuple[Errand, PrefectDaskFuture[Any]]]()
        self._seen_s = time.monotonic()  # when there was a worker, last

    def send(self, errand: Errand) -> None:
        """Let an errand go as soon as its sites are free."""
        self._turns.wait(errand, errand.sites)
        self._start()

    def back(self, fail: Callable[[Exception], None]) -> Iterator[tuple[Errand, Any]]:
        """Every errand with what it brought, until none is out; those sent meanwhile come back, too.

        `fail` is told what an errand raised that did not bring anything. Raises ClusterUnavailable.
        """
        while self._turns:
            errand, future = self._next()
            came = self._brought(future)
            if isinstance(came, ModelWanted):
                self._submit(errand, with_model=True)
                continue
            sites = self._turns.end(errand)
            if isinstance(came, Exception):
                fail(came)
            else:
                self.knowledge.learn(came.lesson, sites, time.monotonic())
                yield errand, came
            self._start()

    def _start(self) -> None:
        for errand in self._turns.start():
            self._submit(errand)

    def _submit(self, errand: Errand, *, with_model: bool = False) -> None:
        lesson = self.knowledge.for_errand(errand.sites, time.monotonic())
        kit = replace(self._kit, lesson=lesson, model=models.packed(self._model) if with_model else None)
        with _without_parameters():
            future = self._runner.submit(errand.work, {"kit": kit, "items": errand.items})
        future.add_done_callback(lambda _: self._ended.put((errand, future)))

    def _next(self) -> tuple[Errand, PrefectDaskFuture[Any]]:
        while True:
            try:
                errand, future = self._ended.get(timeout=LOOK_S)
            except Empty:
                self._look()
            else:
                self._seen_s = time.monotonic()
                return errand, future

    def _brought(self, future: PrefectDaskFuture[Any]) -> Any:
        """What an errand brought, or what it raised. One lost with its worker on its way is waited for again."""
        while True:
            try:
                return future.result(timeout=LOOK_S)
            except Exception as problem:
                if isinstance(problem, TimeoutError) and future.wrapped_future.status in ("pending", "lost"):
                    self._look()
                    continue
                log.exception("an errand failed, nothing of it is stored")
                return problem

    def _look(self) -> None:
        """Give up a cluster that had no worker for too long; Dask itself would wait for one for ever."""
        if has_workers(self._runner):
            self._seen_s = time.monotonic()
        elif time.monotonic() - self._seen_s > self._wait_s:
            raise ClusterUnavailable(f"no worker at {self._runner.address} for {self._wait_s:g} s")


def _without_parameters() -> AbstractContextManager[object]:
    """The flow's context without what the flow was called with: all of it travels with every task."""
    context = FlowRunContext.get()
    return context.model_copy(update={"parameters": {}}) if context else nullcontext()


def has_workers(runner: DaskTaskRunner) -> bool:
    """True if the scheduler answers and knows a worker."""
    try:
        return bool(runner.client.scheduler_info(n_workers=-1)["workers"])
    except Exception:
        return False


@contextmanager
def crew_for(run: intake.Run, model: Path, resolve: Mapping[str, str]) -> Iterator[Crew]:
    """The workers of the cluster that the settings name, for one run. Raises ClusterUnavailable."""
    address, wait_s = run.settings.cluster_address, run.settings.cluster_wait_s
    knowledge = Knowledge(run.robots, run.rests, run.begun_s)
    api_url = PREFECT_API_URL.value() or ""
    if is_out_of_reach(api_url, address):
        raise ClusterUnavailable(
            f"the workers at {address} cannot reach Prefect's server, which listens at {api_url}"
        )
    with DaskTaskRunner(address=address, client_kwargs={"timeout": wait_s}) as runner:
        try:
            runner.client.wait_for_workers(1, timeout=wait_s)
        except (OSError, TimeoutError) as problem:
            raise ClusterUnavailable(f"no cluster with a worker at {address}: {problem}") from problem
        yield Crew(runner, afar.kit_of(run, model, resolve), model, knowledge, wait_s)


@dataclass(slots=True)
class Work:
    """One run, spread over a crew."""

    run: intake.Run
    crew: Crew
    archive: Archive | None
    progress: Progress
    fail: Callable[[Exception], None]  # told of a share that failed: it harms its own batch alone
    idle: list[Chosen] = field(default_factory=list)  # batches in which nothing is to be read
    n_sent: int = 0  # shares to be read

    def through(self, keep: Callable[[Read], None]) -> None:
        """Poll and read everything, `keep` each batch when it is whole; then the entries whose next try is due."""
        self.poll()
        for read in self.whole():
            keep(read)
        if not self.n_sent:
            intake.note_outage(self.run, [poll for chosen in self.idle for poll in chosen.polls])
        for chosen in intake.gathered(self.idle):
            keep(Read(chosen, (), {}))
        again = intake.retries(self.run)
        if again.ended and not again.to_read:
            keep(Read(again, (), {}))
        self.read(again)
        for read in self.whole():
            keep(read)

    def poll(self) -> None:
        """Send out every feed that is due."""
        self.progress.expect("feeds", len(self.run.due))
        for share in shares(self.run.due, lambda asked: asked.url, self.run.settings.feeds_per_batch):
            self.crew.send(Errand(poll_afar, share.items, share.sites))

    def read(self, chosen: Chosen) -> None:
        """Send out what is to be read of a batch."""
        self.progress.expect("articles", len(chosen.to_read))
        places = range(len(chosen.to_read))
        size = self.run.settings.pages_per_errand
        cut = shares(places, lambda place: chosen.to_read[place].entry.link, size)
        gathering = Gathering(chosen, len(cut))
        for share in cut:
            items = tuple(chosen.to_read[place] for place in share.items)
            self.crew.send(Errand(read_afar, items, share.sites, gathering, share.items))
            self.n_sent += 1

    def whole(self) -> Iterator[Read]:
        """Batches as they become whole, until nobody is out any more. What polls bring is sent to be read."""
        for errand, came in self.crew.back(self.fail):
            if errand.gathering is None:
                self.progress.done("feeds", len(came.polls))
                self.choose(came)
                continue
            self.progress.done("articles", len(came.endings))
            self.lay_by(came)
            if read := errand.gathering.add(errand.places, came):
                yield read

    def choose(self, came: Polled) -> None:
        """Send out what is new in a batch of polls. One that finds the warehouse held is given up and comes again."""
        try:
            chosen = intake.choose(self.run, came.polls)
        except WarehouseBusy as busy:
            self.fail(busy)
            return
        if chosen.to_read:
            self.read(chosen)
        else:
            self.idle.append(chosen)

    def lay_by(self, came: ReadAfar) -> None:
        """Put the pages of a share into the archive, before anything of it is stored."""
        if came.archive_problem:
            log.error("pages are missing in the archive, a worker could not keep them: %s", came.archive_problem)
        if self.archive and came.pages:
            self.archive.add(came.pages, came.n_pages)
