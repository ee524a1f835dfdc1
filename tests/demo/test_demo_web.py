"""The demo's web on loopback: what it answers, and what the second edition changes."""

import csv
import html
import http.client
import io
from datetime import UTC, datetime

import pytest

from flows.demo.content import outlets, pieces
from flows.demo.web import DemoWeb, routes

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def web():
    with DemoWeb(NOW) as running:
        yield running


def ask(web, host, path, headers=None, method="GET"):
    """Status, headers and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        connection.request(method, path, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def feed_of(written_as):
    return next((outlet, feed) for outlet in outlets() for feed in outlet.feeds if feed.format == written_as)


def test_every_address_of_the_catalogue_is_answered_200_on_its_host(web):
    rows = list(csv.DictReader(io.StringIO(web.catalogue_csv)))
    for row in rows:
        host, _, path = row["url"].removeprefix("http://").partition("/")
        assert host == f"{host.partition(':')[0]}:{web.port}"
        assert ask(web, host, f"/{path}")[0] == 200
    assert {row["url"].split("/")[2].split(":")[0] for row in rows} == set(web.hosts)


def test_every_host_resolves_to_loopback(web):
    assert web.resolve == dict.fromkeys(web.hosts, "127.0.0.1")


@pytest.mark.parametrize(
    ("page", "status"), [("article", 200), ("missing", 404), ("consent wall", 200), ("oversize", 200)]
)
def test_a_piece_is_answered_as_its_header_says(web, page, status):
    piece = next(piece for piece in pieces() if piece.page == page)
    found, headers, body = ask(web, piece.outlet.host, piece.path)
    assert found == status
    assert headers["Content-Type"] == f"text/html; charset={piece.outlet.charset}"
    shown = html.unescape(body.decode(piece.outlet.charset))
    assert (piece.title in shown) is (page in ("article", "oversize"))


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("nowhere.test", "/"),
        ("", "/rss/all.xml"),
        ("127.0.0.1", "/rss/all.xml"),
        ("wire.meridian.test", "/business/no-such-piece"),
        ("wire.meridian.test", "/../content.py"),
        ("wire.meridian.test", "/%2e%2e/%2e%2e/etc/passwd"),
        ("wire.meridian.test", "/business/../../outlets.toml"),
        ("wire.meridian.test/../korle", "/"),
        ("www.korlecourier.test", "/rss/all.xml"),
    ],
)
def test_an_unknown_host_or_path_is_answered_404(web, host, path):
    assert ask(web, host, path)[0] == 404


def test_a_feed_asked_again_with_its_validators_is_answered_304_without_a_body(web):
    outlet, feed = feed_of("atom")
    _, first, _ = ask(web, outlet.host, feed.path)
    for condition in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        status, headers, body = ask(web, outlet.host, feed.path, condition)
        assert (status, body, headers["ETag"]) == (304, b"", first["ETag"])


def test_an_etag_that_does_not_match_goes_before_a_date_that_does(web):
    outlet, feed = feed_of("atom")
    _, first, _ = ask(web, outlet.host, feed.path)
    conditions = {"If-None-Match": '"old"', "If-Modified-Since": first["Last-Modified"]}
    assert ask(web, outlet.host, feed.path, conditions)[0] == 200


@pytest.mark.parametrize("nonsense", ["yesterday", "0", "Sun, 99 Nov 2026 99:00:00 GMT"])
def test_a_condition_that_is_no_date_is_ignored(web, nonsense):
    outlet, feed = feed_of("atom")
    assert ask(web, outlet.host, feed.path, {"If-Modified-Since": nonsense})[0] == 200


def test_robots_txt_closes_the_paths_that_the_outlet_closes_and_no_others(web):
    for outlet in outlets():
        _, _, body = ask(web, outlet.host, "/robots.txt")
        closed = [line.split(":")[1].strip() for line in body.decode().splitlines() if line.startswith("Disallow")]
        assert closed == list(outlet.disallow or [""])


def test_head_is_answered_like_get_without_the_body(web):
    status, headers, body = ask(web, "wire.meridian.test", "/rss/all.xml", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


def test_requests_are_counted_by_status():
    with DemoWeb(NOW) as web:
        ask(web, "wire.meridian.test", "/robots.txt")
        ask(web, "wire.meridian.test", "/robots.txt")
        ask(web, "nowhere.test", "/")
        assert web.requests == {200: 2, 404: 1}


def test_a_client_that_leaves_in_the_middle_harms_nobody_and_prints_nothing(web, capfd):
    piece = next(piece for piece in pieces() if piece.page == "oversize")
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    connection.request("GET", piece.path, headers={"Host": piece.outlet.host})
    connection.getresponse().read(1000)
    connection.close()
    assert ask(web, piece.outlet.host, "/")[0] == 200
    assert capfd.readouterr() == ("", "")


def test_the_same_moment_gives_the_same_web():
    assert routes(2, NOW, 8000) == routes(2, NOW, 8000)


def test_the_second_edition_changes_the_pages_and_feeds_that_it_promises_and_no_others():
    first, second = routes(1, NOW, 8000), routes(2, NOW, 8000)
    assert first.keys() <= second.keys()
    printed = [piece for piece in pieces(2) if piece.edition == 2]
    known = {(piece.outlet.host, piece.path) for piece in pieces(1)}
    new = {(piece.outlet.host, piece.path) for piece in printed} - known
    assert second.keys() - first.keys() == new
    texts = {(piece.outlet.host, piece.path): piece for piece in printed}
    changed = {place for place in first if first[place].body != second[place].body}
    revised = {place for place in changed if place in known and place in texts}
    assert len(revised) == 1
    feeds = {(piece.outlet.host, feed.path) for piece in printed for feed in piece.outlet.feeds if piece.is_in(feed)}
    assert {place for place in changed if "ETag" in first[place].headers} == feeds
    for host, path in feeds:
        assert first[host, path].headers["ETag"] != second[host, path].headers["ETag"]


def test_a_running_web_shows_the_second_edition_when_told():
    new = next(piece for piece in pieces(2) if piece not in pieces(1))
    with DemoWeb(NOW) as web:
        assert ask(web, new.outlet.host, new.path)[0] == 404
        web.show_second_edition()
        assert ask(web, new.outlet.host, new.path)[0] == 200
