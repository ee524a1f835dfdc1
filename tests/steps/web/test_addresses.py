import asyncio
import socket
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.outcomes import Outcome
from flows.steps.web.addresses import is_allowed, is_disguised, is_public, literal_address
from flows.steps.web.fetching import Loss, fetch_feed
from tests.faults.asking import NOW, ask_feed, ask_page, client
from tests.faults.server import FaultServer, answer

NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1",
    "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "93.184.216.34", "192.0.1.1", "172.32.0.1", "100.128.0.1", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2606:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001::200e", "2400:cb00::1",
]  # fmt: skip


@pytest.mark.parametrize("spelt", NOT_PUBLIC)
def test_address_is_not_public(spelt):
    assert not is_public(ip_address(spelt))


@pytest.mark.parametrize("spelt", PUBLIC)
def test_address_is_public(spelt):
    assert is_public(ip_address(spelt))


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_never_opens_it(inner):
    mapped = ip_address(int(ip_address("::ffff:0:0")) + int(inner))
    through_nat64 = ip_address(int(ip_address("64:ff9b::")) + int(inner))
    compatible = ip_address(int(inner))
    assert is_public(mapped) == is_public(through_nat64) == is_public(inner)
    assert not is_public(ip_address(f"::{compatible}"))
    assert not is_public(ip_address((0x2002 << 112) + (int(inner) << 80)))


@given(st.ip_addresses(v=6, network="2000::/3"))
def test_what_python_calls_private_is_never_public(ip):
    assert not (is_public(ip) and (ip.is_private or ip.is_multicast or ip.is_link_local))


@pytest.mark.parametrize(
    ("spelt", "is_opened"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("10.1.2.3", True), ("192.168.0.9", True), ("172.20.0.1", True),
     ("::1", True), ("fd00::7", True), ("::ffff:127.0.0.1", True), ("8.8.8.8", True),
     ("169.254.169.254", False), ("fe80::1", False), ("0.0.0.0", False), ("::", False), ("224.0.0.1", False),
     ("100.64.0.1", False), ("::127.0.0.1", False)],
)  # fmt: skip
def test_setting_opens_loopback_and_private_networks_and_nothing_else(spelt, is_opened):
    """169.254.169.254 hands out credentials on cloud machines: no setting opens it."""
    assert is_allowed(ip_address(spelt), allow_private=True) is is_opened


def test_every_network_the_setting_opens_is_closed_without_it():
    for block in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"):
        assert not is_allowed(ip_network(block)[1], allow_private=False)


# Each is 127.0.0.1, or another address that is not public, to some resolver, parser or browser.
SPELLINGS = [
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0X7F000001",
    "0x7f.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "0177.0.0.01", "00000177.0.0.1", "127.000.000.001", "0",
    "0.0.0.0", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "0x7f。1", "①②⑦.1",
    "10.0.0.1", "192.168.0.1",
    "172.16.5.4", "169.254.169.254", "2852039166", "0xa9fea9fe", "100.64.0.1", "[::]", "[::1]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00::1]", "user:pw@127.0.0.1",
    "news.test@127.0.0.1", "a.test", "b.test", "localhost",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_of_an_inner_address_is_refused_and_nothing_connects(spelling):
    with FaultServer({"/": answer(200, b"secret")}) as server:
        url = server.url(host=spelling)
        feed, page = ask_feed(url, allow_private=False), ask_page(url, allow_private=False)
        assert server.connections == 0
    for loss in (feed, page):
        assert isinstance(loss, Loss)
        assert loss.outcome is Outcome.FORBIDDEN_ADDRESS, loss


@pytest.mark.parametrize(
    "host",
    [
        "0x08080808",
        "134744072",
        "8.8.2056",
        "010.8.8.8",
        "⑧.8.8.8",
        "8.8.8.8.",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3",
        "09",
    ],
)
def test_number_for_a_host_is_disguised_even_where_it_would_be_public(host):
    assert is_disguised(host)


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "::1",
        "a.test",
        "1.test",
        "1e100.net",
        "0x.test",
        "163.com",
        "xn--9ca.fr",
        "x",
        "4chan.org",
        "2ch.0x.sc",
    ],
)
def test_host_is_what_it_seems(host):
    assert not is_disguised(host)


@given(st.ip_addresses())
def test_usual_form_of_an_address_is_read_back(ip):
    assert literal_address(str(ip)) == ip
    assert not is_disguised(str(ip))


@given(st.text(max_size=30))
def test_any_text_is_judged_without_an_error(host):
    is_disguised(host)
    literal_address(host)


def test_name_is_checked_at_the_moment_of_connecting(monkeypatch):
    """DNS rebinding: what a name resolved to before counts for nothing."""
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def lookup(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with FaultServer({"/": answer(200)}) as server:
        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        assert socket.getaddrinfo("rebinding.test", server.port)[0][4][0] == "93.184.216.34"
        loss = ask_feed(server.url(host="rebinding.test"), allow_private=False)
        assert server.connections == 0
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.FORBIDDEN_ADDRESS


def test_name_with_several_inner_addresses_is_forbidden_not_unreachable(monkeypatch):
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    loss = ask_feed("http://two.test/", allow_private=False)
    assert isinstance(loss, Loss)
    assert loss.outcome is Outcome.FORBIDDEN_ADDRESS


def test_guard_holds_for_a_client_reused_after_a_refusal():
    async def ask_twice(url):
        async with client(allow_private=False) as asking:
            return [await fetch_feed(asking, url, None, None, NOW) for _ in range(2)]

    with FaultServer({"/": answer(200)}) as server:
        results = asyncio.run(ask_twice(server.url(host="a.test")))
        assert server.connections == 0
    assert {result.outcome for result in results} == {Outcome.FORBIDDEN_ADDRESS}
