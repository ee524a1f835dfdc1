"""What people decide about feeds stays, whatever catalogues say; feeds keep their id when they move."""

from dataclasses import replace
from datetime import timedelta

import pytest

from warehouse.errors import OpenedForReading
from warehouse.feed_rows import KeepingRow, LeaseRow, RobotsRow
from warehouse.opening import open_for_reading
from warehouse.rows import AddressRow, Batch, EntryRow, FeedRow, FeedStateRow, RekeyRow, SeenRow

MINE = FeedRow("mine", "https://mine.test/rss", "Mine")


@pytest.fixture
def listed(empty, cases):
    empty.sync_feeds(cases.feeds, cases.now)
    return empty


def due(warehouse, now, **more):
    return [one.feed.feed_id for one in warehouse.due_feeds(now, **more)]


def card(warehouse, feed_id):
    return next(one for one in warehouse.feed_cards() if one.feed.feed_id == feed_id)


# --- Added ----------------------------------------------------------------------------------------------------------


def test_a_feed_added_by_hand_outlives_every_catalogue(listed, cases):
    assert listed.add_feeds([MINE], cases.now) == ["mine"]
    listed.sync_feeds(cases.feeds[:1], cases.now)
    assert due(listed, cases.now) == ["feed0", "mine"]
    listed.sync_feeds([], cases.now)
    assert due(listed, cases.now) == ["mine"]
    assert card(listed, "mine").keeping == KeepingRow("mine", is_user_added=True)


def test_a_feed_added_by_hand_and_listed_later_takes_over_what_the_catalogue_says(listed, cases):
    listed.add_feeds([MINE], cases.now)
    listed.sync_feeds([*cases.feeds, replace(MINE, title="Theirs")], cases.now)
    assert card(listed, "mine").feed.title == "Theirs"


def test_a_feed_of_the_catalogue_that_is_added_stays_when_it_is_no_longer_listed(listed, cases):
    listed.add_feeds([replace(cases.feeds[0], title="Another title")], cases.now)
    assert card(listed, "feed0").feed == cases.feeds[0]
    listed.sync_feeds(cases.feeds[1:], cases.now)
    assert due(listed, cases.now) == ["feed0", "feed1"]


def test_a_retired_feed_that_is_added_wakes(listed, cases):
    listed.sync_feeds(cases.feeds[:1], cases.now)
    listed.add_feeds(cases.feeds[1:], cases.now)
    assert due(listed, cases.now) == ["feed0", "feed1"]


def test_a_feed_that_is_removed_is_retired_until_a_catalogue_lists_it(listed, cases):
    listed.add_feeds([MINE], cases.now)
    assert listed.remove_feeds(["mine", "feed0"], cases.now) == 2
    assert due(listed, cases.now) == ["feed1"]
    listed.sync_feeds(cases.feeds, cases.now)
    assert due(listed, cases.now) == ["feed0", "feed1"]


# --- Paused, confirmed ----------------------------------------------------------------------------------------------


def test_a_paused_feed_is_not_due_by_any_schedule_and_no_catalogue_wakes_it(listed, cases):
    listed.pause_feeds(["feed0"], cases.now)
    listed.sync_feeds(cases.feeds, cases.now)
    assert due(listed, cases.now, ignore_schedule=True) == ["feed1"]
    listed.pause_feeds(["feed0"], cases.now + timedelta(days=1))
    assert card(listed, "feed0").keeping.paused_since == cases.now
    listed.resume_feeds(["feed0"])
    assert due(listed, cases.now) == ["feed0", "feed1"]
    assert card(listed, "feed0").keeping.paused_since is None


def test_entries_of_a_paused_feed_are_not_tried_again(filled, cases):
    (waiting,) = filled.due_retries(cases.now, 10)
    filled.pause_feeds([waiting.feed_id], cases.now)
    assert filled.due_retries(cases.now, 10) == []


def test_decisions_do_not_undo_each_other(listed, cases):
    later = cases.now + timedelta(hours=1)
    listed.add_feeds([MINE], cases.now)
    listed.pause_feeds(["mine"], cases.now)
    listed.confirm_feeds(["mine", "mine"], later)
    assert card(listed, "mine").keeping == KeepingRow("mine", True, True, cases.now, later)


# --- Leases ---------------------------------------------------------------------------------------------------------


def lease(feed_id, cases, *, minutes=0, n=0, run_id="r1"):
    return LeaseRow(feed_id, run_id, cases.now, cases.now + timedelta(minutes=minutes), n)


def test_a_lease_is_replaced_by_the_next_and_ends_with_the_stored_poll(listed, cases):
    assert listed.take_leases([lease("feed0", cases), lease("feed1", cases)]) == 2
    assert [one.n_unsettled for one in listed.due_feeds(cases.now)] == [1, 1]
    listed.take_leases([lease("feed0", cases, n=1, run_id="r2")])
    assert [one.n_unsettled for one in listed.due_feeds(cases.now)] == [2, 1]
    listed.store_batch(Batch("b1", "r2", cases.now, feed_states=(FeedStateRow("feed0", "active"),)))
    assert card(listed, "feed0").lease is None
    assert card(listed, "feed1").lease == lease("feed1", cases)
    assert [one.n_unsettled for one in listed.due_feeds(cases.now)] == [0, 1]


@pytest.mark.parametrize(
    ("lease_minutes", "next_poll_minutes", "is_due"),
    [(0, 600, True), (30, -600, False), (30, 600, False), (30, None, False), (-1, 600, True), (10**7, 600, True)],
)
def test_a_lease_left_behind_decides_when_a_feed_is_due(listed, cases, lease_minutes, next_poll_minutes, is_due):
    """Not the schedule: the poll it stands for was due, or asked for by a person."""
    at = None if next_poll_minutes is None else cases.now + timedelta(minutes=next_poll_minutes)
    listed.sync_feeds(cases.feeds[:1], cases.now)
    listed.store_batch(Batch("b", "r", cases.now, feed_states=(FeedStateRow("feed0", "active", next_poll_at=at),)))
    listed.take_leases([lease("feed0", cases, minutes=lease_minutes)])
    farthest = cases.now + timedelta(days=40)
    assert bool(due(listed, cases.now, farthest=farthest)) is is_due
    assert due(listed, cases.now, ignore_schedule=True) == ["feed0"]


def test_storing_a_page_of_an_archive_ends_no_lease(listed, cases):
    listed.take_leases([lease("feed0", cases)])
    listed.store_batch(Batch("b1", "r2", cases.now, fetches=cases.batch().fetches))
    assert card(listed, "feed0").lease is not None


# --- Addresses ------------------------------------------------------------------------------------------------------

NEW, NEWER = "https://new.test/rss", "https://newer.test/rss"


def moved(listed, cases, feed_id="feed0", url=NEW, hours=0):
    return listed.adopt_addresses([AddressRow(feed_id, url, cases.now + timedelta(hours=hours))])


def test_a_moved_feed_is_asked_at_its_latest_address(listed, cases):
    assert [moved(listed, cases), moved(listed, cases, url=NEWER, hours=1)] == [1, 1]
    found = {one.feed.feed_id: (one.feed.url, one.adopted_url) for one in listed.due_feeds(cases.now)}
    assert found["feed0"] == (cases.feeds[0].url, NEWER)
    assert listed.feed_past(cases.feeds[0]).aliases == (cases.feeds[0].url, NEW, NEWER)


def test_adopting_an_address_twice_is_adopting_it_once(listed, cases):
    assert [moved(listed, cases), moved(listed, cases, hours=1)] == [1, 0]


def test_a_feed_may_go_back_to_its_first_address(listed, cases):
    assert [moved(listed, cases), moved(listed, cases, url=cases.feeds[0].url, hours=1)] == [1, 1]
    assert card(listed, "feed0").adopted_url == cases.feeds[0].url


def test_an_address_of_another_feed_is_not_adopted(listed, cases):
    assert moved(listed, cases, url=cases.feeds[1].url) == 0
    moved(listed, cases)
    assert moved(listed, cases, feed_id="feed1") == 0


def test_two_feeds_that_move_to_one_address_at_once_do_not_both(listed, cases):
    rows = [AddressRow(feed.feed_id, NEW, cases.now) for feed in cases.feeds]
    assert listed.adopt_addresses(rows) == 1
    assert listed.failed_checks() == {}


def test_a_catalogue_that_lists_the_new_address_means_the_feed_that_moved(listed, cases):
    moved(listed, cases)
    listed.sync_feeds([FeedRow("other-id", NEW, "New title"), cases.feeds[1]], cases.now)
    assert due(listed, cases.now) == ["feed0", "feed1"]
    assert (card(listed, "feed0").feed.title, card(listed, "feed0").feed.url) == ("New title", cases.feeds[0].url)


def test_a_catalogue_that_lists_both_addresses_means_one_feed(listed, cases):
    moved(listed, cases)
    listed.sync_feeds([FeedRow("other-id", NEW, "New title"), *cases.feeds], cases.now)
    assert due(listed, cases.now) == ["feed0", "feed1"]
    assert card(listed, "feed0").feed.title == cases.feeds[0].title


# --- Entries under new keys -----------------------------------------------------------------------------------------


def stored(listed, cases, *rows, batch_id="b1", **more):
    listed.store_batch(Batch(batch_id, batch_id, cases.now, entries=rows, **more))


def entries(warehouse):
    return warehouse.query(
        "select entry_key, entry_hash, guid, outcome, n_attempts, link from raw.entries order by entry_key"
    ).rows


def row(key, **changes):
    return replace(
        EntryRow("feed0", key, f"hash {key}", "gone", None, n_attempts=3, link="https://a.test"), **changes
    )


def test_an_entry_under_a_new_key_keeps_how_it_ended(listed, cases):
    stored(listed, cases, row("old", seen_at=cases.now, guid="old guid"))
    rekeyed = RekeyRow("feed0", "old", "new", "new hash", "new guid", None, None)
    later = cases.now + timedelta(hours=1)
    stored(listed, cases, batch_id="b2", rekeyed=(rekeyed,), seen=(SeenRow("feed0", "new", later),))
    assert entries(listed) == [("new", "new hash", "new guid", "gone", 3, "https://a.test")]
    assert listed.query("select last_seen_at from raw.entries").rows == [("2026-11-18T10:00:00Z",)]


def test_an_entry_does_not_take_the_key_of_another(listed, cases):
    stored(listed, cases, row("a", seen_at=cases.now), row("b", seen_at=cases.now))
    stored(listed, cases, batch_id="b2", rekeyed=(RekeyRow("feed0", "a", "b", "x"),))
    assert [entry[:2] for entry in entries(listed)] == [("a", "hash a"), ("b", "hash b")]


def test_the_past_of_a_feed_is_what_it_announced_last(listed, cases):
    rows = [row(f"k{n}", seen_at=cases.now + timedelta(hours=n)) for n in range(5)]
    stored(listed, cases, *rows, replace(rows[0], feed_id="feed1"))
    assert [one.entry_key for one in listed.feed_entries(["feed0"], 3)] == ["k4", "k3", "k2"]
    assert len(listed.feed_entries(["feed0", "feed1", "none"], 3)) == 4
    assert listed.feed_entries([], 3) == []


# --- robots.txt -----------------------------------------------------------------------------------------------------


def test_robots_files_come_back_as_they_were_and_are_forgotten_with_age(empty, cases):
    day, now = timedelta(days=1), cases.now
    bodies = [b"", b"User-agent: *\nDisallow: /\xff\x00", "# \u65e5\u672c".encode(), b"x" * 2**19]
    files = [RobotsRow(f"https://{n}.test", body, now) for n, body in enumerate(bodies)]
    assert empty.store_robots_files(files, after=now - day, now=now) == 4
    assert sorted(empty.robots_files(now - day), key=lambda file: file.origin) == files
    newer = replace(files[0], body=b"new", read_at=now + timedelta(hours=1))
    assert empty.store_robots_files([files[0], newer, files[1]], after=now - day, now=now + day / 2) == 1
    assert newer in empty.robots_files(now - day)
    assert empty.store_robots_files([], after=now, now=now + day) == 0
    assert [file.origin for file in empty.robots_files(now - day)] == ["https://0.test"]


def test_a_robots_file_from_a_future_that_never_was_is_forgotten(empty, cases):
    ahead = RobotsRow("https://a.test", b"", cases.now + timedelta(days=400))
    empty.store_robots_files([ahead], after=cases.now - timedelta(days=2), now=ahead.read_at)
    empty.store_robots_files([], after=cases.now - timedelta(days=2), now=cases.now)
    assert empty.robots_files(cases.now - timedelta(days=2)) == []


# --- What is known of a feed ----------------------------------------------------------------------------------------


def test_the_past_of_a_feed_tells_polls_ends_and_losses(filled, cases):
    past = filled.feed_past(cases.feeds[0])
    assert [(poll.outcome, poll.n_entries, poll.n_new) for poll in past.polls] == [("read", 3, 2)]
    assert past.ends == {"stored": 2, "unreachable": 1}
    assert [(lost.outcome, lost.detail) for lost in past.losses] == [("unreachable", "timed out")]


def test_a_card_tells_what_was_counted(filled):
    found = card(filled, "feed0")
    assert (found.n_polls, found.n_good_polls, found.n_entries, found.n_articles) == (1, 1, 3, 2)
    assert (found.state.state, found.state.etag, found.lease, found.adopted_url) == ("active", 'W/"x"', None, None)


def test_a_reader_decides_nothing(filled, path, cases):
    filled._connection.close()
    with open_for_reading(path) as warehouse, pytest.raises(OpenedForReading):
        warehouse.pause_feeds(["feed0"], cases.now)
