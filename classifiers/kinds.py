"""Which of the six kinds of cooperation a relevant text is about.

    Reading -> concepts by place in the text  -+-> forest -------------------+
    Reading -> cues of the kinds, likewise    -+-> multinomial regression ---+-> a probability for each kind
    Reading -> groups of letters --------------+

What a text is about comes first: one about a loan may go on to name the fair where it was signed. So a cue in the
title or in the two sentences after it counts for itself. The forest hears cues together ("start-up" and "abroad"),
which the regression can only add up.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from classifiers.features import ConceptFeatures, Concepts, Floats, view_columns
from classifiers.letters import Letters
from classifiers.lexicons import Hit
from classifiers.reading import Reader, Reading
from classifiers.relevance import forest_shares, tf_idf_rows

# A standardised feature is as large as all groups of letters of a text together; so weighed, both are heard.
# Grouped macro F1 of letters, concepts and cues: .70 with .05, .69 with .04 or .06.
_SHARE = 0.05
_LEAF_TEXTS = 3  # a rule of the forest rests on so many texts at least
_COLUMNS_TRIED = 0.15  # share of the columns a rule is chosen from; with the square root of their number .005 worse
_RAREST = 0.003  # a forest of which no tree names a kind does not rule it out
_OPENING_SENTENCES = 2  # after the title
_FADING_WORDS = 80  # a cue counts a third as much so far behind the title
_EVEN = 0.5  # added to the weight of each kind's cues, so that none at all has a logarithm


class Cued(NamedTuple):
    """A reading with the cues of kinds found in it."""

    reading: Reading
    cues: Sequence[Hit]
    concepts: Floats  # its row of concept features


def cued(reader: Reader, readings: Sequence[Reading], features: Floats | None = None) -> list[Cued]:
    """The readings with their cues. Cues are sought in relevant texts alone: it costs a tenth of reading a text.

    `features` are the rows of ConceptFeatures, where they are known already (null: they are counted).
    """
    rows = ConceptFeatures(reader.lexicon.concepts).transform(readings) if features is None else features
    return [Cued(reading, reader.cues_of(reading), row) for reading, row in zip(readings, rows, strict=True)]


class Kinds(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A multinomial regression on concepts, cues and letters, and a forest on concepts and cues. Rare kinds weigh as
    much as frequent ones.

    The logarithms of their probabilities are added, those of the forest by `forest_share`. The sum is surer than
    either, and still less sure than right: .60 on average out of fold, where .73 are right (the regression: .47).

    Input is a sequence of Cued and the kind of each. `concepts` and `cues` are those of the reader. Learned:
    `letters_`, `scale_`, `decide_`, `forest_`, `classes_`.
    """

    def __init__(
        self,
        concepts: Concepts = (),
        cues: Concepts = (),
        strength: float = 1.0,
        trees: int = 150,
        forest_share: float = 0.5,
        random_state: int = 0,
    ) -> None:
        self.concepts = concepts
        self.cues = cues
        self.strength = strength
        self.trees = trees
        self.forest_share = forest_share
        self.random_state = random_state

    def fit(self, texts: Sequence[Cued], y: npt.ArrayLike) -> "Kinds":
        """Learn from texts whose kind is known."""
        kinds, counted = np.asarray(y), self._counted(texts)
        self.letters_, self.scale_ = letter_counter(), StandardScaler()
        rows = _joined(self.scale_.fit_transform(counted), self.letters_.fit_transform(texts))
        decide = LogisticRegression(C=self.strength, class_weight="balanced", max_iter=3_000)
        self.decide_ = decide.fit(rows, kinds)
        self.forest_ = kinds_forest(self.trees, self.random_state).fit(counted, kinds)
        self.classes_ = self.decide_.classes_
        return self

    def predict_proba(self, texts: Sequence[Cued]) -> Floats:
        """(texts, kinds): a probability for each of `classes_`. Raises NotFittedError before `fit`."""
        check_is_fitted(self)
        if not len(texts):
            return np.zeros((0, len(self.classes_)))
        counted, letters = self._counted(texts), _letters(self.letters_)
        columns = [letters.columns(text.reading.folded) for text in texts]
        rows = _joined(self.scale_.transform(counted), tf_idf_rows(columns, self.letters_.idf_))
        of_forest = np.log(np.maximum(forest_shares(self.forest_, counted), _RAREST))
        shares: Floats = softmax(self.decide_.predict_log_proba(rows) + self.forest_share * of_forest, axis=1)
        return shares

    def predict(self, texts: Sequence[Cued]) -> npt.NDArray[np.str_]:
        """The likeliest kind of each text."""
        best = self.predict_proba(texts).argmax(axis=1)
        kinds: npt.NDArray[np.str_] = self.classes_[best]
        return kinds

    def _counted(self, texts: Sequence[Cued]) -> Floats:
        concepts = np.stack([text.concepts for text in texts])
        cues = np.stack([cue_features(text, self.cues) for text in texts])
        # Places and passages are left out: they tell whether there is cooperation, not which.
        return np.concatenate([concepts[:, : view_columns(self.concepts)], cues], axis=1)


def kinds_forest(trees: int, random_state: int) -> ExtraTreesClassifier:
    """Extremely randomised trees in which rare kinds weigh as much as frequent ones."""
    return ExtraTreesClassifier(
        trees,
        min_samples_leaf=_LEAF_TEXTS,
        max_features=_COLUMNS_TRIED,
        class_weight="balanced",
        random_state=random_state,
    )


@lru_cache(maxsize=1)
def _letters(counter: TfidfVectorizer) -> Letters:
    """What a fitted counter looked up so far; beside it, as a model is saved with all that it holds."""
    return Letters(counter)


def _joined(counted: Floats, letters: csr_array) -> csr_array:
    return hstack([csr_array(counted * _SHARE), letters], format="csr")


def cue_features(text: Cued, cues: Concepts) -> Floats:
    """Cues in the title, in the opening, in all, fading with distance; how the kinds share each of the last two."""
    reading = text.reading
    column = {cue: place for place, (cue, _) in enumerate(cues)}
    opening_end = reading.sentences[: reading.title_sentences + _OPENING_SENTENCES][-1][1] if reading.sentences else 0
    title, opening, total, fading = np.zeros((4, len(cues)))
    for hit in text.cues:
        place = column[hit.concept]
        total[place] += 1.0
        if hit.start < reading.title_end:
            title[place] += 1.0
            fading[place] += 2.0
        else:
            opening[place] += hit.start < opening_end
            behind = (hit.start - reading.title_end) / reading.words_per_word
            fading[place] += np.exp(-behind / _FADING_WORDS)
    words = max(1.0, len(reading.written) / reading.words_per_word)
    return np.concatenate(
        [
            np.minimum(title, 1.0),
            np.minimum(opening, 2.0) / 2.0,
            np.log1p(300.0 * total / words),
            np.log1p(fading),
            _shared(fading, cues, _EVEN),
            _shared(total, cues, 1.0),
        ]
    )


def _shared(weights: Floats, cues: Concepts, even: float) -> Floats:
    """The logarithm of each kind's weight, less their mean: which kind speaks loudest, however long the text."""
    kinds = sorted({kind for _, kind in cues})
    of_kind = [sum(weight for weight, (_, own) in zip(weights, cues, strict=True) if own == kind) for kind in kinds]
    logs = np.log(np.array(of_kind) + even)
    shared: Floats = logs - logs.mean() if len(logs) else logs
    return shared


def letter_counter() -> TfidfVectorizer:
    """Three to five letters of a word to tf-idf rows: they see through endings and compounds.

    Places are not masked here: grouped macro F1 .70, masked .69, and the same on real articles.
    """
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True, preprocessor=plain_words
    )


def plain_words(text: Cued) -> str:
    """The words that are read of a text, casefolded, without punctuation."""
    return " ".join(text.reading.folded)
