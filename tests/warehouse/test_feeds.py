from dataclasses import fields, replace
from datetime import timedelta

import pytest

from warehouse.rows import Batch, DueFeed, FeedRow, FeedStateRow


def test_a_catalogue_read_again_changes_nothing(empty, cases, contents):
    assert empty.sync_feeds(cases.feeds, cases.now) == 2
    before = contents(empty)
    assert empty.sync_feeds(cases.feeds, cases.now + timedelta(days=1)) == 0
    assert contents(empty) == before


def test_a_feed_no_longer_listed_is_retired_and_comes_back(empty, cases):
    empty.sync_feeds(cases.feeds, cases.now)
    assert empty.sync_feeds(cases.feeds[:1], cases.now) == 1
    assert [due.feed for due in empty.due_feeds(cases.now)] == [cases.feeds[0]]
    assert [(card.feed.feed_id, card.is_active) for card in empty.feed_cards()] == [("feed0", True), ("feed1", False)]
    assert empty.sync_feeds(cases.feeds, cases.now) == 1
    assert len(empty.due_feeds(cases.now)) == 2


def test_a_changed_title_is_taken_over(empty, cases):
    empty.sync_feeds(cases.feeds, cases.now)
    renamed = replace(cases.feeds[0], outlet="New name", country=None)
    empty.sync_feeds([renamed, cases.feeds[1]], cases.now)
    assert renamed in [due.feed for due in empty.due_feeds(cases.now)]


def test_a_feed_never_polled_is_due_with_a_fresh_state(empty, cases):
    empty.sync_feeds(cases.feeds[:1], cases.now)
    assert empty.due_feeds(cases.now) == [DueFeed(cases.feeds[0], FeedStateRow("feed0"))]


@pytest.mark.parametrize(
    ("next_poll_in_s", "ignore_schedule", "is_due"),
    [(None, False, True), (-1, False, True), (0, False, True), (1, False, False), (1, True, True)],
)
def test_a_feed_is_due_from_its_moment_on(empty, cases, next_poll_in_s, ignore_schedule, is_due):
    empty.sync_feeds(cases.feeds[:1], cases.now)
    next_poll_at = None if next_poll_in_s is None else cases.now + timedelta(seconds=next_poll_in_s)
    states = (FeedStateRow("feed0", "active", next_poll_at=next_poll_at),)
    empty.store_batch(Batch("b0", "r0", cases.now, feed_states=states))
    assert bool(empty.due_feeds(cases.now, ignore_schedule=ignore_schedule)) is is_due


def every_field_set(feed_id, now):
    """A state in which no two fields of one type are equal, so that swapped columns show."""
    values = {"feed_id": feed_id}
    for number, field in enumerate(fields(FeedStateRow)[1:], start=1):
        kind = str(field.type)
        if "datetime" in kind:
            values[field.name] = now + timedelta(seconds=number)
        elif "bool" in kind:
            values[field.name] = True
        elif "float" in kind:
            values[field.name] = number + 0.5
        else:
            values[field.name] = number if "int" in kind else f"{field.name} as received \\u00e9"
    return FeedStateRow(**values)


def test_a_state_comes_back_as_it_was_stored_first_and_after(empty, cases):
    empty.sync_feeds(cases.feeds[:1], cases.now)
    for batch_id, state in (("b1", every_field_set("feed0", cases.now)), ("b2", FeedStateRow("feed0", "gone"))):
        empty.store_batch(Batch(batch_id, "r1", cases.now, feed_states=(state,)))
        assert [due.state for due in empty.due_feeds(cases.now, ignore_schedule=True)] == [state]


def test_longest_waiting_feeds_come_first(empty, cases):
    many = [FeedRow(f"f{n}", f"https://f{n}.test") for n in range(4)]
    empty.sync_feeds(many, cases.now)
    states = tuple(FeedStateRow(f"f{n}", "active", next_poll_at=cases.now - timedelta(hours=n)) for n in range(3))
    empty.store_batch(Batch("b1", "r1", cases.now, feed_states=states))
    assert [due.feed.feed_id for due in empty.due_feeds(cases.now)] == ["f3", "f2", "f1", "f0"]


def test_a_card_counts_polls_and_articles(filled):
    card = {card.feed.feed_id: card for card in filled.feed_cards()}["feed0"]
    assert (card.n_polls, card.n_good_polls) == (1, 1)
    assert (card.n_entries, card.n_articles, card.state.state) == (3, 2, "active")
