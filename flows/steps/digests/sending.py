"""Handing mail to a server (SMTP, RFC 5321), one message at a time, and naming truthfully how each ended.

The steps of SMTP are taken one by one, because what a break means depends on where it happens: before the server has
the whole message nothing has left; after that, and before its answer, nobody can know.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Literal

_MAX_DETAIL_CHARS = 300
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Delivery(StrEnum):
    """How the sending of one message ended."""

    SENT = "sent"  # the server has taken it over
    DEFERRED = "deferred"  # it has not, and may another time
    REFUSED = "refused"  # it will not have it, now or later
    DOUBTFUL = "doubtful"  # the line broke while it had the message and had not said so


@dataclass(frozen=True, slots=True)
class Sent:
    """The end of one sending, in words."""

    end: Delivery
    detail: str | None  # the server's or the network's words; null when the end says it all


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str = ""  # "": no login
    password: str = ""
    timeout_s: float = 30.0  # for each answer of the server

    def __repr__(self) -> str:
        """Without the password: a traceback must not tell it."""
        return f"MailServer({self.host}:{self.port}, {self.security}, user={self.user!r})"


class ServerUnavailable(Exception):
    """No connection that mail could be sent over. Nothing was sent; another time it may work."""


class Line:
    """An open connection to a mail server."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def send(self, message: EmailMessage, sender: str, recipient: str) -> Sent:
        """Send one message to one recipient. Never raises for what the server or the network does."""
        content = message.as_bytes()  # before anything is said to the server
        try:
            for code, answer in self._offer(sender, recipient):
                if code >= 400:
                    self._start_over()
                    return _refused(code, answer)
        except (smtplib.SMTPException, OSError) as problem:
            return Sent(Delivery.DEFERRED, _words(problem))
        return self._hand_over(content)

    def _offer(self, sender: str, recipient: str) -> Iterator[tuple[int, bytes]]:
        yield self._client.mail(sender)
        yield self._client.rcpt(recipient)
        yield self._client.docmd("DATA")

    def _hand_over(self, content: bytes) -> Sent:
        # A line that begins with a dot gets a second one (RFC 5321, 4.5.2): a dot alone would end the message.
        stuffed = _LEADING_DOT.sub(b"..", content)
        try:
            self._client.send(stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"))
            code, answer = self._client.getreply()
        except (smtplib.SMTPException, OSError) as problem:
            return Sent(Delivery.DOUBTFUL, _words(problem))
        return Sent(Delivery.SENT, None) if code < 400 else _refused(code, answer)

    def _start_over(self) -> None:
        """Forget a message half offered; if the line is broken the next sending will say so."""
        with suppress(smtplib.SMTPException, OSError):
            self._client.rset()


@contextmanager
def connected(server: MailServer) -> Iterator[Line]:
    """A line to the server, encrypted and logged in as it asks. Raises ServerUnavailable if none is to be had."""
    try:
        client = _connect(server)
    except (smtplib.SMTPException, OSError) as problem:
        raise ServerUnavailable(f"{server.host}:{server.port}: {_words(problem)}") from problem
    try:
        yield Line(client)
    finally:
        try:
            client.quit()
        except (smtplib.SMTPException, OSError):
            client.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=trusted)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    try:
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            client.starttls(context=trusted)
            client.ehlo()
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def _refused(code: int, answer: bytes | str) -> Sent:
    """RFC 5321, 4.2.1: 4xx may work another time, 5xx will not."""
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    end = Delivery.REFUSED if 500 <= code < 600 else Delivery.DEFERRED
    return Sent(end, _bounded(f"{code} {words}"))


def _words(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        answer = problem.smtp_error
        words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        return _bounded(f"{problem.smtp_code} {words}")
    return _bounded(str(problem) or type(problem).__name__)


def _bounded(words: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:_MAX_DETAIL_CHARS]
