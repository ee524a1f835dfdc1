"""Where a redirect may lead, and which addresses are not worth a connection."""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from flows.steps.outcomes import Outcome
from flows.steps.web.addresses import is_allowed, is_disguised, literal_address
from flows.steps.web.answers import Hop, Loss
from flows.steps.web.headers import one_line
from flows.steps.web.urls import clean_link


def address_refusal(url: str, allow_private: bool) -> Loss | None:
    """Why an address is not asked at all, judged by its spelling; null if it may be.

    Names that resolve to a private address are caught later, at the moment of connecting.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return Loss(Outcome.FORBIDDEN_ADDRESS, f"not an address: {one_line(url)}")
    if parts.scheme not in ("http", "https") or not host:
        return Loss(Outcome.FORBIDDEN_ADDRESS, f"not an http(s) address: {one_line(url)}")
    literal = literal_address(host)
    if is_disguised(host) or (literal is not None and not is_allowed(literal, allow_private)):
        return Loss(Outcome.FORBIDDEN_ADDRESS, f"{one_line(host)} is no public address")
    return None


def redirect_target(url: str, location: str, hops: Sequence[Hop], max_hops: int) -> str | Loss:
    """The address a redirect of `url` leads to, or the loss it ends in. `hops` holds `url` as its last."""
    target = clean_link(url, _as_text(location))
    if target is None:
        outcome = Outcome.UNREACHABLE if _is_relative(location) else Outcome.FORBIDDEN_ADDRESS
        return Loss(outcome, f"redirect to no usable address: {one_line(location)!r}", hops[-1].status)
    if target in {hop.url for hop in hops}:
        return Loss(Outcome.UNREACHABLE, f"redirect loop at {one_line(target)}", hops[-1].status)
    if len(hops) > max_hops:
        return Loss(Outcome.UNREACHABLE, f"more than {max_hops} redirects", hops[-1].status)
    return target


def _as_text(location: str) -> str:
    """A Location whose raw bytes are no UTF-8 reaches us with surrogates; percent-encoded they mean those bytes."""
    if not re.search("[\ud800-\udfff]", location):
        return location
    return quote(location.encode("utf-8", "surrogateescape"), safe="!#$%&'()*+,/:;=?@[]~\\ ")


def _is_relative(location: str) -> bool:
    """Blank, or without a scheme or host of its own: broken rather than hostile."""
    try:
        parts = urlsplit(location.strip())
    except ValueError:
        return True
    return not parts.scheme and not parts.netloc
