"""Reports of one event become one story of the digest: between the steps' articles and the classifiers' stories."""

from collections.abc import Sequence
from functools import cache

import seeds
from classifiers.stories import stories_of
from classifiers.story_dates import days_of
from classifiers.story_types import StoryArticle
from classifiers.story_words import Background, read_background
from flows.steps.digests.composing import DigestArticle

_WRITTEN = {
    "month": 7,
    "day": 10,
    "minute": 10,
    "second": 10,
}  # characters of an ISO date that a precision vouches for


def by_event(articles: Sequence[DigestArticle]) -> list[tuple[DigestArticle, ...]]:
    """Articles of the same event together, the one that leads first."""
    by_id = {article.article_id: article for article in articles}
    stories = stories_of([_story_article(article) for article in articles], background=_background())
    return [tuple(by_id[member.id] for member in story.articles) for story in stories]


def _story_article(article: DigestArticle) -> StoryArticle:
    published = None if article.published and article.published.in_future else article.published
    written = published.at.date().isoformat()[: _WRITTEN[published.precision]] if published else None
    return StoryArticle(
        article.article_id,
        article.title,
        article.text,
        article.language,
        days_of(written),
        published.at if published else None,
        article.score,
    )


@cache
def _background() -> Background:
    return read_background(seeds.FOLDER)
