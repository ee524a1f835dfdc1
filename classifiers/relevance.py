"""Is this text about SMEs that cooperate across a border? Two linear views of a reading, added and calibrated."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from classifiers.features import ConceptFeatures, Floats, masked_grams
from classifiers.reading import Reading


def bounded(values: Floats) -> Floats:
    """Standardised features cut at three standard deviations: one wild count must not decide alone."""
    return np.clip(values, -3.0, 3.0)


def concept_view(concepts: tuple[str, ...], strength: float) -> Pipeline:
    """Concept features, standardised, into a logistic regression; `strength` is its C."""
    return Pipeline(
        [
            ("features", ConceptFeatures(concepts)),
            ("scale", StandardScaler()),
            ("bound", FunctionTransformer(bounded)),
            ("decide", LogisticRegression(C=strength, max_iter=3_000)),
        ]
    )


def word_view(strength: float) -> Pipeline:
    """Masked words and pairs, tf-idf, into a logistic regression; `strength` is its C."""
    return Pipeline(
        [
            ("features", TfidfVectorizer(analyzer=masked_grams, min_df=2, max_df=0.6, sublinear_tf=True)),
            ("decide", LogisticRegression(C=strength, max_iter=3_000)),
        ]
    )


class Relevance(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Sum of the log-odds of the concept view and the word view, calibrated on grouped folds (Platt).

    Input is a sequence of Reading and labels 0 or 1. `groups` names the event of each text: reports of one event never
    stand on both sides of a calibration fold. Learned: `views_`, `slope_`, `offset_`, `log_odds_` (of the training
    texts, out of fold, in their order), `classes_`.
    """

    def __init__(
        self,
        concepts: tuple[str, ...] = (),
        concept_strength: float = 0.03,
        word_strength: float = 3.0,
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.concepts = concepts
        self.concept_strength = concept_strength
        self.word_strength = word_strength
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        readings: Sequence[Reading],
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        groups: Sequence[str] | None = None,
    ) -> "Relevance":
        """Fit both views on all texts and the calibration on their out-of-fold sums."""
        labels = np.asarray(y)
        weights = np.ones(len(labels)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        events = np.asarray([str(place) for place in range(len(labels))] if groups is None else groups)
        self.classes_ = np.unique(labels)
        self.views_ = self._fitted_views(readings, labels, weights)
        raw = self._out_of_fold(readings, labels, weights, events)
        platt = LogisticRegression(C=1e3).fit(raw[:, None], labels)
        self.slope_ = float(platt.coef_[0, 0])
        self.offset_ = float(platt.intercept_[0])
        self.log_odds_ = self.slope_ * raw + self.offset_
        return self

    def _fitted_views(self, readings: Sequence[Reading], labels: npt.NDArray[Any], weights: Floats) -> list[Pipeline]:
        views = [concept_view(self.concepts, self.concept_strength), word_view(self.word_strength)]
        return [view.fit(readings, labels, decide__sample_weight=weights) for view in views]

    def _out_of_fold(
        self, readings: Sequence[Reading], labels: npt.NDArray[Any], weights: Floats, events: npt.NDArray[Any]
    ) -> Floats:
        raw = np.zeros(len(labels))
        folds = GroupKFold(self.folds, shuffle=True, random_state=self.random_state)
        for train, test in folds.split(labels, labels, events):
            views = self._fitted_views([readings[i] for i in train], labels[train], weights[train])
            raw[test] = _sum_of(views, [readings[i] for i in test])
        return raw

    def decision_function(self, readings: Sequence[Reading]) -> Floats:
        """Calibrated log-odds of being relevant, one for each reading."""
        log_odds: Floats = self.slope_ * _sum_of(self.views_, readings) + self.offset_
        return log_odds

    def predict_proba(self, readings: Sequence[Reading]) -> Floats:
        """(readings, 2): probability of not relevant and of relevant."""
        relevant = 1.0 / (1.0 + np.exp(-self.decision_function(readings)))
        return np.stack([1.0 - relevant, relevant], axis=1)

    def predict(self, readings: Sequence[Reading]) -> npt.NDArray[Any]:
        """The likelier class. What ships decides by bands instead (see classifiers.bands)."""
        classes: npt.NDArray[Any] = self.classes_[(self.decision_function(readings) > 0).astype(int)]
        return classes


def _sum_of(views: Sequence[Pipeline], readings: Sequence[Reading]) -> Floats:
    if not len(readings):
        return np.zeros(0)
    log_odds: Floats = np.sum([view.decision_function(readings) for view in views], axis=0)
    return log_odds
