"""What an ingest asks of the warehouse and puts there: load, choose, store. Each opens the file for moments."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

from classifiers.verdict import Document, Verdict
from flows import models, shaping
from flows.judging import judge_texts
from flows.settings import Settings
from flows.steps.feeds import Feed
from flows.steps.harvesting import Asked, Harvester, Poll
from flows.steps.parsing import Entry
from flows.steps.polling import FeedState, facts, next_state
from flows.steps.selecting import Ending, Known, ToRead, settle, sort_entries
from flows.steps.urls import registrable_domain, url_key
from warehouse.opening import open_warehouse
from warehouse.store import Warehouse

MOST_RETRIES = 500  # a run tries again at most so many unannounced entries; the rest waits for the next


@dataclass(frozen=True, slots=True)
class Chosen:
    """A batch after polling: what is to be read, and what ended already."""

    polls: tuple[Poll, ...]
    to_read: tuple[ToRead, ...]
    ended: tuple[Ending, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A batch after reading: nothing of it is stored yet."""

    chosen: Chosen
    endings: tuple[Ending, ...]  # of `chosen.to_read`, in its order
    verdicts: Mapping[str, Verdict]  # by text_hash; a text that overran its worker has none


@dataclass(slots=True)
class Run:
    """The state of one ingest. Only the flow's own thread touches it."""

    settings: Settings
    run_id: str
    now: datetime
    states: Mapping[str, FeedState]  # feed_id -> state before this run
    feeds: Mapping[str, Feed]  # feed_id -> feed, every active one
    claimed: set[str] = field(default_factory=set)  # url_keys this run reads
    seen_texts: dict[str, str] = field(default_factory=dict)  # text_hash -> article_id, stored by this run
    n_batches: int = 0
    begun_s: float = field(default_factory=time.monotonic)

    def open(self) -> AbstractContextManager[Warehouse]:
        """The warehouse, for moments."""
        return open_warehouse(self.settings.warehouse, now=self.now, wait_s=self.settings.warehouse_wait_s)


def begin(settings: Settings, model: Path, catalogue: Sequence[Feed], now: datetime, *, every_feed: bool) -> Run:
    """Register run and model, bring the catalogue up to date, load the states of due feeds (or all)."""
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        warehouse.begin_run(run_id, "ingest", now)
        models.register(warehouse, model, now)
        warehouse.sync_feeds([shaping.feed_row(feed) for feed in catalogue], now)
        due = warehouse.due_feeds(now, ignore_schedule=every_feed)
    return Run(
        settings,
        run_id,
        now,
        states={row.feed.feed_id: shaping.state_of(row.state) for row in due},
        feeds={feed.feed_id: feed for feed in catalogue},
    )


def batches(run: Run) -> list[list[Asked]]:
    """The due feeds in batches; feeds of one site stay together, so that a batch waits for its own sites only."""
    due = [Asked(run.feeds[feed_id], state) for feed_id, state in run.states.items()]
    due.sort(key=lambda asked: (registrable_domain(_host(asked.feed.url)), asked.feed.url))
    size = run.settings.feeds_per_batch
    return [due[start : start + size] for start in range(0, len(due), size)]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def choose(run: Run, polls: Sequence[Poll]) -> Chosen:
    """What is new among the entries that a batch of polls announced."""
    announced = [entry for poll in polls for entry in poll.entries]
    with run.open() as warehouse:
        known = _look_up(warehouse, announced, ())
    to_read, ended = sort_entries(announced, _addresses(run), known, run.claimed, run.now)
    return Chosen(tuple(polls), tuple(to_read), tuple(ended))


def _addresses(run: Run) -> dict[str, str]:
    return {feed_id: feed.url for feed_id, feed in run.feeds.items()}


def judge_articles(harvester: Harvester, model: Path, endings: Iterable[Ending]) -> dict[str, Verdict]:
    """Verdicts by text_hash. A text that overruns its worker stays without one until history is judged again."""
    articles = [ending.article for ending in endings if ending.article]
    documents = [Document(article.title, article.text, article.language) for article in articles]
    verdicts = judge_texts(harvester.pool, model, documents)
    return {article.text_hash: verdict for article, verdict in zip(articles, verdicts, strict=True) if verdict}


def store(run: Run, done: Read) -> list[Ending]:
    """Settle a batch against what the warehouse holds by now and store it, one transaction. The settled endings."""
    endings = [*done.chosen.ended, *done.endings]
    with run.open() as warehouse:
        known = _look_up(warehouse, [ending.entry for ending in endings], endings)
        settled = settle(endings, known, run.seen_texts)
        run.n_batches += 1
        batch_id = f"{run.run_id}-{run.n_batches:04d}"
        final = shaping.Settled(tuple(settled), done.verdicts, states_after(run, done.chosen, settled))
        warehouse.store_batch(shaping.batch_of(batch_id, run.run_id, done.chosen.polls, final, run.feeds, run.now))
    return settled


def states_after(run: Run, chosen: Chosen, settled: Sequence[Ending]) -> dict[str, FeedState]:
    """The state of each polled feed after its poll, by feed_id."""
    new = Counter(ending.entry.feed_id for ending in settled if not ending.is_repeat)
    return {poll.feed.feed_id: _state_after(run, poll, new[poll.feed.feed_id]) for poll in chosen.polls}


def _state_after(run: Run, poll: Poll, n_new: int) -> FeedState:
    told = facts(
        poll.feed.feed_id,
        poll.feed.url,
        poll.outcome,
        poll.answer,
        parsed=poll.parsed,
        n_new=n_new,
        is_conditional=poll.is_conditional,
    )
    return next_state(run.states[poll.feed.feed_id], told, run.now)


def finish(run: Run, problems: Sequence[str]) -> None:
    """Close the run in the warehouse: completed, or failed with what went wrong."""
    ended_at = run.now + timedelta(seconds=time.monotonic() - run.begun_s)
    with run.open() as warehouse:
        warehouse.finish_run(run.run_id, "failed" if problems else "completed", "; ".join(problems) or None, ended_at)


def retries(run: Run) -> Chosen:
    """Entries whose next try is due and that no feed announced in this run; and those whose twin was read in it."""
    with run.open() as warehouse:
        due = [row for row in warehouse.due_retries(run.now, MOST_RETRIES) if row.feed_id in run.feeds]
        entries = [shaping.entry_again(row) for row in due]
        known = _look_up(warehouse, entries, ())
    to_read, ended = sort_entries(entries, _addresses(run), known, set(), run.now)
    return Chosen((), tuple(to_read), tuple(ended))


def _look_up(warehouse: Warehouse, entries: Sequence[Entry], endings: Sequence[Ending]) -> Known:
    """What the warehouse holds of these entries, their addresses, and the addresses and texts of what was read."""
    articles = [ending.article for ending in endings if ending.article]
    keys = {url_key(entry.link) for entry in entries if entry.link} | {article.url_key for article in articles}
    known = warehouse.known_entries([(entry.feed_id, entry.entry_key) for entry in entries])
    urls = warehouse.known_articles(sorted(keys))
    return Known(
        entries={key: shaping.known_entry(row) for key, row in known.items()},
        urls={key: row.article_id for key, row in urls.items()},
        texts=warehouse.known_texts(sorted({article.text_hash for article in articles})),
        latest={row.article_id: row.text_hash for row in urls.values()},
    )
