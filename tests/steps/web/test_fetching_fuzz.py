"""Whatever bytes a server sends, in whatever pieces, an exchange ends as a value."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.steps.web.fetching import Loss, Page, Response, RobotsCache, fetch_feed, fetch_page
from tests.faults.asking import NOW, QUICK, client
from tests.faults.server import FaultServer

CRLF = b"\r\n"
STATUS_LINES = [
    b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 302 Found", b"HTTP/1.1 304 X", b"HTTP/1.1 100 Continue",
    b"HTTP/1.1 99 X", b"HTTP/1.1 1000 X", b"HTTP/9.9 200 OK", b"", b"ICY 200 OK",
]  # fmt: skip
HEADERS = [
    b"Content-Type: text/html", b"Content-Length: 5", b"Content-Length: 0", b"Content-Length: +5",
    b"Content-Length: 5, 5", b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: x", b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"Location: /",
    b"Location: \xff\xfe", b"Location: http://[", b": nameless", b"no colon", b" folded", b"ETag: \xff",
    b"Connection: upgrade", b"Upgrade: websocket", b"Content-Type: \x00", b"Expires: \xe9",
    b"Content-Type: text/html; charset=\xff", b"Retry-After: Mon, 99 Foo 99999999 99:99:99", b"A\x00B: c",
]  # fmt: skip
BODIES = [
    b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"5\r\nhel", b"zz\r\n", b"-1\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n",
    b"\x1f\x8b\x08", b"",
]  # fmt: skip

heads = st.tuples(st.sampled_from(STATUS_LINES), st.lists(st.sampled_from(HEADERS), max_size=4)).map(
    lambda head: CRLF.join([head[0], *head[1], b"", b""])
)
answers = st.tuples(heads | st.binary(max_size=40), st.sampled_from(BODIES) | st.binary(max_size=40)).map(b"".join)
pieces = st.tuples(answers, st.lists(st.integers(0, 120), max_size=2)).map(lambda cut: split(*cut))


def split(answer: bytes, places: list[int]) -> list[bytes | float]:
    """The answer cut at some places, with a moment between, so that the client sees the parts one by one."""
    edges = [0, *sorted(places), len(answer)]
    parts = [answer[start:end] for start, end in pairwise(edges) if start < end]
    return [step for part in parts for step in (part, 0.002)]


@pytest.fixture(scope="module")
def server():
    with FaultServer({}) as server:
        yield server


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=pieces)
def test_any_answer_is_a_response_or_a_loss(server, script):
    server.scripts = {"/": script, "/robots.txt": script}

    async def ask():
        async with client(limits={"read_gap_s": 0.1, "total_s": 0.3}) as asking:
            feed = await fetch_feed(asking, server.url(), '"1"', None, NOW)
            page = await fetch_page(asking, server.url(), RobotsCache(asking), NOW)
            return feed, page

    feed, page = asyncio.run(ask())
    assert isinstance(feed, Response | Loss)
    assert isinstance(page, Page | Loss)


@pytest.mark.parametrize(
    "body", [b"zz\r\nhello\r\n", b"-1\r\n\r\n", b"5\r\nhelloXX", b"5;" + b"x" * 20_000, b"F" * 20 + b"\r\n"], ids=repr
)
def test_chunks_that_break_after_the_headers_were_read_are_a_loss(server, body):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.scripts = {"/": [head, 0.05, body, 0.2]}

    async def ask():
        async with client(limits=QUICK) as asking:
            return await fetch_feed(asking, server.url(), None, None, NOW)

    loss = asyncio.run(ask())
    assert isinstance(loss, Loss)
    assert loss.detail == "silent for 0.4 s" or "ended early" in loss.detail
