"""Feeds and what a poll taught of them, in short, for the tests of polling."""

from datetime import UTC, datetime, timedelta

from flows.steps.feeds.polling import FeedState, Life, PollFacts
from flows.steps.outcomes import PollOutcome

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
URL = "https://news.test/feed"
READ, UNCHANGED = PollOutcome.READ, PollOutcome.UNCHANGED
KNOWN = FeedState(state=Life.ACTIVE, last_good_at=NOW - timedelta(hours=6), last_new_at=NOW - timedelta(hours=6))


def poll(outcome: PollOutcome = READ, **facts) -> PollFacts:
    """A good poll; `facts` replace its own."""
    known = {"feed_id": "f", "url": URL, "http_status": 200, "n_entries": 20, "n_new": 8, "final_url": URL}
    return PollFacts(outcome=outcome, **(known | {"permanent_url": facts.get("url", URL)} | facts))


def failure(outcome: PollOutcome = PollOutcome.UNREACHABLE, **facts) -> PollFacts:
    """A poll that brought no feed."""
    return poll(
        outcome,
        **({"http_status": None, "n_entries": 0, "n_new": 0, "final_url": None, "permanent_url": None} | facts),
    )


DNS = failure(is_dns=True)
SILENT = failure()
BUSY = failure(http_status=503)
LIMITED = failure(PollOutcome.REFUSED, http_status=429)
REFUSED = failure(PollOutcome.REFUSED, http_status=403)
MISSING = failure(PollOutcome.GONE, http_status=404)
GONE = failure(PollOutcome.GONE, http_status=410)
NO_FEED = failure(PollOutcome.NOT_A_FEED, http_status=200)
