"""What a hostile or broken server can do on the wire; tests/faults/README.md lists the lines."""

import gzip
import zlib
from itertools import repeat

import pytest

from flows.steps.outcomes import Outcome
from flows.steps.web.fetching import Loss, Page, Response
from tests.faults.asking import QUICK, SMALL, ask_feed, ask_page
from tests.faults.server import FaultServer, Script, answer

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BOMB = gzip.compress(bytes(4 * 2**20))
CHUNK = b"1000\r\n" + b"x" * 4096 + b"\r\n"
ALLOW_ALL = answer(404)


def dripping(piece: bytes) -> list[bytes | float]:
    return [OK, *(step for _ in range(50) for step in (piece, 0.1))]


def coded(coding: str, body: bytes) -> bytes:
    return answer(200, body, Content_Encoding=coding)


BROKEN: list[tuple[str, Script, str]] = [
    ("closes without a word", b"", "ServerDisconnected"),
    ("speaks no HTTP", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "broken answer"),
    ("sends 2,000 headers", [OK, b"X-A: b\r\n" * 2000, b"\r\nhi"], "broken answer"),
    ("sends a header of 64 KB", [OK, b"X-A: " + b"b" * 65536 + b"\r\n\r\nhi"], "broken answer"),
    (
        "sends 90 KB of short headers",
        [OK, (b"X-A: " + b"b" * 9000 + b"\r\n") * 10, b"\r\n"],
        "headers of more than 65,536",
    ),
    ("announces a negative length", OK + b"Content-Length: -5\r\n\r\nhello", "broken answer"),
    ("announces two lengths", OK + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello", "broken answer"),
    ("announces less than it sends", OK + b"Content-Length: 5\r\n\r\nhello, and more", "broken answer"),
    ("announces more than it sends", OK + b"Content-Length: 50\r\n\r\nhello", "ended early"),
    ("breaks its chunks", OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", "broken answer"),
    ("packs a bomb twice", coded("gzip, gzip", gzip.compress(BOMB)), "did not ask for"),
    ("uses brotli unasked", coded("br", b"\x0b\x02\x80hello\x03"), "did not ask for"),
    ("uses an unknown coding", coded("quantum", b"hello"), "did not ask for"),
    ("cuts its gzip off", coded("gzip", gzip.compress(b"hello" * 999)[:-12]), "cut off"),
    ("sends one byte of gzip", coded("gzip", b"\x1f"), "cut off"),
    ("breaks its gzip", coded("gzip", b"\x1f\x8b" + bytes(99)), "broken gzip"),
    ("joins empty gzips by the thousand", coded("gzip", gzip.compress(b"") * 3000), "members"),
    ("answers 204", answer(204), "204"),
    ("answers 206 unasked", answer(206, b"hello"), "206"),
    ("answers 304 to a request without validators", answer(304), "304"),
    ("answers 599", answer(599), "599"),
    ("answers 999", answer(999), "999"),
]


@pytest.mark.parametrize(("script", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_feed_is_unreachable_from_a_server_that(script, words):
    with FaultServer({"/": script}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE
    assert words in loss.detail


SLOW: list[tuple[str, Script, str]] = [
    ("is silent", [5.0], "silent for 0.4 s"),
    ("drips its body", [OK, b"\r\n", *dripping(b"x")[1:]], "not finished within 1 s"),
    ("never ends its headers", dripping(b"X-A: b\r\n"), "not finished within 1 s"),
]


@pytest.mark.parametrize(("script", "words"), [row[1:] for row in SLOW], ids=[row[0] for row in SLOW])
def test_time_limits_end_an_exchange_with_a_server_that(script, words):
    with FaultServer({"/": script}) as server:
        loss = ask_feed(server.url(), limits=QUICK)
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE
    assert loss.detail == words


LARGE: list[tuple[str, Script]] = [
    ("announces more than we take", OK + b"Content-Length: 99999999\r\n\r\n"),
    ("never ends its body", [OK, b"\r\n", *repeat(b"x" * 4096, 4000)]),
    ("never ends its chunks", [OK, b"Transfer-Encoding: chunked\r\n\r\n", *repeat(CHUNK, 4000)]),
    ("sends a gzip bomb", coded("gzip", BOMB)),
    ("sends a deflate bomb", coded("deflate", zlib.compress(bytes(4 * 2**20)))),
    ("packs a bomb as a file", answer(200, BOMB, Content_Type="application/gzip")),
    ("hides a bomb in the second member", coded("gzip", gzip.compress(b"hello") + BOMB)),
]


@pytest.mark.parametrize("script", [row[1] for row in LARGE], ids=[row[0] for row in LARGE])
def test_feed_is_too_large_from_a_server_that(script):
    with FaultServer({"/": script}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.TOO_LARGE
    assert "65,536" in loss.detail


GOOD: list[tuple[str, bytes, bytes]] = [
    ("plain", answer(200, b"hello"), b"hello"),
    ("empty", answer(200, b""), b""),
    ("until the connection ends", OK + b"\r\nhello", b"hello"),
    ("chunked", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello"),
    ("gzip", answer(200, gzip.compress(b"hello"), Content_Encoding="gzip"), b"hello"),
    ("x-gzip", answer(200, gzip.compress(b"hello"), Content_Encoding="X-GZip"), b"hello"),
    (
        "gzip in two members",
        answer(200, gzip.compress(b"hel") + gzip.compress(b"lo"), Content_Encoding="gzip"),
        b"hello",
    ),
    (
        "gzip with junk behind it",
        answer(200, gzip.compress(b"hello") + b"\0\0junk", Content_Encoding="gzip"),
        b"hello",
    ),
    ("text that is called gzip", answer(200, b"hello", Content_Encoding="gzip"), b"hello"),
    ("deflate with a zlib header", answer(200, zlib.compress(b"hello"), Content_Encoding="deflate"), b"hello"),
    ("deflate without", answer(200, zlib.compress(b"hello")[2:-4], Content_Encoding="deflate"), b"hello"),
    ("a feed packed as a file", answer(200, gzip.compress(b"hello"), Content_Type="application/gzip"), b"hello"),
    ("identity", answer(200, b"hello", Content_Encoding="identity"), b"hello"),
    ("203 from a proxy", answer(203, b"hello"), b"hello"),
]


@pytest.mark.parametrize(("script", "body"), [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_body_is_read_when_it_comes(script, body):
    with FaultServer({"/": script}) as server:
        response = ask_feed(server.url())
    assert isinstance(response, Response), response
    assert response.body == body


def test_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not():
    limit = SMALL.feed_bytes
    with FaultServer({"/fits": OK + b"\r\n" + b"x" * limit, "/over": OK + b"\r\n" + b"x" * (limit + 1)}) as server:
        fits, over = ask_feed(server.url("/fits")), ask_feed(server.url("/over"))
    assert isinstance(fits, Response)
    assert len(fits.body) == fits.wire_bytes == limit
    assert isinstance(over, Loss)
    assert over.outcome is Outcome.TOO_LARGE


def test_wire_bytes_are_counted_before_decoding():
    packed = gzip.compress(b"x" * 50_000)
    with FaultServer({"/": answer(200, packed, Content_Encoding="gzip")}) as server:
        response = ask_feed(server.url())
    assert isinstance(response, Response)
    assert (response.wire_bytes, len(response.body)) == (len(packed), 50_000)


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_body_of_a_redirect_or_an_error_is_never_waited_for(status):
    """The body never ends: who reads it, even to throw it away, hangs until the time limit."""
    head = f"HTTP/1.1 {status} X\r\nLocation: /next\r\nContent-Encoding: gzip\r\n\r\n".encode()
    with FaultServer({"/": [head, BOMB, 9.0], "/next": answer(200, b"hello")}) as server:
        result = ask_feed(server.url())
    if status == 301:
        assert isinstance(result, Response)
        assert result.body == b"hello"
    else:
        assert isinstance(result, Loss)
        assert result.http_status == status


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, Outcome.REFUSED), (401, Outcome.REFUSED), (403, Outcome.REFUSED), (404, Outcome.GONE), (410, Outcome.GONE),
     (418, Outcome.REFUSED), (429, Outcome.REFUSED), (451, Outcome.REFUSED), (500, Outcome.UNREACHABLE),
     (503, Outcome.UNREACHABLE), (522, Outcome.UNREACHABLE)],
)  # fmt: skip
def test_status_gives_the_loss_its_name(status, outcome):
    with FaultServer({"/robots.txt": ALLOW_ALL, "/": answer(status, b"<html>sorry</html>")}) as server:
        feed, page = ask_feed(server.url()), ask_page(server.url())
    assert isinstance(feed, Loss)
    assert isinstance(page, Loss)
    assert (feed.outcome, feed.http_status) == (page.outcome, page.http_status) == (outcome, status)


PAGE_TYPES = [
    ("text/html", b"<html>", None),
    ("TEXT/HTML; charset=Shift_JIS", b"<html>", None),
    ("application/xhtml+xml", b"<html>", None),
    ("application/pdf", b"%PDF-1.7", Outcome.NOT_HTML),
    ("image/jpeg", b"\xff\xd8\xff", Outcome.NOT_HTML),
    ("video/mp4", b"x", Outcome.NOT_HTML),
    ("application/json", b"{}", Outcome.NOT_HTML),
    ("text/html", b"%PDF-1.7", Outcome.NOT_HTML),
    ("text/html", b"\x89PNG\r\n", Outcome.NOT_HTML),
    ("", b"<html>", None),
    ("", b"PK\x03\x04", Outcome.NOT_HTML),
]


@pytest.mark.parametrize(("content_type", "body", "outcome"), PAGE_TYPES)
def test_page_must_be_html_by_its_type_and_by_its_first_bytes(content_type, body, outcome):
    with FaultServer({"/robots.txt": ALLOW_ALL, "/": answer(200, body, Content_Type=content_type)}) as server:
        page = ask_page(server.url())
    assert (page.outcome if isinstance(page, Loss) else None) is outcome


def test_film_is_not_downloaded():
    endless = [b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", 9.0]
    with FaultServer({"/robots.txt": ALLOW_ALL, "/": endless}) as server:
        page = ask_page(server.url())
    assert isinstance(page, Loss)
    assert (page.outcome, page.detail) == (Outcome.NOT_HTML, "video/mp4")


def test_page_tells_its_charset_and_its_type_apart():
    script = answer(200, b"<html>", Content_Type='Text/HTML; Charset="Shift_JIS"')
    with FaultServer({"/robots.txt": ALLOW_ALL, "/": script}) as server:
        page = ask_page(server.url())
    assert isinstance(page, Page)
    assert (page.content_type, page.charset) == ("text/html", "shift_jis")


def test_page_over_the_limit_ends_as_too_large():
    with FaultServer({"/robots.txt": ALLOW_ALL, "/": OK + b"\r\n" + b"x" * 70_000}) as server:
        page = ask_page(server.url())
    assert isinstance(page, Loss)
    assert page.outcome is Outcome.TOO_LARGE


def test_name_that_does_not_resolve_is_told_from_a_server_that_is_silent():
    loss = ask_feed("http://no-such-host.invalid/feed")
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE
    assert loss.is_dns


def test_closed_port_is_unreachable():
    with FaultServer({}) as server:
        url = server.url()
    loss = ask_feed(url)
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE
    assert not loss.is_dns


def test_details_hold_no_control_characters_of_the_server():
    with FaultServer({"/": answer(200, b"x", Content_Encoding="\x1b[31mred\u202e")}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert loss.detail.isprintable()
