"""Numbers that say how well scores separate relevant from not, as pure functions of labels and scores."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int_]
Scores = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Chosen = npt.NDArray[np.bool_]

DRAWS = 500  # of the bootstrap; the ends of an interval move by about a twentieth of its width from seed to seed


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Precision and recall if all texts from `score` on were shown."""

    score: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Texts whose scores lie in [low, high) - the last bin holds 1 too -, and how many of them are relevant."""

    low: float
    high: float
    texts: int
    mean_score: float
    relevant_share: float


def average_precision(labels: Labels, scores: Scores) -> float:
    """Area under precision over recall, 0..1, as steps (not interpolated); 0 without a relevant text."""
    if not labels.any():
        return 0.0
    _, precision, recall = _curve(labels, scores)
    return float((precision * np.diff(recall, prepend=0.0)).sum())


def precision_at(labels: Labels, scores: Scores, first: int) -> float | None:
    """Share of relevant among the `first` texts by score; null if there are fewer texts."""
    if len(labels) < first:
        return None
    order = np.argsort(-scores, kind="stable")[:first]
    return float(labels[order].mean())


def precision_recall(labels: Labels, chosen: Chosen) -> tuple[float | None, float | None]:
    """Precision and recall of a choice; null where nothing was chosen, or nothing is relevant."""
    hits = int((labels[chosen] == 1).sum())
    precision = hits / int(chosen.sum()) if chosen.any() else None
    recall = hits / int(labels.sum()) if labels.any() else None
    return precision, recall


def recall_at_precision(labels: Labels, scores: Scores, precision: float) -> float:
    """Highest recall of any threshold whose precision is at least `precision`; 0 if none is."""
    return max((point.recall for point in curve(labels, scores) if point.precision >= precision), default=0.0)


def precision_at_recall(labels: Labels, scores: Scores, recall: float) -> float:
    """Highest precision of any threshold whose recall is at least `recall`; 0 if none is."""
    return max((point.precision for point in curve(labels, scores) if point.recall >= recall), default=0.0)


def curve(labels: Labels, scores: Scores) -> list[CurvePoint]:
    """Precision and recall of every threshold, from the highest score down; texts of one score pass it together.

    Empty without a relevant text.
    """
    if not labels.any():
        return []
    return [CurvePoint(*map(float, point)) for point in zip(*_curve(labels, scores), strict=True)]


def _curve(labels: Labels, scores: Scores) -> tuple[Scores, Scores, Scores]:
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(labels[order])
    last = np.append(np.diff(scores[order]) != 0, True)
    shown = np.arange(1, len(order) + 1)
    return scores[order][last], (hits / shown)[last], (hits / hits[-1])[last]


def brier_score(labels: Labels, scores: Scores) -> float:
    """Mean squared distance of probabilities from what came true: 0 is perfect, 0.25 is a coin for every text."""
    return float(((scores - labels) ** 2).mean())


def reliability(labels: Labels, scores: Scores, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Equal parts of 0..1 with the share of relevant texts in each; parts without a text are left out."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    return tuple(
        ReliabilityBin(
            low=one / bins,
            high=(one + 1) / bins,
            texts=int((place == one).sum()),
            mean_score=float(scores[place == one].mean()),
            relevant_share=float(labels[place == one].mean()),
        )
        for one in np.unique(place).tolist()
    )


def bootstrap(
    labels: Labels,
    scores: Scores,
    groups: npt.NDArray[np.str_],
    measure: Callable[[Labels, Scores], float],
    *,
    draws: int = DRAWS,
    random_state: int = 0,
) -> Interval:
    """A measure of labels and scores with its interval. Draws without a relevant text are void."""

    def of(chosen: Positions) -> float | None:
        return measure(labels[chosen], scores[chosen]) if labels[chosen].any() else None

    found = bootstrap_all(groups, {"": of}, draws=draws, random_state=random_state)[""]
    return found or Interval(measure(labels, scores), 0.0, 0.0)


def bootstrap_all(
    groups: npt.NDArray[np.str_],
    measures: Mapping[str, Callable[[Positions], float | None]],
    *,
    draws: int = DRAWS,
    random_state: int = 0,
) -> dict[str, Interval | None]:
    """Each measure with its 95 % interval over draws of whole groups: reports of one event are not independent.

    A measure is given positions of texts, some of them several times; all measures see the same draws. It says null
    where it has no value; one that has none on the texts themselves has no interval.
    """
    everything = np.arange(len(groups))
    drawn = list(_draws(groups, draws, random_state))
    found: dict[str, Interval | None] = {}
    for name, measure in measures.items():
        value = measure(everything)
        values = [one for positions in drawn if (one := measure(positions)) is not None]
        low, high = np.quantile(values, [0.025, 0.975]) if values else (0.0, 0.0)
        found[name] = None if value is None else Interval(value, float(low), float(high))
    return found


def _draws(groups: npt.NDArray[np.str_], draws: int, random_state: int) -> Iterator[Positions]:
    random = np.random.default_rng(random_state)
    _, member = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(member == group) for group in range(member.max() + 1)]
    for _ in range(draws):
        yield np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
