"""Every shape that crosses the border of the warehouse, in the order of an article's way through it.

Those of the weekly digest are in digest_rows.py.

Rows that go in are named after their table and carry its column names; what comes out is named after the question.
All times are aware datetimes, any zone; they are stored, and come back, in UTC. A naive one is refused.
`run_id` is not on the rows: the batch, or the method, brings it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as catalogued. `feed_id` is the 16-digit hash of `url`."""

    feed_id: str
    url: str
    title: str = ""
    outlet: str = ""
    country: str | None = None
    language: str | None = None
    topic: str | None = None
    confidence: str | None = None


@dataclass(frozen=True, slots=True)
class FeedStateRow:
    """What the next poll of a feed needs to know. The defaults are the state of a feed never polled.

    Times are null where the thing never happened.
    """

    feed_id: str
    state: str = "new"  # "new", "active", "dormant", "gone"
    next_poll_at: datetime | None = None  # null: at once
    next_poll_reason: str | None = None
    interval_s: float = 21_600.0  # the adaptive interval, before wishes, jitter and back-off
    ttl_s: float | None = None  # the feed's own wish when last read
    skip_hours: int = 0  # bit h set: not between h:00 and h:59 GMT
    skip_days: int = 0  # bit d set: not on day d, 0 = Monday, GMT
    etag: str | None = None  # opaque, exactly as received
    last_modified: str | None = None  # opaque, exactly as received
    validators_url: str | None = None  # the address that gave the two
    audited_at: datetime | None = None  # last good answer to a request without them
    validators_lie: bool = False  # an audit found new entries under the old validators
    last_polled_at: datetime | None = None
    last_good_at: datetime | None = None
    last_new_at: datetime | None = None  # last poll that brought an entry we did not know
    n_failures: int = 0  # in a row
    failure_weight: float = 0.0  # of those
    first_failed_at: datetime | None = None  # of those
    gone_since: datetime | None = None  # first 410 since the last good answer
    moved_to: str | None = None  # where a permanent redirect leads
    moved_since: datetime | None = None
    n_moved: int = 0  # sightings of that redirect
    last_outcome: str | None = None
    last_detail: str | None = None


@dataclass(frozen=True, slots=True)
class DueFeed:
    """An active feed whose time has come, with its state."""

    feed: FeedRow
    state: FeedStateRow
    adopted_url: str | None = None  # where it is asked since it moved; null: at its own address
    n_unsettled: int = 0  # its last polls, in a row, that were begun and never stored


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A feed is asked at another address from now on."""

    feed_id: str
    url: str
    adopted_at: datetime


@dataclass(frozen=True, slots=True)
class HostRestRow:
    """What the next run must know of a host that asked for rest, or laboured. One that recovered has no slowdown."""

    host: str  # registrable domain, or an IP address
    rest_ends_at: datetime
    slowdown: float  # 1: our usual pace
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """Something a publisher says against machine learning or data mining with what he publishes."""

    subject: str  # origin of a site, or article_id
    scope: str  # "site" or "page"
    statement: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One poll of one feed."""

    fetch_id: str
    feed_id: str
    started_at: datetime
    duration_s: float
    outcome: str  # a PollOutcome's value
    http_status: int | None = None
    final_url: str | None = None
    wire_bytes: int = 0
    body_bytes: int = 0
    format: str | None = None
    n_entries: int = 0  # announced; equals the sum of this poll's FetchEndRows
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class FetchEndRow:
    """How many announced entries of one poll ended under one name. All ends of a poll belong in one batch."""

    fetch_id: str
    outcome: str  # an Outcome's value
    n_entries: int


@dataclass(frozen=True, slots=True)
class RetryEndRow:
    """How many entries of a feed, tried again without being announced in this run, ended under one name."""

    feed_id: str
    outcome: str
    n_entries: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry that was worked on, and how it ended. For one in which nothing is new, send a SeenRow instead.

    The queue of retries answers in the same shape: `seen_at` is then when a poll last announced it.
    """

    feed_id: str
    entry_key: str
    entry_hash: str
    outcome: str  # an Outcome's value
    seen_at: datetime  # of the poll that announced it
    title: str = ""
    summary: str = ""
    guid: str | None = None
    link: str | None = None
    url_key: str | None = None  # normal form of the link
    author: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    published_at_source: str | None = None
    published_at_precision: str | None = None
    is_published_in_future: bool = False
    detail: str | None = None
    http_status: int | None = None
    article_id: str | None = None
    n_attempts: int = 0  # including this one
    next_attempt_at: datetime | None = None  # null: settled


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A known entry, announced again with nothing new: only its last_seen_at moves."""

    feed_id: str
    entry_key: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RekeyRow:
    """A known entry that its feed announces under another key."""

    feed_id: str
    entry_key: str  # the key so far
    new_key: str
    entry_hash: str  # of the entry as announced now, like all that follows
    guid: str | None = None
    link: str | None = None
    url_key: str | None = None


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the warehouse knows of an entry."""

    feed_id: str
    entry_key: str
    entry_hash: str
    outcome: str
    n_attempts: int
    next_attempt_at: datetime | None
    article_id: str | None


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """The article that an address leads to, with its latest text."""

    url_key: str
    article_id: str
    text_version: int
    text_hash: str


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as first read. For one already stored, only a missing date of publication is filled in."""

    article_id: str  # 16-digit hash of url_key
    url: str
    url_key: str
    outlet: str
    feed_id: str  # that brought it first
    title: str
    first_seen_at: datetime
    language: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    published_at_source: str | None = None
    published_at_precision: str | None = None
    is_published_in_future: bool = False


@dataclass(frozen=True, slots=True)
class ArticleUrlRow:
    """Another address of an article. Its own url_key needs none: storing the article writes it."""

    url_key: str
    article_id: str
    url_role: str  # "feed link", "redirect", "canonical", "same text"
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class TextRow:
    """The text of an article. It becomes a new version only if its hash differs from the latest version's."""

    article_id: str
    text_hash: str
    title: str
    text: str
    n_words: int
    source: str  # "page" or "feed"
    extractor: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A phrase that moved a score, by how much of the log-odds."""

    phrase: str
    weight: float


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A body that a text names."""

    name: str  # as readers know it
    kind: str
    country_code: str | None  # economy it acts for; null for one of many


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What one model says of one text. The text is named by its hash; the warehouse finds its version."""

    article_id: str
    text_hash: str
    model_id: str
    score: float
    band: str
    is_relevant: bool
    judged_at: datetime
    kind: str | None = None
    kind_score: float | None = None
    countries: tuple[str, ...] = ()  # heaviest first
    blocs: tuple[str, ...] = ()  # heaviest first
    evidence: tuple[EvidenceRow, ...] = ()  # strongest first
    sectors: tuple[str, ...] = ()  # most often named first
    organisations: tuple[OrganisationRow, ...] = ()  # most often named first


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model and its card."""

    model_id: str
    created_at: datetime
    folder: str  # relative to the data folder
    model_sha256: str
    training_sha256: str
    card: str  # JSON
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # data set -> metric -> value


@dataclass(frozen=True, slots=True)
class UnjudgedText:
    """The latest text of an article on which a model has not spoken."""

    article_id: str
    text_version: int
    text_hash: str
    title: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class LinkedText:
    """An entry that led to an article by its link, and the latest text of that article."""

    entry: EntryRow
    text_hash: str
    fetched_at: datetime  # of that text


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A person's opinion of an article."""

    article_id: str
    label: int  # 1 relevant, 0 not relevant, -1 borderline
    author: str
    labelled_at: datetime
    kind: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one transaction stores. A batch whose id was stored before is not stored again."""

    batch_id: str
    run_id: str
    stored_at: datetime
    fetches: tuple[FetchRow, ...] = ()
    fetch_ends: tuple[FetchEndRow, ...] = ()
    retry_ends: tuple[RetryEndRow, ...] = ()
    entries: tuple[EntryRow, ...] = ()
    seen: tuple[SeenRow, ...] = ()
    rekeyed: tuple[RekeyRow, ...] = ()  # `entries` and `seen` name these by their new keys
    articles: tuple[ArticleRow, ...] = ()
    article_urls: tuple[ArticleUrlRow, ...] = ()
    texts: tuple[TextRow, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()
    feed_states: tuple[FeedStateRow, ...] = ()
    moves: tuple[AddressRow, ...] = ()
    host_rests: tuple[HostRestRow, ...] = ()
    reservations: tuple[ReservationRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """Rows a batch added. All 0 for one that was stored before."""

    n_fetches: int = 0
    n_entries: int = 0
    n_articles: int = 0
    n_texts: int = 0
    n_verdicts: int = 0
    was_stored_before: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """An answer in plain values: None, bool, int, float, str, lists and dicts of them; times are ISO 8601, UTC."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    is_cut: bool = False  # there were more rows than asked for
