"""Mailing the digest: the edition in force, once to everybody on the list.

    edition in force | plan | claim | send | settle

A sending is claimed in the warehouse before the server is spoken to, and settled when its end is known. What breaks
in between stays claimed: the mail may have left, so it is not sent again unless a person asks. What the server put
off is sent by the next run of this flow.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from prefect import flow

from flows.settings import Given, Settings, settings_of
from flows.steps.digests.dispatch import Dispatch, Past, Reason, plan, recipient_hash
from flows.steps.digests.keeping import from_json
from flows.steps.digests.mail import MailingList, addressed, draft_of
from flows.steps.digests.sending import Delivery, Line, MailServer, Sent, ServerUnavailable, connected
from flows.steps.digests.weeks import last_full_week
from warehouse.deliveries import Settled
from warehouse.digest_rows import StoredEdition
from warehouse.opening import open_warehouse

NOBODY = "smewatch@localhost"  # stands for the sender in a mail file of an installation that sends no mail


@dataclass(frozen=True, slots=True)
class SendReport:
    """Who got the digest of a week, and who did not."""

    week: str
    edition: int | None  # null: the week has no digest yet
    ends: Mapping[str, int] = field(default_factory=dict)  # sent, deferred, refused, doubtful -> recipients, now
    left: tuple[tuple[str, str], ...] = ()  # address, why it got no mail now
    problems: tuple[str, ...] = ()  # what the server or the network said, each once

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong now."""
        return not self.problems and set(self.ends) <= {Delivery.SENT}


class NoMailSettings(Exception):
    """Mail is to be sent, and no server or nobody to send to is set."""


@flow(name="send", validate_parameters=False)
def send(settings: Given = None, week: str | None = None, *, now: datetime | None = None) -> SendReport | None:
    """Mail the digest of the last full week to whoever does not have it yet; nothing where no mail is set up.

    Meant to run every hour: most runs find nothing to do.
    """
    settings, now = settings_of(settings), now or datetime.now(UTC)
    if not (settings.smtp_host and settings.recipients):
        return None
    return mail_week(settings, week or last_full_week(now, settings.tz).label, now=now)


def mail_week(
    settings: Settings, week: str, *, now: datetime, correction: bool = False, insist: bool = False
) -> SendReport:
    """Mail the edition in force of a week. `dispatch.plan` says who gets it, and what the two switches do.

    Raises NoMailSettings where no server or no recipient is set.
    """
    if not (settings.smtp_host and settings.recipients):
        raise NoMailSettings(
            "Set SMEWATCH_SMTP_HOST, SMEWATCH_MAIL_SENDER and SMEWATCH_MAIL_RECIPIENTS; see `smewatch config`."
        )
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        edition = warehouse.latest_edition(week, settings.zone)
        past = [
            Past(one.edition, one.recipient_hash, one.status)
            for one in warehouse.week_deliveries(week, settings.zone)
        ]
    if edition is None or edition.content is None:
        return SendReport(week, None)
    dispatch = plan(settings.recipients, edition.edition, past, correction=correction, insist=insist)
    if not dispatch.due:
        return _report(edition, dispatch, {})
    draft = draft_of(from_json(edition.content), edition.created_at, mailing_list(settings))
    _reopen(settings, edition, dispatch, now)
    return _report(edition, dispatch, _send_all(settings, edition, dispatch, draft, now))


def write_eml(settings: Settings, week: str, path: Path, *, now: datetime) -> EmailMessage | None:
    """Write the mail of a week's edition in force as a file, addressed to the whole list; None without a digest."""
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        edition = warehouse.latest_edition(week, settings.zone)
    if edition is None or edition.content is None:
        return None
    draft = draft_of(from_json(edition.content), edition.created_at, mailing_list(settings))
    message = addressed(draft, *settings.recipients)
    path.write_bytes(message.as_bytes())
    return message


def mailing_list(settings: Settings) -> MailingList:
    """The list as the settings name it."""
    return MailingList(
        settings.mail_sender or NOBODY, settings.mail_list_id, settings.mail_unsubscribe, settings.site_url
    )


def mail_server(settings: Settings) -> MailServer:
    """The server as the settings name it."""
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
        settings.smtp_timeout_s,
    )


def _send_all(
    settings: Settings, edition: StoredEdition, dispatch: Dispatch, draft: EmailMessage, now: datetime
) -> dict[str, Sent | None]:
    """Address -> how it ended; null where another process has it in hand."""
    ends: dict[str, Sent | None] = {}
    try:
        with connected(mail_server(settings)) as line:
            for address in dispatch.due:
                ends[address] = _send_one(settings, edition, line, addressed(draft, address), address, now)
    except ServerUnavailable as problem:  # nobody was claimed: the next run finds everybody due
        ends |= dict.fromkeys(dispatch.due, Sent(Delivery.DEFERRED, str(problem)))
    return ends


def _send_one(
    settings: Settings, edition: StoredEdition, line: Line, message: EmailMessage, address: str, now: datetime
) -> Sent | None:
    key = edition.digest_id, recipient_hash(address)
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        if not warehouse.claim_delivery(*key, now):
            return None
    sent = line.send(message, settings.mail_sender, address)
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        warehouse.settle_delivery(*key, _settled(sent.end), sent.detail, now)
    return sent


def _settled(end: Delivery) -> Settled:
    return end.value


def _reopen(settings: Settings, edition: StoredEdition, dispatch: Dispatch, now: datetime) -> None:
    if dispatch.reopened:
        with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
            for address in dispatch.reopened:
                warehouse.reopen_delivery(edition.digest_id, recipient_hash(address), now)


def _report(edition: StoredEdition, dispatch: Dispatch, ends: Mapping[str, Sent | None]) -> SendReport:
    in_other_hands = [(address, Reason.DOUBTFUL) for address, sent in ends.items() if sent is None]
    known = [sent for sent in ends.values() if sent is not None]
    return SendReport(
        edition.week,
        edition.edition,
        dict(Counter(sent.end.value for sent in known)),
        tuple((address, reason.value) for address, reason in (*dispatch.left, *in_other_hands)),
        tuple(dict.fromkeys(sent.detail for sent in known if sent.detail)),
    )
