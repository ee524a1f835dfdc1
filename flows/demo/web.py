"""The demo's web: a dozen newspapers on one loopback port, told apart by the Host header.

with DemoWeb(now) as web:
    ...  # ask http://wire.meridian.test:PORT/rss/all.xml with the names of web.resolve
    web.show_second_edition()
"""

import csv
import io
import math
import socketserver
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from flows.demo.content import FeedSpec, Outlet, Piece, outlets, pieces_of
from flows.demo.feeds import last_change, write_feed
from flows.demo.pages import Setting, article_page, consent_page, front_page, missing_page, oversize_page

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at one address."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)

    def unchanged_since(self, etags: str | None, since: str | None) -> bool:
        """Whether the answer is 304 (RFC 9110, 13.2.2: If-None-Match goes before If-Modified-Since)."""
        if etags is not None and "ETag" in self.headers:
            return self.headers["ETag"] in [tag.strip() for tag in etags.split(",")]
        if since is not None and "Last-Modified" in self.headers:
            return _epoch(since) >= _epoch(self.headers["Last-Modified"])
        return False


Routes = dict[tuple[str, str], Answer]  # (host without port, path) -> what stands there


def routes(edition: int, now: datetime, port: int) -> Routes:
    """The whole web in one edition."""
    found: Routes = {}
    for outlet in outlets():
        site = _site(outlet, edition, now, f"http://{outlet.host}:{port}")
        found |= {(outlet.host, path): answer for path, answer in site.items()}
    return found


def _site(outlet: Outlet, edition: int, now: datetime, base: str) -> dict[str, Answer]:
    printed = pieces_of(outlet, edition)
    setting = Setting(base, now, printed)
    html = f"text/html; charset={outlet.charset}"
    site = {
        "/": Answer(200, front_page(outlet, setting), html),
        "/robots.txt": Answer(200, _robots(outlet), "text/plain; charset=utf-8"),
    }
    site |= {feed.path: _feed(outlet, feed, printed, setting) for feed in outlet.feeds}
    site |= {piece.path: _page(piece, setting, html) for piece in printed}
    return site


def _feed(outlet: Outlet, feed: FeedSpec, printed: tuple[Piece, ...], setting: Setting) -> Answer:
    body, content_type = write_feed(outlet, feed, printed, setting.base, setting.now)
    if feed.format == "none":
        return Answer(200, body, content_type)
    changed = last_change(outlet, feed, printed, setting.base, setting.now)
    etag = f'"{sha256(body).hexdigest()[:20]}"'
    return Answer(200, body, content_type, {"ETag": etag, "Last-Modified": format_datetime(changed, usegmt=True)})


def _page(piece: Piece, setting: Setting, html: str) -> Answer:
    match piece.page:
        case "article":
            return Answer(200, article_page(piece, setting), html)
        case "oversize":
            return Answer(200, oversize_page(piece, setting), html)
        case "consent wall":
            return Answer(200, consent_page(piece.outlet, setting.base), html)
        case "missing":
            return Answer(404, missing_page(piece.outlet, setting.base), html)
        case other:
            raise ValueError(f"{piece.slug}: no such kind of page: {other!r}")


def _robots(outlet: Outlet) -> bytes:
    return "".join(["User-agent: *\n", *(f"Disallow: {path}\n" for path in outlet.disallow or ("",))]).encode()


def _epoch(date: str) -> float:
    """Seconds since 1970 of an HTTP date; minus infinity for what is none and asks for nothing (RFC 9110, 13.1.3)."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return -math.inf


class DemoWeb:
    """Serves the demo's newspapers on 127.0.0.1 at a free port, from `with` to its end.

    `now` (aware, UTC) is the moment to which all dates are relative: the same `now` and port give the same bytes.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.hosts: tuple[str, ...] = tuple(outlet.host for outlet in outlets())
        self.resolve: dict[str, str] = dict.fromkeys(self.hosts, LOOPBACK)
        self._counts: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._routes: Routes = {}

    def __enter__(self) -> Self:
        self._server = _Server((LOOPBACK, 0), _Handler)
        self._server.web = self
        self._routes = routes(1, self.now, self.port)
        # 0.05 s between looks at the stop flag: leaving `with` should not be felt.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-web", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """The port we got; known from `with` on."""
        return self._server.server_port

    @property
    def requests(self) -> dict[int, int]:
        """How many requests were answered so far, by HTTP status."""
        with self._lock:
            return dict(self._counts)

    @property
    def catalogue_csv(self) -> str:
        """All feeds, as `smewatch run --feeds` reads them."""
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["url", "title", "outlet", "country", "language", "topic", "confidence"])
        for outlet in outlets():
            for feed in outlet.feeds:
                url = f"http://{outlet.host}:{self.port}{feed.path}"
                about = [outlet.name, outlet.country, outlet.language, feed.topic, feed.confidence]
                table.writerow([url, feed.title, *about])
        return out.getvalue()

    def url_of(self, piece: Piece) -> str:
        """Where a piece stands on this web: joins what a run stored to the truth in the piece's header."""
        return f"http://{piece.outlet.host}:{self.port}{piece.path}"

    def show_second_edition(self) -> None:
        """From now on new pieces are announced and a revised one is shown, as if time had passed."""
        self._routes = routes(2, self.now, self.port)

    def answer(self, host: str, path: str) -> Answer:
        """What stands at an address; a 404 for a host or a path that we do not know."""
        unknown = Answer(404, b"Not found\n", "text/plain; charset=utf-8")
        return self._routes.get((host.partition(":")[0].lower(), path), unknown)

    def count(self, status: int) -> None:
        """Notes an answered request."""
        with self._lock:
            self._counts[status] += 1


class _Server(ThreadingHTTPServer):
    web: DemoWeb
    daemon_threads = True
    request_queue_size = 64  # a polite client still opens a connection per host at once

    def server_bind(self) -> None:
        """As the base classes do, but without asking DNS for our name, which can take seconds offline."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error; anything else is reported as the base class does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    timeout = 30  # seconds that an idle connection is kept
    server: _Server

    def do_GET(self) -> None:
        self._reply(with_body=True)

    def do_HEAD(self) -> None:
        self._reply(with_body=False)

    def _reply(self, with_body: bool) -> None:
        web = self.server.web
        answer = web.answer(self.headers.get("Host", ""), self.path.partition("?")[0])
        is_unchanged = answer.unchanged_since(
            self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        )
        status = 304 if is_unchanged else answer.status
        web.count(status)
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not is_unchanged:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body and not is_unchanged:
            self._write(answer.body)

    def _write(self, body: bytes) -> None:
        try:
            self.wfile.write(body)
        except ConnectionError:  # the client read as much as it wanted: the oversize page ends like this
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Silence: the run tells what was fetched."""
