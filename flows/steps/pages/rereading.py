"""Archived pages read again by the extractor of today: what an article's text would be now."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.steps.feeds.parsing import Entry
from flows.steps.pages.archiving import Archived, BrokenRecord, read_archived
from flows.steps.pages.article import Article
from flows.steps.pages.extracting import extract_article
from flows.steps.web.answers import Loss

MOST_PAGES = 4  # of an article, the latest ones
SAME, DIFFERENT, BROKEN, FAILED = "same", "different", "broken record", "our reader failed"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rereading:
    """An article, and the archived pages from which its text may be made again."""

    article_id: str
    entry: Entry  # that announced it: its title and date count for the article's
    text_hash: str  # of its latest text
    pages: tuple[Archived, ...]  # latest first


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of it."""

    article_id: str
    end: str  # SAME, DIFFERENT, BROKEN, FAILED, or how the latest page ends now (an Outcome)
    article: Article | None = None  # null unless DIFFERENT
    fetched_at: datetime | None = None  # when its page was fetched; null without an article


def current_pages(pages: Iterable[Archived], text_fetched_at: datetime) -> tuple[Archived, ...]:
    """The pages that may hold an article's latest text, the latest first.

    Older ones hold texts that were superseded. Later ones held the same text when they were read, or none.
    """
    current = [page for page in pages if page.fetched_at >= text_fetched_at]
    # All pages of a run carry its time; the one that was written last was, as a rule, stored last.
    return tuple(sorted(current, key=lambda page: (page.fetched_at, page.offset), reverse=True)[:MOST_PAGES])


def reread(one: Rereading) -> Reread:
    """Extract an article again: the form in which it runs in a worker process. One that breaks the reader ends alone.

    If any of its pages gives the text we have, that text stands: two addresses of an article may differ in a line,
    and an unchanged extractor must change nothing. Else the latest page that gives a text counts.
    """
    try:
        read = list(_read(one))
    except Exception:
        log.exception("article %s could not be read again", one.article_id)
        return Reread(one.article_id, FAILED)
    texts = [(article, page) for article, page in read if isinstance(article, Article)]
    if any(article.text_hash == one.text_hash for article, _ in texts):
        return Reread(one.article_id, SAME)
    if not texts:
        return Reread(one.article_id, _end(read))
    article, page = texts[0]
    return Reread(one.article_id, DIFFERENT, article, page.fetched_at)


def _read(one: Rereading) -> Iterator[tuple[Article | Loss, Archived]]:
    for found in one.pages:
        try:
            page = read_archived(found)
        except (BrokenRecord, OSError):
            continue
        yield extract_article(page, one.entry, seen_at=found.fetched_at), found


def _end(read: Sequence[tuple[Article | Loss, Archived]]) -> str:
    for lost, _ in read:
        if isinstance(lost, Loss):
            return lost.outcome.value
    return BROKEN
