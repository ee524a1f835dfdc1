"""The shapes of a week and of the digests written from it. All times are aware; they come back in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from warehouse.rows import EvidenceRow


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where a text lies in core.article_texts, while the warehouse is open."""

    row: int  # DuckDB's rowid


@dataclass(frozen=True, slots=True)
class Reprint:
    """Another address that an entry announced, with the very text of an article."""

    outlet: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """A feed whose last poll in a span of time was not good."""

    feed: str  # its outlet, else its title, else its address
    reason: str  # how that poll ended, e.g. "unreachable"


@dataclass(frozen=True, slots=True)
class WeekArticle:
    """An article of a week that is at least borderline, or that a person called relevant; best first."""

    article_id: str
    title: str
    url: str
    outlet: str
    outlet_country: str | None  # of the feed that brought it first; null if unknown
    feed_id: str
    language: str | None
    author: str | None
    published_at: datetime | None
    published_at_source: str | None
    published_at_precision: str | None
    is_published_in_future: bool
    first_seen_at: datetime
    counted_at: datetime  # decides the week: published_at where known and believed, else first_seen_at
    model_id: str | None
    score: float | None
    band: str | None
    is_relevant: bool  # a person's label, where there is one, wins over the model
    label: int | None
    kind: str | None
    kind_score: float | None
    countries: tuple[str, ...]  # heaviest first
    blocs: tuple[str, ...]  # heaviest first
    sectors: tuple[str, ...]  # most often named first
    evidence: tuple[EvidenceRow, ...]  # strongest first
    text_hash: str
    text: str | None  # null once retention dropped it
    n_words: int
    also_in: tuple[Reprint, ...]  # by outlet and address
    story_id: str  # its own id while it is not grouped
    is_story_lead: bool
    is_late: bool  # of an earlier week whose issue was out when it came


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What was seen of a week, and what became of it."""

    n_articles: int
    n_relevant: int
    n_borderline: int
    n_unjudged: int  # no verdict of the model in force, or its band is "unjudged"
    n_without_verdict: int  # of those, no verdict yet
    n_undated: int  # articles that nobody dated, counted by when we first saw them
    n_in_future: int  # articles whose date was not believed
    n_outlets: int
    last_seen_at: datetime | None  # when the last of them, article or entry, was first seen; null without any
    n_entries: int  # entries of the week, by the date the feed gives, else by when it was first seen
    ends: Mapping[str, int]  # outcome -> entries of the week whose last end it is; sums to n_entries
    n_polls: int
    n_feeds_polled: int
    feeds_in_trouble: tuple[FeedTrouble, ...]  # by name


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One digest as written."""

    week: str  # ISO week, e.g. "2026-W47"
    zone: str  # IANA name
    created_at: datetime
    model_id: str | None
    html_sha256: str
    text_sha256: str
    html_path: str  # relative to the data folder
    edition: int  # the one after the edition in force, from 1
    facts_sha256: str  # of what it says of the world; the edition in force stands while this is the same
    content: str  # all it says, as JSON
    counts: Mapping[str, int] = field(default_factory=dict)  # the numbers the digest states


@dataclass(frozen=True, slots=True)
class StoredEdition:
    """An edition as it was stored."""

    digest_id: str
    week: str
    zone: str
    edition: int
    created_at: datetime
    model_id: str | None
    html_sha256: str
    text_sha256: str
    html_path: str
    facts_sha256: str | None  # null, as content, for an edition older than stored contents
    content: str | None


@dataclass(frozen=True, slots=True)
class KindCount:
    """Stories of one week."""

    week: str
    kind: str | None  # null: all kinds; "": stories of which no kind was named
    n_stories: int


@dataclass(frozen=True, slots=True)
class PairCount:
    """Stories of one week in which two economies act together."""

    week: str
    country: str  # the two codes, in the order of the alphabet
    partner: str
    n_stories: int


@dataclass(frozen=True, slots=True)
class DigestItemRow:
    """One article shown in a digest."""

    item_position: int  # 1, 2, 3 ... in the order of the page
    article_id: str
    section: str


@dataclass(frozen=True, slots=True)
class Edition:
    """Which edition a digest became, and whether this very store added it."""

    digest_id: str
    edition: int  # 1, 2, 3 ... within week and zone
    is_new: bool


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """What people said of articles that the model in force called relevant."""

    n_labelled: int
    n_right: int  # of those, called relevant by people too


@dataclass(frozen=True, slots=True)
class GroupedText:
    """An article as the grouping into stories reads it."""

    article_id: str
    title: str
    text: str | None  # null once retention dropped it
    language: str | None
    published_at: datetime | None
    published_at_precision: str | None
    is_published_in_future: bool
    counted_at: datetime
    score: float | None  # 1 or 0 where a person has spoken; null if nobody judged it
    story_id: str | None  # null while it stands in none
    founded_at: datetime | None  # of the story; null with story_id


@dataclass(frozen=True, slots=True)
class StoryArticleRow:
    """An article that joins a story, or founds one whose id is new."""

    article_id: str
    story_id: str
    twin_id: str | None = None  # the article of that story it resembles most; null if it resembles none
    similarity: float | None = None  # to the twin, 0..1; null with twin_id


@dataclass(frozen=True, slots=True)
class StoryMergeRow:
    """A story that proved to be an older one."""

    story_id: str
    into_id: str


@dataclass(frozen=True, slots=True)
class StoryLeadRow:
    """The article that stands for a story from now on."""

    story_id: str
    article_id: str
    lead_reason: str  # in words
