"""Polling and reading side by side: whatever one feed or page does becomes its own outcome and harms no other."""

import logging
import threading
from collections import Counter
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

import pytest

from flows.steps import harvesting
from flows.steps.feeds.polling import FeedState
from flows.steps.harvesting import Harvester, HarvestLimits
from flows.steps.outcomes import Outcome, PollOutcome
from flows.steps.selecting import KnownEntry
from flows.steps.web.fetching import Client, HostPace, HostPaces, Limits
from flows.steps.web.robots import Rules
from flows.steps.workers import Pool
from tests.faults.server import FaultServer, answer
from tests.steps import misreading
from tests.steps.harvesting_cases import (
    LIMITS,
    NOW,
    READ_LIMIT_S,
    SPEECH,
    WHOLE,
    Ticks,
    html,
    page,
    poll,
    read,
    rss,
    to_read,
)


@pytest.fixture(scope="module")
def harvester():
    def client():
        return Client(LIMITS, allow_private=True, resolve={}, paces=HostPaces(HostPace(0.0, 32), HostPace(0.0, 32)))

    with Harvester(
        client, Pool(2), HarvestLimits(READ_LIMIT_S, feeds_at_once=32, pages_at_once=32)
    ) as harvesting_now:
        yield harvesting_now


@pytest.fixture
def patient():
    """A harvester whose every wait is longer than a test."""
    limits = Limits(feed_bytes=64 * 1024, page_bytes=64 * 1024, connect_s=600.0, read_gap_s=600.0, total_s=600.0)

    def client():
        return Client(limits, allow_private=True, resolve={}, paces=HostPaces(HostPace(0.0, 32), HostPace(0.0, 32)))

    return Harvester(client, Pool(1), HarvestLimits(READ_LIMIT_S))


HANGS = [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<html>", 30.0]
BAD_FEEDS = {
    "/gone": (answer(404), PollOutcome.GONE),
    "/refused": (answer(403), PollOutcome.REFUSED),
    "/broken": (answer(503), PollOutcome.UNREACHABLE),
    "/garbage": (b"\x00\xff not http", PollOutcome.UNREACHABLE),
    "/hangs-up": (b"", PollOutcome.UNREACHABLE),
    "/drips": (HANGS, PollOutcome.UNREACHABLE),
    "/web-page": (html(page(1)), PollOutcome.NOT_A_FEED),
    "/entities": (answer(200, b"<!DOCTYPE x [<!ENTITY a 'b'>]><rss/>"), PollOutcome.NOT_A_FEED),
    "/huge": (answer(200, b"<rss>" + b"x" * LIMITS.feed_bytes), PollOutcome.TOO_LARGE),
}


def test_bad_feeds_end_under_their_names_and_harm_no_other(harvester):
    scripts = {path: script for path, (script, _) in BAD_FEEDS.items()}
    scripts |= {f"/good{n}": answer(200, rss(f"https://news.test/{n}")) for n in range(len(BAD_FEEDS))}
    paths = [
        path for pair in zip(BAD_FEEDS, [f"/good{n}" for n in range(len(BAD_FEEDS))], strict=True) for path in pair
    ]
    ticks = Ticks()
    with FaultServer(scripts) as server:
        polls = poll(harvester, *(server.url(path) for path in paths), ticks=ticks)
    ended = {path: one.outcome for path, one in zip(paths, polls, strict=True)}
    expected = {path: outcome for path, (_, outcome) in BAD_FEEDS.items()}
    assert ended == expected | {f"/good{n}": PollOutcome.READ for n in range(len(BAD_FEEDS))}
    assert [len(one.entries) for one in polls] == [0, 1] * len(BAD_FEEDS)
    assert ticks.n == len(paths)


def test_a_feed_that_fails_says_why(harvester):
    with FaultServer({path: script for path, (script, _) in BAD_FEEDS.items()}) as server:
        polls = poll(harvester, *(server.url(path) for path in BAD_FEEDS))
    assert all(one.detail for one in polls)


def test_polls_come_in_the_order_asked_whoever_answers_first(harvester):
    scripts = {f"/{n}": [0.3 - n * 0.1, answer(200, rss(f"https://news.test/{n}"))] for n in range(4)}
    with FaultServer(scripts) as server:
        urls = [server.url(f"/{n}") for n in range(4)]
        polls = poll(harvester, *urls)
    assert [one.feed.url for one in polls] == urls
    assert [one.entries[0].link for one in polls] == [f"https://news.test/{n}" for n in range(4)]


def test_an_unchanged_feed_is_no_failure(harvester):
    state = FeedState(etag='"1"')
    with FaultServer({"/feed": lambda seen: answer(304 if seen.headers.get("if-none-match") else 200)}) as server:
        polls = poll(harvester, server.url("/feed"), state=state)
    assert (polls[0].outcome, polls[0].is_conditional, polls[0].entries) == (PollOutcome.UNCHANGED, True, ())


def test_a_poll_notes_when_it_began_and_how_long_it_took(harvester):
    with FaultServer({"/feed": [0.2, answer(200, rss())]}) as server:
        one = poll(harvester, server.url("/feed"))[0]
    assert one.started_at == NOW
    assert one.duration_s >= 0.2


BAD_PAGES = {
    "/gone": (answer(404), Outcome.GONE),
    "/refused": (answer(403), Outcome.REFUSED),
    "/broken": (answer(500), Outcome.UNREACHABLE),
    "/garbage": (b"\x00\xff not http", Outcome.UNREACHABLE),
    "/drips": (HANGS, Outcome.UNREACHABLE),
    "/film": (answer(200, b"x", Content_Type="video/mp4"), Outcome.NOT_HTML),
    "/paper": (html(b"%PDF-1.7 ..."), Outcome.NOT_HTML),
    "/empty": (html(b"<html><body></body></html>"), Outcome.NO_TEXT),
    "/huge": (html(b"<html>" + b"x" * LIMITS.page_bytes), Outcome.TOO_LARGE),
    "/closed/page": (html(page(99)), Outcome.ROBOTS),
}
ROBOTS = {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /closed/\n", Content_Type="text/plain")}


def test_bad_pages_end_under_their_names_and_harm_no_other(harvester):
    scripts = ROBOTS | {path: script for path, (script, _) in BAD_PAGES.items()}
    good = [f"/good{n}" for n in range(len(BAD_PAGES))]
    scripts |= {path: html(page(n)) for n, path in enumerate(good)}
    paths = [path for pair in zip(BAD_PAGES, good, strict=True) for path in pair]
    ticks = Ticks()
    with FaultServer(scripts) as server:
        endings = read(harvester, *(to_read(server.url(path)) for path in paths), ticks=ticks)
    ended = {path: one.outcome for path, one in zip(paths, endings, strict=True)}
    assert ended == {path: outcome for path, (_, outcome) in BAD_PAGES.items()} | dict.fromkeys(good, Outcome.STORED)
    assert [bool(one.article) for one in endings] == [False, True] * len(BAD_PAGES)
    assert ticks.n == len(paths)


def test_readings_come_in_the_order_asked_whoever_answers_first(harvester):
    scripts = {f"/{n}": [0.3 - n * 0.1, html(page(n))] for n in range(4)}
    with FaultServer(scripts) as server:
        endings = read(harvester, *(to_read(server.url(f"/{n}")) for n in range(4)))
    assert [one.article.text[:9] for one in endings] == [f"Number {n}:" for n in range(4)]


def test_pages_that_break_the_reader_end_alone(harvester, monkeypatch, caplog):
    monkeypatch.setattr(harvesting, "read_page", misreading.read_page)
    paths = ["/hangs", "/good1", "/eats", "/good2", "/kills", "/good3", "/raises", "/good4"]
    with FaultServer({path: html(page(n)) for n, path in enumerate(paths)}) as server, caplog.at_level(logging.ERROR):
        endings = read(harvester, *(to_read(server.url(path)) for path in paths))
    ended = {path: one.outcome for path, one in zip(paths, endings, strict=True)}
    broken = dict.fromkeys(("/hangs", "/eats", "/kills"), Outcome.TOO_SLOW) | {"/raises": Outcome.NO_TEXT}
    assert ended == broken | {f"/good{n}": Outcome.STORED for n in range(1, 5)}
    assert all(one.detail for path, one in zip(paths, endings, strict=True) if path in broken)
    assert all(
        (one.next_attempt_at is not None) == (path in broken) for path, one in zip(paths, endings, strict=True)
    )
    assert "a fault of ours" in caplog.text  # the unexpected is told aloud


def test_feeds_that_break_the_parser_end_alone(harvester, monkeypatch):
    monkeypatch.setattr(harvesting, "parse_response", misreading.parse_response)
    paths = ["/hangs", "/good1", "/raises", "/good2"]
    with FaultServer({path: answer(200, rss("https://news.test/1")) for path in paths}) as server:
        polls = poll(harvester, *(server.url(path) for path in paths))
    outcomes = [one.outcome for one in polls]
    assert outcomes == [PollOutcome.TOO_SLOW, PollOutcome.READ, PollOutcome.NOT_A_FEED, PollOutcome.READ]


def test_what_breaks_our_client_ends_alone_is_told_aloud_and_tried_again(harvester, monkeypatch, caplog):
    def delay_s(rules):
        raise OverflowError("a fault of ours")

    monkeypatch.setattr(Rules, "delay_s", delay_s)
    with FaultServer({"/a": html(page(1))}) as server, caplog.at_level(logging.ERROR):
        asked, whole = server.url("/a"), to_read(None, content_html=WHOLE)
        polls, (lost, found) = poll(harvester, asked), read(harvester, to_read(asked), whole)
    assert polls[0].outcome is PollOutcome.UNREACHABLE
    assert (lost.outcome, found.outcome) == (Outcome.UNREACHABLE, Outcome.STORED)
    assert lost.next_attempt_at == NOW + timedelta(minutes=45)
    assert "OverflowError" in lost.detail
    assert "a fault of ours" in caplog.text


def test_a_name_that_does_not_resolve_ends_unreachable(harvester):
    assert poll(harvester, "http://no-such-host.invalid/rss")[0].outcome is PollOutcome.UNREACHABLE
    ending = read(harvester, to_read("http://no-such-host.invalid/a"))[0]
    assert ending.outcome is Outcome.UNREACHABLE
    assert ending.next_attempt_at == NOW + timedelta(minutes=45)


def test_a_second_try_is_counted(harvester):
    before = KnownEntry("h", "unreachable", None, 1, NOW)
    with FaultServer({"/a": answer(500), "/b": html(page(1))}) as server:
        lost, found = read(harvester, *(to_read(server.url(path), before) for path in ("/a", "/b")))
    assert (lost.n_attempts, lost.next_attempt_at) == (2, NOW + timedelta(minutes=90))
    assert (found.outcome, found.n_attempts, found.next_attempt_at) == (Outcome.STORED, 2, None)


def test_a_feed_that_carries_the_whole_text_spares_the_fetch(harvester):
    with FaultServer({}) as server:
        ending = read(harvester, to_read(server.url("/a"), content_html=WHOLE))[0]
        assert (ending.outcome, ending.article.source) == (Outcome.STORED, "feed")
        assert server.seen == []


def test_a_text_without_a_link_is_an_article_of_its_feed(harvester):
    ending = read(harvester, to_read(None, content_html=WHOLE))[0]
    assert ending.outcome is Outcome.STORED
    assert ending.article.url.startswith("https://feed.test/rss#")


def test_a_feed_that_carries_a_beginning_does_not_spare_the_fetch(harvester):
    with FaultServer({"/a": html(page(1))}) as server:
        ending = read(harvester, to_read(server.url("/a"), content_html="<p>The association has ...</p>"))[0]
    assert ending.article.source == "page"


def test_too_little_text_and_no_link_is_a_bad_link(harvester):
    assert read(harvester, to_read(None, content_html="<p>Soon.</p>"))[0].outcome is Outcome.BAD_LINK


def test_nothing_asked_is_nothing_done(harvester):
    assert poll(harvester) == []
    assert read(harvester) == []


def test_robots_are_asked_once_a_host(harvester):
    with FaultServer(ROBOTS | {f"/{n}": html(page(n)) for n in range(5)}) as server:
        read(harvester, *(to_read(server.url(f"/{n}")) for n in range(5)))
        read(harvester, *(to_read(server.url(f"/{n}")) for n in range(5)))
        assert Counter(server.paths())["/robots.txt"] == 1


# --- The feed's own text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "question", "ask"),
    [
        ("_robots", "files", lambda harvester: harvester.robots_files(NOW)),
        ("_robots", "reservations", lambda harvester: harvester.reservations()),
        ("_client.paces", "rests", lambda harvester: harvester.host_rests()),
        ("_client.paces", "pauses", lambda harvester: harvester.host_pauses()),
    ],
)
def test_what_was_learnt_is_told_by_the_thread_that_learns(harvester, monkeypatch, owner, question, ask):
    told_by = []
    monkeypatch.setattr(
        attrgetter(owner)(harvester), question, lambda *_: told_by.append(threading.current_thread().name)
    )
    ask(harvester)
    assert told_by == ["harvester"]


@pytest.mark.parametrize(
    ("path", "summary", "outcome", "detail"),
    [
        ("/refused", SPEECH, Outcome.STORED, "the feed's own text; the page: refused"),
        ("/pdf", SPEECH, Outcome.STORED, "the feed's own text; the page: not html"),
        ("/gone", SPEECH, Outcome.GONE, ""),
        ("/refused", "Too short. " * 25, Outcome.REFUSED, ""),
    ],
)
def test_a_long_text_of_the_feed_stands_in_for_a_lost_page(harvester, path, summary, outcome, detail):
    pages = {
        "/refused": answer(403),
        "/gone": answer(404),
        "/pdf": answer(200, b"%PDF-1.7", Content_Type="text/html"),
    }
    with FaultServer(pages) as server:
        one = to_read(server.url(path))
        (ending,) = read(harvester, replace(one, entry=replace(one.entry, summary=summary)))
    assert ending.outcome is outcome
    assert ending.detail.startswith(detail)
    assert (ending.article is not None) == (outcome is Outcome.STORED)
    if ending.article:
        assert (ending.article.source, ending.article.extractor) == ("feed", "feed 1")


def test_a_quick_web_brings_no_more_pages_than_can_be_read(monkeypatch):
    def client():
        paces = HostPaces(HostPace(0.0, 32), HostPace(0.0, 32))
        return Client(LIMITS, allow_private=True, resolve={}, paces=paces, connections=2)

    in_hand = []
    note = Harvester._note_in_hand
    monkeypatch.setattr(
        Harvester, "_note_in_hand", lambda self, change: (note(self, change), in_hand.append(self._n_in_hand))
    )
    limits = HarvestLimits(pages_in_hand=3)
    pages = {f"/{n}": html(page(n)) for n in range(40)}
    with FaultServer(pages) as server, Harvester(client, Pool(1), limits) as harvesting_now:
        endings = read(harvesting_now, *(to_read(server.url(path)) for path in pages))
    assert {ending.outcome.value for ending in endings} == {"stored"}
    assert max(in_hand) <= 3 + 2  # who was connected already when the room ended
    assert in_hand[-1] == 0


@pytest.mark.parametrize("work", ["read", "poll"])
def test_whoever_waits_for_a_harvester_that_is_closed_waits_no_longer(patient, work):
    asked = threading.Event()

    def silent(_):
        asked.set()
        return [600.0]

    with FaultServer({"/silent": silent}) as server, ThreadPoolExecutor(1) as thread:
        url = server.url("/silent")
        with patient:
            waits = (
                thread.submit(poll, patient, url) if work == "poll" else thread.submit(read, patient, to_read(url))
            )
            assert asked.wait(timeout=30)
        with pytest.raises(CancelledError):
            waits.result(timeout=30)
