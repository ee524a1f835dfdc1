"""What the polls of a run mean for its feeds: their next states, the addresses they moved to, ids they changed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from flows.collecting import shaping
from flows.steps.feeds.outages import Answered, after_outage
from flows.steps.feeds.parsing import Entry
from flows.steps.feeds.polling import FeedState, facts, next_state, url_to_adopt
from flows.steps.feeds.rekeying import Earlier, rekeyed
from flows.steps.harvesting import Poll
from flows.steps.outcomes import PollOutcome
from flows.steps.selecting import Ending, Known
from flows.steps.web.answers import Loss
from warehouse import rows
from warehouse.store import Warehouse

MOST_ENTRIES = 4_000  # of a feed's past that are looked through when its ids look new; a document has 2,000 at most

States = Mapping[str, FeedState]  # by feed_id
Rekeyed = Mapping[tuple[str, str], Earlier]  # by feed_id and new entry_key


def answered(poll: Poll, before: FeedState) -> Answered:
    """What a poll says about our way to the web."""
    status = poll.answer.http_status if isinstance(poll.answer, Loss) else poll.answer.status
    return Answered(poll.url or poll.feed.url, poll.outcome, status, was_well=before.n_failures == 0)


def states_after(
    polls: Iterable[Poll], settled: Iterable[Ending], before: States, now: datetime, *, is_outage: bool
) -> dict[str, FeedState]:
    """The state of each polled feed after its poll. In an outage of our own network nothing speaks against a feed.

    A poll of a feed without a state before, a page of its archive, leaves it as it is.
    """
    new = Counter(ending.entry.feed_id for ending in settled if not ending.is_repeat)
    after = {}
    for poll in polls:
        feed_id = poll.feed.feed_id
        if feed_id not in before:
            continue
        is_ours = is_outage and answered(poll, before[feed_id]).is_silence
        after[feed_id] = (
            after_outage(before[feed_id], feed_id, now)
            if is_ours
            else _state_after(poll, before[feed_id], new[feed_id], now)
        )
    return after


def _state_after(poll: Poll, before: FeedState, n_new: int, now: datetime) -> FeedState:
    told = facts(
        poll.feed.feed_id,
        poll.url or poll.feed.url,
        poll.outcome,
        poll.answer,
        parsed=poll.parsed,
        n_new=n_new,
        is_conditional=poll.is_conditional,
    )
    return next_state(before, told, now)


def moves(
    polls: Iterable[Poll], after: States, adopted: Mapping[str, str], now: datetime
) -> Iterator[rows.AddressRow]:
    """The feeds that are asked at another address from now on. `adopted` (feed_id -> address) moved before."""
    for poll in (poll for poll in polls if poll.feed.feed_id in after):
        feed_id, asked = poll.feed.feed_id, poll.url or poll.feed.url
        target = url_to_adopt(after[feed_id], asked, now)
        if target is None and _came_home(poll, after[feed_id]) and adopted.get(feed_id, asked) != asked:
            target = asked
        if target is not None:
            yield rows.AddressRow(feed_id, target, now)


def _came_home(poll: Poll, after: FeedState) -> bool:
    """Whether a feed that moved, and died there, answers at its own address again."""
    is_good = poll.outcome in (PollOutcome.READ, PollOutcome.UNCHANGED)
    return is_good and after.moved_to is None and (poll.url or poll.feed.url) == poll.feed.url


def changed_ids(warehouse: Warehouse, polls: Sequence[Poll], known: Known) -> dict[tuple[str, str], Earlier]:
    """Entries that were announced before under other ids; looked for in feeds whose document is mostly unknown."""
    strange = [poll for poll in polls if _looks_new(poll.entries, known)]
    if not strange:
        return {}
    earlier: dict[str, list[Earlier]] = {poll.feed.feed_id: [] for poll in strange}
    for row in warehouse.feed_entries(earlier, MOST_ENTRIES):
        earlier[row.feed_id].append(shaping.earlier_entry(row))
    return {
        (poll.feed.feed_id, new_key): one
        for poll in strange
        for new_key, one in rekeyed(poll.entries, earlier[poll.feed.feed_id]).items()
    }


def _looks_new(entries: Sequence[Entry], known: Known) -> bool:
    n_known = sum((entry.feed_id, entry.entry_key) in known.entries for entry in entries)
    return 2 * n_known < len(entries)  # a coarse look; `rekeyed` has the exact rule


def rekey_rows(polls: Iterable[Poll], changed: Rekeyed) -> Iterator[rows.RekeyRow]:
    """The entries that are stored under new keys from now on."""
    for entry in (entry for poll in polls for entry in poll.entries):
        if earlier := changed.get((entry.feed_id, entry.entry_key)):
            yield shaping.rekey_row(entry, earlier)
