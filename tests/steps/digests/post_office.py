"""Real mail servers on loopback, of all tempers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Box:
    """What a server took; `answers` maps a recipient to what it is told instead of "250 OK"."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.received: list[tuple[list[str], bytes]] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address.partition("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "content" in self.answers:
            return self.answers["content"]
        self.received.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        return [address for addresses, _ in self.received for address in addresses]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def post_office(box: Box, **options) -> Iterator[int]:
    """A server on loopback; its port."""
    if password := options.pop("password", None):
        options["authenticator"] = lambda server, session, envelope, mechanism, data: AuthResult(
            success=data.password == password.encode(), handled=False
        )
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def breaking_office(*, after_content: bool) -> Iterator[int]:
    """A server that hangs up: when it has the whole message and should say so, or before it would hear any."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    with line, suppress(OSError):
                        _speak(line, after_content)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def _speak(line: socket.socket, after_content: bool) -> None:
    said = line.makefile("rb")
    line.sendall(b"220 here\r\n")
    for command in said:
        if command.upper().startswith(b"DATA"):
            if after_content:
                line.sendall(b"354 go on\r\n")
                for content in said:
                    if content == b".\r\n":
                        return
            return
        line.sendall(b"250 OK\r\n")
