"""The feed's own text in place of a page that could not be had: when, marked how, and what happens to it later."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.steps.feeds.parsing import Entry
from flows.steps.outcomes import RETRYABLE, Outcome
from flows.steps.pages.article import Article
from flows.steps.pages.standing_in import may_stand_in, stand_in
from flows.steps.selecting import Ending, Known, KnownEntry, settle, with_next_try
from flows.steps.web.urls import short_hash, url_key

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LINK = "https://news.test/a"
LONG = "Small firms of two countries met. " * 20
ENTRY = Entry("f1", "e1", "h1", LINK, "A title", LONG, None)
TEXT = Article(LINK, url_key(LINK), "A title", LONG, "feed text", "en", None, None, "feed", "feed 1", 120)
OURS = short_hash(url_key(LINK))
NO_STAND_IN = {Outcome.GONE, Outcome.SOFT_404, Outcome.FORBIDDEN_ADDRESS}
BROUGHT = {Outcome.STORED, Outcome.REVISED, Outcome.KNOWN, Outcome.SAME_TEXT}
LOSSES = set(Outcome) - BROUGHT


def known(urls=None, texts=None, latest=None, entries=None):
    return Known(entries or {}, urls or {}, texts or {}, latest or {})


@pytest.mark.parametrize("outcome", sorted(LOSSES - NO_STAND_IN))
def test_feed_text_may_stand_in_for_a_page_that_ended_as(outcome):
    assert may_stand_in(Ending(ENTRY, outcome), None)


@pytest.mark.parametrize("outcome", sorted(NO_STAND_IN))
def test_feed_text_does_not_stand_in_for_what_was_withdrawn_or_is_forbidden(outcome):
    assert not may_stand_in(Ending(ENTRY, outcome), None)


def test_feed_text_does_not_stand_in_for_what_is_reserved():
    assert not may_stand_in(Ending(ENTRY, Outcome.ROBOTS, is_reserved=True), None)


@pytest.mark.parametrize(
    ("entry", "may"),
    [
        (replace(ENTRY, summary="Two lines.\n" * 3), False),
        (replace(ENTRY, summary="Two lines.", content_html=f"<p>{LONG}</p>"), True),
        (replace(ENTRY, summary="", content_html=None), False),
        (replace(ENTRY, link=None), True),
    ],
)
def test_only_a_text_that_could_be_long_enough_is_looked_at(entry, may):
    assert may_stand_in(Ending(entry, Outcome.PAYWALL), None) is may


@pytest.mark.parametrize(
    ("before", "may"),
    [
        (KnownEntry("h0", "paywall"), True),
        (KnownEntry("h0", "stored", OURS), False),
    ],
)
def test_an_entry_keeps_the_article_it_has(before, may):
    assert may_stand_in(Ending(ENTRY, Outcome.PAYWALL), before) is may


def test_nothing_stands_in_for_a_page_that_was_read():
    assert not may_stand_in(Ending(ENTRY, Outcome.STORED, TEXT), None)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("41 words", "the feed's own text; the page: paywall (41 words)"),
        ("", "the feed's own text; the page: paywall"),
    ],
)
def test_the_detail_names_what_the_page_was(detail, told):
    ending = stand_in(Ending(ENTRY, Outcome.PAYWALL, detail=detail, http_status=200), TEXT)
    assert (ending.outcome, ending.stands_in_for) == (Outcome.STORED, Outcome.PAYWALL)
    assert (ending.detail, ending.http_status, ending.article) == (told, 200, TEXT)


@pytest.mark.parametrize("outcome", sorted(LOSSES - NO_STAND_IN))
def test_the_page_is_tried_again_as_if_nothing_had_been_stored(outcome):
    lost = with_next_try(Ending(ENTRY, outcome), None, NOW)
    ending = stand_in(lost, TEXT)
    assert (ending.next_attempt_at, ending.n_attempts) == (lost.next_attempt_at, 1)
    assert (ending.next_attempt_at is not None) == (outcome in RETRYABLE)


def test_it_is_settled_as_an_article_of_its_own():
    ending = stand_in(with_next_try(Ending(ENTRY, Outcome.REFUSED), None, NOW), TEXT)
    (settled,) = settle([ending], known())
    assert (settled.outcome, settled.article_id) == (Outcome.STORED, OURS)
    assert settled.next_attempt_at == NOW + timedelta(minutes=45)


def test_it_never_replaces_the_text_of_a_page():
    ending = stand_in(Ending(ENTRY, Outcome.PAYWALL), TEXT)
    (settled,) = settle([ending], known({TEXT.url_key: OURS}, latest={OURS: "page text"}))
    assert (settled.outcome, settled.article_id) == (Outcome.KNOWN, OURS)


def test_one_whose_text_is_another_articles_is_not_tried_again():
    ending = stand_in(with_next_try(Ending(ENTRY, Outcome.REFUSED), None, NOW), TEXT)
    (settled,) = settle([ending], known(texts={"feed text": "another"}))
    assert (settled.outcome, settled.article_id) == (Outcome.SAME_TEXT, "another")
    assert settled.next_attempt_at is None


def test_the_page_revises_it_when_it_comes():
    before = KnownEntry("h1", "stored", OURS, 1, NOW)
    page = replace(TEXT, text_hash="page text", source="page")
    read = with_next_try(Ending(ENTRY, Outcome.STORED, page), before, NOW)
    there = known({TEXT.url_key: OURS}, latest={OURS: "feed text"}, entries={("f1", "e1"): before})
    (settled,) = settle([read], there)
    assert (settled.outcome, settled.article_id, settled.next_attempt_at) == (Outcome.REVISED, OURS, None)
