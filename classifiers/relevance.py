"""Is this text about SMEs that cooperate across a border? Three views of a reading, added and calibrated.

    Reading -> concept features ------------> forest view -+
    Reading -> meetings of concepts -+                     |
    Reading -> masked grams ---------+------> topic view --+-> sum, each on its own scale -> Platt -> probability
                             +--------------> word view ---+

The forest view says that things must come together, the word view what no list foresaw, the topic view which
concepts share a sentence, and in which words. Forest and topic view learn the kinds of cooperation and of near-
miss; a text is as relevant as its six kinds of cooperation together. That there are several ways to be relevant,
and others not to be, is worth more than any further view: average precision on grouped folds rose from .951 to .964
with kinds and meetings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack
from scipy.special import logsumexp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted

from classifiers.features import Concepts, Floats, Sheet, features_of, meetings_of, sheet_of
from classifiers.formats import FORMAT as FORMAT
from classifiers.reading import Reading

VIEWS = ("topics", "forest", "words")
_LEAF_TEXTS = 2  # a rule of the forest rests on two texts at least; some kinds have five
_SUREST = 0.001  # a forest whose trees all agree is still not certain


def class_names(labels: npt.NDArray[Any], kinds: Sequence[str | None] | None) -> npt.NDArray[np.str_]:
    """What forest and topic view tell apart: label and kind, such as `1 forum`; `1 ` where the kind is not known."""
    return np.array(
        [f"{int(label)} {kind or ''}" for label, kind in zip(labels, kinds or repeat(None), strict=False)]
    )


def are_relevant(names: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Which of the classes named so are relevant."""
    return np.char.startswith(names, "1")


def forest_view(trees: int, random_state: int) -> ExtraTreesClassifier:
    """Concept features into extremely randomised trees: thresholds, so that a long or odd text cannot run away.

    Rules are chosen by entropy, not by Gini's measure: average precision with China left out .926 against .922, the
    mean of four random states.
    """
    return ExtraTreesClassifier(trees, criterion="entropy", min_samples_leaf=_LEAF_TEXTS, random_state=random_state)


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
    meetings: csr_array  # (readings, meetings): counts


@dataclass(frozen=True, slots=True)
class Shown:
    """Texts to learn from, as the views take them; computed once, and learned from fold by fold."""

    readings: Sequence[Reading]
    features: Floats  # (readings, concept features)
    meetings: csr_array  # (readings, meetings): counts
    classes: npt.NDArray[np.str_]  # class_names
    weights: Floats
    is_labelled: npt.NDArray[np.bool_]  # false: background

    def only(self, places: npt.NDArray[np.int_]) -> "Shown":
        """The texts at these positions."""
        others = (getattr(self, field.name)[places] for field in fields(self)[1:])
        return Shown([self.readings[i] for i in places.tolist()], *others)


class Relevance(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The sum of three views' log-odds, each divided by its spread, calibrated on folds grouped by event (Platt).

    Input is a sequence of Reading and labels 0 or 1. Learned: `forest_`; `grams_` and `words_`; `pairs_`, the idf of
    meetings, and `topics_`, whose columns are those of `grams_`, then of `pairs_`; `scales_`, the spread of each
    view's out-of-fold log-odds; `slope_` and `offset_` of the calibration; `log_odds_`, those of the training texts
    out of fold, in their order; `classes_`.
    """

    def __init__(
        self,
        concepts: Concepts = (),
        topic_strength: float = 3.0,
        word_strength: float = 10.0,
        trees: int = 150,
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.concepts = concepts
        self.topic_strength = topic_strength
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
        kinds: Sequence[str | None] | None = None,
    ) -> "Relevance":
        """Fit the views on all texts, and scales and calibration on their out-of-fold log-odds.

        `groups` names the event of each text (null: each its own): reports of one event stay on one side of a fold.
        `kinds` are the kinds of cooperation or near-miss (null: not known), a class of their own where not known.
        `is_labelled` says which texts are no background (null: all). Background teaches the forest alone, which sees
        concepts. In calibration, thousands of easy texts would move every probability. In the views of words they
        would teach that the style of real news speaks against, for the examples are retold: with 1,250 texts of
        background recall at likely fell from .91 to .40 on real articles.
        """
        labels = np.asarray(y)
        events = np.arange(len(labels)).astype(str) if groups is None else np.asarray(groups)
        self.classes_ = np.unique(labels)
        shown = self.show(readings, labels, sample_weight, is_labelled, kinds)
        raw = np.zeros((len(labels), len(VIEWS)))
        folds = GroupKFold(self.folds, shuffle=True, random_state=self.random_state)
        for train, test in folds.split(labels, labels, events):
            raw[test] = self.fit_views(shown.only(train)).judged(shown.only(test))
        self._calibrate(raw, labels, shown.is_labelled)
        return self.fit_views(shown)

    def show(
        self,
        readings: Sequence[Reading],
        labels: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        is_labelled: Sequence[bool] | None = None,
        kinds: Sequence[str | None] | None = None,
    ) -> Shown:
        """Texts as `fit_views` takes them; arguments as in `fit`."""
        sheets = [sheet_of(reading, self.concepts) for reading in readings]
        return Shown(
            readings=readings,
            features=features_of(sheets, self.concepts),
            meetings=meetings_of(sheets),
            classes=class_names(np.asarray(labels), kinds),
            weights=np.ones(len(readings)) if sample_weight is None else np.asarray(sample_weight, dtype=float),
            is_labelled=np.ones(len(readings), bool) if is_labelled is None else np.asarray(is_labelled),
        )

    def fit_views(self, shown: Shown) -> "Relevance":
        """Fit the views alone, without scales and calibration: enough to rank texts view by view."""
        forest = forest_view(self.trees, self.random_state)
        self.forest_ = forest.fit(shown.features, shown.classes, sample_weight=shown.weights)
        known = shown.only(np.flatnonzero(shown.is_labelled))
        self.grams_, self.pairs_ = gram_counter(), TfidfTransformer(sublinear_tf=True)
        rows, pairs = self.grams_.fit_transform(known.readings), self.pairs_.fit_transform(known.meetings)
        words = LogisticRegression(C=self.word_strength, max_iter=3_000)
        self.words_ = words.fit(rows, are_relevant(known.classes), known.weights)
        topics = LogisticRegression(C=self.topic_strength, max_iter=3_000)
        self.topics_ = topics.fit(hstack([rows, pairs], format="csr"), known.classes, known.weights)
        return self

    def judged(self, shown: Shown) -> Floats:
        """(readings, 3): the log-odds of each of VIEWS, not calibrated."""
        return self.view_log_odds(shown.features, self.grams_.transform(shown.readings), shown.meetings)

    def _calibrate(self, raw: Floats, labels: npt.NDArray[Any], chosen: npt.NDArray[np.bool_]) -> None:
        self.view_log_odds_ = raw
        self.scales_ = np.maximum(raw[chosen].std(axis=0), 1e-9)
        joined = (raw / self.scales_).sum(axis=1)
        platt = LogisticRegression(C=1e3).fit(joined[chosen, None], labels[chosen])
        self.slope_ = float(platt.coef_[0, 0])
        self.offset_ = float(platt.intercept_[0])
        self.log_odds_ = self.slope_ * joined + self.offset_

    def view_log_odds(self, features: Floats, rows: csr_array, meetings: csr_array) -> Floats:
        """(readings, 3): the log-odds of each of VIEWS, not calibrated."""
        columns = [
            self.topic_log_odds(self.gram_topics(rows), meetings),
            self.forest_log_odds(features),
            self.words_.decision_function(rows),
        ]
        return np.stack(columns, axis=1)

    def gram_topics(self, rows: csr_array) -> Floats:
        """(readings, classes): what the grams say to the topic view."""
        said: Floats = rows @ self.topics_.coef_[:, : rows.shape[1]].T
        return said

    def topic_log_odds(self, said: Floats, meetings: csr_array) -> Floats:
        """Log-odds of the topic view: its relevant classes together against the others; `said` by the grams."""
        n_grams = len(self.grams_.idf_)
        classes = said + self.pairs_.transform(meetings) @ self.topics_.coef_[:, n_grams:].T + self.topics_.intercept_
        if classes.shape[1] == 1:  # two classes have one row of weights, the second's
            classes = np.concatenate([np.zeros_like(classes), classes], axis=1)
        relevant = are_relevant(self.topics_.classes_)
        log_odds: Floats = logsumexp(classes[:, relevant], axis=1) - logsumexp(classes[:, ~relevant], axis=1)
        return log_odds

    def forest_log_odds(self, features: Floats) -> Floats:
        """Log-odds of the forest view, bounded where all trees agree."""
        share = forest_shares(self.forest_, features) @ are_relevant(self.forest_.classes_)
        share = np.clip(share, _SUREST, 1.0 - _SUREST)
        log_odds: Floats = np.log(share / (1.0 - share))
        return log_odds

    def look(self, readings: Sequence[Reading]) -> Looks:
        """What the views see of at least one reading. Raises NotFittedError before `fit`."""
        check_is_fitted(self, "grams_")
        sheets = [sheet_of(reading, self.concepts) for reading in readings]
        features = features_of(sheets, self.concepts)
        known = self.grams_.vocabulary_
        columns = [_columns_of(reading.grams.names, known) for reading in readings]
        rows = tf_idf_rows(columns, self.grams_.idf_)
        return Looks(readings, sheets, features, columns, rows, meetings_of(sheets))

    def log_odds_of(self, looks: Looks) -> Floats:
        """Calibrated log-odds of being relevant, one for each reading looked at."""
        raw = self.view_log_odds(looks.features, looks.rows, looks.meetings)
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
    """`predict_proba(features)`, without the checks and threads that cost more than a hundred trees do."""
    rows = np.ascontiguousarray(features, dtype=np.float32)  # what trees compare with
    total: Floats = sum(tree.tree_.predict(rows) for tree in forest.estimators_)
    return total / len(forest.estimators_)


def probability(log_odds: Floats) -> Floats:
    """Log-odds as probabilities, 0..1."""
    share: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return share


def check_trees(forest: ExtraTreesClassifier) -> None:
    """Raise ValueError if a tree of a loaded forest points outside itself.

    The C code that walks a tree follows its arrays unchecked, so a damaged file could make it read anywhere.
    """
    for tree in (estimator.tree_ for estimator in forest.estimators_):
        inner = tree.children_left != -1
        ahead = np.arange(tree.node_count)[inner]
        left, right, feature = tree.children_left[inner], tree.children_right[inner], tree.feature[inner]
        forward = (left > ahead).all() and (right > ahead).all()
        inside = (left < tree.node_count).all() and (right < tree.node_count).all()
        if not (forward and inside and ((feature >= 0) & (feature < forest.n_features_in_)).all()):
            raise ValueError("a tree of the forest points outside itself")
