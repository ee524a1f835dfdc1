"""Numbers that say how well scores separate relevant from not, as pure functions of labels and scores."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

Labels = npt.NDArray[np.int_]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def average_precision(labels: Labels, scores: Scores) -> float:
    """Area under precision over recall, 0..1; 0 without a relevant text."""
    return float(average_precision_score(labels, scores)) if labels.any() else 0.0


def precision_at(labels: Labels, scores: Scores, first: int) -> float | None:
    """Share of relevant among the `first` texts by score; null if there are fewer texts."""
    if len(labels) < first:
        return None
    order = np.argsort(-scores, kind="stable")[:first]
    return float(labels[order].mean())


def precision_recall(labels: Labels, chosen: npt.NDArray[np.bool_]) -> tuple[float | None, float | None]:
    """Precision and recall of a choice; null where nothing was chosen, or nothing is relevant."""
    hits = int((labels[chosen] == 1).sum())
    precision = hits / int(chosen.sum()) if chosen.any() else None
    recall = hits / int(labels.sum()) if labels.any() else None
    return precision, recall


def recall_at_precision(labels: Labels, scores: Scores, precision: float) -> float:
    """Highest recall of any threshold whose precision is at least `precision`; 0 if none is."""
    return max((r for p, r in _curve(labels, scores) if p >= precision), default=0.0)


def precision_at_recall(labels: Labels, scores: Scores, recall: float) -> float:
    """Highest precision of any threshold whose recall is at least `recall`; 0 if none is."""
    return max((p for p, r in _curve(labels, scores) if r >= recall), default=0.0)


def _curve(labels: Labels, scores: Scores) -> list[tuple[float, float]]:
    """(precision, recall) of every threshold; texts of one score pass it together."""
    if not labels.any():
        return []
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(labels[order])
    last_of_score = np.append(np.diff(scores[order]) != 0, True)
    shown = np.arange(1, len(order) + 1)
    pairs = zip((hits / shown)[last_of_score], (hits / labels.sum())[last_of_score], strict=True)
    return [(float(precision), float(recall)) for precision, recall in pairs]


def bootstrap(
    labels: Labels,
    scores: Scores,
    groups: npt.NDArray[np.str_],
    measure: Callable[[Labels, Scores], float],
    *,
    draws: int = 500,
    random_state: int = 0,
) -> Interval:
    """A measure with its 95 % interval over draws of whole groups, since reports of one event are not independent."""
    random = np.random.default_rng(random_state)
    _, member = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(member == group) for group in range(member.max() + 1)]
    values = []
    for _ in range(draws):
        drawn = np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        if labels[drawn].any():
            values.append(measure(labels[drawn], scores[drawn]))
    low, high = np.quantile(values, [0.025, 0.975]) if values else (0.0, 0.0)
    return Interval(measure(labels, scores), float(low), float(high))
