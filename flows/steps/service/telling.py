"""Alerts out of the house: by mail, by webhook, and the ping that must not stay away."""

import json
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from http.client import HTTPException

from flows.steps.digests.sending import Delivery, MailServer, ServerUnavailable, connected
from flows.steps.service.alerts import Changes, Notice

HTTP_TIMEOUT_S = 15.0


class NotTold(Exception):
    """A channel did not take an alert. The message says which, and what it said; it holds no secret."""


def alert_mail(notice: Notice, sender: str, recipients: Sequence[str], now: datetime) -> EmailMessage:
    """The mail that tells of changes. Told again, the same changes at the same moment have the same Message-ID."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(recipients), notice.subject
    mail["Date"] = format_datetime(now)
    key = sha256(f"{notice.subject}\n{notice.text}\n{now.isoformat()}".encode()).hexdigest()[:24]
    mail["Message-ID"] = f"<alert-{key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    mail.set_content(notice.text)
    return mail


def send_mail(mail: EmailMessage, sender: str, recipients: Sequence[str], server: MailServer) -> None:
    """Hand a mail in for each recipient. Raises NotTold unless the server took it for one of them at least."""
    try:
        with connected(server) as line:
            ends = [line.send(mail, sender, recipient) for recipient in recipients]
    except ServerUnavailable as problem:
        raise NotTold(f"mail server {problem}") from problem
    # A doubtful one counts: a copy too many would come at every look.
    if not any(sent.end in (Delivery.SENT, Delivery.DOUBTFUL) for sent in ends):
        raise NotTold(f"mail server {server.host}: {'; '.join(filter(None, {sent.detail for sent in ends}))}")


def post_alert(url: str, notice: Notice, done: Changes, where: str) -> None:
    """Post changes as JSON. Its `text` is what chat programs show; the lists are for programs. Raises NotTold."""
    body = {
        "text": f"{notice.subject}\n{notice.text}",
        "where": where,
        "raised": [
            {"key": one.key, "level": one.level.name.lower(), "what": one.what, "remedy": one.remedy}
            for one in done.raised
        ],
        "cleared": [{"key": one.key, "what": one.what, "since": one.since.isoformat()} for one in done.cleared],
    }
    _ask(url, json.dumps(body).encode(), "webhook")


def ping(url: str) -> None:
    """Ask the address of a dead-man's switch. Raises NotTold."""
    _ask(url, None, "ping")


def _ask(url: str, body: bytes | None, what: str) -> None:
    try:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # the user's own
        with urllib.request.urlopen(request, timeout=HTTP_TIMEOUT_S) as answer:  # noqa: S310
            answer.read(1024)
    except (OSError, ValueError, HTTPException) as problem:
        # Not the address: whoever knows it can write there.
        raise NotTold(f"{what}: {getattr(problem, 'reason', None) or type(problem).__name__}") from problem
