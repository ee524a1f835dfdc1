from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.feeds.parsing import Entry
from flows.steps.feeds.rekeying import Earlier, as_known, rekeyed
from flows.steps.selecting import KnownEntry
from flows.steps.text.dates import Published
from flows.steps.web.urls import url_key

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def entry(n, **changes):
    made = Entry(
        feed_id="feed",
        entry_key=f"key{n}",
        entry_hash=f"hash{n}",
        link=f"https://news.test/{n}",
        title=f"Title {n}",
        summary="",
        published=Published(NOW - timedelta(hours=n), "feed", "second", False),
    )
    return replace(made, **changes)


def earlier(one, outcome="stored"):
    published_at = one.published.at if one.published else None
    known = KnownEntry(one.entry_hash, outcome, "article", 1)
    return Earlier(one.entry_key, url_key(one.link) if one.link else None, one.title, published_at, known)


def new_ids(one):
    return replace(one, entry_key=f"new {one.entry_key}")


def new_links(one):
    return replace(new_ids(one), link=f"https://www.news.example/neu{one.link[-2:]}")


def new_everything(one):
    return replace(new_links(one), entry_hash=f"other {one.entry_hash}")


def undated(one):
    return replace(one, published=None)


def same_title(one):
    return replace(one, title="Exchange rates of the day")


def same_link(one):
    return replace(one, link="https://news.test/live")


def next_day(one):
    return replace(new_everything(one), published=replace(one.published, at=one.published.at + timedelta(days=1)))


def each(change, entries):
    return [change(one) for one in entries]


FEED = [entry(n) for n in range(10)]
UNDATED = each(undated, FEED)
ALIKE = each(same_link, each(same_title, FEED))  # but for their dates
CASES = [
    # before, now, how many are taken as known
    ("nothing changed", FEED, FEED, 0),
    ("the feed was not known", [], FEED, 0),
    ("all ids changed", FEED, each(new_ids, FEED), 10),
    ("ids and links changed, titles and dates did not", FEED, each(new_everything, FEED), 10),
    ("ids and links of entries without dates changed, content did not", UNDATED, each(new_links, UNDATED), 10),
    ("ids, links and content of entries without dates changed", UNDATED, each(new_everything, UNDATED), 0),
    ("the same titles came again a day later", FEED, each(next_day, FEED), 0),
    ("all titles and links are alike", ALIKE, each(new_ids, ALIKE), 10),
    ("six of ten changed their ids", FEED, [*each(new_ids, FEED[:6]), *FEED[6:]], 0),
    ("seven of ten changed their ids", FEED, [*each(new_ids, FEED[:7]), *FEED[7:]], 7),
    ("seven of ten changed their ids, three are new", FEED[:7], [*each(new_ids, FEED[:7]), *FEED[7:]], 7),
    ("six of ten changed their ids, four are new", FEED[:6], [*each(new_ids, FEED[:6]), *FEED[6:]], 0),
    ("ten new articles", FEED, [entry(n) for n in range(20, 30)], 0),
    ("a feed of one entry", FEED[:1], each(new_ids, FEED[:1]), 1),
    ("an empty document", FEED, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "n"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_entries_are_known_again_when_most_ids_changed(before, now, n):
    found = rekeyed(now, each(earlier, before))
    assert len(found) == n
    assert all(one.entry_key == key.removeprefix("new ") for key, one in found.items())


def test_a_link_counts_in_its_normal_form():
    moved = each(lambda one: replace(new_everything(one), link=f"{one.link}/?utm_source=rss", title=""), FEED)
    assert len(rekeyed(moved, each(earlier, FEED))) == 10


def test_what_is_still_announced_under_its_own_key_is_no_twin():
    """Two entries that share a link, one of them known: the new one is new."""
    doubled = [FEED[0], replace(entry(50), link=FEED[0].link), replace(entry(51), link=FEED[0].link)]
    assert rekeyed(doubled, [earlier(FEED[0])]) == {}


def test_under_its_new_key_an_entry_keeps_its_end_and_is_not_read_again():
    lost = replace(earlier(FEED[0], "unreachable"), known=KnownEntry("hash0", "unreachable", None, 3, NOW))
    assert as_known(new_everything(FEED[0]), lost) == KnownEntry("other hash0", "unreachable", None, 3, NOW)


SMALL_FEEDS = st.lists(st.tuples(*[st.integers(0, 5)] * 4), max_size=12, unique_by=lambda values: values[0])


def made(values):
    return [
        entry(key, link=f"https://news.test/{link}", title=f"T{title}", entry_hash=f"hash{content}")
        for key, link, title, content in values
    ]


@given(SMALL_FEEDS, SMALL_FEEDS)
def test_no_two_entries_become_one(before, now):
    found = rekeyed(made(now), each(earlier, made(before)))
    assert len({one.entry_key for one in found.values()}) == len(found)
    assert not {one.entry_key for one in found.values()} & {one.entry_key for one in made(now)}
