"""The content of a digest, form by form the same: web page, plain text, and whatever comes later.

Every text in here is a clean, bounded, plain line (`digest_words.clean_line`); forms still escape it. Raw values
stand beside the words made from them, so that a machine-readable form needs nothing else.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """An economy or a bloc that takes part."""

    code: str  # ISO 3166 alpha-2, "EU", or the bloc's short name
    name: str
    is_bloc: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Another address of the same story."""

    outlet: str
    title: str
    link: str | None  # null: the address is not one a browser should be sent to; `address` shows it as text
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer a reader can give of a story: by command always, by mail where an address is set."""

    label: str  # "relevant" or "not relevant"
    command: str  # such as "smewatch label 0123456789abcdef not-relevant"
    mailto: str | None  # a complete mailto: address; null if nobody is named who reads such mail


@dataclass(frozen=True, slots=True)
class Story:
    """One card: articles that tell of the same event, shown through the one that leads."""

    anchor: str  # fragment on the page, stable for the same lead article
    article_ids: tuple[str, ...]  # the lead first
    title: str  # the publisher's own headline
    link: str | None  # null: see `Source.link`
    address: str
    outlet: str
    outlet_country: str | None
    language: str | None  # tag for an HTML lang attribute; null for English and unknown
    published_at: datetime | None
    first_seen_at: datetime
    date: str  # in words, with its doubt
    kind: str | None
    places: tuple[Place, ...]  # economies first, then blocs
    sectors: tuple[str, ...]
    lead: str  # one or two sentences of the article, as they stand there; "" if it has none fit to show
    grounds: tuple[str, ...]  # which parts of this card carry the evidence: "headline", "extract"
    reasons: tuple[str, ...]  # short phrases of the article that spoke for it, most telling first
    doubts: tuple[str, ...]  # what spoke against it; only for borderline ones
    band: str
    band_words: str
    score: float
    also_in: tuple[Source, ...]
    also_in_more: int  # further addresses that are not shown
    story_id: str = ""  # of the warehouse (mart.stories); "" for a story that was grouped for this page only
    told_before: str = ""  # week of the latest earlier issue that told it, such as "2026-W46"; "" if none did
    answers: tuple[Answer, ...] = ()  # how a reader says that it is, or is not, relevant


@dataclass(frozen=True, slots=True)
class Group:
    """The stories of one kind."""

    kind: str | None  # null: the model named no kind
    heading: str
    stories: tuple[Story, ...]  # best first; holds the digest's top story too only in `size`
    size: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the first screen."""

    label: str
    value: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two economies and the stories in which they act together."""

    codes: tuple[str, str]
    names: tuple[str, str]
    stories: int


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the trends: how many stories a week told, of one kind or of one pair."""

    label: str  # for people: "Agreements", "Japan – Viet Nam"
    key: tuple[str, ...]  # the kind, or the two codes, or () for all stories
    counts: tuple[
        int | None, ...
    ]  # stories, a number for each of `Trends.weeks`; null: nothing was polled, so unknown
    burst: str  # what stands out in the last week, in words; "" if nothing does, or the numbers are too small to say


@dataclass(frozen=True, slots=True)
class Trends:
    """Stories by week, this one and up to eleven before it."""

    weeks: tuple[str, ...]  # "2026-W36" ... , oldest first, the digest's own last
    total: Series
    kinds: tuple[
        Series, ...
    ]  # in the order of the labelling guide; a kind without a story in these weeks is left out
    pairs: tuple[Series, ...]  # those with most stories in all these weeks, most first
    rule: str  # when something counts as a burst, in one sentence

    @property
    def is_telling(self) -> bool:
        """Whether there is anything to draw: at least two weeks with polls, and a story in one of them."""
        known = [count for count in self.total.counts if count is not None]
        return len(known) > 1 and sum(known) > 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who cooperates with whom: stories of the weeks of the trends in which two economies act together."""

    weeks: int  # how many weeks are counted
    codes: tuple[str, ...]  # the economies with most partnerships, most first
    names: tuple[str, ...]  # one for each code
    counts: tuple[tuple[int, ...], ...]  # symmetric; 0 on the diagonal
    economies_more: int  # economies that act with others and are not shown


@dataclass(frozen=True, slots=True)
class Edition:
    """Which printing of an issue this is. An issue is never changed; a correction is the next edition beside it."""

    number: int = 1
    corrected: str = ""  # the day it was corrected, in words; "" for the first
    changes: tuple[str, ...] = ()  # what is different from the edition before, in sentences; empty for the first


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an accounting table: what, how many, and what that means."""

    label: str
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A feed that could not be read, and why."""

    feed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """What was seen and what was left out."""

    funnel: tuple[Row, ...]  # from announced to shown
    endings: tuple[Row, ...]  # how every announced entry ended, most frequent first
    announced: int
    troubles: tuple[Trouble, ...]
    troubles_more: int  # feeds in trouble that are not listed
    notes: tuple[str, ...]  # sentences on what is missing or does not add up


@dataclass(frozen=True, slots=True)
class Method:
    """How the digest was made, and how to make its numbers again."""

    model_id: str
    sentences: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]  # name, value with interval in words
    queries: tuple[tuple[str, str], ...]  # question, SQL


@dataclass(frozen=True, slots=True)
class Digest:
    """One issue. Equal inputs give an equal digest."""

    week: str  # "2026-W47"
    dates: str  # the week's days in words
    zone: str
    title: str  # the finding
    preheader: str  # at most 100 characters: what a mail program shows beside the subject
    summary: str  # in a quiet week the proof of life: what was looked at all the same
    reading_minutes: int
    figures: tuple[Figure, ...]
    trend: str  # one sentence on whether the week stands out
    top: Story | None  # the one big thing; null in a quiet week
    groups: tuple[Group, ...]  # the other stories, in the order of the labelling guide
    stories: int  # all of them, the top one included
    stories_left_out: int  # beyond what a page can hold; they are in the warehouse
    pairs: tuple[Pair, ...]
    pairs_more: int  # pairs that are not listed
    borderline: tuple[Story, ...]
    borderline_more: int
    account: Account
    method: Method
    trends: Trends | None = None  # null: no week could be counted
    matrix: Matrix | None = None  # null: no two economies act together in these weeks
    late: tuple[Story, ...] = ()  # of earlier weeks, found after their issues were written; in no number above
    late_more: int = 0
    near_misses: tuple[Row, ...] = ()  # why borderline articles are not told as stories; adds up to their number
    edition: Edition = Edition()
