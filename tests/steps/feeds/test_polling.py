"""When a feed is asked next, and why: its wishes, its pace, its failures, and whether it is due, as tables."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.feeds import poll_times
from flows.steps.feeds.poll_times import DAY_S, HOUR_S, JITTER, Reason
from flows.steps.feeds.polling import FeedState, Life, is_due, lease_until, next_state
from flows.steps.outcomes import PollOutcome
from tests.steps.feeds.polling_cases import (
    BUSY,
    DNS,
    GONE,
    KNOWN,
    LIMITED,
    MISSING,
    NO_FEED,
    NOW,
    READ,
    REFUSED,
    SILENT,
    UNCHANGED,
    failure,
    poll,
)


def wait_h(state: FeedState, now: datetime = NOW) -> float:
    """Hours until the next poll, the feed's jitter taken out."""
    assert state.next_poll_at is not None
    return (state.next_poll_at - now).total_seconds() / HOUR_S / stretch("f")


def stretch(feed_id: str) -> float:
    at = poll_times.after_success(feed_id, HOUR_S, poll_times.Wishes(), NOW).at
    return (at - NOW).total_seconds() / HOUR_S


# --- When ---------------------------------------------------------------------------------------------------------

WISHES = [
    ({}, 6, Reason.ADAPTIVE),
    ({"max_age_s": 60}, 6, Reason.ADAPTIVE),
    ({"max_age_s": 8 * HOUR_S}, 8, Reason.MAX_AGE),
    ({"max_age_s": 1e12}, 168, Reason.MAX_AGE),
    ({"max_age_s": -5}, 6, Reason.ADAPTIVE),
    ({"ttl_s": 12 * HOUR_S}, 12, Reason.TTL),
    ({"ttl_s": 1e9}, 168, Reason.TTL),
    ({"ttl_s": 0}, 6, Reason.ADAPTIVE),
    ({"ttl_s": -1}, 6, Reason.ADAPTIVE),
    ({"ttl_s": 7 * HOUR_S, "max_age_s": 9 * HOUR_S}, 9, Reason.MAX_AGE),
    ({"retry_after_s": 10 * HOUR_S}, 10, Reason.RETRY_AFTER),
]


@pytest.mark.parametrize(("wishes", "hours", "reason"), WISHES)
def test_next_good_poll_comes_after_the_longest_wish(wishes, hours, reason):
    after = next_state(KNOWN, poll(**wishes), NOW)
    assert wait_h(after) == pytest.approx(hours)
    assert after.next_poll_reason == reason


@pytest.mark.parametrize("outcome", [READ, UNCHANGED])
def test_wish_of_the_feeds_own_document_outlives_answers_without_a_body(outcome):
    read = next_state(KNOWN, poll(ttl_s=12 * HOUR_S, skip_hours=frozenset({3})), NOW)
    again = next_state(read, poll(UNCHANGED, http_status=304, n_entries=0, n_new=0), NOW)
    assert (again.ttl_s, again.skip_hours) == (12 * HOUR_S, 1 << 3)
    assert again.next_poll_reason == Reason.TTL
    assert next_state(read, poll(), NOW).ttl_s is None


INTERVALS = [  # interval before, new of 20, days since something new -> interval after, hours
    (6, 20, 0.2, 5),
    (6, 14, 0.2, 5),
    (6, 13, 0.2, 6),
    (6, 7, 0.2, 6),
    (6, 6, 0.2, 6 + 1 / 6),
    (6, 0, 0.2, 6 + 1 / 6),
    (6, 0, 32, 7),
    (6, 1, 32, 6 + 1 / 6),
    (20, 20, 0.2, 6),
    (1, 20, 0.2, 1),
    (24, 0, 40, 24),
]


@pytest.mark.parametrize(("before_h", "n_new", "quiet_days", "after_h"), INTERVALS)
def test_interval_adapts_to_the_share_of_new_entries(before_h, n_new, quiet_days, after_h):
    state = replace(KNOWN, interval_s=before_h * HOUR_S, last_new_at=NOW - timedelta(days=quiet_days))
    assert next_state(state, poll(n_new=n_new), NOW).interval_s == pytest.approx(after_h * HOUR_S)


@pytest.mark.parametrize(("gap_h", "interval_h"), [(None, 6), (0.1, 1), (8, 4), (500, 24), (0, 1)])
def test_first_interval_is_half_the_mean_time_between_entries(gap_h, interval_h):
    gap_s = None if gap_h is None else gap_h * HOUR_S
    state = next_state(FeedState(), poll(n_new=20, entry_gap_s=gap_s), NOW)
    assert state.interval_s == interval_h * HOUR_S


SKIPS = [  # skipped hours, skipped days (0 = Monday), -> when the feed is asked instead of Friday 18:00, why
    ({3, 4}, set(), "Fri 18", Reason.ADAPTIVE),
    ({18}, set(), "Fri 19", Reason.SKIP_HOURS),
    ({18, 19, 20, 21, 22, 23}, set(), "Sat 00", Reason.SKIP_HOURS),
    (set(range(24)) - {17}, set(), "Sat 17", Reason.SKIP_HOURS),
    (set(), {4}, "Sat 00", Reason.SKIP_DAYS),
    (set(), {4, 5, 6}, "Mon 00", Reason.SKIP_DAYS),
    ({0, 1}, {4}, "Sat 02", Reason.SKIP_DAYS),
    (set(range(24)), set(), "Fri 18", Reason.ADAPTIVE),
    (set(), set(range(7)), "Fri 18", Reason.ADAPTIVE),
    ({24, 25, -1}, {7, 9}, "Fri 18", Reason.ADAPTIVE),
]


@pytest.mark.parametrize(("hours", "days", "when", "reason"), SKIPS)
def test_skipped_hours_and_days_are_stepped_over(hours, days, when, reason):
    after = next_state(KNOWN, poll(skip_hours=frozenset(hours), skip_days=frozenset(days)), NOW)
    assert after.next_poll_at is not None
    assert f"{after.next_poll_at:%a %H}" == when
    assert after.next_poll_reason == reason


@given(st.text(min_size=1, max_size=20), st.floats(min_value=HOUR_S, max_value=DAY_S))
def test_jitter_is_up_to_a_tenth_and_always_the_same(feed_id, interval_s):
    one, two = (poll_times.after_success(feed_id, interval_s, poll_times.Wishes(), NOW) for _ in range(2))
    assert one == two
    assert interval_s - 1 <= (one.at - NOW).total_seconds() <= interval_s * (1 + JITTER) + 1


def test_feeds_added_together_drift_apart():
    waits = {round(stretch(f"feed {i}"), 3) for i in range(200)}
    assert len(waits) > 75
    assert min(waits) < 1.01
    assert max(waits) > 1.09


# --- Failures -----------------------------------------------------------------------------------------------------

BACKOFFS = [
    ([DNS], 6 * 2**0.25, 0.25),
    ([DNS] * 4, 12, 1),
    ([SILENT], 6 * 2**0.5, 0.5),
    ([BUSY] * 2, 12, 1),
    ([LIMITED] * 2, 12, 1),
    ([REFUSED], 12, 1),
    ([MISSING] * 2, 24, 2),
    ([NO_FEED] * 3, 48, 3),
    ([failure(PollOutcome.TOO_LARGE)] * 4, 96, 4),
    ([failure(PollOutcome.FORBIDDEN_ADDRESS)] * 5, 168, 5),
    ([failure(PollOutcome.TOO_SLOW)] * 12, 168, 12),
]


@pytest.mark.parametrize(("polls", "hours", "weight"), BACKOFFS)
def test_failures_in_a_row_double_the_wait_by_their_weight(polls, hours, weight):
    state = KNOWN
    for one in polls:
        state = next_state(state, one, NOW)
    assert wait_h(state) == pytest.approx(hours)
    assert state.next_poll_reason == Reason.BACKOFF
    assert (state.n_failures, state.failure_weight, state.first_failed_at) == (len(polls), weight, NOW)
    assert state.state == Life.ACTIVE


@pytest.mark.parametrize(
    ("wishes", "hours", "reason"),
    [
        ({"retry_after_s": 60}, 6 * 2**0.5, Reason.BACKOFF),
        ({"retry_after_s": 20 * HOUR_S}, 20, Reason.RETRY_AFTER),
        ({"retry_after_s": 1e12}, 168, Reason.RETRY_AFTER),
        ({"max_age_s": 86400}, 24, Reason.MAX_AGE),
        ({"max_age_s": 86400, "retry_after_s": 90000}, 25, Reason.RETRY_AFTER),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_refusal_is_obeyed_when_it_asks_for_more_than_our_backoff(status, wishes, hours, reason):
    outcome = PollOutcome.REFUSED if status == 429 else PollOutcome.UNREACHABLE
    after = next_state(KNOWN, failure(outcome, http_status=status, **wishes), NOW)
    assert wait_h(after) == pytest.approx(hours)
    assert after.next_poll_reason == reason


def test_feed_whose_host_rests_was_not_asked_and_has_not_failed():
    spared = failure(PollOutcome.REFUSED, retry_after_s=20 * HOUR_S)
    after = next_state(KNOWN, spared, NOW)
    assert replace(after, next_poll_at=None, next_poll_reason=None) == KNOWN
    assert (wait_h(after), after.next_poll_reason) == (pytest.approx(20), Reason.RETRY_AFTER)


def test_backoff_steps_over_skipped_hours_too():
    skipping = replace(KNOWN, interval_s=HOUR_S, skip_hours=sum(1 << hour for hour in range(12, 20)))
    after = next_state(skipping, REFUSED, NOW)
    assert after.next_poll_at is not None
    assert (after.next_poll_at.hour, after.next_poll_reason) == (20, Reason.SKIP_HOURS)


def test_good_poll_ends_all_trouble():
    state = KNOWN
    for one in [REFUSED] * 40 + [GONE]:
        state = next_state(state, one, NOW)
    assert state.state == Life.DORMANT
    state = next_state(state, poll(), NOW)
    assert (state.state, state.n_failures, state.failure_weight) == (Life.ACTIVE, 0, 0)
    assert (state.first_failed_at, state.gone_since) == (None, None)
    assert state.last_good_at == NOW


@pytest.mark.parametrize(("one", "n"), [(REFUSED, 30), (SILENT, 60), (DNS, 120)])
def test_feed_falls_asleep_after_failures_of_weight_thirty_and_is_probed_weekly(one, n):
    state = KNOWN
    for _ in range(n - 1):
        state = next_state(state, one, NOW)
    assert state.state == Life.ACTIVE
    state = next_state(state, one, NOW)
    assert state.state == Life.DORMANT
    assert (wait_h(state), state.next_poll_reason) == (pytest.approx(168), Reason.DORMANT)


def test_a_first_failure_after_a_long_pause_of_ours_puts_no_feed_to_sleep():
    """The machine was off, or the feed paused, for forty days: they say nothing against it."""
    state = FeedState(state=Life.ACTIVE, last_good_at=NOW - timedelta(days=40))
    assert next_state(state, SILENT, NOW).state == Life.ACTIVE


@pytest.mark.parametrize("last_good_days", [None, 30])
def test_feed_falls_asleep_after_thirty_days_without_a_good_answer(last_good_days):
    last_good = None if last_good_days is None else NOW - timedelta(days=last_good_days)
    first_failed = NOW - timedelta(days=30)
    state = FeedState(state=Life.ACTIVE, last_good_at=last_good, first_failed_at=first_failed, n_failures=3)
    assert next_state(state, SILENT, NOW - timedelta(days=1)).state == Life.ACTIVE
    assert next_state(state, SILENT, NOW).state == Life.DORMANT


def test_gone_takes_two_answers_a_day_apart_and_is_probed_monthly():
    once = next_state(KNOWN, GONE, NOW)
    assert (once.state, once.gone_since) == (Life.ACTIVE, NOW)
    assert wait_h(once) == pytest.approx(24)
    too_soon = next_state(once, GONE, NOW + timedelta(hours=23))
    assert too_soon.state == Life.ACTIVE
    twice = next_state(once, GONE, NOW + timedelta(hours=24))
    assert twice.state == Life.GONE
    assert wait_h(twice, NOW + timedelta(hours=24)) == pytest.approx(720)
    assert twice.next_poll_reason == Reason.GONE


@pytest.mark.parametrize(
    ("then", "life"),
    [(MISSING, Life.GONE), (SILENT, Life.GONE), (poll(), Life.ACTIVE), (poll(UNCHANGED), Life.ACTIVE)],
)
def test_gone_feed_comes_back_by_a_good_answer_only(then, life):
    gone = replace(KNOWN, state=Life.GONE, gone_since=NOW - timedelta(days=31))
    assert next_state(gone, then, NOW).state == life


def test_good_answer_between_two_410s_takes_the_first_back():
    state = next_state(KNOWN, GONE, NOW)
    state = next_state(state, poll(), NOW + timedelta(hours=30))
    state = next_state(state, GONE, NOW + timedelta(hours=60))
    assert state.state == Life.ACTIVE


polls = st.builds(
    poll,
    st.sampled_from(PollOutcome),
    http_status=st.sampled_from([None, 200, 304, 404, 410, 429, 503]),
    is_dns=st.booleans(),
    n_new=st.integers(0, 20),
    max_age_s=st.none() | st.floats(allow_nan=False),
    retry_after_s=st.none() | st.floats(0, 1e18),
    ttl_s=st.none() | st.floats(-1e9, 1e12),
    skip_hours=st.frozensets(st.integers(-1, 25)),
    skip_days=st.frozensets(st.integers(-1, 8)),
    entry_gap_s=st.none() | st.floats(0, 1e9),
)


@given(st.lists(polls, max_size=40))
def test_no_feed_is_asked_within_the_hour_and_none_is_ever_dropped(story):
    """Whatever servers say, in whatever order."""
    state, now = FeedState(), NOW
    for one in story:
        state = next_state(state, one, now)
        assert state.next_poll_at is not None
        assert timedelta(hours=1) <= state.next_poll_at - now
        assert not is_due(state, now)
        assert is_due(state, state.next_poll_at)
        now = state.next_poll_at


# --- Due, leased --------------------------------------------------------------------------------------------------


def test_new_feed_is_due():
    assert is_due(FeedState(), NOW)


@pytest.mark.parametrize(
    ("hours", "due"), [(-100, True), (0, True), (0.01, False), (24, False), (24 * 33, False), (24 * 365, True)]
)
def test_feed_is_due_when_its_time_has_come_or_cannot_be_right(hours, due):
    """A year ahead: it was written while the clock was wrong."""
    assert is_due(FeedState(next_poll_at=NOW + timedelta(hours=hours)), NOW) is due


LEASES = [
    (0, 45, 0),  # the next run does the work of a killed one
    (1, 45, 0),
    (2, 45, 30),  # asked three times for nothing: now it waits
    (3, 45, 60),
    (4, 45, 120),
    (8, 45, 24 * 60),
    (10**6, 45, 24 * 60),
    (0, 3600, 0),
    (2, 3600, 120),  # a poll may take an hour: not before it can have ended
]


@pytest.mark.parametrize(("n_unsettled", "total_timeout_s", "minutes"), LEASES)
def test_a_poll_never_stored_is_repeated_twice_at_once_and_then_waits(n_unsettled, total_timeout_s, minutes):
    assert lease_until(n_unsettled, NOW, total_timeout_s) == NOW + timedelta(minutes=minutes)
