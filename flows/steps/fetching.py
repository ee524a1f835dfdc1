"""HTTP, bounded in every direction. The only module that talks to the web."""

from dataclasses import dataclass
from datetime import datetime

from flows.steps.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came: decoded from its transfer and content codings, not yet from its charset."""

    url: str  # the address asked
    final_url: str  # after redirects
    status: int
    body: bytes
    content_type: str  # media type in lower case, without parameters; "" if the server named none
    charset: str | None  # from the Content-Type header; null if it names none
    wire_bytes: int
    fetched_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class Loss:
    """Why an entry brought no article: the name it ends under, and what the server or the extractor said."""

    outcome: Outcome
    detail: str = ""
    http_status: int | None = None
