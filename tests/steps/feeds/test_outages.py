from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.steps.feeds.outages import Answered, after_outage, is_outage
from flows.steps.feeds.poll_times import Reason
from flows.steps.feeds.polling import FeedState, Life
from flows.steps.outcomes import PollOutcome

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def silence(n, *, was_well=True):
    return Answered(f"https://site{n}.test/rss", PollOutcome.UNREACHABLE, None, was_well)


SILENT = [silence(n) for n in range(4)]
ILL = [silence(n, was_well=False) for n in range(4)]


def outcome(kind, status=None):
    return Answered("https://other.test/rss", kind, status, True)


@pytest.mark.parametrize(
    ("why", "polls", "expected"),
    [
        ("nobody answered", SILENT, True),
        ("three sites are enough", SILENT[:3], True),
        ("two are not", SILENT[:2], False),
        ("four feeds of two sites are two sites", [*SILENT[:2], *SILENT[:2]], False),
        ("subdomains are one site", [replace(SILENT[0], url=f"https://{n}.site.test/") for n in "abcd"], False),
        ("nobody was asked", [], False),
        ("only feeds long dead were due", ILL, False),
        ("most had been dead before", [*ILL, *SILENT[:3]], False),
        ("half of them were well", [*ILL[:2], *SILENT[2:]], True),
        ("one was read", [*SILENT, outcome(PollOutcome.READ, 200)], False),
        ("one was unchanged", [*SILENT, outcome(PollOutcome.UNCHANGED, 304)], False),
        ("one said 503", [*SILENT, outcome(PollOutcome.UNREACHABLE, 503)], False),
        ("one said 404", [*SILENT, outcome(PollOutcome.GONE, 404)], False),
        ("one said 403", [*SILENT, outcome(PollOutcome.REFUSED, 403)], False),
        ("one sent a web page", [*SILENT, outcome(PollOutcome.NOT_A_FEED, 200)], False),
        ("one sent too much, which has no status", [*SILENT, outcome(PollOutcome.TOO_LARGE)], False),
        ("one host rests and was not asked", [*SILENT, outcome(PollOutcome.REFUSED)], True),
        ("one leads to a private network", [*SILENT, outcome(PollOutcome.FORBIDDEN_ADDRESS)], True),
        ("every host rests", [outcome(PollOutcome.REFUSED)] * 5, False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_outage_is_ours_when_nobody_answers(why, polls, expected):
    assert is_outage(polls) is expected


def test_an_outage_teaches_nothing_about_a_feed_and_asks_it_again_soon():
    before = FeedState(state=Life.ACTIVE, etag='"1"', n_failures=2, failure_weight=1.5, first_failed_at=NOW)
    after = after_outage(before, "feed", NOW)
    assert timedelta(minutes=15) <= after.next_poll_at - NOW <= timedelta(minutes=17)
    assert after.next_poll_reason == Reason.OFFLINE
    assert replace(after, next_poll_at=None, next_poll_reason=None) == replace(before, last_polled_at=NOW)
