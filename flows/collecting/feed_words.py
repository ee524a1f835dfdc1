"""What a feed's state means, in plain words: when it is asked next and why, what is wrong, what to do. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.steps.feeds.poll_times import FARTHEST_S, Reason
from flows.steps.feeds.polling import FORGIVEN_CRASHES, Life
from warehouse.feed_rows import FeedCard

QUIET = timedelta(days=60)  # a feed that answers, and has brought nothing for so long, may be frozen


@dataclass(frozen=True, slots=True)
class NextAsk:
    """When a feed is asked next."""

    at: datetime | None  # null: by the next run, or, if it is never asked, not at all
    why: str
    is_asked: bool = True  # false: not until a person says so


def next_ask(card: FeedCard, now: datetime) -> NextAsk:
    """When a feed is asked next, and the reason for it."""
    state, lease = card.state, card.lease
    if not card.is_active:
        return NextAsk(None, "no longer in the catalogue", is_asked=False)
    if card.keeping.is_paused:
        return NextAsk(None, f"paused {ago(card.keeping.paused_since, now)}".strip(), is_asked=False)
    if lease is not None:
        return _after_lease(lease.until_at, lease.n_unsettled, now)
    if state.next_poll_at is None:
        return NextAsk(None, "never asked" if state.last_polled_at is None else "due")
    if (state.next_poll_at - now).total_seconds() > FARTHEST_S:
        return NextAsk(None, "due: its time was written while the clock was wrong")
    return NextAsk(state.next_poll_at, _why(card))


def _after_lease(until: datetime, n_unsettled: int, now: datetime) -> NextAsk:
    if n_unsettled < FORGIVEN_CRASHES or until <= now:
        return NextAsk(None, "a run is asking it, or was stopped before it could store the answer")
    return NextAsk(until, f"{n_unsettled + 1} runs in a row were stopped while they asked it")


def _why(card: FeedCard) -> str:
    state = card.state
    return {
        Reason.ADAPTIVE: f"its own pace, every {span(state.interval_s)}",
        Reason.MAX_AGE: "the server says how long its answer is fresh (Cache-Control)",
        Reason.TTL: f"the feed asks for a visit every {span(state.ttl_s or 0)}",
        Reason.RETRY_AFTER: "the server asked for a pause (Retry-After)",
        Reason.SKIP_HOURS: "the feed wants no visits in the hours before",
        Reason.SKIP_DAYS: "the feed wants no visits on the days before",
        Reason.BACKOFF: f"after {times(state.n_failures, 'failure')} in a row",
        Reason.DORMANT: "no good answer for long: asked once a week",
        Reason.GONE: "gone for good, says the server: asked once a month",
        Reason.OFFLINE: "no feed answered the last time: our own network seemed to be down",
    }.get(Reason(state.next_poll_reason) if state.next_poll_reason in set(Reason) else Reason.ADAPTIVE, "")


# --- Trouble --------------------------------------------------------------------------------------------------------


def trouble(card: FeedCard, now: datetime) -> str:
    """What is wrong with a feed, in a few words; empty if nothing is, or nobody asks it."""
    if not card.is_active or card.keeping.is_paused:
        return ""
    return next((words for rule in _TROUBLES if (words := rule(card, now))), "")


def _failing(card: FeedCard, now: datetime) -> str:
    state = card.state
    if not state.n_failures:
        return ""
    word = {Life.DORMANT: "dormant: ", Life.GONE: "gone: "}.get(Life(state.state), "")
    return f"{word}{state.last_outcome}, {times(state.n_failures, 'time')}, since {ago(state.first_failed_at, now)}"


def _stopping(card: FeedCard, now: datetime) -> str:
    n = card.lease.n_unsettled if card.lease else 0
    return f"the last {n + 1} runs were stopped while they asked it" if n >= FORGIVEN_CRASHES else ""


def _empty(card: FeedCard, now: datetime) -> str:
    return "answers, but never announced anything" if card.n_good_polls and not card.n_entries else ""


def _quiet(card: FeedCard, now: datetime) -> str:
    last = card.state.last_new_at
    return f"answers, but brought nothing new since {ago(last, now)}" if last and now - last > QUIET else ""


_TROUBLES: tuple[Callable[[FeedCard, datetime], str], ...] = (_failing, _stopping, _empty, _quiet)

_FIND = "Look whether the site has another: smewatch feeds add {site}"
_ADVICE = {
    "unreachable": "Open it in a browser. If it answers there, raise SMEWATCH_TOTAL_TIMEOUT_S; else wait.",
    "gone": f"The address is gone. {_FIND}",
    "refused": "The server refuses us. Say who you are with SMEWATCH_CONTACT, or ask the publisher.",
    "forbidden address": "It leads into a private network. If that is meant: SMEWATCH_ALLOW_PRIVATE_ADDRESSES=true.",
    "too large": "Raise SMEWATCH_MAX_FEED_BYTES if the feed is worth it.",
    "too slow": "Raise SMEWATCH_READ_LIMIT_S if the feed is worth it.",
    "not a feed": f"A web page where a feed was. {_FIND}",
}


def advice(card: FeedCard, now: datetime) -> str:
    """What a person might do about a feed in trouble; empty if there is nothing to do."""
    state = card.state
    wrong = trouble(card, now)
    if not wrong:
        return _about_move(card)
    if "does not resolve" in (state.last_detail or ""):
        return f"The name of the site is not known any more, or our network is down. {_FIND}".format(site=_site(card))
    if "robots.txt" in (state.last_detail or ""):
        return "The site closes its feeds to smewatch by name. Pause it, or ask the publisher."
    if state.n_failures:
        return _ADVICE.get(state.last_outcome or "", "").format(site=_site(card))
    if wrong.startswith("answers"):
        return f"It may be frozen. {_FIND}".format(site=_site(card))
    return "Run `smewatch feeds probe` on it; pause it if runs go on dying."


def _about_move(card: FeedCard) -> str:
    target = card.adopted_url or card.state.moved_to
    if not card.is_active or target is None or target == card.feed.url:
        return ""
    if card.adopted_url:
        return f"It moved to {target}; the catalogue may say so."
    return f"It redirects to {target} for good; adopted once seen for three days, if no other feed has that address."


def _site(card: FeedCard) -> str:
    scheme, _, rest = card.feed.url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/"


# --- Amounts --------------------------------------------------------------------------------------------------------

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def ago(moment: datetime | None, now: datetime) -> str:
    """Time from now in the largest fitting unit: "3 h ago", "in 40 min", "" for none."""
    if moment is None:
        return ""
    seconds = (moment - now).total_seconds()
    return f"in {span(seconds)}" if seconds > 0 else f"{span(abs(seconds))} ago"


def span(seconds: float) -> str:
    """A length of time in the largest fitting unit: "3 h"."""
    unit, size_s = next(((unit, size) for unit, size in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds / size_s:.0f} {unit}"


def times(n: int, thing: str) -> str:
    """A number of things: "1 failure", "3 failures"."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"
