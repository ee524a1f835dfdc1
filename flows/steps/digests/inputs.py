"""What a digest is made from: plain values that the flow fills from the warehouse and the model's card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.steps.digests.weeks import IsoWeek
from flows.steps.text.dates import Published


@dataclass(frozen=True, slots=True)
class Reprint:
    """Another address at which the same report stands."""

    outlet: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class DigestArticle:
    """One article of the week with the verdict on it. Titles, texts and outlets are as scraped: hostile."""

    article_id: str
    title: str
    url: str
    outlet: str
    outlet_country: str | None  # ISO 3166 alpha-2, "EU" or "INT"; null if unknown
    published: Published | None  # null: nobody gave a date
    first_seen_at: datetime  # aware
    language: str | None  # ISO 639-1; null if unknown
    score: float  # 0..1
    band: str  # "sure", "likely" or "borderline"; articles of other bands do not belong into a digest
    kind: str | None  # one of the six kinds of the labelling guide
    kind_score: float | None  # 0..1; null with kind
    countries: tuple[str, ...]  # economies that act together, ISO 3166 alpha-2 and "EU", most important first
    blocs: tuple[str, ...]  # "ASEAN", "APEC", ...
    why: tuple[tuple[str, float], ...]  # phrase as it stands in the text, change of the log-odds; strongest first
    text: str  # paragraphs separated by newlines
    also_in: tuple[Reprint, ...] = ()  # addresses the warehouse already knows to hold the very same text
    sectors: tuple[str, ...] = ()  # in words for people
    story_id: str = ""  # articles of one story share it; "": a story of its own
    is_story_lead: bool = False  # the one that was chosen to stand for the story
    is_late: bool = False  # of an earlier week, found when the issue of that week was out
    told_before: str = ""  # the latest earlier week whose issue told its story; "" if none did


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """A feed that could not be read this week."""

    feed: str  # its title or outlet, else its address
    reason: str  # how its last poll ended, e.g. "unreachable"


@dataclass(frozen=True, slots=True)
class Query:
    """A question of the digest and the SQL over the public views that answers it."""

    question: str
    sql: str


@dataclass(frozen=True, slots=True)
class WeekStories:
    """The stories of one week. A week in which nothing was polled has none of these: unknown is not zero."""

    week: IsoWeek
    stories: int
    kinds: Mapping[str, int] = field(default_factory=dict)  # kind, or "" where none was named -> stories
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)  # two codes, by the alphabet -> stories


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What was seen in the week. All counts are of this week unless they say otherwise."""

    announced: int  # entries of the week, by the date the feed gives, else by when they were first seen
    outcomes: Mapping[str, int]  # how each of them ended: value of `Outcome` -> entries; adds up to `announced`
    articles_seen: int  # articles published in the week, or first seen in it where no date is given
    articles_judged: int  # of those, with a verdict of the current model that counts
    articles_unjudged: int  # of those, too short, in a language the model was not measured on, or without a verdict
    articles_without_date: int  # of those seen
    relevant: int  # of those judged, in band sure or likely
    borderline: int  # of those judged, in band borderline
    feeds_polled: int
    feeds_in_trouble: tuple[FeedTrouble, ...] = ()  # feeds whose last poll of the week failed
    articles_without_verdict: int = 0  # of those unjudged: the model has not spoken yet
    weeks: tuple[WeekStories, ...] = ()  # this week and earlier ones, in any order
    cut_off_at: datetime | None = None  # aware: nothing that arrived later is in here; null if not known
    right_of_labelled: tuple[int, int] | None = None  # of the articles that the model called relevant in the weeks of
    #   the trends and a person has labelled: how many the person confirmed, how many there are; null if nobody did
    queries: tuple[Query, ...] = ()  # the SQL each number above came from


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value with its 95 % interval."""

    value: float  # 0..1
    low: float | None = None  # null: no interval was computed
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ModelNote:
    """What the reader should know of the model that chose the articles. Sentences are shown as they are."""

    model_id: str
    trained_on: str  # goes on from "trained on", e.g. "5 seed documents and 540 examples"
    threshold_rule: str  # where the bands begin, in a short sentence; empty: nothing is said
    measured_on: str = ""  # e.g. "130 real articles, 41 of them relevant"; empty if never measured
    measures: Mapping[str, Measure] = field(default_factory=dict)  # name for people -> value, shown in this order
