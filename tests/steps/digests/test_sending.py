"""Handing mail in, against real servers: every way it can end has its own true name."""

import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from flows.steps.digests.sending import Delivery, MailServer, ServerUnavailable, connected
from tests.steps.digests.post_office import Box, breaking_office, free_port, post_office

TLS = Path(__file__).parents[2] / "data" / "tls"
SENDER = "news@example.org"


def server_at(port, **changes):
    return MailServer(**{"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 5.0, **changes})


def message(body="A line.\r\n"):
    made = EmailMessage(policy=SMTP)
    made["Subject"] = "A week"
    made.set_content(body)
    return made


def sent_to(server, *recipients):
    with connected(server) as line:
        return [line.send(message(), SENDER, f"{one}@example.net") for one in recipients]


def test_what_the_server_takes_is_sent():
    box = Box()
    with post_office(box) as port:
        [sent] = sent_to(server_at(port), "ada")
    assert (sent.end, sent.detail) == (Delivery.SENT, None)
    assert box.recipients == ["ada@example.net"]


def test_one_that_is_refused_harms_no_other():
    box = Box(bob="550 5.1.1 no such mailbox", eve="451 4.7.1 come back later")
    with post_office(box) as port:
        ends = sent_to(server_at(port), "ada", "bob", "eve", "kim")
    assert [sent.end for sent in ends] == [Delivery.SENT, Delivery.REFUSED, Delivery.DEFERRED, Delivery.SENT]
    assert ends[1].detail == "550 5.1.1 no such mailbox"
    assert box.recipients == ["ada@example.net", "kim@example.net"]


@pytest.mark.parametrize(
    ("answer", "end"), [("552 too much mail data", Delivery.REFUSED), ("451 disk full", Delivery.DEFERRED)]
)
def test_a_message_the_server_will_not_keep_was_not_sent(answer, end):
    with post_office(Box(content=answer)) as port:
        [sent] = sent_to(server_at(port), "ada")
    assert (sent.end, sent.detail) == (end, answer)


def test_a_line_that_breaks_before_the_message_leaves_it_deferred():
    with breaking_office(after_content=False) as port:
        assert [sent.end for sent in sent_to(server_at(port), "ada", "bob")] == [Delivery.DEFERRED] * 2


def test_a_line_that_breaks_after_the_message_leaves_it_doubtful_and_the_next_deferred():
    with breaking_office(after_content=True) as port:
        ends = [sent.end for sent in sent_to(server_at(port), "ada", "bob")]
    assert ends == [Delivery.DOUBTFUL, Delivery.DEFERRED]


@pytest.mark.parametrize("body", [".\r\n", "..\r\n.hidden\r\n", "text\r\n.\r\nQUIT\r\n", "no end of line"])
def test_no_line_of_a_message_ends_it(body):
    box = Box()
    with post_office(box) as port, connected(server_at(port)) as line:
        assert line.send(message(body), SENDER, "ada@example.net").end == Delivery.SENT
    [(_, content)] = box.received
    assert content.partition(b"\r\n\r\n")[2].rstrip() == body.rstrip().encode()


def test_a_server_that_is_not_there_is_told_and_nothing_is_sent():
    with pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:"), connected(server_at(free_port())):
        pass


def test_the_password_is_right_or_there_is_no_line():
    box = Box()
    with post_office(box, password="open sesame", auth_require_tls=False) as port:
        good = server_at(port, user="smewatch", password="open sesame")
        assert sent_to(good, "ada")[0].end == Delivery.SENT
        with pytest.raises(ServerUnavailable, match="535"), connected(server_at(port, user="smewatch", password="x")):
            pass
    assert "open sesame" not in repr(good)


@pytest.fixture
def named(monkeypatch):
    """a.test, for which tests/data/tls has a certificate, leads to loopback."""
    look_up = socket.getaddrinfo

    def resolve(host, *args, **kwargs):
        return look_up("127.0.0.1" if host == "a.test" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def certificate():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_over_an_encrypted_line_to_a_server_whose_name_is_proved(security, named, monkeypatch):
    options = {"tls_context" if security == "starttls" else "ssl_context": certificate()}
    box = Box()
    with post_office(box, require_starttls=security == "starttls", **options) as port:
        server = server_at(port, host="a.test", security=security)
        with pytest.raises(ServerUnavailable, match="certificate"), connected(server):
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
        assert sent_to(server, "ada")[0].end == Delivery.SENT
    assert box.recipients == ["ada@example.net"]


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for():
    box = Box()
    with (
        post_office(box) as port,
        pytest.raises(ServerUnavailable, match="STARTTLS"),
        connected(server_at(port, security="starttls")),
    ):
        pass
    assert box.received == []
