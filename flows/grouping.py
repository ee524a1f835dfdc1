"""Stories kept up to date: what is relevant or borderline and stands in no story yet meets the stories around it.

    ungrouped, stories near (open) -> compare (closed) -> store (open), in spans of time, until nothing is ungrouped

Done after each ingest and before each digest. Where everything is grouped already it costs one query.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, pairwise

import seeds
from classifiers.stories import VAGUE_DAYS, KnownStory, StoryArticle
from classifiers.story_dates import days_of
from classifiers.story_keeping import Regrouped, regroup
from classifiers.story_words import Background, read_background
from flows.settings import Settings
from warehouse.digest_rows import GroupedText, StoryArticleRow, StoryLeadRow, StoryMergeRow
from warehouse.opening import open_warehouse

SPAN_ARTICLES = 2_000  # compared at a time, with the stories around them: 6 MB of text, some 4 s of work
AROUND = timedelta(days=VAGUE_DAYS)  # two reports of one event lie at most so far apart
# Another process that groups at the same time makes ours void; it does the same work, so there is soon none left.
_TRIES = 5
_WRITTEN = {"month": 7, "day": 10}  # characters of an ISO date that a precision vouches for; finer ones are a day too


class StoriesChanging(Exception):
    """Others kept changing the stories while we grouped; what is ungrouped is grouped by the next run."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of the work: articles without a story, and the stories they may join."""

    version: int
    new: tuple[GroupedText, ...]
    standing: tuple[GroupedText, ...]


def keep_stories(settings: Settings, now: datetime) -> int:
    """Give every relevant or borderline article its story; the number that got one. Raises WarehouseBusy."""
    n_grouped = tries = 0
    while span := _load(settings, now):
        found = regroup([_story_article(row) for row in span.new], list(_stories(span.standing)), background=_words())
        if _store(settings, span, found, now):
            n_grouped += len(found.joined)
            tries = 0
        elif (tries := tries + 1) == _TRIES:
            raise StoriesChanging(f"{len(span.new)} articles have no story yet: others kept changing the stories")
    return n_grouped


def _load(settings: Settings, now: datetime) -> _Span | None:
    """The next span of work, oldest first; None where there is none."""
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        version = warehouse.stories_version()  # first: in a lake others may change stories between two questions
        new = _until_a_gap(warehouse.ungrouped_articles(SPAN_ARTICLES))
        if not new:
            return None
        standing = warehouse.stories_near(new[0].counted_at - AROUND, new[-1].counted_at + AROUND)
        return _Span(version, tuple(new), tuple(standing))


def _until_a_gap(new: Sequence[GroupedText]) -> Sequence[GroupedText]:
    """The articles, oldest first, up to a gap so wide that no story is near both of its sides.

    One page of five years ago among today's would have every story of five years loaded and compared.
    """
    gaps = (place for place, (one, next_) in enumerate(pairwise(new), 1) if _are_apart(one, next_))
    return new[: next(gaps, len(new))]


def _are_apart(one: GroupedText, later: GroupedText) -> bool:
    return later.counted_at - one.counted_at > 2 * AROUND


def _store(settings: Settings, span: _Span, found: Regrouped, now: datetime) -> bool:
    joined = [StoryArticleRow(one.article_id, one.story_id, one.twin_id, one.similarity) for one in found.joined]
    merged = [StoryMergeRow(story_id, into) for story_id, into in sorted(found.merged.items())]
    leads = [StoryLeadRow(story_id, lead.article.id, lead.reason) for story_id, lead in found.leads.items()]
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        return warehouse.store_stories(span.version, joined, merged, leads, now)


def _stories(rows: Sequence[GroupedText]) -> Iterator[KnownStory]:
    for story_id, members in groupby(rows, key=lambda row: row.story_id):
        articles = list(members)
        assert story_id is not None
        yield KnownStory(story_id, tuple(map(_story_article, articles)), articles[0].founded_at)


def _story_article(row: GroupedText) -> StoryArticle:
    published = None if row.is_published_in_future else row.published_at
    length = _WRITTEN.get(row.published_at_precision or "", 10)
    written = published.date().isoformat()[:length] if published else None
    return StoryArticle(
        row.article_id, row.title, row.text or "", row.language, days_of(written), published, row.score
    )


@cache
def _words() -> Background:
    return read_background(seeds.FOLDER)
