"""A digest as e-mail: plain text, HTML for mail programs, figures inside the message.

    multipart/alternative
      text/plain            the whole digest, with the queries behind its numbers
      multipart/related
        text/html           styles in the elements (mail programs drop style sheets), a few rules for dark and narrow
        image/png ...       the figures, named by Content-ID, each with its numbers as alternative text

The same edition, list and recipients give the same bytes. Headers: RFC 5322, List-Id RFC 2919, List-Unsubscribe
RFC 2369, one click RFC 8058, Auto-Submitted RFC 3834.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from hashlib import sha256
from urllib.parse import quote

import css_inline
from markupsafe import Markup

from flows.steps.digests.content import Digest
from flows.steps.digests.figures import Drawing, figures_of
from flows.steps.digests.rendering import render_text, style_of, templates

_MAX_SUBJECT_CHARS = 200


@dataclass(frozen=True, slots=True)
class MailingList:
    """Who mails, and how a reader leaves."""

    sender: str  # a plain address, name@host
    list_id: str = ""  # as RFC 2919 wants it: at least two labels; "": smewatch. and the sender's host
    unsubscribe: str = ""  # a mailto: or https: address; "": a mail to the sender
    site_url: str = ""  # where the archive is published, with a slash at its end; "" if it is not

    @property
    def host(self) -> str:
        """The sender's."""
        return self.sender.rpartition("@")[2]

    @property
    def id(self) -> str:
        """The list's name by which mail programs sort."""
        return self.list_id or f"smewatch.{self.host}"

    @property
    def way_out(self) -> str:
        """The address behind Unsubscribe."""
        return self.unsubscribe or f"mailto:{self.sender}?subject=unsubscribe"


def draft_of(digest: Digest, published_at: datetime, mailing: MailingList) -> EmailMessage:
    """The message for nobody yet. `published_at`, of this edition, is its date, however late it is sent."""
    message = EmailMessage(policy=SMTP)
    for name, value in _headers(digest, published_at, mailing):
        message[name] = value
    pictures = figures_of(digest.trends, digest.matrix)
    page = render_mail_html(digest, mailing, pictures)
    message.set_content(_with_way_out(render_text(digest), mailing), cte="quoted-printable")
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    related = message.get_payload(1)
    assert isinstance(related, MIMEPart)
    for picture in pictures:
        cid, name = f"<{_cid(picture, digest, mailing)}>", f"{picture.name}.png"
        related.add_related(picture.png(), "image", "png", cid=cid, filename=name, disposition="inline")
    _name_boundaries(message, digest)
    return message


def addressed(draft: EmailMessage, *recipients: str) -> EmailMessage:
    """The draft with its recipients in the head; without any, with none."""
    message = deepcopy(draft)
    message["To"] = [Address(addr_spec=one) for one in recipients] or "undisclosed-recipients:;"
    return message


def message_id(digest: Digest, mailing: MailingList) -> str:
    """The same for everybody who gets the edition, and for a second sending of it, which mail programs then fold.

    Example: <2026-W47.1.Europe-Berlin@smewatch.example.org>
    """
    return _edition_id(digest, mailing, digest.edition.number)


def render_mail_html(digest: Digest, mailing: MailingList, pictures: Sequence[Drawing] | None = None) -> str:
    """The HTML part. It loads nothing: its pictures are parts of the message."""
    pictures = figures_of(digest.trends, digest.matrix) if pictures is None else pictures
    shown = [_Picture(one.title, _cid(one, digest, mailing), one.alt, round(one.height)) for one in pictures]
    page = (
        templates()
        .get_template("mail.html.j2")
        .render(
            digest=digest,
            pictures=shown,
            sender=mailing.sender,
            unsubscribe=mailing.way_out,
            page_url=f"{mailing.site_url}{digest.week}/index.html" if mailing.site_url else None,
            head_css=Markup(style_of("mail_head.css")),  # noqa: S704 - our own file
        )
    )
    inliner = css_inline.CSSInliner(extra_css=style_of("mail.css"), load_remote_stylesheets=False, minify_css=True)
    return "\n".join(line for line in inliner.inline(page).splitlines() if line.strip()) + "\n"


@dataclass(frozen=True, slots=True)
class _Picture:
    title: str
    cid: str
    alt: str
    height: int  # px


def _headers(
    digest: Digest, published_at: datetime, mailing: MailingList
) -> list[tuple[str, str | Address | datetime]]:
    number = digest.edition.number
    title = f"Correction: {digest.title}" if number > 1 else digest.title
    headers: list[tuple[str, str | Address | datetime]] = [
        ("From", Address("smewatch", addr_spec=mailing.sender)),
        ("Subject", _one_line(title)),
        ("Date", published_at),
        ("Message-ID", message_id(digest, mailing)),
        ("List-Id", f"Weekly briefing <{mailing.id}>"),
        ("List-Unsubscribe", f"<{mailing.way_out}>"),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "list"),
    ]
    if mailing.way_out.startswith("https:"):  # one click is a POST: it needs a server (RFC 8058, section 3.1)
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if mailing.site_url:
        headers.append(("List-Archive", f"<{mailing.site_url}>"))
    if number > 1:
        headers.append(("References", _edition_id(digest, mailing, 1)))
    return headers


def _edition_id(digest: Digest, mailing: MailingList, number: int) -> str:
    return f"<{digest.week}.{number}.{quote(digest.zone.replace('/', '-'), safe='')}@{mailing.id}>"


def _one_line(title: str) -> str:
    """A line that cannot end its header: cleaned before, bounded and folded here all the same."""
    return " ".join("".join(char if char.isprintable() else " " for char in title).split())[:_MAX_SUBJECT_CHARS]


def _with_way_out(text: str, mailing: MailingList) -> str:
    return f"{text}\n-- \nUnsubscribe: {mailing.way_out}\n"


def _cid(picture: Drawing, digest: Digest, mailing: MailingList) -> str:
    return f"{picture.name}.{digest.week}.{digest.edition.number}@{mailing.id}"


def _name_boundaries(message: EmailMessage, digest: Digest) -> None:
    """Boundaries from the edition instead of chance; no line of ours can begin with 24 hex digits of a hash."""
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        name = f"{digest.week} {digest.edition.number} {digest.zone} {place}"
        part.set_boundary(f"=_{sha256(name.encode()).hexdigest()[:24]}")
