"""When a feed is asked again, with which validators, and at which address. Pure rules over a feed's remembered state.

    is_due -> lease_until -> url_to_ask, validators -> (the poll) -> facts -> next_state -> url_to_adopt

The times themselves are in `poll_times`; what a run does in which no feed answered is in `outages`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from flows.steps.feeds import poll_times
from flows.steps.feeds.parsing import ParsedFeed
from flows.steps.feeds.poll_times import DAY_S, NextPoll, Reason, Wishes
from flows.steps.outcomes import Outcome, PollOutcome
from flows.steps.web.addresses import is_public, literal_address
from flows.steps.web.answers import Loss, Response
from flows.steps.web.urls import host_of, same_site

LEASE_S = 1800.0
FORGIVEN_CRASHES = 2
DORMANT_WEIGHT, DORMANT_S = 30.0, 30 * DAY_S
GONE_CONFIRMED_S = DAY_S  # between the two 410s it takes
AUDIT_S = 7 * DAY_S  # how often we ask without validators, to see whether they tell the truth
AUDIT_OF_LIARS_S = DAY_S
MOVED_SIGHTINGS, MOVED_S = 3, 3 * DAY_S

_GOOD = (PollOutcome.READ, PollOutcome.UNCHANGED)
_UNREADABLE = (PollOutcome.NOT_A_FEED, PollOutcome.TOO_SLOW)


class Life(StrEnum):
    """Whether we still hope for a feed. None is ever dropped: dormant ones are asked weekly, gone ones monthly."""

    NEW = "new"  # never polled
    ACTIVE = "active"
    DORMANT = "dormant"  # failures of weight 30, or failures over 30 days without a good answer
    GONE = "gone"  # answered 410 twice, at least a day apart


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we remember of a feed between polls. Times are aware, UTC, and null where the thing never happened."""

    state: str = Life.NEW
    next_poll_at: datetime | None = None  # null: at once
    next_poll_reason: str | None = None  # a `Reason`; null before the first poll
    interval_s: float = poll_times.START_S  # the adaptive interval, before wishes, jitter and backoff
    ttl_s: float | None = None  # the feed's own wish when last read (rss:ttl, sy:updatePeriod); null if it has none
    skip_hours: int = 0  # bit h set: not between h:00 and h:59 GMT (RSS 2.0 skipHours)
    skip_days: int = 0  # bit d set: not on day d, 0 = Monday, GMT
    etag: str | None = None  # exactly as received
    last_modified: str | None = None  # exactly as received
    validators_url: str | None = None  # the address, after redirects, that gave the validators; only it is sent them
    audited_at: datetime | None = None  # last good answer to a request without validators
    validators_lie: bool = False  # an audit found new entries under the old validators
    last_polled_at: datetime | None = None
    last_good_at: datetime | None = None  # last 200 that was a feed, or 304
    last_new_at: datetime | None = None  # last poll that brought an entry we did not know
    n_failures: int = 0  # in a row
    failure_weight: float = (
        0.0  # of those: 1/4 for a name that does not resolve, 1/2 for silence, 5xx and 429, else 1
    )
    first_failed_at: datetime | None = None  # of those
    gone_since: datetime | None = None  # first 410 since the last good answer
    moved_to: str | None = None  # where a permanent redirect leads, seen at every good answer since `moved_since`
    moved_since: datetime | None = None
    n_moved: int = 0  # sightings of that redirect


@dataclass(frozen=True, slots=True)
class PollFacts:
    """What one poll taught us."""

    feed_id: str
    url: str  # the address asked
    outcome: PollOutcome
    http_status: int | None = None
    is_dns: bool = False
    is_conditional: bool = False  # validators were sent
    etag: str | None = None
    last_modified: str | None = None
    final_url: str | None = None
    permanent_url: str | None = None  # where permanent redirects alone lead; `url` if there were none
    max_age_s: float | None = None
    retry_after_s: float | None = None
    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()  # GMT
    skip_days: frozenset[int] = frozenset()  # 0 = Monday, GMT
    n_entries: int = 0
    n_new: int = 0
    entry_gap_s: float | None = None  # mean time between dated entries; null with fewer than two


# --- Before a poll ------------------------------------------------------------------------------------------------


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether to poll. A time so far ahead that no rule gives it (some clock was wrong) counts as due."""
    if state.next_poll_at is None:
        return True
    left_s = (state.next_poll_at - now).total_seconds()
    return left_s <= 0 or left_s > poll_times.FARTHEST_S


def lease_until(n_unsettled: int, now: datetime, total_timeout_s: float) -> datetime:
    """When a feed is due again should the poll that begins now never be stored, because its process dies.

    `n_unsettled` counts the polls before this one, in a row, that met that fate. Two are forgiven: the next run does
    the work of the one that died. Then a feed may be what kills us, and its publisher has been asked three times for
    nothing: it waits half an hour, and twice as long each further time, a day at most.
    """
    n_waits = n_unsettled - FORGIVEN_CRASHES
    if n_waits < 0:
        return now
    wait_s = max(LEASE_S, 2 * total_timeout_s) * 2 ** min(n_waits, 10)
    return now + timedelta(seconds=min(wait_s, max(DAY_S, 2 * total_timeout_s)))


def url_to_ask(url: str, adopted_url: str | None, state: FeedState) -> str:
    """The address to ask: the one adopted, if any. A feed that fails there for long is asked at its own again.

    Domains expire, and a redirect once seen for three days may have been somebody's mistake.
    """
    return url if adopted_url is None or state.state in (Life.DORMANT, Life.GONE) else adopted_url


def is_audit_due(state: FeedState, now: datetime) -> bool:
    """Whether to ask without validators this time: once a week, once a day where they were found to lie."""
    if state.audited_at is None or not (state.etag or state.last_modified):
        return False
    wait_s = AUDIT_OF_LIARS_S if state.validators_lie else AUDIT_S
    return not 0 <= (now - state.audited_at).total_seconds() < wait_s  # an audit in the future never was


def validators(state: FeedState, now: datetime) -> tuple[str | None, str | None]:
    """ETag and Last-Modified to send to `state.validators_url`, as they came; nulls when an audit is due."""
    return (None, None) if is_audit_due(state, now) else (state.etag, state.last_modified)


# --- The poll -----------------------------------------------------------------------------------------------------


def poll_outcome(loss: Loss) -> PollOutcome:
    """The name a poll ends under when no feed came."""
    return PollOutcome.REFUSED if loss.outcome is Outcome.ROBOTS else PollOutcome(loss.outcome.value)


def facts(
    feed_id: str,
    url: str,
    outcome: PollOutcome,
    answer: Response | Loss,
    *,
    parsed: ParsedFeed | None = None,
    n_new: int = 0,
    is_conditional: bool = False,
) -> PollFacts:
    """The facts of a poll: what the server and the feed's document said.

    `parsed` is null unless the outcome is READ; `n_new` counts the entries not known before; `is_conditional` says
    whether validators were sent.
    """
    common = PollFacts(
        feed_id,
        url,
        outcome,
        is_conditional=is_conditional,
        max_age_s=answer.max_age_s,
        retry_after_s=answer.retry_after_s,
    )
    if isinstance(answer, Loss):
        return replace(common, http_status=answer.http_status, is_dns=answer.is_dns)
    answered = _answered(common, answer)
    return answered if parsed is None else _read(answered, parsed, n_new)


def _answered(facts: PollFacts, response: Response) -> PollFacts:
    """With what the server said beside the body."""
    return replace(
        facts,
        http_status=response.status,
        etag=response.etag,
        last_modified=response.last_modified,
        final_url=response.final_url,
        permanent_url=response.permanent_url,
    )


def _read(facts: PollFacts, parsed: ParsedFeed, n_new: int) -> PollFacts:
    """With what the feed's document said."""
    return replace(
        facts,
        ttl_s=parsed.ttl_s,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        n_entries=len(parsed.entries),
        n_new=n_new,
        entry_gap_s=_mean_gap_s(parsed),
    )


def _mean_gap_s(parsed: ParsedFeed) -> float | None:
    dates = [entry.published.at for entry in parsed.entries if entry.published and not entry.published.in_future]
    if len(dates) < 2:
        return None
    return (max(dates) - min(dates)).total_seconds() / (len(dates) - 1)


# --- After a poll -------------------------------------------------------------------------------------------------


def next_state(state: FeedState, facts: PollFacts, now: datetime) -> FeedState:
    """A feed's state after a poll: its health, its validators, its address, and when and why it is asked next."""
    if _was_spared(facts):
        due = _after_failure(state, facts, now)
        return replace(state, next_poll_at=due.at, next_poll_reason=due.reason)
    polled = replace(state, last_polled_at=now)
    if facts.outcome in _GOOD:
        after = _moved(_validated(_recovered(polled, facts, now), facts, now), facts, now)
        due = poll_times.after_success(facts.feed_id, after.interval_s, _wishes(after, facts), now)
    else:
        after = _failed(polled, facts, now)
        due = _after_failure(after, facts, now)
    return replace(after, next_poll_at=due.at, next_poll_reason=due.reason)


def _was_spared(facts: PollFacts) -> bool:
    """Whether nobody asked, because the host rests after what another feed of it did: no failure of this one."""
    return facts.outcome is PollOutcome.REFUSED and facts.http_status is None and facts.retry_after_s is not None


def _recovered(state: FeedState, facts: PollFacts, now: datetime) -> FeedState:
    """A good answer ends every trouble. What the feed's document wishes is remembered: a 304 does not repeat it."""
    if facts.outcome is PollOutcome.READ:
        hours, days = _bits(facts.skip_hours, 24), _bits(facts.skip_days, 7)
        state = replace(state, ttl_s=facts.ttl_s, skip_hours=hours, skip_days=days)
    is_first = state.last_good_at is None
    last_new_at = now if facts.n_new else state.last_new_at
    return replace(
        state,
        state=Life.ACTIVE,
        interval_s=poll_times.first_interval_s(facts.entry_gap_s)
        if is_first
        else poll_times.adapted_s(state.interval_s, facts.n_new, facts.n_entries, state.last_new_at, now),
        last_good_at=now,
        last_new_at=last_new_at,
        n_failures=0,
        failure_weight=0.0,
        first_failed_at=None,
        gone_since=None,
    )


def _bits(numbers: frozenset[int], size: int) -> int:
    return sum(1 << number for number in numbers if 0 <= number < size)


def _validated(state: FeedState, facts: PollFacts, now: datetime) -> FeedState:
    """Validators replaced by what came: all of them with a 200, those that were sent along with a 304.

    A 200 under the very validators we hold that brings new entries convicts them.
    """
    if facts.outcome is PollOutcome.UNCHANGED:
        etag, modified = facts.etag or state.etag, facts.last_modified or state.last_modified
        return replace(state, etag=etag, last_modified=modified, validators_url=facts.final_url)
    if facts.is_conditional:
        audited_at, lie = state.audited_at, state.validators_lie
    else:
        held = (state.etag, state.last_modified)
        lie = facts.n_new > 0 and any(held) and held == (facts.etag, facts.last_modified)
        audited_at = now
    return replace(
        state,
        etag=facts.etag,
        last_modified=facts.last_modified,
        validators_url=facts.final_url,
        audited_at=audited_at,
        validators_lie=lie,
    )


def _moved(state: FeedState, facts: PollFacts, now: datetime) -> FeedState:
    """Sightings of a permanent redirect counted, from the first of those in a row with one target."""
    target = facts.permanent_url
    if target is None or target == facts.url:
        return replace(state, moved_to=None, moved_since=None, n_moved=0)
    if target == state.moved_to:
        return replace(state, n_moved=state.n_moved + 1)
    return replace(state, moved_to=target, moved_since=now, n_moved=1)


def url_to_adopt(state: FeedState, url: str, now: datetime) -> str | None:
    """The address to ask from now on instead of `url`, which stays as an alias; null while there is no reason to.

    A permanent redirect is adopted after three sightings over three days, one from http to https of the same site at
    once, one to a private address never.
    """
    if state.moved_to is None or state.moved_since is None or _is_private(state.moved_to):
        return None
    if url.startswith("http:") and state.moved_to.startswith("https:") and same_site(url, state.moved_to):
        return state.moved_to
    is_settled = (now - state.moved_since).total_seconds() >= MOVED_S and state.n_moved >= MOVED_SIGHTINGS
    return state.moved_to if is_settled else None


def _is_private(url: str) -> bool:
    host = host_of(url)
    literal = literal_address(host)
    return literal is not None and not is_public(literal)


def _failed(state: FeedState, facts: PollFacts, now: datetime) -> FeedState:
    weight = state.failure_weight + _weight(facts)
    first = state.first_failed_at or now
    confirmed = state.gone_since is not None and (now - state.gone_since).total_seconds() >= GONE_CONFIRMED_S
    failing_s = (now - first).total_seconds()
    if state.state == Life.GONE or (facts.http_status == 410 and confirmed):
        life = Life.GONE  # until it answers well
    elif weight >= DORMANT_WEIGHT or failing_s >= DORMANT_S:
        life = Life.DORMANT
    else:
        life = Life.ACTIVE
    forgets = facts.outcome in _UNREADABLE  # the validators of what we could not read would hide its repair
    return replace(
        state,
        state=life,
        n_failures=state.n_failures + 1,
        failure_weight=weight,
        first_failed_at=first,
        gone_since=(state.gone_since or now) if facts.http_status == 410 else state.gone_since,
        etag=None if forgets else state.etag,
        last_modified=None if forgets else state.last_modified,
    )


def _weight(facts: PollFacts) -> float:
    """How much a failure speaks against the feed: our own network can be down, a server can be busy."""
    if facts.is_dns:
        return 0.25
    return 0.5 if facts.outcome is PollOutcome.UNREACHABLE or facts.http_status == 429 else 1.0


def _after_failure(state: FeedState, facts: PollFacts, now: datetime) -> NextPoll:
    wishes = _wishes(state, facts)
    if state.state == Life.GONE:
        return poll_times.after_pause(facts.feed_id, Reason.GONE, wishes, now)
    if state.state == Life.DORMANT:
        return poll_times.after_pause(facts.feed_id, Reason.DORMANT, wishes, now)
    least_s = GONE_CONFIRMED_S if state.gone_since == now else 0.0  # the second 410 counts only after a day
    return poll_times.after_failure(
        facts.feed_id, state.interval_s, state.failure_weight, wishes, now, least_s=least_s
    )


def _wishes(state: FeedState, facts: PollFacts) -> Wishes:
    return Wishes(
        max_age_s=facts.max_age_s,
        retry_after_s=facts.retry_after_s,
        ttl_s=state.ttl_s,
        skip_hours=state.skip_hours,
        skip_days=state.skip_days,
    )
