"""What the concept views see: which concepts a text holds, where, and how well its passages join them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin

from classifiers.reading import Mention, Reading

Floats = npt.NDArray[np.float64]
Spots = npt.NDArray[np.int_]  # (spots, 4): first word, the one after the last, sentence, column
Concepts = tuple[tuple[str, str], ...]  # (concept, family), as Lexicon.concepts

LEAD_WORDS = 90  # after the title; news says what it is about in its first three or four sentences
WINDOW_SENTENCES = 3  # an event is told in a paragraph, not in one sentence: the firms here, the other country there

FIRMS = {"firms": 1.0, "near_firms": 0.6, "bodies": 0.3}  # how surely a family speaks of small firms
COOPERATION = ("forum", "agreement", "learning", "money", "markets", "technology", "together")
COUNTER = ("vendor", "advice", "domestic", "big_business", "diplomacy", "aid")
_ACTS_FULL, _COUNTER_FULL = 3, 4  # so many families of acts make a passage full; so many of counter-cues spoil it
_ONE_FOREIGN_PLACE = 0.7  # one economy that is not the home of the text, against two in one passage

VIEWS = ("title", "lead", "density", "sentences")
PLACES = ("title", "lead", "text", "second", "pairs", "foreign", "parties", "two_parties", "bloc")
BORDERS = ("any", "hard", "places", "donors", "border", "abroad")
PASSAGES = ("firms", "act", *(f"{kind}_{border}" for border in BORDERS for kind in ("pair", "joint", "clean")))
_BEST = 3
_TOGETHER = 32  # sheets computed at a time: thirteen variants of each, of 300 sentences, are 60 MB
SUMMARIES = ("best", "mean", "lead", "first", "best3")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Texts, or variants of one text, counted by sentence: (variants, sentences, ...). A text has one variant, unless
    evidence is taken out.
    """

    counts: Floats  # (variants, sentences, concepts): phrases of a concept that begin in the sentence
    places: Floats  # (variants, sentences, economies named in the text): mentions
    present: Floats  # (variants, sentences): 0 where the variant lacks the sentence
    words: Floats  # (variants, sentences): words, in words of English
    title: Floats  # (variants, sentences): 1 where the sentence is the title's
    lead: Floats  # (variants, sentences): 1 in the first LEAD_WORDS words after the title
    facts: (
        Floats  # (variants, 3): column of the economy named most, -1 without any; economies that act; 1 with a bloc
    )


def sheet_of(reading: Reading, concepts: Concepts) -> Sheet:
    """The counts of a reading, one variant: the text as it stands."""
    ranges = reading.sentences or ((0, 0),)
    starts = np.array([first for first, _ in ranges])
    codes = economies_of(reading)
    places = _counted(place_spots(reading), len(ranges), max(1, len(codes)))
    in_title = np.arange(len(ranges)) < reading.title_sentences
    in_lead = ~in_title & (starts < reading.title_end + LEAD_WORDS * reading.words_per_word)
    home = int(places[0].sum(axis=0).argmax()) if codes else -1
    return Sheet(
        counts=_counted(phrase_spots(reading, concepts), len(ranges), len(concepts)),
        places=places,
        present=np.ones((1, len(ranges))),
        words=np.array([[stop - first for first, stop in ranges]]) / reading.words_per_word,
        title=in_title[None, :].astype(float),
        lead=in_lead[None, :].astype(float),
        facts=np.array([[home, len(reading.parties), bool(reading.blocs)]], dtype=float),
    )


def stacked(sheets: Sequence[Sheet]) -> Sheet:
    """All variants of some sheets, one below the other; what the others have more of is filled with nothing."""
    names = [field.name for field in fields(Sheet)]
    return Sheet(*(_padded([getattr(sheet, name) for sheet in sheets]) for name in names))


def _padded(parts: Sequence[Floats]) -> Floats:
    if len(parts) == 1:
        return parts[0]
    shape = np.max([part.shape[1:] for part in parts], axis=0)
    whole = np.zeros((sum(len(part) for part in parts), *shape))
    first = 0
    for part in parts:
        whole[(slice(first, first + len(part)), *(slice(size) for size in part.shape[1:]))] = part
        first += len(part)
    return whole


def phrase_spots(reading: Reading, concepts: Concepts) -> Spots:
    """Where the phrases stand, by column of `Sheet.counts`."""
    column = _columns(concepts)
    return _spots(reading, [(hit.start, hit.end, column[hit.concept]) for hit in reading.hits])


def place_spots(reading: Reading) -> Spots:
    """Where economies are named that may be parties, by column of `Sheet.places`."""
    codes = economies_of(reading)
    return _spots(reading, [(place.start, place.end, codes[place.code]) for place in parties_of(reading)])


def _spots(reading: Reading, found: Sequence[tuple[int, int, int]]) -> Spots:
    first, end, column = np.array(found, dtype=int).reshape(-1, 3).T
    sentence = np.searchsorted([start for start, _ in reading.sentences], first, side="right") - 1
    return np.stack([first, end, sentence, column], axis=1)


def _counted(spots: Spots, sentences: int, columns: int) -> Floats:
    flat = np.bincount(spots[:, 2] * columns + spots[:, 3], minlength=sentences * columns)
    return flat.astype(float).reshape(1, sentences, columns)


def parties_of(reading: Reading) -> list[Mention]:
    """Mentions of economies that may be parties to what is told."""
    return [mention for mention in reading.mentions if mention.is_economy]


def economies_of(reading: Reading) -> dict[str, int]:
    """The columns of `Sheet.places` by code."""
    codes = sorted({mention.code for mention in parties_of(reading)})
    return {code: place for place, code in enumerate(codes)}


@cache
def _columns(concepts: Concepts) -> dict[str, int]:
    return {concept: place for place, (concept, _) in enumerate(concepts)}


@cache
def _groups(concepts: Concepts) -> tuple[tuple[str, ...], Floats]:
    """Names of what is counted (each concept, each family of several) and the matrix that sums concepts into them."""
    families = sorted({family for _, family in concepts})
    several = [family for family in families if sum(f == family for _, f in concepts) > 1]
    names = (*(concept for concept, _ in concepts), *(f"all_{family}" for family in several))
    matrix = np.zeros((len(concepts), len(names)))
    for place, (_, family) in enumerate(concepts):
        matrix[place, place] = 1.0
        if family in several:
            matrix[place, names.index(f"all_{family}")] = 1.0
    return names, matrix


@cache
def _family_matrix(concepts: Concepts, families: tuple[str, ...]) -> Floats:
    return np.array([[float(own == family) for family in families] for _, own in concepts])


def feature_names(concepts: Concepts) -> list[str]:
    """Names of the columns of `concept_features`, in order."""
    names, _ = _groups(concepts)
    return [
        *(f"{view}:{name}" for view in VIEWS for name in names),
        *(f"places:{name}" for name in PLACES),
        *(f"{passage}:{summary}" for passage in PASSAGES for summary in SUMMARIES),
    ]


def view_columns(concepts: Concepts) -> int:
    """How many of the columns, the first, are concepts and families in their views."""
    return len(VIEWS) * len(_groups(concepts)[0])


def concept_features(sheet: Sheet, concepts: Concepts) -> Floats:
    """Features of each variant: (variants, features), all between 0 and about 5."""
    words = np.maximum((sheet.present * sheet.words).sum(axis=1), 1.0)
    sentences = np.maximum(sheet.present.sum(axis=1), 1.0)
    return np.concatenate(
        [
            _views(sheet, concepts, words, sentences),
            _places(sheet, words, sentences),
            _summaries(_passages(sheet, concepts), sentences),
        ],
        axis=1,
    )


def features_of(sheets: Sequence[Sheet], concepts: Concepts) -> Floats:
    """Features of every variant of at least one sheet, in order; many at a time, as calls cost more than sums."""
    parts = range(0, len(sheets), _TOGETHER)
    return np.concatenate([concept_features(stacked(sheets[at : at + _TOGETHER]), concepts) for at in parts])


def meetings_of(sheets: Sequence[Sheet]) -> csr_array:
    """How many sentences hold both of two things, for every variant and every two: (variants, meetings).

    The things are the concepts, a place, two places, and a place abroad; each also meets itself.
    """
    return csr_array(np.concatenate([_meetings(sheet) for sheet in sheets]))


def _meetings(sheet: Sheet) -> npt.NDArray[np.float32]:
    named = (sheet.places > 0).sum(axis=2)
    places = np.stack([named >= 1, named >= 2, _foreign(sheet).any(axis=2)], axis=2)
    seen = np.concatenate([sheet.counts > 0, places], axis=2).astype(np.float32)
    first, second = _pairs(seen.shape[2])
    both: npt.NDArray[np.float32] = (seen.transpose(0, 2, 1) @ seen)[:, first, second]
    return both


@cache
def _pairs(things: int) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    return np.triu_indices(things)


def _views(sheet: Sheet, concepts: Concepts, words: Floats, sentences: Floats) -> Floats:
    counts = sheet.counts @ _groups(concepts)[1]
    total = counts.sum(axis=1)
    return np.concatenate(
        [
            np.minimum(np.einsum("vsc,vs->vc", counts, sheet.title), 1.0),
            np.minimum(np.einsum("vsc,vs->vc", counts, sheet.lead), 2.0) / 2.0,
            1.0 - np.exp(-100.0 * total / words[:, None]),
            (counts > 0).sum(axis=1) / sentences[:, None],
        ],
        axis=1,
    )


def _places(sheet: Sheet, words: Floats, sentences: Floats) -> Floats:
    named = sheet.places > 0
    total = sheet.places.sum(axis=1)
    second = np.sort(total, axis=1)[:, -2] if total.shape[1] > 1 else np.zeros(len(total))
    title = sheet.title > 0
    opening = title | (sheet.lead > 0)
    _, parties, has_bloc = sheet.facts.T
    columns = [
        np.minimum((named & title[:, :, None]).any(axis=1).sum(axis=1), 2),
        np.minimum((named & opening[:, :, None]).any(axis=1).sum(axis=1), 3),
        np.minimum((total > 0).sum(axis=1), 5),
        np.log1p(300.0 * second / words),
        (named.sum(axis=2) >= 2).sum(axis=1) / sentences,
        _foreign(sheet).any(axis=2).sum(axis=1) / sentences,
        np.minimum(parties, 3),
        parties >= 2,
        has_bloc,
    ]
    return np.stack(columns, axis=1)


def _foreign(sheet: Sheet) -> npt.NDArray[np.bool_]:
    home = sheet.facts[:, 0]
    abroad: npt.NDArray[np.bool_] = np.arange(sheet.places.shape[2]) != home[:, None]
    return (sheet.places > 0) & abroad[:, None, :]


def _passages(sheet: Sheet, concepts: Concepts) -> Floats:
    """How well the passage that begins at each sentence joins firms, border and act: (passages, variants, sentences).

    Products, so that no part can stand for another; once more with the counter-cues of near-misses taken off.
    """
    families = (*FIRMS, "donors", "border", "abroad", *COOPERATION, *COUNTER)
    seen = _windows((sheet.counts @ _family_matrix(concepts, families)) > 0)
    column = {family: seen[:, :, place] for place, family in enumerate(families)}
    firms = np.max([column[family] * weight for family, weight in FIRMS.items()], axis=0)
    acts = np.minimum(sum(column[family].astype(float) for family in COOPERATION), _ACTS_FULL) / _ACTS_FULL
    spoilt = np.minimum(sum(column[family].astype(float) for family in COUNTER), _COUNTER_FULL) / _COUNTER_FULL
    borders = _borders(sheet, column)
    rows = [firms, borders["hard"] * acts]
    for border in BORDERS:
        pair = firms * borders[border]
        rows += [pair, pair * acts, pair * (1.0 - spoilt)]
    return np.stack(rows)


def _borders(sheet: Sheet, column: dict[str, npt.NDArray[np.bool_]]) -> dict[str, Floats]:
    named = _windows(sheet.places > 0).sum(axis=2)
    foreign = _windows(_foreign(sheet)).any(axis=2)
    places = np.where(named >= 2, 1.0, _ONE_FOREIGN_PLACE * foreign)
    donors, border, abroad = (column[family].astype(float) for family in ("donors", "border", "abroad"))
    return {
        "any": np.max([places, donors, 0.8 * border, 0.3 * abroad], axis=0),
        "hard": np.max([places, donors, 0.7 * border], axis=0),
        "places": places,
        "donors": donors,
        "border": border,
        "abroad": 0.6 * abroad,
    }


def _windows(seen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """For each sentence, what it and the following ones of its window hold: (variants, sentences, columns)."""
    found = seen.copy()
    for later in range(1, min(WINDOW_SENTENCES, seen.shape[1])):
        found[:, :-later] |= seen[:, later:]
    return found


def _summaries(passages: Floats, sentences: Floats) -> Floats:
    """Best, mean, best of the opening, first, and mean of the best three: (variants, passages x summaries)."""
    summaries = [
        passages.max(axis=2),
        passages.sum(axis=2) / sentences,
        passages[:, :, : WINDOW_SENTENCES + 1].max(axis=2),
        passages[:, :, 0],
        np.sort(passages, axis=2)[:, :, -_BEST:].sum(axis=2) / np.minimum(sentences, _BEST),
    ]
    stacked = np.stack(summaries, axis=2)  # (passages, variants, summaries)
    return stacked.transpose(1, 0, 2).reshape(stacked.shape[1], len(PASSAGES) * len(SUMMARIES))


class ConceptFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Readings to concept features, a dense (readings, features) array. Learns nothing.

    Input is a sequence of Reading, not an array: scikit-learn's checks that feed arrays do not apply.
    """

    def __init__(self, concepts: Concepts = ()) -> None:
        self.concepts = concepts

    def fit(self, readings: Sequence[Reading], y: object = None) -> "ConceptFeatures":
        """Nothing to learn."""
        return self

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """One row for each reading."""
        if not len(readings):
            return np.zeros((0, len(feature_names(self.concepts))))
        return features_of([sheet_of(reading, self.concepts) for reading in readings], self.concepts)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Names such as `lead:sme_term` or `joint_places:best`."""
        return np.asarray(feature_names(self.concepts), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.requires_fit = False
        tags.no_validation = True
        return tags
