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
    strength: float  # any scale on which the threshold lies; items without a link have strength 0
    may_join: bool  # whether it can bring two groups together; if not, it only counts in their average


def groups_of(
    starts: Sequence[Sequence[int]], fixed: int, links: Iterable[Link], threshold: float
) -> list[list[int]]:
    """Join the groups of `starts` while the average strength between two of them is at least `threshold` (above 0).

    The strongest are joined first; of equal ones those that stand first in `starts`. The first `fixed` groups are
    never joined with each other. A group keeps the place of the first of those it was made of, and its first members;
    emptied places are left out.
    """
    groups = _Groups(starts, fixed, links)
    heap = [(-groups.average(a, b), a, b) for a, b in groups.joinable if groups.average(a, b) >= threshold]
    heapq.heapify(heap)
    while heap:
        strength, a, b = heapq.heappop(heap)
        if (a, b) not in groups.joinable or -strength != groups.average(a, b):
            continue  # one of them was joined or has grown since this was put on the heap
        for low, high in groups.join(a, b):
            if groups.average(low, high) >= threshold:
                heapq.heappush(heap, (-groups.average(low, high), low, high))
    return [members for members in groups.members if members]


class _Groups:
    """Groups by number, and between any two that are linked the sum of their links."""

    def __init__(self, starts: Sequence[Sequence[int]], fixed: int, links: Iterable[Link]) -> None:
        self.members = [list(start) for start in starts]
        self.joinable: set[tuple[int, int]] = set()  # lower number first
        self._fixed = fixed
        self._total: defaultdict[int, dict[int, float]] = defaultdict(dict)
        group_of = {item: number for number, start in enumerate(starts) for item in start}
        for link in links:
            self._add(group_of[link.left], group_of[link.right], link.strength, link.may_join)

    def average(self, a: int, b: int) -> float:
        return self._total[a][b] / (len(self.members[a]) * len(self.members[b]))

    def join(self, a: int, b: int) -> list[tuple[int, int]]:
        """Move the members of `b` into `a`, which stands before it; the pairs of `a` that can be joined now."""
        self.members[a] += self.members[b]
        self.members[b] = []
        for other, strength in self._total.pop(b).items():
            del self._total[other][b]
            may_join = (min(b, other), max(b, other)) in self.joinable
            self.joinable.discard((min(b, other), max(b, other)))
            self._add(a, other, strength, may_join)
        pairs = ((min(a, other), max(a, other)) for other in self._total[a])
        return [pair for pair in pairs if pair in self.joinable]

    def _add(self, a: int, b: int, strength: float, may_join: bool) -> None:
        low, high = min(a, b), max(a, b)
        if low == high or high < self._fixed:
            return
        self._total[a][b] = self._total[b][a] = self._total[a].get(b, 0.0) + strength
        if may_join:
            self.joinable.add((low, high))
