"""Shapes of keeping feeds, beside those of a run's way in rows.py. The same rules hold: times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime

from warehouse.rows import FeedRow, FeedStateRow


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A poll that is about to begin."""

    feed_id: str
    run_id: str
    leased_at: datetime
    until_at: datetime  # should the poll never be stored, the feed is due again from then
    n_unsettled: int  # polls before this one, in a row, that were begun and never stored


@dataclass(frozen=True, slots=True)
class KeepingRow:
    """What was decided about a feed beside the catalogue. The defaults are those of a feed nobody spoke of."""

    feed_id: str
    is_user_added: bool = False
    is_paused: bool = False
    paused_since: datetime | None = None
    confirmed_at: datetime | None = None  # when a probe last found it to be a readable feed


@dataclass(frozen=True, slots=True)
class RobotsRow:
    """A robots.txt as it was read."""

    origin: str  # scheme, host and port
    body: bytes
    read_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as last announced: what it takes to know it again under another key, and how it ended."""

    feed_id: str
    entry_key: str
    entry_hash: str
    url_key: str | None
    title: str
    published_at: datetime | None
    outcome: str
    n_attempts: int
    next_attempt_at: datetime | None
    article_id: str | None


@dataclass(frozen=True, slots=True)
class FeedCard:
    """Everything an operator may ask of one feed."""

    feed: FeedRow
    state: FeedStateRow
    keeping: KeepingRow
    added_at: datetime
    is_active: bool
    adopted_url: str | None = None  # where it is asked since it moved; null: at its own address
    adopted_at: datetime | None = None
    lease: LeaseRow | None = None  # a poll under way, or one that was never stored
    n_polls: int = 0
    n_good_polls: int = 0
    n_entries: int = 0  # different entries ever announced
    n_articles: int = 0  # articles it brought first
    last_article_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredPoll:
    """One poll of the past."""

    run_id: str
    started_at: datetime
    duration_s: float
    outcome: str
    http_status: int | None
    final_url: str | None
    format: str | None
    n_entries: int
    n_new: int  # of them stored or revised
    detail: str | None


@dataclass(frozen=True, slots=True)
class LostEntry:
    """An entry that brought no article."""

    title: str
    link: str | None
    outcome: str
    detail: str | None
    http_status: int | None
    n_attempts: int
    next_attempt_at: datetime | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class FeedPast:
    """What happened with one feed: latest first."""

    aliases: tuple[str, ...] = ()  # every address it ever had, its own included
    polls: tuple[StoredPoll, ...] = ()
    ends: dict[str, int] = field(default_factory=dict)  # outcome -> entries that last ended so
    losses: tuple[LostEntry, ...] = ()
