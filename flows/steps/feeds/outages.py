"""Whether it was our own network that was down, and then not the feeds. Pure rules over the polls of a whole run."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flows.steps.feeds import poll_times
from flows.steps.feeds.polling import FeedState
from flows.steps.outcomes import PollOutcome
from flows.steps.web.urls import host_of, registrable_domain

LEAST_SITES = 3  # one or two sites that do not answer are as likely down themselves


@dataclass(frozen=True, slots=True)
class Answered:
    """What a poll says about the way to the web."""

    url: str  # the address asked
    outcome: PollOutcome
    http_status: int | None  # null if no server answered
    was_well: bool  # the feed had not failed at its last poll, or was never polled

    @property
    def is_silence(self) -> bool:
        """Whether somebody was asked and no server said anything."""
        return self.outcome is PollOutcome.UNREACHABLE and self.http_status is None

    @property
    def is_answer(self) -> bool:
        """Whether a server said something, if only that it will not give us the feed."""
        return self.http_status is not None or self.outcome not in (
            PollOutcome.UNREACHABLE,
            PollOutcome.REFUSED,  # without a status: a host that rests, or a robots.txt we remember
            PollOutcome.FORBIDDEN_ADDRESS,
        )


def is_outage(polls: Iterable[Answered]) -> bool:
    """Whether the polls of a run look as if our own network was down.

    No server answered at all, three sites or more were asked, and at least half of those that kept silent were well
    until now: an hour in which only feeds long dead are due is no outage.
    """
    polls = list(polls)
    silent = [poll for poll in polls if poll.is_silence]
    if any(poll.is_answer for poll in polls):
        return False
    sites = {registrable_domain(host_of(poll.url)) for poll in silent}
    return len(sites) >= LEAST_SITES and 2 * sum(poll.was_well for poll in silent) >= len(silent)


def after_outage(state: FeedState, feed_id: str, now: datetime) -> FeedState:
    """The state of a feed after such a poll: it was asked, nothing was learned, and it is asked again soon."""
    due = poll_times.after_outage(feed_id, now)
    return replace(state, last_polled_at=now, next_poll_at=due.at, next_poll_reason=due.reason)
