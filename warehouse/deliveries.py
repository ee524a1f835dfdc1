"""Which edition of a digest was mailed to whom. A sending is claimed before it begins and settled when it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from warehouse.errors import UnknownRow
from warehouse.session import Session

Settled = Literal["sent", "deferred", "refused", "doubtful"]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """The mailing of one edition to one recipient, as it stands."""

    digest_id: str
    edition: int
    recipient_hash: str
    status: str  # "claimed" or one of `Settled`
    n_attempts: int
    detail: str | None


class Deliveries(Session):
    """The memory that keeps a digest from being mailed twice."""

    def week_deliveries(self, week: str, zone: str) -> list[DeliveryRow]:
        """Everything known of mailing any edition of that week, first edition first."""
        return self._read("week_deliveries", DeliveryRow, week=week, zone=zone)

    def claim_delivery(self, digest_id: str, recipient_hash: str, now: datetime) -> bool:
        """True if this edition is ours to mail to that recipient: never tried before, or deferred.

        A claim that is never settled, because its process died, is never given again: the mail may have left.
        """
        key = {"digest_id": digest_id, "recipient_hash": recipient_hash}
        with self._transaction():
            return any(self._run(name, **key, now=now) == 1 for name in ("reclaim_delivery", "claim_delivery"))

    def settle_delivery(
        self, digest_id: str, recipient_hash: str, status: Settled, detail: str | None, now: datetime
    ) -> None:
        """Note how a claimed sending ended. Raises UnknownRow if it is not claimed."""
        key = {"digest_id": digest_id, "recipient_hash": recipient_hash}
        with self._transaction():
            if not self._run("settle_delivery", **key, status=status, detail=detail, now=now):
                raise UnknownRow(f"No sending of {digest_id} to {recipient_hash} is under way")

    def reopen_delivery(self, digest_id: str, recipient_hash: str, now: datetime) -> bool:
        """Let a sending that was refused or may have left be claimed once more; False if there is none such."""
        with self._transaction():
            return self._run("reopen_delivery", digest_id=digest_id, recipient_hash=recipient_hash, now=now) == 1
