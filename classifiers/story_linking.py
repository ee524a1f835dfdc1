"""Groups out of pairs: average linkage, closest first, in which groups that exist already keep apart."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Two items, counted from 0, that resemble each other."""

    left: int
    right: int
    strength: float  # above 0, any scale on which the threshold lies; items without a link have strength 0


def groups_of(
    starts: Sequence[Sequence[int]], fixed: int, links: Iterable[Link], threshold: float
) -> list[list[int]]:
    """Join the groups of `starts` while the average strength between two of them is at least `threshold` (above 0).

    The strongest are joined first; of equal ones those that stand first in `starts`. The first `fixed` groups are
    never joined with each other. A group keeps the place of the first of those it was made of, and its first members;
    emptied places are left out.
    """
    groups = _Groups(starts, fixed, links)
    heap = [(-groups.average(a, b), a, b) for a, b in groups.pairs() if groups.average(a, b) >= threshold]
    heapq.heapify(heap)
    while heap:
        strength, a, b = heapq.heappop(heap)
        if -strength != groups.average(a, b):
            continue  # one of them was joined or has grown since this was put on the heap
        for low, high in groups.join(a, b):
            if groups.average(low, high) >= threshold:
                heapq.heappush(heap, (-groups.average(low, high), low, high))
    return [members for members in groups.members if members]


class _Groups:
    """Groups by number, and between any two that are linked the sum of their links."""

    def __init__(self, starts: Sequence[Sequence[int]], fixed: int, links: Iterable[Link]) -> None:
        self.members = [list(start) for start in starts]
        self._fixed = fixed
        self._sums: defaultdict[int, dict[int, float]] = defaultdict(dict)
        group_of = {item: number for number, start in enumerate(starts) for item in start}
        for link in links:
            self._add(group_of[link.left], group_of[link.right], link.strength)

    def pairs(self) -> list[tuple[int, int]]:
        """Linked groups, the lower number first."""
        return [(a, b) for a, linked in self._sums.items() for b in linked if a < b]

    def average(self, a: int, b: int) -> float:
        """Mean strength between the members of two groups; 0 if there is no link or one of them is empty."""
        return self._sums[a].get(b, 0.0) / max(1, len(self.members[a]) * len(self.members[b]))

    def join(self, a: int, b: int) -> list[tuple[int, int]]:
        """Move the members of `b` into `a`, which stands before it; the pairs of `a` with its neighbours."""
        self.members[a] += self.members[b]
        self.members[b] = []
        for other, strength in self._sums.pop(b).items():
            del self._sums[other][b]
            self._add(a, other, strength)
        return [(min(a, other), max(a, other)) for other in self._sums[a]]

    def _add(self, a: int, b: int, strength: float) -> None:
        if a != b and max(a, b) >= self._fixed:
            self._sums[a][b] = self._sums[b][a] = self._sums[a].get(b, 0.0) + strength
