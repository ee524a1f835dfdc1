"""What goes into the grouping of articles and what comes out of it."""

from dataclasses import dataclass
from datetime import date, datetime

from classifiers.story_dates import Days


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """What the grouping needs of an article."""

    id: str
    title: str
    text: str
    language: str | None = None  # ISO 639-1; null: it is guessed from the text
    days: Days | None = None  # when it was published, as exactly as is known; null: unknown, forbids nothing
    at: datetime | None = None  # aware; only puts the reports of one day in order; null: after those with a time
    score: float | None = None  # relevance, 0..1; null if not judged; only the choice of a lead looks at it


@dataclass(frozen=True, slots=True)
class KnownStory:
    """A story that has its id already, with those of its articles that lie within the window."""

    story_id: str
    articles: tuple[StoryArticle, ...]
    founded_at: datetime | None = None  # aware; where two prove to be one, the older name stays; null: the youngest


@dataclass(frozen=True, slots=True)
class Assignment:
    """The story of one article."""

    article_id: str
    story_id: str
    twin_id: str | None  # the article of that story it resembles most; null if it resembles none or stands alone
    similarity: float | None  # to the twin, 0..1; 1 is the same text; null with twin_id


def first_first(article: StoryArticle) -> tuple[date, int, float, str]:
    """The order of articles in time: a known day before the month or year that begins with it, no date last."""
    first, number = (article.days.first, article.days.number) if article.days else (date.max, 0)
    return first, number, article.at.timestamp() if article.at else float("inf"), article.id
