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
