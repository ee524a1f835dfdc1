"""HTTP, bounded in every direction: one feed, one page. Losses are values, never raised."""

from dataclasses import dataclass, replace
from datetime import datetime

from flows.steps.outcomes import Outcome
from flows.steps.web import headers as said
from flows.steps.web.answers import Hop, Loss, Response
from flows.steps.web.client import Client, Request
from flows.steps.web.decoding import Decoder, TooMuch, Undecodable
from flows.steps.web.limits import Limits
from flows.steps.web.pacing import HostPace, HostPaces, Lane
from flows.steps.web.robots import RobotsCache

__all__ = [
    "Client",
    "Hop",
    "HostPace",
    "HostPaces",
    "Limits",
    "Loss",
    "Page",
    "Response",
    "RobotsCache",
    "fetch_feed",
    "fetch_page",
]

_FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)
_PAGE_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
# First bytes of what servers send as text/html although it is none.
_NOT_HTML_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1f\x8b",
    b"ID3",
    b"{\\rtf",
)


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
    reservations: tuple[str, ...] = ()  # what its headers say against machine learning; the archive does not keep it


async def fetch_feed(
    client: Client,
    url: str,
    etag: str | None,
    last_modified: str | None,
    now: datetime,
    *,
    validators_url: str | None = None,
    robots: RobotsCache | None = None,
) -> Response | Loss:
    """A feed's document, or a 304 where the validators still hold.

    `etag` and `last_modified` go out exactly as they came, and only to `validators_url`, the address that gave them
    (a Response's `final_url`; null: `url`). With `robots`, rules that name us are obeyed (see `feed_refusal`). A feed
    that is itself a gzip file, as large sitemaps are, is unpacked.
    """

    async def check_hop(hop_url: str) -> Loss | None:
        return None if robots is None else await robots.feed_refusal(hop_url, now)

    wanted = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    request = Request(
        url,
        client.limits.feed_bytes,
        accept=_FEED_ACCEPT,
        lane=Lane.FEED,
        validators={name: value for name, value in wanted.items() if value},
        validators_url=validators_url or url,
        check_hop=check_hop,
    )
    answer = await client.get(request, now)
    if isinstance(answer, Response) and answer.body.startswith(b"\x1f\x8b"):
        return _unpacked(answer, client.limits.feed_bytes)
    return answer


def _unpacked(answer: Response, max_bytes: int) -> Response | Loss:
    try:
        decoder = Decoder(["gzip"], max_bytes)
        decoder.feed(answer.body)
        return replace(answer, body=decoder.finish())
    except TooMuch:
        return Loss(Outcome.TOO_LARGE, f"more than {max_bytes:,} bytes unpacked")
    except Undecodable as broken:
        return Loss(Outcome.UNREACHABLE, str(broken))


async def fetch_page(client: Client, url: str, robots: RobotsCache, now: datetime) -> Page | Loss:
    """A page that robots.txt lets us read, on every host of the way there; or the name under which it ends.

    What is no HTML by its type is not downloaded, what is none by its first bytes is not kept.
    """

    async def check_hop(hop_url: str) -> Loss | None:
        return await robots.refusal(hop_url, now)

    request = Request(
        url, client.limits.page_bytes, accept=_PAGE_ACCEPT, check_hop=check_hop, check_head=_type_refusal
    )
    answer = await client.get(request, now)
    if isinstance(answer, Loss):
        return answer
    if answer.body.startswith(_NOT_HTML_MAGIC):
        return Loss(Outcome.NOT_HTML, f"called {answer.content_type or 'nothing'}, but is none")
    return Page(
        url=url,
        final_url=answer.final_url,
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        charset=answer.charset,
        wire_bytes=answer.wire_bytes,
        fetched_at=now,
        reservations=answer.reservations,
    )


def _type_refusal(head: said.Headers) -> Loss | None:
    kind = said.media_type(head)
    return None if kind in _HTML_TYPES else Loss(Outcome.NOT_HTML, said.one_line(kind, 80))
