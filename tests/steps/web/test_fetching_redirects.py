import ssl
from pathlib import Path

import pytest

from flows.steps.outcomes import Outcome
from flows.steps.web import client as client_module
from flows.steps.web import redirects as redirects_module
from flows.steps.web.answers import Hop
from flows.steps.web.fetching import Loss, Page, Response
from flows.steps.web.redirects import redirect_target
from tests.faults.asking import QUICK, ask_feed, ask_page
from tests.faults.server import FaultServer, answer

TLS = Path(__file__).parents[2] / "data" / "tls"
NO_ROBOTS = {"/robots.txt": answer(404)}


def moved(location: str, status: int = 302) -> bytes:
    return answer(status, b"", Location=location)


def serving_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=TLS / "certificate.pem")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed_and_remembered(status):
    with FaultServer({"/old": moved("/new", status), "/new": answer(200, b"feed", ETag='"2"')}) as server:
        response = ask_feed(server.url("/old"))
    assert isinstance(response, Response)
    assert response.hops == (Hop(server.url("/old"), status),)
    assert (response.url, response.final_url) == (server.url("/old"), server.url("/new"))
    assert response.body == b"feed"


@pytest.mark.parametrize(
    ("statuses", "steps"),
    [([], 0), ([301], 1), ([308, 301], 2), ([302], 0), ([301, 302, 301], 1), ([307, 301], 0), ([303], 0)],
)
def test_permanent_address_is_where_permanent_redirects_alone_lead(statuses, steps):
    scripts = {f"/{i}": moved(f"/{i + 1}", status) for i, status in enumerate(statuses)}
    with FaultServer(scripts | {f"/{len(statuses)}": answer(200)}) as server:
        response = ask_feed(server.url("/0"))
    assert isinstance(response, Response)
    assert response.permanent_url == server.url(f"/{steps}")


def test_ten_redirects_are_followed_and_eleven_are_not():
    chain = {f"/{i}": moved(f"/{i - 1}") for i in range(1, 32)}
    with FaultServer({**chain, "/0": answer(200, b"end")}) as server:
        ten, eleven, thirty_one = (ask_feed(server.url(f"/{n}")) for n in (10, 11, 31))
        assert len(server.seen) == 11 + 11 + 11
    assert isinstance(ten, Response)
    for loss in (eleven, thirty_one):
        assert isinstance(loss, Loss)
        assert loss.outcome is Outcome.UNREACHABLE
        assert "more than 10 redirects" in loss.detail


def test_redirect_loop_ends_at_its_first_repetition():
    with FaultServer({"/a": moved("/b"), "/b": moved("/a")}) as server:
        loss = ask_feed(server.url("/a"))
        assert server.paths() == ["/a", "/b"]
    assert isinstance(loss, Loss)
    assert "redirect loop" in loss.detail


FORBIDDEN = [
    "file:///etc/passwd", "data:text/html,hi", "gopher://127.0.0.1/", "ftp://a.test/", "javascript:alert(1)",
    "http://169.254.169.254/", "http://[fe80::1]/", "http://0x7f000001/", "http://2130706433/",
    "http://017700000001/", "http://127.1/", "http://①②⑦.0.0.1/", "http://127.0.0.1./", "http://[::127.0.0.1]/",
    "http://0.0.0.0/", "//169.254.169.254/latest", "https:////etc/", "http://a.test:99999/",
]  # fmt: skip


@pytest.mark.parametrize("location", FORBIDDEN)
def test_redirect_may_not_lead_out_of_the_public_web(location):
    with FaultServer({"/": moved(location), **NO_ROBOTS}) as server:
        feed, page = ask_feed(server.url()), ask_page(server.url())
        assert set(server.paths()) == {"/", "/robots.txt"}
    for loss in (feed, page):
        assert isinstance(loss, Loss)
        assert loss.outcome is Outcome.FORBIDDEN_ADDRESS, loss


def test_redirect_from_a_public_host_into_our_network_is_stopped_before_it_connects(monkeypatch):
    """127.0.0.1 plays the public internet here, 127.0.0.2 the inner network."""
    for module in (client_module, redirects_module):
        monkeypatch.setattr(module, "is_allowed", lambda ip, _: str(ip) == "127.0.0.1")
    names = {"outer.test": "127.0.0.1", "inner.test": "127.0.0.2"}
    for target in ("http://inner.test:{}/", "http://127.0.0.2:{}/"):
        with FaultServer({**NO_ROBOTS}) as server:
            server.scripts["/"] = moved(target.format(server.port))
            feed = ask_feed(server.url(host="outer.test"), resolve=names)
            page = ask_page(server.url(host="outer.test"), resolve=names)
            assert server.connections == 3
        for loss in (feed, page):
            assert isinstance(loss, Loss)
            assert loss.outcome is Outcome.FORBIDDEN_ADDRESS


BROKEN = ["", "   ", "http://", "http://[::1", "http://a b/", "/" + "x" * 3000, "ht!tp://x"]


@pytest.mark.parametrize("location", BROKEN)
def test_redirect_to_nowhere_is_a_loss(location):
    with FaultServer({"/": moved(location)}) as server:
        loss = ask_feed(server.url())
        assert len(server.seen) <= 2
    assert isinstance(loss, Loss)
    assert loss.outcome in (Outcome.UNREACHABLE, Outcome.FORBIDDEN_ADDRESS, Outcome.GONE)


def test_redirect_without_a_location_is_a_loss():
    with FaultServer({"/": answer(302)}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert (loss.outcome, loss.http_status) == (Outcome.UNREACHABLE, 302)


def test_location_of_100_kb_is_a_loss():
    with FaultServer({"/": moved("/" + "x" * 100_000)}) as server:
        loss = ask_feed(server.url())
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize(
    ("location", "asked"),
    [("/caf\u00e9", "/caf%C3%A9"), ("/caf\udce9", "/caf%E9"), ("/a%20b%2Fc", "/a%20b%2Fc"),
     ("../x?q=\u65e5", "/x?q=%E6%97%A5"), ("?page=2", "/dir/old?page=2"), ("new", "/dir/new"), ("/a b", "/a%20b"),
     ("/a/../../b", "/b"), ("/x#part", "/x")],
)  # fmt: skip
def test_location_is_understood_as_it_was_meant(location, asked):
    """Relative, with spaces, in UTF-8, in raw Latin-1 bytes (which reach us as surrogates)."""
    with FaultServer({"/dir/old": moved(location), asked: answer(200, b"here")}) as server:
        response = ask_feed(server.url("/dir/old"))
        assert server.paths() == ["/dir/old", asked]
    assert isinstance(response, Response)


@pytest.mark.parametrize("location", ["/a\r\nX-Evil: 1", "/a\nb", "/a\x00b", "/a\x1bb", "/a\u2028b"])
def test_location_with_control_characters_is_not_followed(location):
    hops = [Hop("http://a.test/", 302)]
    assert isinstance(redirect_target("http://a.test/", location, hops, 10), Loss)


def test_credentials_of_a_redirect_are_not_sent():
    with FaultServer({"/": moved("http://user:secret@a.test:{port}/in"), "/in": answer(200, b"ok")}) as server:
        server.scripts["/"] = moved(f"http://user:secret@a.test:{server.port}/in")
        response = ask_feed(server.url().replace("//", "//me:pw@"))
        assert all("authorization" not in seen.headers and "referer" not in seen.headers for seen in server.seen)
    assert isinstance(response, Response)
    assert "secret" not in response.final_url


def test_way_from_https_to_http_is_noted():
    with FaultServer({"/": answer(200, b"feed")}) as plain:
        scripts = {"/down": moved(plain.url(host="a.test")), "/": answer(200, b"feed")}
        with FaultServer(scripts, tls=serving_tls()) as secure:
            down = ask_feed(secure.url("/down", host="a.test"), tls=trusting())
            plain.scripts["/up"] = moved(secure.url(host="a.test"))
            up = ask_feed(plain.url("/up", host="a.test"), tls=trusting())
    assert isinstance(down, Response)
    assert isinstance(up, Response)
    assert (down.is_downgraded, up.is_downgraded) == (True, False)


@pytest.mark.parametrize(
    ("host", "tls"), [("a.test", None), ("b.test", trusting())], ids=["self-signed", "wrong host"]
)
def test_certificate_that_does_not_hold_is_unreachable(host, tls):
    with FaultServer({"/": answer(200, b"feed")}, tls=serving_tls()) as server:
        loss = ask_feed(server.url(host=host), tls=tls)
        assert server.seen == []
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.UNREACHABLE
    assert "certificate" in loss.detail.lower()


def test_time_limit_holds_for_all_redirects_together():
    slow = {f"/{i}": [0.3, moved(f"/{i - 1}")] for i in range(1, 9)}
    with FaultServer({**slow, "/0": answer(200)}) as server:
        loss = ask_feed(server.url("/8"), limits=QUICK)
        assert len(server.seen) < 6
    assert isinstance(loss, Loss)
    assert "not finished within 1 s" in loss.detail


def test_page_asks_robots_of_every_host_on_its_way():
    with FaultServer({}) as server:
        server.scripts |= {"/old": moved(server.url("/new", host="b.test")), "/new": answer(200, b"<html>")}
        page = ask_page(server.url("/old", host="a.test"))
        asked = [(seen.headers["host"].partition(":")[0], seen.path) for seen in server.seen]
    assert isinstance(page, Page)
    assert asked == [("a.test", "/robots.txt"), ("a.test", "/old"), ("b.test", "/robots.txt"), ("b.test", "/new")]
    assert page.final_url == server.url("/new", host="b.test")


def test_redirect_into_a_refused_path_is_refused_by_robots():
    rules = answer(200, b"User-agent: *\nDisallow: /private")
    scripts = {"/robots.txt": rules, "/open": moved("/private/x"), "/private/x": answer(200, b"<html>")}
    with FaultServer(scripts) as server:
        loss = ask_page(server.url("/open"))
        assert server.paths() == ["/robots.txt", "/open"]
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.ROBOTS
