"""Stories that last: new articles meet the stories there are, and everything else stays as it was.

new articles, known stories -> assign -> who joined what, which stories proved to be one, who leads now
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.stories import assign
from classifiers.story_leads import Lead, lead_of
from classifiers.story_types import Assignment, KnownStory, StoryArticle
from classifiers.story_words import Background


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What changed."""

    joined: tuple[Assignment, ...]  # the new articles, each with its story
    merged: Mapping[str, str]  # story -> the older one that it proved to be
    leads: Mapping[str, Lead]  # of every story that was founded, joined or merged


def regroup(articles: Sequence[StoryArticle], known: Sequence[KnownStory], *, background: Background) -> Regrouped:
    """Find the story of each new article among the known ones, or found one.

    `known` holds whole stories, or leads would be chosen among part of their reports. Articles that stand in a known
    story already change nothing. A story only ever grows: it keeps its id, or points to the older one.
    """
    standing = {article.id: story.story_id for story in known for article in story.articles}
    new = {article.id: article for article in reversed(articles) if article.id not in standing}
    old = [article for story in known for article in story.articles]
    assigned = assign([*new.values(), *old], known, background=background, may_merge=True)
    merged = {standing[one.article_id]: one.story_id for one in assigned if one.article_id in standing}
    joined = sorted((one for one in assigned if one.article_id in new), key=lambda one: one.article_id)
    touched = {one.story_id for one in joined} | {into for story, into in merged.items() if story != into}
    members: dict[str, list[StoryArticle]] = {}
    for one, article in zip(assigned, [*new.values(), *old], strict=True):
        members.setdefault(one.story_id, []).append(article)
    return Regrouped(
        tuple(joined),
        {story: into for story, into in merged.items() if story != into},
        {story_id: lead_of(members[story_id]) for story_id in sorted(touched)},
    )
