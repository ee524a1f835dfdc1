"""What we send, to whom, and what we learn from the headers of an answer."""

import asyncio
import threading

import pytest

from flows.steps.outcomes import Outcome
from flows.steps.web import headers as said
from flows.steps.web.fetching import Client, Loss, Page, Response, RobotsCache, fetch_feed, fetch_page
from tests.faults.asking import NOW, ask_feed, ask_page, ask_pages, client
from tests.faults.server import FaultServer, Seen, answer

NO_ROBOTS = {"/robots.txt": answer(404)}


def test_request_names_us_and_sends_nothing_else():
    with FaultServer({"/": answer(200, b"feed")}) as server:
        ask_feed(server.url(), user_agent="smewatch/0.1 (+https://us.test; me@us.test)", contact="me@us.test")
        headers = dict(server.seen[0].headers)
    assert headers.pop("host") == f"127.0.0.1:{server.port}"
    assert headers.pop("user-agent") == "smewatch/0.1 (+https://us.test; me@us.test)"
    assert headers.pop("from") == "me@us.test"
    assert headers.pop("accept-encoding") == "gzip, deflate"
    assert headers.pop("accept").startswith("application/rss+xml")
    assert headers == {}


@pytest.mark.parametrize("contact", ["", "https://us.test/about"])
def test_from_is_sent_only_with_a_mail_address(contact):
    with FaultServer({"/": answer(200)}) as server:
        ask_feed(server.url(), contact=contact)
        assert "from" not in server.seen[0].headers


def test_line_breaks_in_our_own_settings_make_no_headers():
    with FaultServer({"/": answer(200)}) as server:
        ask_feed(server.url(), user_agent="x\r\nX-Evil: 1", contact="a@b.test\r\nX-Evil: 1")
        assert "x-evil" not in server.seen[0].headers


def test_cookies_are_not_kept():
    with FaultServer({"/": answer(200, b"feed", Set_Cookie="session=1; Path=/")}) as server:

        async def ask_twice():
            async with client() as asking:
                for _ in range(2):
                    await fetch_feed(asking, server.url(), None, None, NOW)

        asyncio.run(ask_twice())
        assert len(server.seen) == 2
        assert all("cookie" not in seen.headers for seen in server.seen)


def test_closed_client_fails_aloud():
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(fetch_feed(client(), "http://a.test/", None, None, NOW))


ETAGS = ['"abc"', 'W/"abc"', "unquoted", '"a,b"', '"caf\u00e9"', '"' + "x" * 5000 + '"', "'single'"]


@pytest.mark.parametrize("etag", ETAGS, ids=lambda etag: etag[:9])
def test_validators_come_back_to_the_server_exactly_as_it_gave_them(etag):
    """Weak, unquoted, 5 KB long: they are the server's own words (RFC 9110, 8.8)."""
    first = answer(200, b"feed", ETag=etag, Last_Modified="yesterday, about noon")
    with FaultServer({"/": first}) as server:
        response = ask_feed(server.url())
        assert isinstance(response, Response)
        assert (response.etag, response.last_modified) == (etag, "yesterday, about noon")
        ask_feed(server.url(), response.etag, response.last_modified)
        sent = server.seen[1].headers
    assert sent["if-none-match"].encode("latin-1") == etag.encode()
    assert sent["if-modified-since"] == "yesterday, about noon"


def test_validator_that_could_not_be_sent_back_unchanged_is_not_kept():
    """Bytes that are no UTF-8: HTTP libraries drop them, and half a validator is a wrong one."""
    with FaultServer({"/": answer(200, b"feed", ETag='"\udce9"')}) as server:
        response = ask_feed(server.url())
    assert isinstance(response, Response)
    assert response.etag is None


@pytest.mark.parametrize(("etag", "modified"), [("", None), (None, ""), (None, None)])
def test_validators_are_never_invented(etag, modified):
    with FaultServer({"/": answer(200, b"feed", ETag="")}) as server:
        response = ask_feed(server.url(), etag, modified)
        assert isinstance(response, Response)
        assert response.etag is None
        assert not {"if-none-match", "if-modified-since"} & set(server.seen[0].headers)


def test_304_is_a_response_with_its_own_validators():
    def script(seen: Seen) -> bytes:
        assert seen.headers["if-none-match"] == '"1"'
        return answer(304, b"", ETag='"2"', Cache_Control="max-age=7200")

    with FaultServer({"/": script}) as server:
        response = ask_feed(server.url(), '"1"')
    assert isinstance(response, Response)
    assert (response.status, response.body, response.etag, response.max_age_s) == (304, b"", '"2"', 7200)


def test_body_of_a_304_is_not_read():
    with FaultServer({"/": [answer(304, b"", Content_Encoding="gzip"), 0.1, b"\x1f\x8b", 5.0]}) as server:
        response = ask_feed(server.url(), '"1"')
    assert isinstance(response, Response)
    assert response.body == b""


def test_old_etag_over_a_new_body_is_read():
    with FaultServer({"/": answer(200, b"new", ETag='"1"')}) as server:
        response = ask_feed(server.url(), '"1"')
    assert isinstance(response, Response)
    assert (response.status, response.body) == (200, b"new")


def test_validators_are_not_shown_to_the_target_of_a_redirect():
    """They belong to the address that gave them; another one may mean something else by the same words."""
    with FaultServer({"/old": answer(302, b"", Location="/new"), "/new": answer(200, b"feed")}) as server:
        ask_feed(server.url("/old"), '"1"')
        assert [seen.headers.get("if-none-match") for seen in server.seen] == ['"1"', None]


def test_validators_of_a_redirects_target_go_to_the_target_alone():
    with FaultServer({"/old": answer(302, b"", Location="/new"), "/new": answer(304)}) as server:
        response = ask_feed(server.url("/old"), '"1"', validators_url=server.url("/new"))
        assert [seen.headers.get("if-none-match") for seen in server.seen] == [None, '"1"']
    assert isinstance(response, Response)
    assert response.status == 304


def test_304_from_a_hop_that_was_sent_no_validators_is_broken():
    with FaultServer({"/old": answer(302, b"", Location="/new"), "/new": answer(304)}) as server:
        loss = ask_feed(server.url("/old"), '"1"')
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE


DATE = "Fri, 20 Nov 2026 12:00:00 GMT"
RETRY_AFTER = [
    ("120", 120), ("0", 0), (" 30 ", 30), ("-1", None), ("1.5", None), ("soon", None), ("", None),
    ("1" + "0" * 12, 1e12), ("9" * 400, 1e18), ("\u0664\u0662", None),
    ("Fri, 20 Nov 2026 13:00:00 GMT", 3600), ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
    ("Friday, 20-Nov-26 13:00:00 GMT", 3600), ("Fri Nov 20 13:00:00 2026", 3600),
    ("Fri, 32 Nov 2026 13:00:00 GMT", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(status, value, seconds):
    with FaultServer({"/": answer(status, b"", Retry_After=value)}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert loss.retry_after_s == seconds


def test_retry_after_counts_from_the_servers_own_clock():
    """The server is an hour ahead of us; it asks for ten minutes."""
    headers = {"Date": "Fri, 20 Nov 2026 13:00:00 GMT", "Retry-After": "Fri, 20 Nov 2026 13:10:00 GMT"}
    assert said.retry_after_s(headers, NOW) == 600


MAX_AGE = [
    ({"Cache-Control": "max-age=3600"}, 3600),
    ({"Cache-Control": "public, MAX-AGE=3600, must-revalidate"}, 3600),
    ({"Cache-Control": 'max-age="60"'}, 60),
    ({"Cache-Control": "max-age=60, max-age=7200"}, 60),
    ({"Cache-Control": "s-maxage=60"}, None),
    ({"Cache-Control": "max-age=-1"}, None),
    ({"Cache-Control": "max-age=abc"}, None),
    ({"Cache-Control": "max-age=1000000000000"}, 1e12),
    ({"Cache-Control": "max-age=60", "Expires": "Fri, 20 Nov 2026 14:00:00 GMT"}, 60),
    ({"Expires": "Fri, 20 Nov 2026 14:00:00 GMT"}, 7200),
    ({"Expires": "Fri, 20 Nov 2026 14:00:00 GMT", "Date": "Fri, 20 Nov 2026 13:00:00 GMT"}, 3600),
    ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
    ({"Expires": "0"}, 0),
    ({"Expires": "never"}, 0),
    ({"Cache-Control": "no-store"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), MAX_AGE)
def test_max_age(headers, seconds):
    """RFC 9111: max-age beats Expires (5.3), the first of several counts (4.2.1), an invalid Expires is stale."""
    assert said.max_age_s(headers, NOW) == seconds


def test_refusal_tells_how_long_it_stays_fresh():
    with FaultServer({"/": answer(429, b"", Cache_Control="max-age=86400")}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert (loss.http_status, loss.max_age_s) == (429, 86400)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (DATE, NOW),
        ("Fri, 20 Nov 2026 13:00:00 +0100", NOW),
        ("0001", None),
        ("", None),
        ("Fri, 20 Nov 99999 1:1:1", None),
    ],
)
def test_http_date(value, date):
    assert said.http_date(value) == date


def test_line_of_a_stranger_is_made_harmless():
    assert said.one_line("a\r\nb\x1b[31m\u202ec\ud800 ") == "a b [31m c"
    assert len(said.one_line("x" * 999)) == 200


def test_host_that_wants_a_long_rest_is_not_asked_again():
    async def ask_twice(url: str) -> list[Response | Loss]:
        async with client() as asking:
            return [await fetch_feed(asking, url, None, None, NOW) for _ in range(2)]

    with FaultServer({"/": answer(429, b"", Retry_After="3600")}) as server:
        _, second = asyncio.run(ask_twice(server.url()))
        assert len(server.seen) == 1
    assert isinstance(second, Loss)
    assert (second.outcome, second.http_status) == (Outcome.REFUSED, None)
    assert 3500 < (second.retry_after_s or 0) <= 3600


def test_page_says_when_and_from_where_it_came():
    with FaultServer({**NO_ROBOTS, "/a": answer(200, b"<html>", Content_Type="text/html")}) as server:
        page = ask_page(server.url("/a"))
    assert isinstance(page, Page)
    assert (page.url, page.final_url, page.fetched_at, page.wire_bytes) == (
        server.url("/a"),
        server.url("/a"),
        NOW,
        6,
    )


def test_pages_are_asked_side_by_side():
    """No page is answered before all have been asked for."""
    all_asked = threading.Barrier(8, timeout=5)

    def script(_: Seen) -> bytes:
        all_asked.wait()
        return answer(200, b"<html>")

    with FaultServer({**NO_ROBOTS, **{f"/{i}": script for i in range(8)}}) as server:
        results = ask_pages(*(server.url(f"/{i}") for i in range(8)))
    assert all(isinstance(page, Page) for page in results)


def test_connections_are_bounded():
    async def ask(server: FaultServer) -> int:
        asking: Client
        async with client(connections=2, limits={"total_s": 5.0, "read_gap_s": 5.0}) as asking:
            robots = RobotsCache(asking)
            await asyncio.gather(*(fetch_page(asking, server.url(f"/{i}"), robots, NOW) for i in range(6)))
        return peak

    running = peak = 0

    def script(_: Seen):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        yield 0.05
        running -= 1
        yield answer(200, b"<html>")

    with FaultServer({**NO_ROBOTS, **{f"/{i}": script for i in range(6)}}) as server:
        assert asyncio.run(ask(server)) == 2
