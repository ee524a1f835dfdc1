"""Work cut for several machines, so that no site is asked by two of them at the same time.

items -> shares (all of a site in one) -> Turns -> those that may start now
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flows.steps.web.urls import host_of, registrable_domain

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Share(Generic[T]):
    """What one worker does at a go, and the sites that it asks for it."""

    items: tuple[T, ...]
    sites: frozenset[str]  # registrable domains and IP addresses, as the pace knows them; empty: it asks nobody


def site_of(url: str | None) -> str:
    """The site at whose pace an address is asked; "" where nobody is asked."""
    return registrable_domain(host_of(url)) if url else ""


def shares(items: Iterable[T], url_of: Callable[[T], str | None], size: int) -> list[Share[T]]:
    """Items in shares of at most `size`, sites in the order of their names; a larger site is a share of its own.

    What a redirect leads to is not known beforehand: it counts for the site of the address that is asked.
    """
    by_site: dict[str, list[T]] = {}
    for item in items:
        by_site.setdefault(site_of(url_of(item)), []).append(item)
    cut, held, sites = list[Share[T]](), list[T](), set[str]()
    for site, there in sorted(by_site.items()):
        if held and len(held) + len(there) > size:
            cut.append(Share(tuple(held), frozenset(sites)))
            held, sites = [], set()
        held += there
        sites |= {site} - {""}
    return [*cut, Share(tuple(held), frozenset(sites))] if held else cut


class Turns(Generic[T]):
    """Who may start: each in the order of coming, as soon as no site of his is with another.

    Who waits keeps his sites from those that came later, so nobody waits for ever.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[T, frozenset[str]]] = []
        self._out: dict[T, frozenset[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting or self._out)

    def wait(self, who: T, sites: frozenset[str]) -> None:
        """Let someone wait for his turn."""
        self._waiting.append((who, sites))

    def start(self) -> list[T]:
        """All who may start now; each holds his sites until `end`."""
        taken = set[str]().union(*self._out.values())
        waiting, self._waiting = self._waiting, []
        started = []
        for who, sites in waiting:
            if taken.isdisjoint(sites):
                self._out[who] = sites
                started.append(who)
            else:
                self._waiting.append((who, sites))
            taken |= sites
        return started

    def end(self, who: T) -> frozenset[str]:
        """Give back the sites of one who started; which they were."""
        return self._out.pop(who)
