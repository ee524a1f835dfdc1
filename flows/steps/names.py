"""Host names to addresses, with a time limit and threads of our own."""

import asyncio
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

_THREADS = 16  # a dead name holds one for up to 20 s; the loop's own pool of 6 would stall every other name


class Resolver(AbstractResolver):
    """The system's resolver, and before it a table of fixed names (as curl's --resolve, without ports)."""

    def __init__(self, fixed: Mapping[str, str], limit_s: float) -> None:
        self._fixed = {name.lower().rstrip("."): address for name, address in fixed.items()}
        self._limit_s = limit_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises OSError if there are none, or none came in time."""
        fixed = self._fixed.get(host.lower().rstrip("."))
        if fixed is not None:
            return [_result(host, fixed, port, socket.AF_INET6 if ":" in fixed else socket.AF_INET)]
        loop = asyncio.get_running_loop()
        search = loop.run_in_executor(self._threads, _look_up, host, port, family)
        try:
            found = await asyncio.wait_for(search, self._limit_s)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, f"no answer within {self._limit_s:g} s") from None
        return [_result(host, address, port, found_family) for found_family, address in found]

    async def close(self) -> None:
        """Let go of the threads; those that still wait for a dead name server are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[tuple[socket.AddressFamily, str]]:
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(kind, str(where[0])) for kind, _, _, _, where in found if kind in (socket.AF_INET, socket.AF_INET6)]


def _result(host: str, address: str, port: int, family: socket.AddressFamily) -> ResolveResult:
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)
