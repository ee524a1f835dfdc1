"""Articles into stories: reports of one event, across outlets and days, reprinted or told in other words.

    words weighed by rarity -> pairs alike -> less what vague dates cost -> average linkage, known stories first

Nothing is learned and nothing is kept: the same articles and known stories give the same answer, in any order.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifiers.story_dates import Days, days_between, days_of, days_spanned
from classifiers.story_leads import Lead, lead_of
from classifiers.story_linking import Link, groups_of
from classifiers.story_types import Assignment, KnownStory, StoryArticle, first_first
from classifiers.story_words import Background, Pairs, similar_pairs
from classifiers.verdict import Document

__all__ = [
    "Assignment",
    "KnownStory",
    "Lead",
    "Story",
    "StoryArticle",
    "assign",
    "assign_rows",
    "lead_of",
    "stories_of",
    "story_id",
]

WINDOW_DAYS = 7  # a report comes at most so long after the one before it; agencies reprint within the week
THRESHOLD = 0.17  # one event from here on, doubt deducted; halves of the examples chose 0.14 to 0.20, to like effect
LOWEST = 0.08  # weaker similarities count as none; one in sixty pairs of unrelated reports reaches it
DOUBT = 0.015  # cost of each power of ten days two reports may lie apart: a week .013, a month .02, a year .04
_NO_DATE_DAYS = 3_650  # no date is worth as much as "in these ten years"
VAGUE_DAYS = 31  # so far may a month or year miss the window: it often dates the event, not the report


@dataclass(frozen=True, slots=True)
class Story:
    """Reports of one event."""

    story_id: str
    lead: Lead
    articles: tuple[StoryArticle, ...]  # the lead first, then in the order of time


def stories_of(
    articles: Sequence[StoryArticle], known: Sequence[KnownStory] = (), *, background: Background
) -> list[Story]:
    """The stories of these articles, each with its lead, by their first article; known ones only where one joined.

    Every id among `articles` is in exactly one story. Of a known story only the articles given here are shown.
    """
    members: dict[str, dict[str, StoryArticle]] = {}
    for article, assignment in zip(articles, assign(articles, known, background=background), strict=True):
        members.setdefault(assignment.story_id, {}).setdefault(article.id, article)
    stories = []
    for name, group in members.items():
        in_time = sorted(group.values(), key=first_first)
        lead = lead_of(in_time)
        others = tuple(article for article in in_time if article is not lead.article)
        stories.append((first_first(in_time[0]), Story(name, lead, (lead.article, *others))))
    return [story for _, story in sorted(stories, key=lambda dated: dated[0])]


def assign(
    articles: Sequence[StoryArticle],
    known: Sequence[KnownStory] = (),
    *,
    background: Background,
    may_merge: bool = False,
) -> list[Assignment]:
    """The story of each article, in their order.

    An article joins a known story, or founds one that is named after its first article. An article that is already in
    a known story stays there, and known stories are never renamed; with `may_merge`, two that prove to be one are
    told under the id of the older. Of two articles with the same id the first counts. The order of the articles
    changes nothing else.
    """
    batch = _Batch(articles, known)
    pairs = similar_pairs([_document(item) for item in batch.items], background, LOWEST)
    links = list(_links(batch.items, pairs))
    story_of = {}
    for group in groups_of(batch.starts, 0 if may_merge else batch.known, links, THRESHOLD):
        name = batch.name_of(group)
        story_of.update(dict.fromkeys(group, name))
    twins = _twins(pairs, story_of)
    return [batch.assignment(article.id, story_of, twins) for article in articles]


def story_id(first_article_id: str) -> str:
    """The id of the story that begins with this article: "s-" and 16 hexadecimal digits."""
    return "s-" + hashlib.sha256(first_article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class _Batch:
    """Known and new articles in one fixed order: known stories by age and id, then new articles by day and id."""

    def __init__(self, articles: Sequence[StoryArticle], known: Sequence[KnownStory]) -> None:
        self.items: list[StoryArticle] = []
        self.starts: list[list[int]] = []  # the groups to begin with; the first `known` are the known stories
        self._place: dict[str, int] = {}
        self._named: dict[int, str] = {}  # place of a known story's first article -> its id
        for story in sorted(known, key=_oldest_first):
            first = len(self.items)
            members = [self._take(article) for article in story.articles if article.id not in self._place]
            self.starts.append(members)
            self._named.update({first: story.story_id} if members else {})
        self.known = len(self.starts)
        new: dict[str, StoryArticle] = {}
        for article in articles:
            new.setdefault(article.id, article)
        for article in sorted(new.values(), key=first_first):
            if article.id not in self._place:
                self.starts.append([self._take(article)])

    def _take(self, article: StoryArticle) -> int:
        self._place[article.id] = len(self.items)
        self.items.append(article)
        return len(self.items) - 1

    def name_of(self, group: Sequence[int]) -> str:
        """Of a known story its id, otherwise an id made from the first of its articles."""
        return self._named.get(group[0]) or story_id(self.items[min(group)].id)

    def assignment(
        self, article_id: str, story_of: dict[int, str], twins: dict[int, tuple[float, int]]
    ) -> Assignment:
        place = self._place[article_id]
        similarity, twin = twins.get(place, (None, None))
        return Assignment(article_id, story_of[place], self.items[twin].id if twin is not None else None, similarity)


def _oldest_first(story: KnownStory) -> tuple[float, str]:
    return story.founded_at.timestamp() if story.founded_at else math.inf, story.story_id


def _document(article: StoryArticle) -> Document:
    return Document(article.title, article.text, article.language)


def _links(items: Sequence[StoryArticle], pairs: Pairs) -> Iterator[Link]:
    for left, right, similarity in zip(
        pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True
    ):
        a, b = items[left].days, items[right].days
        strength = similarity - _doubt(a, b)
        if strength > 0 and _within_window(a, b):
            yield Link(left, right, strength)


def _within_window(a: Days | None, b: Days | None) -> bool:
    vague = a is not None and b is not None and max(a.number, b.number) > 1
    return days_between(a, b) <= (VAGUE_DAYS if vague else WINDOW_DAYS)


def _doubt(a: Days | None, b: Days | None) -> float:
    """What it costs that the two may lie apart: nothing on the same day, most where there is no date."""
    return DOUBT * math.log10(days_spanned(a, b) or _NO_DATE_DAYS)


def _twins(pairs: Pairs, story_of: dict[int, str]) -> dict[int, tuple[float, int]]:
    """For each article the most similar one of its story; of equals the first."""
    twins: dict[int, tuple[float, int]] = {}
    for left, right, similarity in zip(
        pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True
    ):
        if story_of[left] == story_of[right]:
            for one, other in ((left, right), (right, left)):
                if one not in twins or (-similarity, other) < (-twins[one][0], twins[one][1]):
                    twins[one] = (similarity, other)
    return twins


def assign_rows(rows: Sequence[Mapping[str, object]], background: Background) -> list[str]:
    """The story id of each row that has id, title, text and, if known, language and date; in their order."""
    articles = [
        StoryArticle(
            id=str(row["id"]),
            title=str(row.get("title") or ""),
            text=str(row.get("text") or ""),
            language=str(row["language"]) if row.get("language") else None,
            days=days_of(str(row["date"])) if row.get("date") else None,
        )
        for row in rows
    ]
    return [assignment.story_id for assignment in assign(articles, background=background)]
