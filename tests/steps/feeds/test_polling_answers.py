"""What a poll's answer teaches: its facts, which validators are kept and believed, which address is asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.steps.feeds.parsing import Entry, ParsedFeed
from flows.steps.feeds.poll_times import HOUR_S
from flows.steps.feeds.polling import (
    FeedState,
    Life,
    facts,
    is_audit_due,
    next_state,
    poll_outcome,
    url_to_adopt,
    url_to_ask,
    validators,
)
from flows.steps.outcomes import Outcome, PollOutcome
from flows.steps.text.dates import Published
from flows.steps.web.answers import Hop, Loss, Response
from tests.steps.feeds.polling_cases import (
    BUSY,
    KNOWN,
    NO_FEED,
    NOW,
    READ,
    REFUSED,
    SILENT,
    UNCHANGED,
    URL,
    failure,
    poll,
)

# --- Facts --------------------------------------------------------------------------------------------------------


def response(**changes) -> Response:
    known = Response(
        URL, URL, 200, b"x", "text/xml", None, '"1"', "Mon", 60.0, None, (Hop("http://old.test/", 301),), 1, 0.1
    )
    return replace(known, **changes)


def entry(hour: float, *, in_future: bool = False) -> Entry:
    published = Published(NOW + timedelta(hours=hour), "feed", "second", in_future)
    return Entry("f", f"{hour}", "h", None, "t", "s", published)


def parsed(*entries: Entry) -> ParsedFeed:
    return ParsedFeed("News", "en", "rss", entries, ttl_s=3600.0, skip_hours=frozenset({3}), skip_days=frozenset({6}))


def test_facts_of_a_feed_that_was_read():
    taught = facts("f", URL, READ, response(), parsed=parsed(entry(0), entry(-4), entry(-6)), n_new=2)
    assert (taught.n_entries, taught.n_new, taught.entry_gap_s) == (3, 2, 3 * HOUR_S)
    assert (taught.etag, taught.last_modified, taught.max_age_s, taught.ttl_s) == ('"1"', "Mon", 60.0, 3600.0)
    assert (taught.skip_hours, taught.skip_days) == (frozenset({3}), frozenset({6}))
    assert taught.permanent_url == URL


@pytest.mark.parametrize("entries", [(), (entry(0),), (entry(0), entry(9999, in_future=True))])
def test_feed_with_fewer_than_two_dates_to_believe_has_no_gap(entries):
    assert facts("f", URL, READ, response(), parsed=parsed(*entries)).entry_gap_s is None


def test_facts_of_a_loss():
    loss = Loss(Outcome.REFUSED, "status 429", 429, 120.0, 60.0)
    taught = facts("f", URL, poll_outcome(loss), loss)
    assert (taught.outcome, taught.http_status) == (PollOutcome.REFUSED, 429)
    assert (taught.retry_after_s, taught.max_age_s, taught.etag) == (120.0, 60.0, None)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.UNREACHABLE,
        Outcome.GONE,
        Outcome.REFUSED,
        Outcome.FORBIDDEN_ADDRESS,
        Outcome.TOO_LARGE,
        Outcome.TOO_SLOW,
    ],
)
def test_loss_of_a_feed_has_the_same_name_as_a_poll(outcome):
    assert poll_outcome(Loss(outcome)).value == outcome.value


def test_feed_refused_by_robots_is_refused():
    assert poll_outcome(Loss(Outcome.ROBOTS)) is PollOutcome.REFUSED


# --- Validators ---------------------------------------------------------------------------------------------------

HELD = replace(KNOWN, etag='"1"', last_modified="Mon", validators_url=URL, audited_at=NOW - timedelta(hours=6))
REPLACED = [
    (poll(etag='"2"', last_modified="Tue", is_conditional=True), '"2"', "Tue"),
    (poll(etag='"2"', is_conditional=True), '"2"', None),
    (poll(is_conditional=True), None, None),
    (poll(UNCHANGED, etag='"2"', is_conditional=True), '"2"', "Mon"),
    (poll(UNCHANGED, etag='"2"', last_modified="Tue", is_conditional=True), '"2"', "Tue"),
    (poll(UNCHANGED, is_conditional=True), '"1"', "Mon"),
    (NO_FEED, None, None),
    (failure(PollOutcome.TOO_SLOW), None, None),
    (SILENT, '"1"', "Mon"),
    (BUSY, '"1"', "Mon"),
    (REFUSED, '"1"', "Mon"),
]


@pytest.mark.parametrize(("one", "etag", "last_modified"), REPLACED)
def test_validators_are_replaced_by_every_good_answer_and_dropped_with_what_could_not_be_read(
    one, etag, last_modified
):
    after = next_state(HELD, one, NOW)
    assert (after.etag, after.last_modified) == (etag, last_modified)


def test_validators_are_replaced_even_if_nothing_in_the_feed_changed():
    after = next_state(HELD, poll(etag='"2"', n_new=0, is_conditional=True), NOW)
    assert after.etag == '"2"'


def test_validators_remember_the_address_that_gave_them():
    after = next_state(HELD, poll(etag='"2"', final_url="https://cdn.test/feed"), NOW)
    assert after.validators_url == "https://cdn.test/feed"


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (HELD, False),
        (replace(HELD, audited_at=NOW - timedelta(days=6.9)), False),
        (replace(HELD, audited_at=NOW - timedelta(days=7)), True),
        (replace(HELD, audited_at=NOW - timedelta(days=7), etag=None, last_modified=None), False),
        (replace(HELD, audited_at=NOW - timedelta(hours=23), validators_lie=True), False),
        (replace(HELD, audited_at=NOW - timedelta(hours=24), validators_lie=True), True),
        (replace(HELD, audited_at=NOW + timedelta(days=365)), True),  # written while the clock was wrong
        (FeedState(), False),
    ],
)
def test_validators_are_audited_weekly_and_those_of_liars_daily(state, due):
    assert is_audit_due(state, NOW) is due
    assert validators(state, NOW) == ((None, None) if due else (state.etag, state.last_modified))


AUDITS = [
    (poll(etag='"1"', last_modified="Mon", n_new=3), True),  # the very validators, and yet new entries
    (poll(etag='"1"', last_modified="Mon", n_new=0), False),
    (poll(etag='"2"', last_modified="Tue", n_new=3), False),
    (poll(etag=None, last_modified=None, n_new=3), False),
]


@pytest.mark.parametrize(("one", "lie"), AUDITS)
def test_audit_finds_validators_that_lie(one, lie):
    after = next_state(HELD, one, NOW)
    assert after.validators_lie is lie
    assert after.audited_at == NOW


def test_conditional_poll_is_no_audit():
    after = next_state(HELD, poll(etag='"1"', last_modified="Mon", n_new=3, is_conditional=True), NOW)
    assert (after.validators_lie, after.audited_at) == (False, HELD.audited_at)


def test_first_read_of_a_feed_convicts_nobody():
    assert not next_state(FeedState(), poll(etag=None, last_modified=None), NOW).validators_lie


# --- Redirects ----------------------------------------------------------------------------------------------------

MOVED = "https://new.test/feed"


def sightings(url: str, *targets: tuple[float, str | None]) -> str | None:
    """What is adopted after seeing permanent redirects to these targets, each so many days after the start."""
    state, now = KNOWN, NOW
    for days, target in targets:
        now = NOW + timedelta(days=days)
        one = SILENT if target is None else poll(url=url, permanent_url=target)
        state = next_state(state, one, now)
    return url_to_adopt(state, url, now)


@pytest.mark.parametrize(
    ("url", "targets", "adopted"),
    [
        (URL, [(0, URL)], None),
        (URL, [(0, MOVED)], None),
        (URL, [(0, MOVED), (0.1, MOVED), (0.2, MOVED), (2.9, MOVED)], None),
        (URL, [(0, MOVED), (3, MOVED)], None),
        (URL, [(0, MOVED), (1, MOVED), (3, MOVED)], MOVED),
        (URL, [(0, MOVED), (1, None), (2, MOVED), (3, MOVED)], MOVED),
        (URL, [(0, MOVED), (1, URL), (2, MOVED), (3, MOVED)], None),
        (URL, [(0, MOVED), (1, "https://other.test/"), (3, MOVED), (4, MOVED)], None),
        ("http://news.test/feed", [(0, "https://news.test/feed")], "https://news.test/feed"),
        ("http://news.test/feed", [(0, "https://www.news.test/rss")], "https://www.news.test/rss"),
        ("http://news.test/feed", [(0, MOVED)], None),
        ("https://news.test/feed", [(0, "http://news.test/feed")], None),
        (URL, [(0, "http://10.0.0.1/"), (1, "http://10.0.0.1/"), (9, "http://10.0.0.1/")], None),
        (URL, [(0, "http://[::1]/"), (1, "http://[::1]/"), (9, "http://[::1]/")], None),
    ],
)
def test_permanent_redirect_is_adopted_after_three_sightings_over_three_days(url, targets, adopted):
    assert sightings(url, *targets) == adopted


@pytest.mark.parametrize(
    ("life", "adopted", "asked"),
    [
        (Life.ACTIVE, None, "own"),
        (Life.ACTIVE, "new", "new"),
        (Life.NEW, "new", "new"),
        (Life.DORMANT, "new", "own"),
        (Life.GONE, "new", "own"),
        (Life.GONE, None, "own"),
    ],
)
def test_a_moved_feed_is_asked_at_its_new_address_unless_it_died_there(life, adopted, asked):
    assert url_to_ask("own", adopted, replace(KNOWN, state=life)) == asked
