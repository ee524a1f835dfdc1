"""What the state of a feed means in plain words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.collecting.feed_words import NextAsk, advice, ago, next_ask, span, trouble
from flows.steps.feeds.poll_times import Reason
from flows.steps.feeds.polling import Life
from flows.steps.outcomes import PollOutcome
from warehouse.feed_rows import FeedCard, KeepingRow, LeaseRow
from warehouse.rows import FeedRow, FeedStateRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WELL = FeedStateRow(
    "f",
    "active",
    next_poll_at=NOW + HOUR,
    next_poll_reason="adaptive",
    interval_s=7200,
    last_outcome="read",
    last_polled_at=NOW - HOUR,
    last_good_at=NOW - HOUR,
    last_new_at=NOW - HOUR,
)
CARD = FeedCard(
    FeedRow("f", "https://a.test/x/rss", "A"),
    WELL,
    KeepingRow("f"),
    NOW,
    True,
    n_polls=9,
    n_good_polls=9,
    n_entries=5,
)


def card(**changes):
    return replace(CARD, **changes)


def state(**changes):
    return card(state=replace(WELL, **changes))


def failing(outcome, n=3, **changes):
    return state(last_outcome=outcome, n_failures=n, first_failed_at=NOW - 2 * DAY, **changes)


def lease(n, minutes):
    return card(lease=LeaseRow("f", "r", NOW, NOW + timedelta(minutes=minutes), n))


def paused(**changes):
    return card(keeping=KeepingRow("f", is_paused=True, paused_since=NOW - 3 * DAY), **changes)


ASKS = [
    (card(), NextAsk(NOW + HOUR, "its own pace, every 2 h")),
    (state(next_poll_reason="ttl", ttl_s=10800.0), NextAsk(NOW + HOUR, "the feed asks for a visit every 3 h")),
    (state(next_poll_reason="backoff", n_failures=1), NextAsk(NOW + HOUR, "after 1 failure in a row")),
    (state(next_poll_reason="backoff", n_failures=4), NextAsk(NOW + HOUR, "after 4 failures in a row")),
    (state(next_poll_at=None, last_polled_at=None, next_poll_reason=None), NextAsk(None, "never asked")),
    (state(next_poll_at=NOW + 365 * DAY), NextAsk(None, "due: its time was written while the clock was wrong")),
    (card(is_active=False), NextAsk(None, "no longer in the catalogue", is_asked=False)),
    (paused(), NextAsk(None, "paused 3 d ago", is_asked=False)),
    (lease(0, 0), NextAsk(None, "a run is asking it, or was stopped before it could store the answer")),
    (lease(2, 30), NextAsk(NOW + HOUR / 2, "3 runs in a row were stopped while they asked it")),
    (lease(2, 0), NextAsk(None, "a run is asking it, or was stopped before it could store the answer")),
]


@pytest.mark.parametrize(("of", "expected"), ASKS)
def test_the_next_poll_has_a_reason(of, expected):
    assert next_ask(of, NOW) == expected


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason):
    words = {other: next_ask(state(next_poll_reason=other), NOW).why for other in Reason}
    assert len(words[reason]) > 10
    assert list(words.values()).count(words[reason]) == 1


TROUBLES = [
    (card(), ""),
    (failing("gone"), "gone, 3 times, since 2 d ago"),
    (failing("unreachable", n=1), "unreachable, 1 time, since 2 d ago"),
    (failing("unreachable", n=60, state=Life.DORMANT), "dormant: unreachable, 60 times, since 2 d ago"),
    (card(n_entries=0), "answers, but never announced anything"),
    (card(n_entries=0, n_good_polls=0), ""),
    (state(last_new_at=NOW - 75 * DAY), "answers, but brought nothing new since 75 d ago"),
    (state(last_new_at=NOW - 59 * DAY), ""),
    (lease(1, 0), ""),
    (lease(2, 30), "the last 3 runs were stopped while they asked it"),
    (paused(state=replace(WELL, n_failures=3, first_failed_at=NOW)), ""),
    (replace(failing("gone"), is_active=False), ""),
]


@pytest.mark.parametrize(("of", "expected"), TROUBLES)
def test_trouble_is_told_in_a_few_words(of, expected):
    assert trouble(of, NOW) == expected


@pytest.mark.parametrize(
    "outcome", [one for one in PollOutcome if one not in (PollOutcome.READ, PollOutcome.UNCHANGED)]
)
def test_every_way_to_fail_comes_with_something_to_do(outcome):
    said = advice(failing(outcome.value), NOW)
    assert said.endswith((".", "/", "true."))
    assert "{" not in said


@pytest.mark.parametrize(
    ("of", "word"),
    [
        (failing("gone"), "smewatch feeds add https://a.test/"),
        (failing("unreachable", last_detail="the name does not resolve: x"), "not known any more"),
        (failing("refused", last_detail="robots.txt disallows it to us by name"), "by name"),
        (lease(3, 60), "feeds probe"),
        (card(n_entries=0), "frozen"),
        (card(adopted_url="https://b.test/rss"), "It moved to https://b.test/rss"),
        (state(moved_to="https://b.test/rss"), "redirects to https://b.test/rss for good"),
        (card(adopted_url="https://a.test/x/rss"), ""),
        (card(), ""),
    ],
)
def test_advice_fits_the_case(of, word):
    assert word in advice(of, NOW)
    assert bool(advice(of, NOW)) is bool(word)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "60 min"),
        (3600, "1 h"),
        (86400, "1 d"),
        (86400 * 400, "400 d"),
    ],
)
def test_a_span_is_told_in_the_largest_fitting_unit(seconds, words):
    assert span(seconds) == words
    assert ago(NOW - timedelta(seconds=seconds), NOW) == f"{words} ago"
    assert ago(NOW + timedelta(seconds=seconds), NOW) == (f"in {words}" if seconds else "0 s ago")
