"""One ingest: load what is due, work through it with the warehouse closed, store it batch by batch.

    due feeds -> poll_batch -> choose what is new -> read_batch (fetch, extract, judge) -> store (one transaction)

A batch is a Prefect task, an article never is (a task run costs the server 54 ms of CPU). A crash between two stores
loses nothing: a feed's validators and its articles are stored together, so an unstored feed is simply polled again.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner

from flows import models, searching
from flows.collecting import intake, keeping, web
from flows.collecting.catalogue import Unrecorded, read_feeds
from flows.collecting.intake import Chosen, Read
from flows.collecting.spooled import SpoolFull
from flows.judging_past import catch_up
from flows.locks import one_at_a_time
from flows.platform import ClusterUnavailable
from flows.progress import Progress, Silence
from flows.publish import publish
from flows.settings import Given, Settings, settings_of
from flows.steps.feeds.feed import Feed
from flows.steps.harvesting import Asked, Harvester, Poll
from flows.steps.outcomes import Outcome, PollOutcome
from flows.steps.pages.archiving import Archive
from warehouse.errors import WarehouseBusy

T = TypeVar("T")
AHEAD = 12  # batches polled or read, and not stored yet: more than threads, which would wait for the store otherwise
log = logging.getLogger(__name__)


@dataclass(slots=True)
class IngestReport:
    """What one ingest did; the numbers are those it stored."""

    run_id: str
    polls: Counter[str] = field(default_factory=Counter)  # how polls ended (PollOutcome)
    ends: Counter[str] = field(default_factory=Counter)  # how announced entries ended (Outcome)
    retries: Counter[str] = field(default_factory=Counter)  # how entries tried again ended
    n_articles: int = 0
    n_relevant: int = 0
    n_spooled: int = 0  # batches that wait for the next run, because somebody holds the warehouse
    is_outage: bool = False  # no feed answered, and our own network seems to be the reason
    problems: list[str] = field(default_factory=list)  # batches that failed unexpectedly; nothing of them is stored
    notes: list[str] = field(default_factory=list)  # what a person should know, though nothing failed

    @property
    def exit_code(self) -> int:
        """0; or 1 when a batch failed, or feeds were due and not one of them answered."""
        answered = self.polls[PollOutcome.READ.value] + self.polls[PollOutcome.UNCHANGED.value]
        return 1 if self.problems or (self.polls and not answered) else 0


@dataclass(frozen=True, slots=True)
class Job:
    """One ingest at work: its state, what it tells, and the means it was given."""

    run: intake.Run
    report: IngestReport
    model: Path
    resolve: Mapping[str, str]  # host name -> address, where DNS is not to be asked
    archive: Archive | None  # null: pages are not kept
    progress: Progress


class IngestFailed(Exception):
    """A part of a run failed unexpectedly, and nothing of that part is stored; the rest is. `.report` tells all."""

    def __init__(self, report: IngestReport) -> None:
        super().__init__(report)  # so that it can be pickled
        self.report = report

    def __str__(self) -> str:
        first, *others = self.report.problems
        more = f" ({len(others)} more)" if others else ""
        return f"a part of the run failed and is done again by the next one: {first}{more}"


class Parcel(Generic[T]):
    """What a task is given or gives back, to be taken out once.

    Prefect looks through all that a task is given for futures: three times 15 ms for 500 entries. And its own futures
    lie in circles with their results, and Python finds those when a quarter more objects than all of Prefect's have
    come: a run over 30,000 articles held most of them to its end, 120 MiB.
    """

    def __init__(self, content: T) -> None:
        self._content: T | None = content

    def take(self) -> T:
        """The content, which leaves the parcel empty."""
        content, self._content = self._content, None
        assert content is not None
        return content


@task(name="poll", cache_policy=NO_CACHE)
def poll_batch(harvester: Harvester, asked: Sequence[Asked], now: datetime, progress: Progress) -> Parcel[list[Poll]]:
    """Ask each feed of a batch once."""
    return Parcel(harvester.poll(asked, now, lambda: progress.done("feeds")))


@task(name="read", cache_policy=NO_CACHE)
def read_batch(
    harvester: Harvester, model: Path, parcel: Parcel[Chosen], now: datetime, progress: Progress
) -> Parcel[Read]:
    """Fetch, extract and judge what is new in a batch."""
    chosen = parcel.take()
    endings, verdicts = intake.read_and_judge(
        harvester, model, chosen.to_read, now, lambda: progress.done("articles")
    )
    return Parcel(Read(chosen, tuple(endings), verdicts))


@flow(name="ingest", task_runner=ThreadPoolTaskRunner(max_workers=8), validate_parameters=False)  # type: ignore[arg-type]
def ingest(
    settings: Given = None,
    catalogue: Sequence[Feed] | None = None,
    *,
    every_feed: bool = False,
    resolve: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> IngestReport:
    """Collect once. Without arguments, as a schedule calls it: settings from the environment, feeds of the catalogue.

    `every_feed` polls feeds that are not due as well; `resolve` fixes host names to addresses (the demo's small web).
    A batch that fails unexpectedly stores nothing and harms no other; at the end of the run IngestFailed is raised,
    for that is how Prefect learns of it. Raises AlreadyRunning, WarehouseBusy and CatalogueError.
    """
    settings, now, progress = settings_of(settings), now or datetime.now(UTC), progress or Silence()
    with one_at_a_time(settings):
        model = models.ready_model(settings, now)
        run = intake.begin(settings, model, catalogue or read_feeds(settings), now, every_feed=every_feed)
        aside = [f"{name} of the spool is put aside: it cannot be stored" for name in run.caught_up.unreadable]
        report = IngestReport(run.run_id, problems=aside)
        try:
            archive = keeping.open_archive(settings, run.run_id)
            job = Job(run, report, model, resolve or {}, archive, progress)
            (work_here if settings.task_runner == "local" else work_on_cluster)(job)
            report.notes += notes(run, archive)
            keeping.forget_old_pages(settings, now)
        except BaseException as problem:
            report.problems.append(in_short(problem))
            raise
        finally:
            intake.finish(run, report.problems)
    report.notes += followed_up(run, report, progress)
    if report.problems:
        raise IngestFailed(report)
    return report


def collect(settings: Settings, catalogue: Sequence[Feed] | None = None, **how: Any) -> IngestReport:
    """As `ingest`, for callers who read the report: they get it even if a part of the run failed."""
    try:
        report: IngestReport = ingest(settings, catalogue and Unrecorded(catalogue), **how)
    except IngestFailed as failed:
        report = failed.report
    return report


def ungrouped(settings: Settings, now: datetime) -> Iterator[str]:
    """Lay what came to the stories it tells of. What is left undone the next run does, or the digest."""
    from flows.grouping import StoriesChanging, keep_stories  # 1 s and 40 MiB that a run without news does not need

    try:
        keep_stories(settings, now)
    except (WarehouseBusy, StoriesChanging) as problem:
        yield f"Not grouped into stories yet: {problem}"


def not_in_force(settings: Settings, now: datetime, progress: Progress) -> Iterator[str]:
    """Let a new model judge the past and come in force. What is left undone the next run does, or the digest."""
    try:
        catch_up(settings, now, progress)
    except WarehouseBusy as problem:
        yield f"The new model has not judged the past yet: {problem}"


def followed_up(run: intake.Run, report: IngestReport, progress: Progress) -> Iterator[str]:
    """What is made anew from what was stored: verdicts of a new model, stories, the read copy, the search index.

    Yields what went wrong.
    """
    settings, now = run.settings, run.now
    if run.is_model_new:
        yield from not_in_force(settings, now, progress)
    if report.n_articles or run.is_model_new:
        yield from ungrouped(settings, now)
    if unpublished := publish(settings):
        yield unpublished
    searching.follow(settings)


def notes(run: intake.Run, archive: Archive | None) -> Iterator[str]:
    """What did not go as usual, and needs no second try."""
    if run.caught_up.n_batches:
        yield f"{run.caught_up.n_batches} batches of an earlier run waited in the spool; they were stored first."
    if run.n_spooled:
        yield (
            f"{run.n_spooled} batches wait in {run.settings.spool_dir}; the next run stores them first. {run.held}"
        )
    if archive and archive.problem:
        yield f"Pages of this run are not archived: {archive.problem}."


def work_here(job: Job) -> None:
    """Poll, read and store everything, in processes of this machine."""
    run = job.run
    with web.open_harvester(run.settings, job.resolve, run.robots, job.archive, run.rests) as harvester:
        run.harvester = harvester
        work_through(job, harvester)
        intake.remember(run)


def work_on_cluster(job: Job) -> None:
    """Poll, read and store everything, on the cluster that the settings name. Raises ClusterUnavailable."""
    run, report = job.run, job.report
    try:
        from flows import cluster
    except ModuleNotFoundError as missing:  # Dask's libraries are an extra
        raise ClusterUnavailable(f"{missing.name} is not installed: pip install prefect-dask") from missing
    try:
        with cluster.crew_for(run, job.model, job.resolve) as crew:
            run.harvester = crew.knowledge
            work = cluster.Work(
                run, crew, job.archive, job.progress, lambda problem: report.problems.append(in_short(problem))
            )
            work.through(lambda done: keep(run, report, done))
            intake.remember(run)
    finally:
        report.is_outage = run.is_outage
        if job.archive:
            job.archive.close()


def work_through(job: Job, harvester: Harvester) -> None:
    """Poll, read and store every batch as it becomes ready; then the entries whose next try is due."""
    run, report, progress = job.run, job.report, job.progress
    reading = UnderWay[Read](report)
    idle, is_anything_new = [], False
    for chosen in choices(run, polls(job, harvester), report):
        if not chosen.to_read:
            idle.append(chosen)
            continue
        is_anything_new = True
        progress.expect("articles", len(chosen.to_read))
        reading.add(read_batch.submit(harvester, job.model, Parcel(chosen), run.now, progress))
        for done in reading.leaving(AHEAD):
            keep(run, report, done)
    for done in reading.leaving(0):
        keep(run, report, done)
    if not is_anything_new:
        report.is_outage = intake.note_outage(run, [poll for chosen in idle for poll in chosen.polls])
    for chosen in intake.gathered(idle):
        keep(run, report, Read(chosen, (), {}))
    again = intake.retries(run)
    if again.to_read or again.ended:
        progress.expect("articles", len(again.to_read))
        keep(run, report, read_batch(harvester, job.model, Parcel(again), run.now, progress).take())


def polls(job: Job, harvester: Harvester) -> Iterator[list[Poll]]:
    """Every batch of due feeds, polled, as they come."""
    batches = intake.batches(job.run)
    job.progress.expect("feeds", sum(map(len, batches)))
    polling = UnderWay[list[Poll]](job.report)
    for batch in batches:
        polling.add(poll_batch.submit(harvester, batch, job.run.now, job.progress))
        yield from polling.leaving(AHEAD)
    yield from polling.leaving(0)


class UnderWay(Generic[T]):
    """Batches that were handed out, and are given back as they come.

    Prefect's as_completed would keep them: its callback on a future still under way holds all that ended meanwhile,
    and a run over 100,000 articles held every one of them to its end.
    """

    def __init__(self, report: IngestReport) -> None:
        self._report = report
        self._n = 0
        self._done: SimpleQueue[PrefectFuture[Parcel[T]]] = SimpleQueue()

    def __len__(self) -> int:
        return self._n

    def add(self, future: PrefectFuture[Parcel[T]]) -> None:
        """Wait for one more."""
        self._n += 1
        future.add_done_callback(self._done.put)

    def leaving(self, most: int) -> Iterator[T]:
        """Results as they come, until at most `most` are under way.

        An unexpected failure of one batch harms no other: it is written down and passed over.
        """
        while self._n > most:
            future = self._done.get()
            self._n -= 1
            try:
                yield future.result().take()
            except Exception as problem:
                log.exception("a batch failed and is not stored")
                self._report.problems.append(in_short(problem))


def choices(run: intake.Run, polled: Iterable[list[Poll]], report: IngestReport) -> Iterator[Chosen]:
    """What is new in each batch of polls. A batch that finds the warehouse held is given up, and comes again."""
    for polls in polled:
        try:
            yield intake.choose(run, polls)
        except WarehouseBusy as busy:
            report.problems.append(in_short(busy))


def in_short(problem: BaseException) -> str:
    """The first line of an unexpected error; the log has the rest."""
    return f"{type(problem).__name__}: {problem}".splitlines()[0]


def keep(run: intake.Run, report: IngestReport, done: Read) -> None:
    """Store a batch and count it, or leave it to the spool."""
    try:
        settled = intake.store(run, done)
    except SpoolFull as full:
        report.problems.append(in_short(full))
        return
    report.n_spooled = run.n_spooled
    if settled is None:
        return
    report.polls.update(poll.outcome.value for poll in done.chosen.polls)
    counter = report.ends if done.chosen.polls else report.retries
    counter.update(ending.outcome.value for ending in settled)
    new = [e.article.text_hash for e in settled if e.outcome is Outcome.STORED and e.article]
    report.n_articles += len(new)
    report.n_relevant += sum(done.verdicts[text].is_relevant for text in new if text in done.verdicts)
