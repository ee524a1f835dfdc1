"""The one place that opens connections: redirects by hand, addresses checked at connect time, everything bounded."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from flows.steps.outcomes import Outcome
from flows.steps.web import headers as said
from flows.steps.web.addresses import is_allowed, literal_address
from flows.steps.web.answers import Hop, Loss, Response
from flows.steps.web.decoding import ACCEPTED, Decoder, TooMuch, Undecodable
from flows.steps.web.limits import Limits
from flows.steps.web.names import Resolver
from flows.steps.web.pacing import HostPaces, Lane
from flows.steps.web.redirects import address_refusal, redirect_target
from flows.steps.web.reservations import of_headers
from flows.steps.web.urls import host_of

_REDIRECTS = (301, 302, 303, 307, 308)
_READABLE = (200, 203)  # 203: a proxy changed something on the way; still the page
_KEEP_ALIVE_S = 6.0  # until the next page of a site, a second after its usual pace

HopCheck = Callable[[str], Awaitable[Loss | None]]
HeadCheck = Callable[[said.Headers], Loss | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for, and how much of the answer to take."""

    url: str
    max_bytes: int
    accept: str = "*/*"
    lane: Lane = Lane.PAGE
    validators: Mapping[str, str] = field(default_factory=dict)  # headers that make the request conditional
    validators_url: str = ""  # the address that gave them, no other hop is sent them; "": `url`
    check_hop: HopCheck | None = None  # asked before each hop, redirect targets included; a Loss ends the exchange
    check_head: HeadCheck | None = None  # asked before a body is read; a Loss leaves it unread
    is_cut: bool = False  # a body over max_bytes is cut there instead of lost


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    location: str


class ForbiddenAddress(OSError):
    """Raised by our own socket factory, before any packet is sent.

    Always in the same words: where a name has several addresses and each fails in the same words, the connector
    raises the first failure as it is, otherwise a mere OSError.
    """

    def __init__(self) -> None:
        super().__init__("no public address")


class Client:
    """Asks for pages and feeds, politely and with distrust. Use as an async context manager.

    No cookies, no referrer, no credentials, no proxy from the environment. `contact`, a mail address, is sent as
    From. `resolve` fixes names to addresses as curl's --resolve does (ports are kept); what they lead to is checked
    like any other address. `paces` makes requests to one host wait for each other; the default is the polite one.
    `connections` bounds the exchanges that run at once, all hosts together. `tls` null: the system's trust store.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        user_agent: str = "smewatch/0.1",
        contact: str = "",
        allow_private: bool = False,
        resolve: Mapping[str, str] | None = None,
        paces: HostPaces | None = None,
        connections: int = 32,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.user_agent = user_agent
        self.allow_private = allow_private
        self.paces = paces or HostPaces()
        self._headers = {"User-Agent": said.one_line(user_agent), "Accept-Encoding": ACCEPTED}
        if "@" in contact:
            self._headers["From"] = said.one_line(contact)
        self._resolve = dict(resolve or {})
        self._connections = asyncio.Semaphore(connections)
        self._tls = tls
        self.has_room = asyncio.Event()  # cleared by who has more answers in hand than can be read: nobody is asked
        self.has_room.set()
        self._resolver: Resolver | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limits = self.limits
        self._resolver = Resolver(self._resolve, limits.dns_s)
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            use_dns_cache=False,  # the resolver has one
            ssl=self._tls or True,
            keepalive_timeout=_KEEP_ALIVE_S,
            limit=0,  # `connections` bounds them; a hidden queue here would eat into the time limits
            socket_factory=self._open_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s, sock_read=limits.read_gap_s),
            max_line_size=limits.header_line_bytes,
            max_field_size=limits.header_line_bytes,
            max_headers=limits.headers,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for an address, resolved or written out: the last gate, after DNS and before a connection."""
        family, kind, protocol, _, where = info
        if not is_allowed(ip_address(where[0]), self.allow_private):
            raise ForbiddenAddress
        return socket.socket(family=family, type=kind, proto=protocol)

    async def get(self, request: Request, now: datetime) -> Response | Loss:
        """The answer to one GET, redirects followed. Whatever goes wrong on the way is returned as a Loss."""
        url, hops, spent_s = request.url, list[Hop](), 0.0
        while True:
            refusal = address_refusal(url, self.allow_private)
            if refusal is None and request.check_hop is not None:
                refusal = await request.check_hop(url)
            if refusal is not None:
                return refusal
            answer, took_s = await self._take_turn(url, request, self.limits.total_s - spent_s, now)
            spent_s += took_s
            if isinstance(answer, Loss):
                return answer
            if isinstance(answer, Response):
                return replace(answer, final_url=url, hops=tuple(hops), duration_s=spent_s)
            hops.append(Hop(url, answer.status))
            target = redirect_target(url, answer.location, hops, self.limits.redirects)
            if isinstance(target, Loss):
                return target
            url = target

    async def _take_turn(
        self, url: str, request: Request, left_s: float, now: datetime
    ) -> tuple[Response | _Redirect | Loss, float]:
        """One hop, when the host's pace allows it, and the seconds it took without that wait."""
        if self._resolver is None:
            raise RuntimeError("the client is not open; use `async with Client(...) as client`")
        host = host_of(url)
        address = host if literal_address(host) else await self._resolver.usual_address(host)
        async with self.paces.turn(host, request.lane, address) as rest_s:
            if rest_s:
                return Loss(Outcome.REFUSED, f"{host} is left alone for now", retry_after_s=rest_s), 0.0
            async with self._connections:
                await self.has_room.wait()
                started = time.monotonic()
                answer = await self._ask(url, request, left_s, now)
                took_s = time.monotonic() - started
        status = answer.http_status if isinstance(answer, Loss) else answer.status
        wish_s = answer.retry_after_s if isinstance(answer, Loss) else None
        self.paces.note(host, latency_s=took_s, status=status, retry_after_s=wish_s)
        return answer, took_s

    async def _ask(self, url: str, request: Request, left_s: float, now: datetime) -> Response | _Redirect | Loss:
        assert self._session is not None  # opened with the resolver
        validators = request.validators if url == (request.validators_url or request.url) else {}
        try:
            bare = URL(url).with_user(None).with_fragment(None)  # no credentials, whoever wrote them into the address
            async with (
                asyncio.timeout(max(0.0, left_s)),
                self._session.get(
                    bare, headers={"Accept": request.accept, **validators}, allow_redirects=False
                ) as answer,
            ):
                result = await self._read(answer, request, now, is_conditional=bool(validators))
                if request.lane is Lane.FEED:
                    answer.close()  # a host has few feeds: a thousand idle connections would wait for nothing
                return result
        except TooMuch:
            return Loss(Outcome.TOO_LARGE, f"more than {request.max_bytes:,} bytes")
        except Undecodable as broken:
            return Loss(Outcome.UNREACHABLE, said.one_line(str(broken)))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as problem:
            return _loss(problem, url, self.limits)

    async def _read(
        self, answer: aiohttp.ClientResponse, request: Request, now: datetime, *, is_conditional: bool
    ) -> Response | _Redirect | Loss:
        """The answer; a body is read only where it is wanted: those of redirects and errors never are."""
        head = answer.headers
        if sum(len(name) + len(value) for name, value in answer.raw_headers) > self.limits.header_bytes:
            return Loss(Outcome.UNREACHABLE, f"headers of more than {self.limits.header_bytes:,} bytes")
        if answer.status in _REDIRECTS:
            return _Redirect(answer.status, head.get("Location", ""))
        refusal = _status_refusal(answer.status, head, now, is_conditional=is_conditional)
        if refusal is None and request.check_head is not None and answer.status in _READABLE:
            refusal = request.check_head(head)
        if refusal is not None:
            return refusal
        body, wire_bytes = (
            await _body(answer, request, self.limits.read_gap_s) if answer.status in _READABLE else (b"", 0)
        )
        return Response(
            url=request.url,
            final_url="",
            status=answer.status,
            body=body,
            content_type=said.media_type(head),
            charset=said.charset(head),
            etag=said.opaque(head.get("ETag")),
            last_modified=said.opaque(head.get("Last-Modified")),
            max_age_s=said.max_age_s(head, now),
            retry_after_s=said.retry_after_s(head, now),
            hops=(),
            wire_bytes=wire_bytes,
            duration_s=0.0,
            reservations=of_headers(head),
        )


async def _body(answer: aiohttp.ClientResponse, request: Request, gap_s: float) -> tuple[bytes, int]:
    """The decoded body and the bytes that came over the wire. Raises TooMuch or Undecodable."""
    decoder, wire_bytes = Decoder(said.content_codings(answer.headers), request.max_bytes), 0
    if (answer.content_length or 0) > request.max_bytes and not request.is_cut:
        raise TooMuch
    try:
        while piece := await _next_piece(answer, gap_s):
            wire_bytes += len(piece)
            decoder.feed(piece)
            if wire_bytes > request.max_bytes:  # compressed data that decodes to nothing
                raise TooMuch
    except TooMuch:
        if request.is_cut:
            return bytes(decoder.body), wire_bytes
        raise
    return decoder.finish(), wire_bytes


async def _next_piece(answer: aiohttp.ClientResponse, gap_s: float) -> bytes:
    """What has come of the body, at most 128 KiB; b"" at its end."""
    try:
        # aiohttp has this limit too, and forgets it when chunks are malformed: then the body neither ends nor fails.
        async with asyncio.timeout(gap_s):
            return await answer.content.readany()
    except TimeoutError as silence:
        raise aiohttp.SocketTimeoutError from silence


def _status_refusal(status: int, head: said.Headers, now: datetime, *, is_conditional: bool) -> Loss | None:
    """The loss a status means; null for an answer to be read."""
    if status in _READABLE or (status == 304 and is_conditional):
        return None
    if status in (404, 410):
        outcome = Outcome.GONE
    elif 400 <= status < 500:
        outcome = Outcome.REFUSED
    else:  # 5xx, and what nobody asked for: 204, 206 without a range, 304 without validators
        outcome = Outcome.UNREACHABLE
    return Loss(outcome, f"status {status}", status, said.retry_after_s(head, now), said.max_age_s(head, now))


def _loss(problem: Exception, url: str, limits: Limits) -> Loss:
    """An exchange that broke off, in words for an operator."""
    cause = getattr(problem, "os_error", problem)
    if isinstance(cause, ForbiddenAddress):
        return Loss(Outcome.FORBIDDEN_ADDRESS, f"{said.one_line(host_of(url))} leads to no public address")
    is_dns = isinstance(problem, aiohttp.ClientConnectorDNSError)
    return Loss(Outcome.UNREACHABLE, said.one_line(_in_words(problem, cause, limits)), is_dns=is_dns)


def _in_words(problem: Exception, cause: Exception, limits: Limits) -> str:
    match problem:
        case aiohttp.ClientConnectorDNSError():
            return f"the name does not resolve: {cause}"
        case aiohttp.ConnectionTimeoutError():
            return f"no connection within {limits.connect_s:g} s"
        case aiohttp.SocketTimeoutError():
            return f"silent for {limits.read_gap_s:g} s"
        case TimeoutError():
            return f"not finished within {limits.total_s:g} s"
        case aiohttp.ClientPayloadError():
            return f"the body ended early: {problem}"
        case aiohttp.ClientResponseError():
            return f"broken answer: {problem.message}"
    return f"{type(problem).__name__}: {cause}"
