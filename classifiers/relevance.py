"""Is this text about SMEs that cooperate across a border? Three views of a reading, added and calibrated.

    Reading -> concept features -> linear view -+
                                -> forest view -+-> sum, each on its own scale -> Platt -> probability
    Reading -> masked grams     -> word view   -+

The linear view says what counts, the forest view that it must come together, the word view what no list foresaw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from classifiers.features import ConceptFeatures, Concepts, Floats, Sheet, features_of, sheet_of
from classifiers.formats import FORMAT as FORMAT
from classifiers.reading import Reading

VIEWS = ("linear", "forest", "words")
_LEAF_TEXTS = 3  # a rule of the forest rests on three texts at least
_SUREST = 0.001  # a forest whose trees all agree is still not certain


def linear_view(strength: float) -> Pipeline:
    """Concept features, standardised, into a logistic regression; `strength` is its C."""
    return Pipeline([("scale", StandardScaler()), ("decide", LogisticRegression(C=strength, max_iter=3_000))])


def forest_view(trees: int, random_state: int) -> ExtraTreesClassifier:
    """Concept features into extremely randomised trees: thresholds, so that a long or odd text cannot run away."""
    return ExtraTreesClassifier(trees, min_samples_leaf=_LEAF_TEXTS, random_state=random_state)


def gram_counter() -> TfidfVectorizer:
    """Masked words and pairs to tf-idf rows; grams of one text only, or of most, say nothing."""
    return TfidfVectorizer(analyzer=gram_names, min_df=2, max_df=0.6, sublinear_tf=True)


def gram_names(reading: Reading) -> list[str]:
    """The grams of a reading, in order."""
    return reading.grams.names


def _columns_of(names: Sequence[str], known: Mapping[str, int]) -> npt.NDArray[np.int_]:
    return np.fromiter(map(known.get, names, repeat(-1)), int, len(names))


def tf_idf_rows(columns: Sequence[npt.NDArray[np.int_]], weights: Floats) -> csr_array:
    """What `gram_counter` makes of grams whose columns are known (-1: none), `weights` being its idf.

    So the grams of a text are looked up once, for its score and for its evidence.
    """
    parts = [np.unique(found[found >= 0], return_counts=True) for found in columns]
    shares = [(1.0 + np.log(times)) * weights[column] for column, times in parts]
    data = [share / max(float(np.sqrt(share @ share)), 1e-9) for share in shares]
    ends = np.cumsum([0, *(len(share) for share in shares)])
    indices = np.concatenate([column for column, _ in parts])
    return csr_array((np.concatenate(data), indices, ends), shape=(len(columns), len(weights)))


@dataclass(frozen=True, slots=True)
class Looks:
    """What the views see of some readings; computed once, used for scores, kinds and evidence."""

    readings: Sequence[Reading]
    sheets: list[Sheet]
    features: Floats  # (readings, concept features)
    columns: list[npt.NDArray[np.int_]]  # of each gram of each reading in `rows`; -1 where the word view knows it not
    rows: csr_array  # (readings, grams): tf-idf


class Relevance(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The sum of three views' log-odds, each divided by its spread, calibrated on folds grouped by event (Platt).

    Input is a sequence of Reading and labels 0 or 1. Learned: `linear_`, `forest_`, `grams_`, `words_`; `scales_`,
    the spread of
    each view's out-of-fold log-odds; `slope_` and `offset_` of the calibration; `log_odds_`, those of the training
    texts
    out of fold, in their order; `classes_`.
    """

    def __init__(
        self,
        concepts: Concepts = (),
        linear_strength: float = 0.002,
        word_strength: float = 10.0,
        trees: int = 150,
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.concepts = concepts
        self.linear_strength = linear_strength
        self.word_strength = word_strength
        self.trees = trees
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        readings: Sequence[Reading],
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        groups: Sequence[str] | None = None,
        is_labelled: Sequence[bool] | None = None,
    ) -> "Relevance":
        """Fit the views on all texts, and scales and calibration on their out-of-fold log-odds.

        `groups` names the event of each text (null: each its own): reports of one event stay on one side of a fold.
        `is_labelled` says which texts are no background (null: all). Background teaches the two views of concepts
        alone. In calibration, thousands of easy texts would move every probability. In the word view they would
        teach that the style of real news speaks against, for the examples are retold: with 1,250 texts of background
        recall at likely fell from .91 to .40 on real articles; where that view does without them, it is .84.
        """
        labels = np.asarray(y)
        weights = np.ones(len(labels)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        events = np.arange(len(labels)).astype(str) if groups is None else np.asarray(groups)
        self.classes_ = np.unique(labels)
        known = np.ones(len(labels), bool) if is_labelled is None else np.asarray(is_labelled)
        features = ConceptFeatures(self.concepts).transform(readings)
        raw = np.zeros((len(labels), len(VIEWS)))
        folds = GroupKFold(self.folds, shuffle=True, random_state=self.random_state)
        for train, test in folds.split(labels, labels, events):
            learned = [readings[i] for i in train]
            self.fit_views(learned, labels[train], weights[train], features[train], known[train])
            raw[test] = self.view_log_odds(features[test], self.grams_.transform([readings[i] for i in test]))
        self._calibrate(raw, labels, known)
        return self.fit_views(readings, labels, weights, features, known)

    def fit_views(
        self,
        readings: Sequence[Reading],
        labels: npt.NDArray[Any],
        weights: Floats,
        features: Floats | None = None,
        is_labelled: npt.NDArray[np.bool_] | None = None,
    ) -> "Relevance":
        """Fit the views alone, without scales and calibration: enough to rank texts view by view.

        `features` spares computing the concept features of the readings again; `is_labelled` as in `fit`.
        """
        if features is None:
            features = ConceptFeatures(self.concepts).transform(readings)
        self.linear_ = linear_view(self.linear_strength).fit(features, labels, decide__sample_weight=weights)
        self.forest_ = forest_view(self.trees, self.random_state).fit(features, labels, sample_weight=weights)
        self.grams_ = gram_counter()
        known = np.flatnonzero(np.ones(len(labels), bool) if is_labelled is None else is_labelled)
        rows = self.grams_.fit_transform([readings[i] for i in known.tolist()])
        decide = LogisticRegression(C=self.word_strength, max_iter=3_000)
        self.words_ = decide.fit(rows, labels[known], weights[known])
        return self

    def _calibrate(self, raw: Floats, labels: npt.NDArray[Any], chosen: npt.NDArray[np.bool_]) -> None:
        self.view_log_odds_ = raw
        self.scales_ = np.maximum(raw[chosen].std(axis=0), 1e-9)
        joined = (raw / self.scales_).sum(axis=1)
        platt = LogisticRegression(C=1e3).fit(joined[chosen, None], labels[chosen])
        self.slope_ = float(platt.coef_[0, 0])
        self.offset_ = float(platt.intercept_[0])
        self.log_odds_ = self.slope_ * joined + self.offset_

    def view_log_odds(self, features: Floats, rows: csr_array) -> Floats:
        """(readings, 3): the log-odds of each of VIEWS, not calibrated."""
        columns = [
            self.linear_.decision_function(features),
            self.forest_log_odds(features),
            self.words_.decision_function(rows),
        ]
        return np.stack(columns, axis=1)

    def forest_log_odds(self, features: Floats) -> Floats:
        """Log-odds of the forest view, bounded where all trees agree."""
        share = np.clip(forest_shares(self.forest_, features), _SUREST, 1.0 - _SUREST)
        log_odds: Floats = np.log(share / (1.0 - share))
        return log_odds

    def look(self, readings: Sequence[Reading]) -> Looks:
        """What the views see of at least one reading. Raises NotFittedError before `fit`."""
        check_is_fitted(self, "grams_")
        sheets = [sheet_of(reading, self.concepts) for reading in readings]
        features = features_of(sheets, self.concepts)
        known = self.grams_.vocabulary_
        columns = [_columns_of(reading.grams.names, known) for reading in readings]
        return Looks(readings, sheets, features, columns, tf_idf_rows(columns, self.grams_.idf_))

    def log_odds_of(self, looks: Looks) -> Floats:
        """Calibrated log-odds of being relevant, one for each reading looked at."""
        raw = self.view_log_odds(looks.features, looks.rows)
        log_odds: Floats = self.slope_ * (raw / self.scales_).sum(axis=1) + self.offset_
        return log_odds

    def decision_function(self, readings: Sequence[Reading]) -> Floats:
        """Calibrated log-odds of being relevant, one for each reading."""
        return self.log_odds_of(self.look(readings)) if len(readings) else np.zeros(0)

    def predict_proba(self, readings: Sequence[Reading]) -> Floats:
        """(readings, 2): probability of not relevant and of relevant."""
        relevant = probability(self.decision_function(readings))
        return np.stack([1.0 - relevant, relevant], axis=1)

    def predict(self, readings: Sequence[Reading]) -> npt.NDArray[Any]:
        """The likelier class. What ships decides by bands instead (see classifiers.bands)."""
        is_relevant = self.decision_function(readings) > 0
        classes: npt.NDArray[Any] = self.classes_[is_relevant.astype(int)]
        return classes


def forest_shares(forest: ExtraTreesClassifier, features: Floats) -> Floats:
    """`predict_proba(features)[:, 1]`, without the checks and threads that cost more than a hundred trees do."""
    rows = np.ascontiguousarray(features, dtype=np.float32)  # what trees compare with
    total: Floats = sum(tree.tree_.predict(rows)[:, 1] for tree in forest.estimators_)
    return total / len(forest.estimators_)


def probability(log_odds: Floats) -> Floats:
    """Log-odds as probabilities, 0..1."""
    share: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return share


def check_trees(model: Relevance) -> None:
    """Raise ValueError if a tree of a loaded forest points outside itself.

    The C code that walks a tree follows its arrays unchecked, so a damaged file could make it read anywhere.
    """
    for tree in (estimator.tree_ for estimator in model.forest_.estimators_):
        inner = tree.children_left != -1
        ahead = np.arange(tree.node_count)[inner]
        left, right, feature = tree.children_left[inner], tree.children_right[inner], tree.feature[inner]
        forward = (left > ahead).all() and (right > ahead).all()
        inside = (left < tree.node_count).all() and (right < tree.node_count).all()
        if not (forward and inside and ((feature >= 0) & (feature < model.forest_.n_features_in_)).all()):
            raise ValueError("a tree of the forest points outside itself")
