"""What an exchange with a server ends in: an answer, or a loss under its name. Neither is ever raised."""

from dataclasses import dataclass
from itertools import pairwise

from flows.steps.outcomes import Outcome

_PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Loss:
    """Why an entry brought no article, or a poll no feed: the name it ends under, and the reason in plain words."""

    outcome: Outcome
    detail: str = ""
    http_status: int | None = None  # null if no answer came, or it was not the status that decided
    retry_after_s: float | None = None  # seconds the server asks us to stay away; null if it says nothing
    max_age_s: float | None = None  # seconds the refusal itself stays fresh (429s come with long ones); null likewise
    is_dns: bool = False  # the name did not resolve: as often our own network's fault as the publisher's
    is_reserved: bool = False  # its publisher reserves it, and we heed that: his feed's text does not stand in either
    reservations: tuple[str, ...] = ()  # what the page that was read says against machine learning; empty if none was


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way: the address that answered, and with which status."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came: decoded from its content coding, not yet from its charset.

    Validators are opaque: exactly the characters received, quotes included, to be sent back so (RFC 9110, 8.8).
    They belong to `final_url`, the address that gave them.
    """

    url: str  # the address asked
    final_url: str  # after redirects
    status: int  # 200, 203 or 304
    body: bytes  # b"" with 304
    content_type: str  # media type in lower case, without parameters; "" if the server named none
    charset: str | None  # from the Content-Type header; null if it names none
    etag: str | None
    last_modified: str | None
    max_age_s: float | None  # seconds it stays fresh, from Cache-Control or Expires; null if it says nothing
    retry_after_s: float | None
    hops: tuple[Hop, ...]  # redirects in order; empty if none
    wire_bytes: int  # of the body, as transferred; the headers are not counted
    duration_s: float  # asking and reading, all hops; not the wait for our own pace
    reservations: tuple[str, ...] = ()  # what its headers say against machine learning (reservations.py)

    @property
    def permanent_url(self) -> str:
        """Where permanent redirects (301, 308) alone lead from `url`; `url` itself if there is none at its start."""
        addresses = [hop.url for hop in self.hops] + [self.final_url]
        here = self.url
        for hop, target in zip(self.hops, addresses[1:], strict=True):
            if hop.status not in _PERMANENT:
                break
            here = target
        return here

    @property
    def is_downgraded(self) -> bool:
        """Whether a redirect led from https to plain http: anyone on the way could have written what followed."""
        addresses = [hop.url for hop in self.hops] + [self.final_url]
        return any(a.startswith("https:") and b.startswith("http:") for a, b in pairwise(addresses))
