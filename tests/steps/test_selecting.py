"""What is read, what becomes of what was read, and what is tried again: the rules of selecting as tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.steps.outcomes import RETRYABLE, Outcome
from flows.steps.selecting import (
    MAX_ATTEMPTS,
    MAX_VERSIONS,
    Ending,
    Known,
    KnownEntry,
    settle,
    sort_entries,
    with_next_try,
)
from flows.steps.web.urls import short_hash, url_key
from tests.steps.selecting_cases import FEED_URLS, JUST_NOW, LINK, NOW, SOON, article, entry

NOTHING_KNOWN = Known({}, {}, {})


def known(entries=None, urls=None, texts=None, latest=None):
    return Known(
        {("f1", key): value for key, value in (entries or {}).items()},
        {url_key(url): article_id for url, article_id in (urls or {}).items()},
        texts or {},
        latest or {},
    )


def sort_one(one, what_is_known, claimed=()):
    to_read, endings = sort_entries([one], FEED_URLS, what_is_known, set(claimed), NOW)
    assert len(to_read) + len(endings) == 1
    return endings[0] if endings else None


# --- sort_entries ---------------------------------------------------------------------------------------------------

BEFORE = KnownEntry("h1", "stored", "a1", 1, None)


@pytest.mark.parametrize(
    ("one", "what_is_known"),
    [
        pytest.param(entry(), NOTHING_KNOWN, id="never seen"),
        pytest.param(entry(link=None, content="<p>text</p>"), NOTHING_KNOWN, id="no link, but the feed has the text"),
        pytest.param(entry(entry_hash="h2"), known({"e1": BEFORE}), id="its hash changed"),
        pytest.param(
            entry(entry_hash="h2"), known({"e1": BEFORE}, {LINK: "a1"}), id="its hash changed and its page is known"
        ),
        pytest.param(
            entry(), known({"e1": KnownEntry("h1", "unreachable", None, 1, JUST_NOW)}), id="its next try is due"
        ),
        pytest.param(
            entry(),
            known({"e1": KnownEntry("h1", "unreachable", "a1", 1, JUST_NOW)}, {LINK: "a1"}),
            id="its revision could not be had, and the next try is due",
        ),
    ],
)
def test_what_is_new_is_read(one, what_is_known):
    assert sort_one(one, what_is_known) is None


@pytest.mark.parametrize(
    ("one", "what_is_known", "outcome", "article_id", "is_repeat"),
    [
        pytest.param(entry(), known({"e1": BEFORE}), Outcome.KNOWN, "a1", True, id="a plain repeat"),
        pytest.param(
            entry(),
            known({"e1": KnownEntry("h1", "unreachable", None, 1, SOON)}),
            Outcome.KNOWN,
            None,
            True,
            id="a next try that is not due yet",
        ),
        pytest.param(
            entry(),
            known({"e1": KnownEntry("h1", "gone")}),
            Outcome.KNOWN,
            None,
            True,
            id="a loss that is never tried again",
        ),
        pytest.param(
            entry(), known(urls={LINK: "a1"}), Outcome.KNOWN, "a1", False, id="its page came through another feed"
        ),
        pytest.param(
            entry(link=LINK + "?utm_source=rss#top"),
            known(urls={LINK: "a1"}),
            Outcome.KNOWN,
            "a1",
            False,
            id="the same page, under a link that is tracked",
        ),
        pytest.param(
            entry(),
            known({"e1": KnownEntry("h1", "unreachable", None, 1, JUST_NOW)}, {LINK: "a1"}),
            Outcome.KNOWN,
            "a1",
            False,
            id="its next try is due, but its page came meanwhile through another feed",
        ),
        pytest.param(entry(link=None), NOTHING_KNOWN, Outcome.BAD_LINK, None, False, id="neither link nor text"),
        pytest.param(
            entry(link=None),
            known({"e1": KnownEntry("h1", "bad link")}),
            Outcome.KNOWN,
            None,
            True,
            id="again neither",
        ),
    ],
)
def test_what_is_not_new_ends_at_once(one, what_is_known, outcome, article_id, is_repeat):
    ending = sort_one(one, what_is_known)
    assert (ending.outcome, ending.article_id, ending.is_repeat) == (outcome, article_id, is_repeat)
    assert ending.article is None


def test_a_page_announced_twice_in_one_run_is_read_once():
    claimed = set()
    first, second = entry("e1"), entry("e2", feed="f2", link=LINK + "/?utm_medium=rss")
    to_read, endings = sort_entries([first, second], FEED_URLS, NOTHING_KNOWN, claimed, NOW)
    assert [one.entry for one in to_read] == [first]
    assert [(ending.entry, ending.outcome) for ending in endings] == [(second, Outcome.KNOWN)]
    assert claimed == {url_key(LINK)}


def test_an_entry_that_left_the_reading_to_another_one_is_due_until_that_one_brings_an_article():
    _, endings = sort_entries([entry(), entry("e2")], FEED_URLS, NOTHING_KNOWN, set(), NOW)
    assert settle(endings, NOTHING_KNOWN)[0].next_attempt_at == NOW
    assert settle(endings, known(urls={LINK: "a1"}))[0].next_attempt_at is None


def test_a_page_claimed_by_an_earlier_batch_of_the_run_is_not_read_again():
    ending = sort_one(entry(), NOTHING_KNOWN, claimed=[url_key(LINK)])
    assert ending.outcome is Outcome.KNOWN


def test_entries_without_a_link_claim_nothing():
    claimed = set()
    texts = [entry(key, link=None, content="<p>text</p>") for key in ("e1", "e2")]
    to_read, _ = sort_entries(texts, FEED_URLS, NOTHING_KNOWN, claimed, NOW)
    assert len(to_read) == 2
    assert claimed == set()


def test_what_is_to_be_read_brings_its_feed_and_its_past():
    before = KnownEntry("h1", "unreachable", None, 3, JUST_NOW)
    to_read, _ = sort_entries([entry()], FEED_URLS, known({"e1": before}), set(), NOW)
    assert (to_read[0].feed_url, to_read[0].known) == (FEED_URLS["f1"], before)


# --- settle ---------------------------------------------------------------------------------------------------------


def settle_one(what_is_known, read, *, one=None):
    ending = Ending(one or entry(), Outcome.STORED, read)
    return settle([ending], what_is_known)[0]


OURS = {"e1": BEFORE}
CANONICAL = "https://news.test/the-canonical-address"


@pytest.mark.parametrize(
    ("what_is_known", "read", "outcome", "article_id"),
    [
        pytest.param(NOTHING_KNOWN, article(), Outcome.STORED, short_hash(url_key(LINK)), id="a new article"),
        pytest.param(
            NOTHING_KNOWN,
            article(CANONICAL),
            Outcome.STORED,
            short_hash(url_key(CANONICAL)),
            id="a new article is named by its canonical address",
        ),
        pytest.param(known(texts={"t1": "other"}), article(), Outcome.SAME_TEXT, "other", id="the text of another"),
        pytest.param(
            known(OURS, {LINK: "a1"}, {}, {"a1": "t0"}), article(), Outcome.REVISED, "a1", id="its text changed"
        ),
        pytest.param(
            known(OURS, {LINK: "a1"}, {"t1": "a1"}, {"a1": "t1"}),
            article(),
            Outcome.KNOWN,
            "a1",
            id="its hash changed but not its text",
        ),
        pytest.param(
            known(OURS, {LINK: "a1"}, {"t1": "other"}, {"a1": "t0", "other": "t1"}),
            article(),
            Outcome.REVISED,
            "a1",
            id="revised into the text of another article",
        ),
        pytest.param(
            known(OURS, {LINK: "a1"}, {"t1": "other"}, {"a1": "t1", "other": "t1"}),
            article(),
            Outcome.KNOWN,
            "a1",
            id="its text, which another article had first, did not change",
        ),
        pytest.param(
            known(OURS, {LINK: "a1"}, {"t1": "a1"}, {"a1": "t2"}),
            article(),
            Outcome.REVISED,
            "a1",
            id="revised back into its own first text",
        ),
        pytest.param(
            known(urls={CANONICAL: "a7"}, texts={"t1": "a7"}, latest={"a7": "t1"}),
            article(CANONICAL),
            Outcome.KNOWN,
            "a7",
            id="its canonical address leads to a known article",
        ),
        pytest.param(
            known(urls={CANONICAL: "a7"}, latest={"a7": "t0"}),
            article(CANONICAL),
            Outcome.REVISED,
            "a7",
            id="its canonical address leads to a known article with another text",
        ),
        pytest.param(
            known(OURS, {LINK: "b1"}, {"t1": "b1"}, {"a1": "t0", "b1": "t1"}),
            article(),
            Outcome.KNOWN,
            "b1",
            id="its key was another article's (a guid that several share), its address is known",
        ),
        pytest.param(
            known({"e1": KnownEntry("h1", "unreachable", None, 2, JUST_NOW)}),
            article(),
            Outcome.STORED,
            short_hash(url_key(LINK)),
            id="the third try succeeds",
        ),
    ],
)
def test_what_was_read_is_settled(what_is_known, read, outcome, article_id):
    settled = settle_one(what_is_known, read)
    assert (settled.outcome, settled.article_id) == (outcome, article_id)


def test_a_text_read_twice_in_one_run_is_stored_once():
    twins = [
        Ending(entry("e1"), Outcome.STORED, article()),
        Ending(entry("e2", link=LINK + "2"), Outcome.STORED, article(LINK + "2")),
    ]
    first, second = settle(twins, NOTHING_KNOWN)
    assert (first.outcome, second.outcome) == (Outcome.STORED, Outcome.SAME_TEXT)
    assert second.article_id == first.article_id


def test_one_page_read_twice_in_a_batch_with_two_texts_is_one_article_and_a_revision():
    pair = [
        Ending(entry("e1", link=LINK + "1"), Outcome.STORED, article(CANONICAL, "t1")),
        Ending(entry("e2", link=LINK + "2"), Outcome.STORED, article(CANONICAL, "t2")),
    ]
    first, second = settle(pair, NOTHING_KNOWN)
    assert (first.outcome, second.outcome) == (Outcome.STORED, Outcome.REVISED)
    assert second.article_id == first.article_id


def test_a_text_of_which_24_versions_are_kept_churns_and_gets_no_other():
    before = replace(known(urls={LINK: "a1"}, latest={"a1": "t0"}), n_versions={"a1": MAX_VERSIONS - 1})
    assert settle_one(before, article()).outcome is Outcome.REVISED
    churning = settle_one(replace(before, n_versions={"a1": MAX_VERSIONS}), article())
    assert (churning.outcome, churning.article_id, churning.detail) == (Outcome.KNOWN, "a1", "churning: 24 versions")


@pytest.mark.parametrize("first_comes", ["before", "after"])
def test_an_entry_announced_twice_in_a_run_is_linked_to_the_article_the_other_one_brought(first_comes):
    read = Ending(entry("e1"), Outcome.STORED, article())
    twin = Ending(entry("e2", feed="f2"), Outcome.KNOWN)
    settled = settle([read, twin] if first_comes == "before" else [twin, read], NOTHING_KNOWN)
    assert {ending.article_id for ending in settled} == {short_hash(url_key(LINK))}


def test_a_known_entry_is_linked_to_the_article_that_a_batch_between_has_stored():
    settled = settle([Ending(entry("e2", feed="f2"), Outcome.KNOWN)], known(urls={LINK: "a1"}))
    assert settled[0].article_id == "a1"


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in (Outcome.STORED, Outcome.REVISED)])
def test_losses_and_repeats_are_settled_as_they_are(outcome):
    ending = Ending(entry(), outcome, detail="why", n_attempts=2, next_attempt_at=SOON, is_repeat=True)
    assert settle([ending], NOTHING_KNOWN) == [ending]


# --- with_next_try --------------------------------------------------------------------------------------------------


def test_a_page_that_stays_away_is_tried_six_times_in_48_hours_each_pause_twice_the_last():
    before, now, hours = None, NOW, []
    for n_attempts in range(1, MAX_ATTEMPTS + 1):
        ending = with_next_try(Ending(entry(), Outcome.UNREACHABLE), before, now)
        assert ending.n_attempts == n_attempts
        if ending.next_attempt_at is None:
            break
        hours.append((ending.next_attempt_at - now) / timedelta(hours=1))
        before = KnownEntry("h1", "unreachable", None, n_attempts, ending.next_attempt_at)
        now = ending.next_attempt_at
    assert n_attempts == 6
    assert hours == [0.75, 1.5, 3.0, 6.0, 12.0]
    assert now - NOW <= timedelta(hours=48)


def test_tries_are_counted_from_the_first_of_those_that_failed():
    """A live page that was read well six times has as many tries left as a new one."""
    read_well = KnownEntry("h1", "revised", "a1", MAX_ATTEMPTS, None)
    ending = with_next_try(Ending(entry(), Outcome.UNREACHABLE), read_well, NOW)
    assert (ending.n_attempts, ending.next_attempt_at) == (1, NOW + timedelta(minutes=45))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_may_pass_is_tried_again(outcome):
    ending = with_next_try(Ending(entry(), outcome), None, NOW)
    assert (ending.next_attempt_at is not None) == (outcome in RETRYABLE)


def test_what_our_own_reader_failed_on_is_tried_again():
    failed = Ending(entry(), Outcome.NO_TEXT, is_our_fault=True)
    assert with_next_try(failed, None, NOW).next_attempt_at == NOW + timedelta(minutes=45)
    last = KnownEntry("h1", "no text", None, MAX_ATTEMPTS - 1, NOW)
    assert with_next_try(failed, last, NOW).next_attempt_at is None


@pytest.mark.parametrize(
    ("rest_s", "is_spared", "n_attempts", "in_hours"),
    [
        pytest.param(None, False, 1, 0.75, id="it says nothing of a rest"),
        pytest.param(60, False, 1, 0.75, id="a minute"),
        pytest.param(7200, False, 1, 2, id="two hours"),
        pytest.param(1e12, False, 1, 48, id="for ever: it is asked after two days"),
        pytest.param(7200, True, 0, 2, id="its host rests, so it was not asked: no try"),
    ],
)
def test_no_try_comes_before_the_hosts_rest_is_over(rest_s, is_spared, n_attempts, in_hours):
    refused = Ending(entry(), Outcome.REFUSED, rest_s=rest_s, is_spared=is_spared)
    ending = with_next_try(refused, None, NOW)
    assert (ending.n_attempts, ending.next_attempt_at) == (n_attempts, NOW + timedelta(hours=in_hours))
