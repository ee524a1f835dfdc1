"""What a reading looks like to a linear model: concept features and masked word grams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from classifiers.reading import Reading

Floats = npt.NDArray[np.float64]

LEAD_WORDS = 90  # after the title; news says what it is about in its first three or four sentences
WINDOW_SENTENCES = 3  # an event is told in a paragraph, not in one sentence: firms here, the other country there
_COOPERATION = (
    "act_agreement",
    "act_any",
    "act_finance",
    "act_forum",
    "act_international",
    "act_learning",
    "act_technology",
)
_FIRMS = {"sme_term": 1.0, "sme_near": 0.5, "sme_body": 0.3}
_BORDER = {"donor": 1.0, "border_word": 0.8, "border_weak": 0.3}
_TWO_ECONOMIES, _FOREIGN_ECONOMY = 1.0, 0.7  # how much of a border two places, or one that is not home, stand for
_STRONG = 0.4  # a window with SMEs, a border and one act of cooperation reaches 0.33, with two acts 0.67


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by sentence of one reading, from which all concept features are computed."""

    counts: Floats  # (sentences, concepts): hits that begin in the sentence
    economies: Floats  # (sentences, distinct places of the text): mentions
    home: int  # column of the place named most, -1 without any
    words: Floats  # (sentences,): number of words
    title: Floats  # (sentences,): 1 where the sentence is the title's
    lead: Floats  # (sentences,): 1 in the title and the first LEAD_WORDS words after it


def tally(reading: Reading, concepts: Sequence[str]) -> Tally:
    """Count hits and places by sentence."""
    column = {concept: place for place, concept in enumerate(concepts)}
    ranges = reading.sentences or ((0, 0),)
    of_word = np.repeat(np.arange(len(ranges)), [stop - first for first, stop in ranges])
    counts = np.zeros((len(ranges), len(concepts)))
    for hit in reading.hits:
        place = column.get(hit.concept)
        if place is not None:
            counts[of_word[hit.start], place] += 1
    parties = [mention for mention in reading.mentions if mention.is_economy]
    codes = sorted({mention.code for mention in parties})
    economies = np.zeros((len(ranges), max(1, len(codes))))
    for mention in parties:
        economies[of_word[mention.start], codes.index(mention.code)] += 1
    starts = np.array([first for first, _ in ranges])
    title = (np.arange(len(ranges)) < reading.title_sentences).astype(float)
    title_end = ranges[reading.title_sentences - 1][1] if reading.title_sentences else 0
    return Tally(
        counts=counts,
        economies=economies,
        home=int(economies.sum(axis=0).argmax()) if codes else -1,
        words=np.array([stop - first for first, stop in ranges], dtype=float),
        title=title,
        lead=(starts < title_end + LEAD_WORDS).astype(float),
    )


def concept_feature_names(concepts: Sequence[str]) -> list[str]:
    """Names of the columns of `concept_features`, in order."""
    views = ("title", "lead", "density", "sentences")
    return [f"{view}:{concept}" for view in views for concept in concepts] + [
        "places:title", "places:lead", "places:text", "places:second", "places:pairs", "places:foreign",
        "joint:best", "joint:mean", "joint:lead", "joint:best3", "joint:share", "joint:first",
        "pair:mean", "pair:best", "pair:lead", "pair:first", "length",
    ]  # fmt: skip


def concept_features(counted: Tally, concepts: Sequence[str], keep: Floats | None = None) -> Floats:
    """Concept features of a text, or of variants of it: (variants, features).

    `keep` is (variants, sentences), 0 where a variant lacks the sentence; without it the one variant is the whole text.
    """
    if keep is None:
        keep = np.ones((1, len(counted.words)))
    counts = counted.counts[None] * keep[:, :, None]
    places = counted.economies[None] * keep[:, :, None]
    words = np.maximum(keep @ counted.words, 1.0)
    sentences = np.maximum(keep.sum(axis=1), 1.0)
    total = counts.sum(axis=1)
    views = [
        np.minimum((counts * counted.title[None, :, None]).sum(axis=1), 1.0),
        np.minimum((counts * counted.lead[None, :, None]).sum(axis=1), 3.0) / 3.0,
        1.0 - np.exp(-100.0 * total / words[:, None]),
        (counts > 0).sum(axis=1) / sentences[:, None],
        _place_features(counted, places, words, sentences),
        _joint_features(counted, counts, places, sentences, concepts),
        np.log(words)[:, None] / 5.0,
    ]
    return np.concatenate(views, axis=1)


def _place_features(counted: Tally, places: Floats, words: Floats, sentences: Floats) -> Floats:
    total = places.sum(axis=1)
    ranked = np.sort(total, axis=1)[:, ::-1]
    second = ranked[:, 1] if ranked.shape[1] > 1 else np.zeros(len(total))
    named = (places > 0).sum(axis=2)
    return np.stack(
        [
            np.minimum(((places * counted.title[None, :, None]).sum(axis=1) > 0).sum(axis=1), 2),
            np.minimum(((places * counted.lead[None, :, None]).sum(axis=1) > 0).sum(axis=1), 4),
            np.minimum((total > 0).sum(axis=1), 6),
            np.log1p(300.0 * second / words),
            (named >= 2).sum(axis=1) / sentences,
            (_foreign(counted, places).sum(axis=2) > 0).sum(axis=1) / sentences,
        ],
        axis=1,
    )


def _foreign(counted: Tally, places: Floats) -> Floats:
    return np.delete(places, counted.home, axis=2) if counted.home >= 0 else places


def _joint_features(
    counted: Tally, counts: Floats, places: Floats, sentences: Floats, concepts: Sequence[str]
) -> Floats:
    """How well passages join SMEs, a border and an act of cooperation: a product, so that none can stand for another."""
    column = {concept: place for place, concept in enumerate(concepts)}
    seen = _windows(counts > 0)
    named = _windows(places > 0)
    foreign = _windows(_foreign(counted, places) > 0).any(axis=2)
    firms = _strongest(seen, {column[c]: w for c, w in _FIRMS.items()})
    border = _strongest(seen, {column[c]: w for c, w in _BORDER.items()})
    border = np.maximum(border, np.where(named.sum(axis=2) >= 2, _TWO_ECONOMIES, _FOREIGN_ECONOMY * foreign))
    acts = np.minimum(seen[:, :, [column[c] for c in _COOPERATION]].sum(axis=2), 3) / 3.0
    pair = firms * border
    joint = pair * acts
    first = WINDOW_SENTENCES + 1
    return np.stack(
        [
            joint.max(axis=1),
            joint.sum(axis=1) / sentences,
            joint[:, :first].max(axis=1),
            np.sort(joint, axis=1)[:, -3:].mean(axis=1),
            (joint > _STRONG).sum(axis=1) / sentences,
            joint[:, 0],
            pair.sum(axis=1) / sentences,
            pair.max(axis=1),
            pair[:, :first].max(axis=1),
            pair[:, 0],
        ],
        axis=1,
    )


def _windows(seen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """For each sentence, what it and the following ones of its window hold."""
    found = seen.copy()
    for later in range(1, min(WINDOW_SENTENCES, seen.shape[1])):
        found[:, :-later] |= seen[:, later:]
    return found


def _strongest(seen: npt.NDArray[np.bool_], weights: dict[int, float]) -> Floats:
    strongest: Floats = np.max([seen[:, :, place] * weight for place, weight in weights.items()], axis=0)
    return strongest


class ConceptFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Readings to concept features, a dense (readings, features) array. Learns nothing.

    Input is a sequence of Reading, not an array: scikit-learn's checks that feed arrays do not apply.
    """

    def __init__(self, concepts: tuple[str, ...] = ()) -> None:
        self.concepts = concepts

    def fit(self, readings: Sequence[Reading], y: object = None) -> "ConceptFeatures":
        """Nothing to learn."""
        return self

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """One row for each reading."""
        if not len(readings):
            return np.zeros((0, len(self.get_feature_names_out())))
        return np.concatenate([concept_features(tally(r, self.concepts), self.concepts) for r in readings])

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Names such as `lead:sme_term`."""
        return np.asarray(concept_feature_names(self.concepts), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.requires_fit = False
        tags.no_validation = True
        return tags


_FOLDED = {"sme_term": "<sme>", "donor": "<donor>"}  # one word for all the ways to say it
_PLACE = "<place>"
_NUMBER = "<number>"


@dataclass(frozen=True, slots=True)
class Token:
    """A word as the word model sees it, and the words of the reading it stands for."""

    name: str
    start: int
    end: int


def masked_tokens(reading: Reading) -> list[Token]:
    """Words in order, with places, numbers and the many names of SMEs and donors each folded into one.

    Places are masked because four of five seed documents are about Japan: a bag of words learns "Japan", not the topic.
    """
    covering: dict[int, tuple[str, int]] = {m.start: (_PLACE, m.end) for m in reading.mentions}
    for hit in reading.hits:
        name = _FOLDED.get(hit.concept)
        if name is not None:
            covering.setdefault(hit.start, (name, hit.end))
    tokens: list[Token] = []
    at = 0
    while at < len(reading.folded):
        word = reading.folded[at]
        name, end = covering.get(at) or (_NUMBER if word[0].isdigit() else word, at + 1)
        tokens.append(Token(name, at, end))
        at = end
    return tokens


def masked_grams(reading: Reading) -> list[str]:
    """Masked words and pairs of neighbours; the analyzer of the word model."""
    names = [token.name for token in masked_tokens(reading)]
    return names + [f"{a} {b}" for a, b in zip(names, names[1:], strict=False)]


def gram_spans(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Each gram of `masked_grams` with the range of words it stands for."""
    tokens = masked_tokens(reading)
    for token in tokens:
        yield token.name, token.start, token.end
    for a, b in zip(tokens, tokens[1:], strict=False):
        yield f"{a.name} {b.name}", a.start, b.end
