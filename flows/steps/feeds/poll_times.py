"""The clock of polling: how long until a feed is asked again, and why. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flows.steps.web.urls import short_hash

HOUR_S, DAY_S = 3600.0, 86400.0
SHORTEST_S, LONGEST_S = HOUR_S, DAY_S  # bounds of the adaptive interval
START_S = 6 * HOUR_S  # before we know how often a feed brings something new
WISH_CAP_S = 7 * DAY_S  # no server sends us away for longer, by whatever header
OFFLINE_S = 900.0
DORMANT_PROBE_S, GONE_PROBE_S = 7 * DAY_S, 30 * DAY_S
JITTER = 0.10  # longest stretch, by the hash of the feed: feeds added together drift apart
FARTHEST_S = GONE_PROBE_S * (1 + JITTER) + 8 * DAY_S  # no rule here gives a later time; 8 days for skipDays

_MOST_DOUBLINGS = 5.0
_QUIET_S = 31 * DAY_S  # nothing new for so long: the interval grows in larger steps
_LONGER_S, _LONGER_WHEN_QUIET_S, _SHORTER_S = 600.0, HOUR_S, HOUR_S


class Reason(StrEnum):
    """Why the next poll is when it is."""

    ADAPTIVE = "adaptive"  # how often the feed brings something new
    MAX_AGE = "max-age"  # Cache-Control or Expires
    TTL = "ttl"  # rss:ttl or sy:updatePeriod
    RETRY_AFTER = "retry-after"
    SKIP_HOURS = "skip-hours"
    SKIP_DAYS = "skip-days"
    BACKOFF = "backoff"  # failures in a row
    DORMANT = "dormant"
    GONE = "gone"
    OFFLINE = "offline"  # no feed at all answered: our own network was down


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When a feed is asked next, and why then."""

    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Wishes:
    """What server and feed wish. Null: nothing. Each counts for a week at most."""

    max_age_s: float | None = None
    retry_after_s: float | None = None
    ttl_s: float | None = None
    skip_hours: int = 0  # bit h set: not in hour h GMT
    skip_days: int = 0  # bit d set: not on day d GMT, 0 = Monday


def first_interval_s(entry_gap_s: float | None) -> float:
    """The interval to start with: half the mean time between entries, or 6 h where there are no dates."""
    return _clamped(START_S if entry_gap_s is None else entry_gap_s / 2)


def adapted_s(interval_s: float, n_new: int, n_entries: int, last_new_at: datetime | None, now: datetime) -> float:
    """The next interval, by the share of a feed's entries that were new to us.

    More than two thirds: we may be missing some, so an hour less, at once below the start value. Less than one third:
    10 minutes more, an hour more if the feed has been quiet for a month. Between: as it is.
    """
    share = n_new / n_entries if n_entries else 0.0
    if share > 2 / 3:
        return _clamped(min(interval_s - _SHORTER_S, START_S))
    if share >= 1 / 3:
        return _clamped(interval_s)
    is_quiet = not n_new and (last_new_at is None or (now - last_new_at).total_seconds() > _QUIET_S)
    return _clamped(interval_s + (_LONGER_WHEN_QUIET_S if is_quiet else _LONGER_S))


def after_success(feed_id: str, interval_s: float, wishes: Wishes, now: datetime) -> NextPoll:
    """The adaptive interval, or the longest wish if that is longer."""
    ours = [(_clamped(interval_s), Reason.ADAPTIVE), (_capped(wishes.ttl_s), Reason.TTL)]
    return _next(feed_id, ours + _server_wishes(wishes), wishes, now)


def after_failure(
    feed_id: str, interval_s: float, weight: float, wishes: Wishes, now: datetime, *, least_s: float = 0.0
) -> NextPoll:
    """The interval doubled for each failure in a row (by weight, five times at most, a week at most)."""
    backoff_s = max(_clamped(interval_s) * 2 ** min(weight, _MOST_DOUBLINGS), least_s)
    return _next(feed_id, [(_capped(backoff_s), Reason.BACKOFF), *_server_wishes(wishes)], wishes, now)


def after_pause(feed_id: str, reason: Reason, wishes: Wishes, now: datetime) -> NextPoll:
    """The probe of a feed we have little hope for: weekly if dormant, monthly if gone."""
    pause_s = GONE_PROBE_S if reason is Reason.GONE else DORMANT_PROBE_S
    return _next(feed_id, [(pause_s, reason), *_server_wishes(wishes)], wishes, now)


def after_outage(feed_id: str, now: datetime) -> NextPoll:
    """Soon: nothing was learned about the feed."""
    return _next(feed_id, [(OFFLINE_S, Reason.OFFLINE)], Wishes(), now)


def _server_wishes(wishes: Wishes) -> list[tuple[float, Reason]]:
    return [(_capped(wishes.max_age_s), Reason.MAX_AGE), (_capped(wishes.retry_after_s), Reason.RETRY_AFTER)]


def _next(feed_id: str, waits: Sequence[tuple[float, Reason]], wishes: Wishes, now: datetime) -> NextPoll:
    """The longest wait, stretched by the feed's jitter and moved out of skipped hours. On a tie the first counts."""
    longest_s, reason = max(waits, key=lambda wait: wait[0])
    at = now + timedelta(seconds=longest_s * (1 + JITTER * _fraction(feed_id)))
    return _out_of_skipped(NextPoll(at, reason), wishes, _fraction(feed_id))


def _out_of_skipped(due: NextPoll, wishes: Wishes, fraction: float) -> NextPoll:
    """The first moment from `due` that the feed does not skip; `due` itself if it skips all."""
    first = due.at.astimezone(UTC)
    at = first
    for _ in range(7 * 24 + 1):
        if not _is_skipped(at, wishes):
            if at == first:
                return due
            is_day = wishes.skip_days >> first.weekday() & 1
            # Every feed with this rule becomes free at the same full hour; spread them over its first six minutes.
            return NextPoll(at + timedelta(minutes=6 * fraction), Reason.SKIP_DAYS if is_day else Reason.SKIP_HOURS)
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due


def _is_skipped(at: datetime, wishes: Wishes) -> bool:
    return bool(wishes.skip_hours >> at.hour & 1 or wishes.skip_days >> at.weekday() & 1)


def _fraction(feed_id: str) -> float:
    """0 to 1, always the same for a feed."""
    return int(short_hash(f"jitter {feed_id}")[:8], 16) / 0xFFFFFFFF


def _clamped(interval_s: float) -> float:
    return min(max(interval_s, SHORTEST_S), LONGEST_S)


def _capped(wish_s: float | None) -> float:
    return min(max(wish_s or 0.0, 0.0), WISH_CAP_S)
