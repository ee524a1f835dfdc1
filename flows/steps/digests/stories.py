"""Articles in, stories out: which articles are shown as one card, and which of them leads.

Which articles tell of one event was found out before, and stands in the warehouse; here they are laid together.
Articles without a story are stories of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.steps.digests.inputs import DigestArticle

Reports = tuple[DigestArticle, ...]
"""The articles of one story, the lead first."""


@dataclass(frozen=True, slots=True)
class Told:
    """The stories of an issue by where they stand in it, each part best first."""

    relevant: tuple[Reports, ...]
    borderline: tuple[Reports, ...]
    late: tuple[Reports, ...]  # of earlier weeks, and in no earlier issue


def told(articles: Iterable[DigestArticle]) -> Told:
    """Every article in one story of one part.

    A borderline or late report of a story that is told stands under it. A late story that an issue has told already
    is no news and is left out.
    """
    stories: dict[str, list[DigestArticle]] = defaultdict(list)
    for article in sorted(articles, key=_leading_first):
        stories[story_key(article)].append(article)
    parts: dict[str, list[Reports]] = {"relevant": [], "late": [], "borderline": []}
    for members in stories.values():
        part = _part(members[0])
        if part != "late" or not members[0].told_before:
            parts[part].append(tuple(members))
    return Told(**{part: tuple(sorted(found, key=_best_lead_first)) for part, found in parts.items()})


def best_first(article: DigestArticle) -> tuple[float, float, str]:
    """The order of articles everywhere in a digest: score, then who reported first, then id, so it never wavers."""
    reported = (
        article.published.at if article.published and not article.published.in_future else article.first_seen_at
    )
    return -article.score, reported.timestamp(), article.article_id


def story_key(article: DigestArticle) -> str:
    """What articles of one story share."""
    return article.story_id or article.article_id


def _part(article: DigestArticle) -> str:
    return "borderline" if article.band == "borderline" else "late" if article.is_late else "relevant"


def _leading_first(article: DigestArticle) -> tuple[int, bool, tuple[float, float, str]]:
    """Relevant before late before borderline; of each the chosen lead, then the best."""
    part = ("relevant", "late", "borderline").index(_part(article))
    return part, not article.is_story_lead, best_first(article)


def _best_lead_first(members: Sequence[DigestArticle]) -> tuple[float, float, str]:
    return best_first(members[0])
