"""From a probability to a word: sure, likely, borderline, no."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SURE_PRECISION = 0.98
LIKELY_PRECISION = 0.90
BORDERLINE_RECALL = 0.97
RULE = (
    "Read off the out-of-fold scores of the training examples (folds grouped by event): 'sure' starts at the lowest score "
    f"at and above which precision is at least {SURE_PRECISION}, 'likely' at the lowest with {LIKELY_PRECISION}, and "
    f"'borderline' at the highest score that keeps {BORDERLINE_RECALL} of the relevant examples, never above 'likely'. "
    "A text is relevant if its band is sure or likely."
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lowest score of each band, 0..1; sure >= likely >= borderline."""

    sure: float
    likely: float
    borderline: float

    def band(self, score: float) -> str:
        """The band of a score."""
        if score >= self.sure:
            return "sure"
        if score >= self.likely:
            return "likely"
        return "borderline" if score >= self.borderline else "no"


def choose_thresholds(scores: npt.ArrayLike, labels: npt.ArrayLike) -> Thresholds:
    """Thresholds by RULE from out-of-fold scores (0..1) and labels (0 or 1), at least one of each."""
    score, label = np.asarray(scores, dtype=float), np.asarray(labels)
    likely = _lowest_with_precision(score, label, LIKELY_PRECISION)
    sure = max(likely, _lowest_with_precision(score, label, SURE_PRECISION))
    relevant = np.sort(score[label == 1])
    spared = int(np.floor((1.0 - BORDERLINE_RECALL) * len(relevant)))
    return Thresholds(sure=sure, likely=likely, borderline=min(likely, float(relevant[spared])))


def _lowest_with_precision(scores: npt.NDArray[np.float64], labels: npt.NDArray[np.int_], precision: float) -> float:
    order = np.argsort(-scores, kind="stable")
    precisions = np.cumsum(labels[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precisions >= precision)
    return float(scores[order[enough[-1]]]) if len(enough) else float(scores.max())
