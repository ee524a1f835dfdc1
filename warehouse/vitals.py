"""What an operator asks in one look: what ran, what waits, which feeds fare how, how scores are spread."""

from dataclasses import dataclass
from datetime import datetime

from warehouse.session import Session


@dataclass(frozen=True, slots=True)
class RunVitals:
    """A run that kept a record."""

    run_id: str
    flow: str
    status: str  # "running", "completed", "failed" or "crashed"
    started_at: datetime
    ended_at: datetime | None  # null while it runs
    n_polls: int
    n_failed_polls: int
    n_announced: int
    n_articles: int
    detail: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes, work that waits, and what went well since some time."""

    n_polls: int  # since then
    n_failed_polls: int  # of them neither read nor unchanged
    n_read: int  # entries announced since then and not known before
    n_lost: int  # of them those that led to no article: unreachable, gone, no text ...
    n_articles: int
    n_new_articles: int  # since then
    last_article_at: datetime | None  # null in an empty warehouse
    n_feeds_due: int
    n_entries_due: int  # entries whose next try is due
    n_unjudged: int  # latest texts on which the model in force has not spoken


@dataclass(frozen=True, slots=True)
class FeedGroup:
    """The active feeds of one country."""

    country: str  # ISO 3166 alpha-2, "EU", "INT" or "unknown"
    n_feeds: int
    last_good_at: datetime | None  # when a feed of the group last answered well; null if none ever did
    n_recent: int  # entries first announced in the span looked at
    n_before: int  # and in the span before it
    oldest_at: datetime | None  # the oldest entry of both spans; null if there is none


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Texts whose score lies in the twentieth number `bin`, 0 to 19."""

    bin: int
    n_recent: int
    n_before: int


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """An active feed whose last poll failed."""

    outlet: str
    url: str
    state: str
    n_failures: int  # in a row
    last_outcome: str | None
    last_detail: str | None
    last_good_at: datetime | None  # null if it never answered well
    next_poll_at: datetime | None  # null: at once


@dataclass(frozen=True, slots=True)
class LastDigest:
    """The latest week that has a digest."""

    week: str
    edition: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """How much was ever written: two numbers that only grow, so that a copy can be compared with its original."""

    n_runs: int
    n_batches: int


class Vitals(Session):
    """Questions of operators; none of them reads a text."""

    def latest_runs(self, limit: int) -> list[RunVitals]:
        """Runs of flows that keep a record (the ingest does), latest first."""
        return self._read("vitals_runs", RunVitals, limit=limit)

    def written(self) -> Written:
        """Runs begun and batches stored up to now."""
        (written,) = self._read("vitals_written", Written)
        return written

    def feeds_by_state(self) -> dict[str, int]:
        """State -> active feeds in it, most first; a feed that a person paused is "paused"."""
        return {str(row["state"]): int(row["n_feeds"]) for row in self._ask("vitals_feeds")}

    def counts(self, now: datetime, since: datetime) -> Counts:
        """Sizes and backlog at `now`, shares of failures since `since`."""
        (counts,) = self._read("vitals_counts", Counts, now=now, since=since)
        return counts

    def feed_groups(self, before: datetime, recent: datetime) -> list[FeedGroup]:
        """The active feeds by country; news are counted from `before` to `recent`, and from then on."""
        return self._read("vitals_groups", FeedGroup, before=before, recent=recent)

    def score_bins(self, before: datetime, recent: datetime) -> list[ScoreBin]:
        """How the scores of the model in force are spread, over the same two spans; empty bins are left out."""
        return self._read("vitals_scores", ScoreBin, before=before, recent=recent)

    def feeds_in_trouble(self, limit: int) -> list[FeedTrouble]:
        """Active feeds whose last poll failed, the longest silent first."""
        return self._read("vitals_troubles", FeedTrouble, limit=limit)

    def last_digest(self, zone: str) -> LastDigest | None:
        """The latest digest of a zone; None if there is none."""
        return next(iter(self._read("vitals_digest", LastDigest, zone=zone)), None)
