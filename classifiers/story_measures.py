"""How well found stories agree with true events, counted by article (B-cubed: Bagga and Baldwin, 1998)."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BCubed:
    """Means over articles, 0..1."""

    precision: float  # share of an article's found story that belongs to its event
    recall: float  # share of an article's event that is in its found story

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def bcubed(truth: Sequence[Hashable], found: Sequence[Hashable], *, reported_twice: bool = False) -> BCubed:
    """Compare, article by article, the true event with the found story.

    With `reported_twice` the mean is taken over articles whose event has at least two of them; the stories are still
    those of all articles. Raises ValueError if the lengths differ, or if no article is left to count.

    Example: truth a a b, found x y y: precisions 1, 1/2, 1/2, recalls 1/2, 1/2, 1, so 0.67 and 0.67.
    """
    if len(truth) != len(found):
        raise ValueError(f"{len(truth)} events given, but {len(found)} stories")
    events, stories, both = Counter(truth), Counter(found), Counter(zip(truth, found, strict=True))
    counted = [pair for pair in zip(truth, found, strict=True) if not reported_twice or events[pair[0]] > 1]
    if not counted:
        raise ValueError("no article to count")
    return BCubed(
        precision=sum(both[pair] / stories[pair[1]] for pair in counted) / len(counted),
        recall=sum(both[pair] / events[pair[0]] for pair in counted) / len(counted),
    )
