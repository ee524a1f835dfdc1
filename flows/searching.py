"""The search index follows the warehouse's read copy: what was added, revised or dropped since, and nothing else.

    state of the copy -> versions there and here -> forget what went -> index what is new by chunks -> note the state

Each chunk is one transaction, so a kill loses no more than the chunk under way; the next call does the rest. An index
that is lost or damaged is made again.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from sqlite3 import DatabaseError
from typing import TypeVar

from filelock import FileLock, Timeout

from flows.publish import open_for_people
from flows.settings import Settings
from flows.steps.search.excerpts import Excerpt, excerpt
from flows.steps.search.index import Hit, Indexed, SearchIndex, open_index, remove_index
from flows.steps.search.words import Term, terms_of
from warehouse.errors import NoWarehouse, WarehouseError
from warehouse.searching import FoundArticle
from warehouse.store import Warehouse

T = TypeVar("T")
log = logging.getLogger(__name__)
_CHUNK = 2_000  # texts: 6 MB, a second of indexing
_STATE = "state"
_WAIT_S = 600.0  # for another process that brings the index in step


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer; null: any."""

    since: datetime | None = None
    is_relevant: bool | None = None
    kind: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An article that answers, and where in it."""

    article: FoundArticle
    rank: float  # BM25; to be compared within one answer only
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, best first."""

    terms: list[Term]
    found: list[Found] = field(default_factory=list)
    as_of: str | None = None  # of the read copy, in a sentence; null where the live file was asked


def bring_in_step(settings: Settings, on_progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Let the index hold what the read copy does; how many articles changed in it. 0 where there is no warehouse yet.

    `on_progress` is told how many texts of how many are indexed.
    """
    try:
        with open_for_people(settings) as (warehouse, _):
            return _follow(settings, warehouse, on_progress)
    except NoWarehouse:
        return 0


def follow(settings: Settings) -> None:
    """As bring_in_step, for the end of a run, which an index must not fail: it is made up for by the next search."""
    try:
        bring_in_step(settings)
    except (OSError, Timeout, DatabaseError, WarehouseError) as problem:
        log.warning("the search index does not follow: %s", problem)


def search(
    settings: Settings,
    question: str,
    filters: Filters,
    limit: int,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Answer:
    """The articles that have all the words of a question, best first. Any text is a question; none is an error."""
    terms = terms_of(question)
    with open_for_people(settings) as (warehouse, as_of):
        among = None if filters == Filters() else _among(warehouse, filters)
        try:
            hits = _hits(settings, warehouse, terms, limit, among, on_progress)
        except DatabaseError:  # of SQLite: the file is damaged in a place that its opening does not show
            remove_index(settings.search_file)
            hits = _hits(settings, warehouse, terms, limit, among, on_progress)
        articles = warehouse.found_articles([hit.article_id for hit in hits])
    found = [_found(articles[hit.article_id], hit.score, terms) for hit in hits if hit.article_id in articles]
    return Answer(terms, found, as_of)


def _hits(
    settings: Settings,
    warehouse: Warehouse,
    terms: list[Term],
    limit: int,
    among: list[str] | None,
    on_progress: Callable[[int, int], None],
) -> list[Hit]:
    _follow(settings, warehouse, on_progress)
    with open_index(settings.search_file) as index:
        return index.search(terms, limit, among)


def _among(warehouse: Warehouse, filters: Filters) -> list[str]:
    return warehouse.articles_that(
        since=filters.since, is_relevant=filters.is_relevant, kind=filters.kind, country=filters.country
    )


def _found(article: FoundArticle, rank: float, terms: list[Term]) -> Found:
    return Found(article, rank, excerpt(article.text or article.title, terms))


def _follow(settings: Settings, warehouse: Warehouse, on_progress: Callable[[int, int], None]) -> int:
    state = warehouse.searchable_state()
    with open_index(settings.search_file) as index:
        if index.fact(_STATE) == state:
            return 0
    with FileLock(settings.search_file.with_suffix(".lock"), timeout=_WAIT_S):
        n_changed, is_worn = _update(settings, warehouse, state, on_progress)
        if is_worn:
            remove_index(settings.search_file)
            _update(settings, warehouse, state, on_progress)
    return n_changed


def _update(
    settings: Settings, warehouse: Warehouse, state: str, on_progress: Callable[[int, int], None]
) -> tuple[int, bool]:
    with open_index(settings.search_file) as index:
        there, here = warehouse.searchable_versions(), index.versions()
        gone = [article_id for article_id in here if article_id not in there]
        new = [article_id for article_id, version in there.items() if here.get(article_id) != version]
        if gone:
            index.update(gone, [])
        _index(warehouse, index, new, on_progress)
        index.note(_STATE, state)
        return len(gone) + len(new), index.is_worn()


def _index(
    warehouse: Warehouse, index: SearchIndex, article_ids: list[str], on_progress: Callable[[int, int], None]
) -> None:
    n_done = 0
    for chunk in _chunks(article_ids):
        texts = warehouse.searchable_texts(chunk)
        index.update([], [Indexed(one.article_id, one.version, one.title, one.text) for one in texts])
        n_done += len(chunk)
        on_progress(n_done, len(article_ids))


def _chunks(items: list[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
