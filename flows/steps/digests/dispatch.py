"""Who still gets an edition by mail, and who does not, and why. Decides; sends nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Reason(StrEnum):
    """Why somebody on the list gets no mail now."""

    SENT = "has it already"
    EARLIER = "has an earlier edition; a correction is sent only when asked for"
    REFUSED = "refused by the mail server; tried again only when asked for"
    DOUBTFUL = "may have it: an earlier sending broke off; tried again only when asked for"


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of mailing one edition to one recipient."""

    edition: int
    recipient_hash: str
    status: str  # claimed, sent, deferred, refused or doubtful


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Everybody on the list, once: to be mailed, or left out for a reason."""

    due: tuple[str, ...]  # addresses, in the order of the list
    reopened: tuple[str, ...]  # those of them whose refused or doubtful sending is tried again on request
    left: tuple[tuple[str, Reason], ...]  # address, why


def recipient_hash(address: str) -> str:
    """Under which a recipient is remembered: analysts who read the warehouse need no addresses."""
    return sha256(address.lower().encode()).hexdigest()[:32]


def plan(
    recipients: Sequence[str], edition: int, past: Iterable[Past], *, correction: bool = False, insist: bool = False
) -> Dispatch:
    """Who gets this edition now.

    Once each: a sending that is recorded as sent, refused, doubtful or begun is not repeated. `insist` tries those
    again that were refused or are doubtful; `correction` sends a later edition to those who have an earlier one,
    which by default is enough: a program that corrects a comma must not write to everybody.
    """
    known: dict[str, dict[int, str]] = {}
    for one in past:
        known.setdefault(one.recipient_hash, {})[one.edition] = one.status
    due, reopened, left = [], [], []
    for address in recipients:
        editions = known.get(recipient_hash(address), {})
        reason = _reason(editions, edition, correction=correction)
        if reason in (Reason.REFUSED, Reason.DOUBTFUL) and insist:
            reopened.append(address)
            reason = None
        if reason is None:
            due.append(address)
        else:
            left.append((address, reason))
    return Dispatch(tuple(due), tuple(reopened), tuple(left))


def _reason(editions: dict[int, str], edition: int, *, correction: bool) -> Reason | None:
    match editions.get(edition):
        case "sent":
            return Reason.SENT
        case "refused":
            return Reason.REFUSED
        case "doubtful" | "claimed":
            return Reason.DOUBTFUL
    # What was deferred, or never tried, is due, unless an earlier edition arrived or may have.
    arrived = any(
        status in ("sent", "doubtful", "claimed") for number, status in editions.items() if number < edition
    )
    return Reason.EARLIER if arrived and not correction else None
