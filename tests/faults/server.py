"""A server on loopback that answers byte by byte as told, however wrong: what HTTP libraries refuse to send.

with FaultServer({"/a": answer(200, b"x"), "/slow": [b"HTTP/1.1 200 OK\\r\\n\\r\\n", 9.0]}) as server:
    server.url("/a"); server.seen  # the requests that came, in order
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

Piece = bytes | float  # bytes are sent as they are; a number is a pause in seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came. Header names are in lower case; a header sent twice keeps its last value."""

    path: str
    headers: Mapping[str, str]


Script = bytes | Iterable[Piece] | Callable[[Seen], bytes | Iterable[Piece]]


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A well-formed answer. Underscores in header names become hyphens; Content-Length is added unless given."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("Content-Length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} X\r\nConnection: close\r\n{lines}\r\n".encode("utf-8", "surrogateescape") + body


class FaultServer:
    """Plays one script a path; any other path is a 404. `connections` counts those opened, requests or not."""

    def __init__(self, scripts: Mapping[str, Script], *, tls: ssl.SSLContext | None = None) -> None:
        self.scripts = dict(scripts)
        self.seen: list[Seen] = []
        self.connections = 0
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    self._play(connection)
            except OSError:  # the client hung up, as it should on most of what we send
                return

    def _play(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        seen = _read_request(connection)
        if seen is None:
            return
        self.seen.append(seen)
        script = self.scripts.get(seen.path, answer(404))
        if callable(script):
            script = script(seen)
        for piece in [script] if isinstance(script, bytes) else script:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif self._stopping.wait(piece):
                return


def _read_request(connection: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    first, *lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Seen(first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs})
