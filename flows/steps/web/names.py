"""Host names to addresses, with a time limit, remembered for two minutes."""

import asyncio
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp.abc import AbstractResolver, ResolveResult

_FRESH_S = 120.0  # failures too: the pages of a dead site ask for its name one after the other
_SEARCHES = 64  # each holds a thread, for up to 20 s if the name server is dead


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a host."""

    family: socket.AddressFamily
    ip: str


class Resolver(AbstractResolver):
    """The system's resolver, and before it a table of fixed names (as curl's --resolve, without ports)."""

    def __init__(self, fixed: Mapping[str, str], limit_s: float) -> None:
        self._fixed = {_key(name): [_address(ip)] for name, ip in fixed.items()}
        self._limit_s = limit_s
        self._known: dict[str, tuple[float, asyncio.Task[list[Address] | OSError]]] = {}
        self._places = asyncio.Semaphore(_SEARCHES)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name, as aiohttp wants them. Raises OSError if there are none, or none came in time."""
        found = await self._addresses(host)
        if isinstance(found, OSError):
            raise found
        wanted = [address for address in found if family in (socket.AF_UNSPEC, address.family)]
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=address.ip, port=port, family=address.family, proto=0, flags=flags)
            for address in wanted
        ]

    async def usual_address(self, host: str) -> str | None:
        """The address by which hosts that share a machine are known as one; null if the name does not resolve."""
        found = await self._addresses(host)
        return None if isinstance(found, OSError) else min(address.ip for address in found)

    async def close(self) -> None:
        """Nobody waits any longer. Threads that still ask a dead name server end with the process."""
        for _, search in self._known.values():
            search.cancel()

    async def _addresses(self, host: str) -> list[Address] | OSError:
        key = _key(host)
        if key in self._fixed:
            return self._fixed[key]
        until, search = self._known.get(key, (0.0, None))
        if search is None or (search.done() and time.monotonic() > until):
            search = asyncio.create_task(self._search(key))
            self._known[key] = (time.monotonic() + _FRESH_S, search)
        return await asyncio.shield(search)  # one who gives up does not take the answer from the others

    async def _search(self, host: str) -> list[Address] | OSError:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Address] | OSError] = loop.create_future()

        def put(found: list[Address] | OSError) -> None:
            self._places.release()
            if not answer.done():
                answer.set_result(found)

        def ask() -> None:
            found = _look_up(host)
            if not loop.is_closed():
                loop.call_soon_threadsafe(put, found)

        await self._places.acquire()
        # A daemon, not an executor: the interpreter would wait at exit for every look-up that hangs.
        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, self._limit_s)
        except TimeoutError:
            return socket.gaierror(socket.EAI_AGAIN, f"no answer within {self._limit_s:g} s")


def _look_up(host: str) -> list[Address] | OSError:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except (OSError, UnicodeError) as problem:  # UnicodeError: a label of more than 63 characters
        return problem if isinstance(problem, OSError) else socket.gaierror(socket.EAI_NONAME, "not a host name")
    addresses = [Address(kind, str(where[0])) for kind, _, _, _, where in found if kind in _FAMILIES]
    return addresses or socket.gaierror(socket.EAI_NONAME, "no address")


_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def _address(ip: str) -> Address:
    return Address(socket.AF_INET6 if ":" in ip else socket.AF_INET, ip)


def _key(host: str) -> str:
    return host.lower().rstrip(".")
