"""From a probability to a word: sure, likely, borderline, no."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Of the texts of a business feed that could be taken for the subject, about one in twenty belongs to it; of the
# examples, half: their probabilities are too high for a stream, by exactly the ratio of the two odds.
STREAM_SHARE = 0.05
SURE, LIKELY, BORDERLINE = 0.8, 0.5, 0.2  # probability in the stream from which a band starts
RULE = (
    "A score is a probability among the examples, of which about half are relevant. For the bands it is carried over "
    f"to a stream in which {STREAM_SHARE:.0%} of the near texts are relevant, by the ratio of the odds: 'sure' "
    f"starts where the probability in the stream is {SURE}, 'likely' where it is {LIKELY}, 'borderline' where it is "
    f"{BORDERLINE}. A text is relevant if its band is sure or likely."
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


def choose_thresholds(labels: npt.ArrayLike) -> Thresholds:
    """Thresholds by RULE, for scores calibrated on texts with these labels (0 or 1, some of each).

    Example: of 100 examples 50 are relevant; likely starts at odds 1 / (1/19) = 19, a score of 0.95.
    """
    share = float(np.mean(np.asarray(labels)))
    shift = _log_odds(share) - _log_odds(STREAM_SHARE)
    sure, likely, borderline = (1.0 / (1.0 + math.exp(-_log_odds(p) - shift)) for p in (SURE, LIKELY, BORDERLINE))
    return Thresholds(sure=sure, likely=likely, borderline=borderline)


def _log_odds(share: float) -> float:
    return math.log(share / (1.0 - share))
