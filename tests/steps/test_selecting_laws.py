"""Laws of any batch, whatever is known: an entry ends once, a page is read once, the same again stores nothing."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flows.steps.outcomes import Outcome
from flows.steps.selecting import Ending, Known, KnownEntry, settle, sort_entries, with_next_try
from flows.steps.web.urls import url_key
from tests.steps.selecting_cases import FEED_URLS, JUST_NOW, NOW, SOON, article, entry

LINKS = st.sampled_from([None, "https://news.test/1", "https://news.test/2", "http://www.news.test/1?utm_source=x"])
HASHES = st.sampled_from(["h1", "h2"])
ENTRIES = st.builds(
    entry,
    key=st.sampled_from(["e1", "e2", "e3"]),
    feed=st.sampled_from(["f1", "f2"]),
    link=LINKS,
    entry_hash=HASHES,
    content=st.sampled_from([None, "<p>text</p>"]),
)
IDS = st.sampled_from(["a1", "a2"])
PAST = st.builds(
    KnownEntry,
    entry_hash=HASHES,
    outcome=st.sampled_from([one.value for one in Outcome]),
    article_id=st.none() | IDS,
    n_attempts=st.integers(1, 7),
    next_attempt_at=st.sampled_from([None, JUST_NOW, SOON]),
)
TEXTS = st.sampled_from(["t1", "t2"])
KNOWN = st.builds(
    Known,
    entries=st.dictionaries(st.tuples(st.sampled_from(["f1", "f2"]), st.sampled_from(["e1", "e2", "e3"])), PAST),
    urls=st.dictionaries(LINKS.filter(bool).map(url_key), IDS),
    texts=st.dictionaries(TEXTS, IDS),
    latest=st.dictionaries(IDS, TEXTS),
)


def unique(entries):
    """As a parsed feed has them: one entry a key."""
    return list({(one.feed_id, one.entry_key): one for one in entries}.values())


def keys(some):
    return Counter((one.feed_id, one.entry_key) for one in some)


@given(st.lists(ENTRIES, max_size=12).map(unique), KNOWN, st.data())
def test_every_announced_entry_ends_exactly_once(announced, what_is_known, data):
    to_read, ended = sort_entries(announced, FEED_URLS, what_is_known, set(), NOW)
    read = [data.draw(endings_of(one)) for one in to_read]
    settled = settle([*ended, *read], what_is_known)
    assert keys(ending.entry for ending in settled) == keys(announced)


@given(st.lists(ENTRIES, max_size=12).map(unique), KNOWN, st.data())
def test_no_page_is_read_twice_in_a_run_and_no_article_stored_twice(announced, what_is_known, data):
    to_read, ended = sort_entries(announced, FEED_URLS, what_is_known, set(), NOW)
    links = [url_key(one.entry.link) for one in to_read if one.entry.link]
    assert len(links) == len(set(links))
    settled = settle([*ended, *(data.draw(endings_of(one)) for one in to_read)], what_is_known)
    stored = [ending.article_id for ending in settled if ending.outcome is Outcome.STORED]
    assert len(stored) == len(set(stored))


@given(st.lists(ENTRIES, max_size=12).map(unique), KNOWN, st.data())
def test_the_same_batch_again_stores_nothing(announced, what_is_known, data):
    """Law 2: once everything is written down, the same pages bring nothing new."""
    to_read, ended = sort_entries(announced, FEED_URLS, what_is_known, set(), NOW)
    read = [data.draw(endings_of(one)) for one in to_read]
    settled = settle([*ended, *read], what_is_known)
    after = remembered(what_is_known, settled)
    again, repeated = sort_entries(announced, FEED_URLS, after, set(), NOW)
    page_of = {one.entry: one for one in read}
    assert all(one.entry in page_of or one.entry.link for one in again)
    second = settle(
        [replace(page_of[one.entry], outcome=Outcome.STORED) for one in again if one.entry in page_of], after
    )
    assert {ending.outcome for ending in second} <= {Outcome.KNOWN}
    assert {ending.outcome for ending in repeated} <= {Outcome.KNOWN}


def endings_of(one):
    """What reading an entry may bring: its page, another one's canonical address, or a loss."""
    own = one.entry.link or f"{one.feed_url}#{one.entry.entry_key}"
    pages = st.builds(article, url=st.sampled_from([own, "https://news.test/1"]), text_hash=TEXTS)
    return st.one_of(
        pages.map(lambda page: with_next_try(Ending(one.entry, Outcome.STORED, page), one.known, NOW)),
        st.sampled_from([Outcome.GONE, Outcome.NO_TEXT, Outcome.UNREACHABLE]).map(
            lambda loss: with_next_try(Ending(one.entry, loss), one.known, NOW)
        ),
    )


def remembered(before, settled):
    """What the warehouse knows after a batch, in the order in which it was settled."""
    entries, urls, texts, latest = dict(before.entries), dict(before.urls), dict(before.texts), dict(before.latest)
    for ending in settled:
        if not ending.is_repeat:
            entries[ending.entry.feed_id, ending.entry.entry_key] = KnownEntry(
                ending.entry.entry_hash,
                ending.outcome.value,
                ending.article_id,
                ending.n_attempts,
                ending.next_attempt_at,
            )
        if ending.article_id and ending.entry.link:
            urls.setdefault(url_key(ending.entry.link), ending.article_id)
        if ending.article_id and ending.article and ending.outcome in (Outcome.STORED, Outcome.REVISED):
            urls.setdefault(ending.article.url_key, ending.article_id)
            texts.setdefault(ending.article.text_hash, ending.article_id)
            latest[ending.article_id] = ending.article.text_hash
    return Known(entries, urls, texts, latest)
