"""Why a text was judged so, by the model's own arithmetic.

Each candidate (a sentence, or a phrase wherever it stands) is taken out of the text's counts and the views are asked
again;
what the calibrated log-odds lose is the candidate's weight.

    reading -> candidates -> the counts without each -> log-odds without each -> weights -> the strongest
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from classifiers.features import (
    Floats,
    Sheet,
    features_of,
    meetings_of,
    parties_of,
    phrase_spots,
    place_spots,
)
from classifiers.reading import Reading
from classifiers.relevance import Looks, Relevance
from classifiers.verdict import Evidence

SENTENCES_SHOWN = (2, 1)  # for and against
PHRASES_SHOWN = (4, 2)
# Sentences and phrases tried, the likeliest; each costs a variant of the whole arithmetic. Of a text that nobody will
# be shown only the nearest evidence is sought: nine in ten texts of a stream, and three times as fast.
_TRIED, _TRIED_BRIEFLY = (5, 8), (1, 3)
_PER_PHRASE = 0.1  # log-odds a phrase of the lexicons may move, when the likeliest sentences are looked for
_IN_TITLE, _IN_LEAD = 3.0, 2.0  # how much sooner a phrase is tried that stands there
_SMALLEST = 0.1  # log-odds; less means nothing to a reader, and one in ten of them would point the wrong way
_PHRASE_CHARACTERS = 300
_UNTRIED = frozenset({"speech"})  # "said" tells news from leaflets, and explains nothing


@dataclass(frozen=True, slots=True)
class _Candidate:
    spans: list[tuple[int, int]]  # ranges of words it stands for
    sentence: int  # position of the sentence, -1 for a phrase


@dataclass(frozen=True, slots=True)
class _Grams:
    """Occurrences of grams: words `starts` up to but not including `ends`; `weights` in the word view's log-odds."""

    starts: npt.NDArray[np.int_]
    ends: npt.NDArray[np.int_]
    weights: Floats
    topics: Floats  # (grams, classes): in the classes of the topic view


@dataclass(frozen=True, slots=True)
class _Case:
    reading: Reading
    candidates: list[_Candidate]
    without: Sheet  # a variant for each candidate: the text without it
    words_lost: Floats  # (candidates,): what the word view's log-odds lose
    topics_lost: Floats  # (candidates, classes): what the grams lose in the topic view


def explain(model: Relevance, looks: Looks, briefly: Sequence[bool]) -> list[tuple[Evidence, ...]]:
    """For each reading the sentences and phrases that moved its score most, for and against, strongest first.

    Where `briefly` is true, the likeliest sentence and phrases alone are tried.
    """
    cases = [_case(model, looks, place, _TRIED_BRIEFLY if brief else _TRIED) for place, brief in enumerate(briefly)]
    sheets = [case.without for case in cases]
    said, counts = model.gram_topics(looks.rows), [len(case.candidates) for case in cases]
    lost = np.concatenate([case.topics_lost for case in cases])
    joined = _joined(
        model,
        np.concatenate([looks.features, features_of(sheets, model.concepts)]),
        np.concatenate([said, said.repeat(counts, axis=0) - lost]),
        vstack([looks.meetings, meetings_of(sheets)], format="csr"),
    )
    ends = np.cumsum([len(cases), *counts])[:-1]
    whole, *without = np.split(joined, ends)
    return [
        _evidence(model, case, as_it_stands - part)
        for case, as_it_stands, part in zip(cases, whole.tolist(), without, strict=True)
    ]


def _joined(model: Relevance, features: Floats, said: Floats, meetings: csr_array) -> Floats:
    """What topic and forest view add to the sum of the three."""
    topics = model.topic_log_odds(said, meetings) / model.scales_[0]
    joined: Floats = topics + model.forest_log_odds(features) / model.scales_[1]
    return joined


def _evidence(model: Relevance, case: _Case, concepts_lost: Floats) -> tuple[Evidence, ...]:
    lost = model.slope_ * (concepts_lost + case.words_lost / model.scales_[2])
    sentences: list[Evidence] = []
    phrases: list[Evidence] = []
    for candidate, weight in zip(case.candidates, lost.tolist(), strict=True):
        if abs(weight) >= _SMALLEST:
            phrase = case.reading.phrase(*candidate.spans[0])[:_PHRASE_CHARACTERS]
            (phrases if candidate.sentence < 0 else sentences).append(Evidence(phrase, weight))
    chosen = _strongest(sentences, SENTENCES_SHOWN) + _strongest(phrases, PHRASES_SHOWN)
    return tuple(sorted(chosen, key=lambda item: -abs(item.weight)))


def _strongest(evidence: list[Evidence], shown: tuple[int, int]) -> list[Evidence]:
    ranked = sorted(evidence, key=lambda item: -item.weight)
    speaking_for = [item for item in ranked if item.weight > 0][: shown[0]]
    against = [item for item in reversed(ranked) if item.weight < 0][: shown[1]]
    return speaking_for + against


def _case(model: Relevance, looks: Looks, place: int, tried: tuple[int, int]) -> _Case:
    reading = looks.readings[place]
    grams = _weighed_grams(model, looks, place)
    candidates: list[_Candidate] = []
    if reading.sentences:
        candidates = [*_sentences(reading, grams, tried[0]), *_phrases(reading, tried[1])]
    removed = _removed(candidates, len(reading.written))
    without = _without(looks.sheets[place], reading, model, candidates, removed)
    gone = (removed[:, grams.ends] > removed[:, grams.starts]).astype(float)
    return _Case(reading, candidates, without, gone @ grams.weights, gone @ grams.topics)


def _weighed_grams(model: Relevance, looks: Looks, place: int) -> _Grams:
    """The grams the word view knows, with what each occurrence adds to its log-odds."""
    found, grams, rows = looks.columns[place], looks.readings[place].grams, looks.rows
    known = np.flatnonzero(found >= 0)
    starts, ends = np.array(grams.starts, int)[known], np.array(grams.ends, int)[known]
    columns, position, times = np.unique(found[known], return_inverse=True, return_counts=True)
    shares = rows.data[rows.indptr[place] : rows.indptr[place + 1]]  # in the order of `columns`, see tf_idf_rows
    each = shares / times
    weights = (model.words_.coef_[0][columns] * each)[position]
    topics = (model.topics_.coef_[:, columns] * each)[:, position].T
    return _Grams(starts, ends, weights, topics)


def _sentences(reading: Reading, grams: _Grams, tried: int) -> Iterator[_Candidate]:
    """The likeliest sentences: those the word view leans on, or that hold many phrases."""
    starts = [first for first, _ in reading.sentences]
    holding = np.searchsorted(starts, grams.starts, side="right") - 1
    standing = np.abs(np.bincount(holding, weights=grams.weights, minlength=len(starts))).astype(float)
    hits = np.searchsorted(starts, [hit.start for hit in reading.hits], side="right") - 1
    standing += _PER_PHRASE * np.bincount(hits, minlength=len(starts))
    for place in np.argsort(-standing, kind="stable")[:tried].tolist():
        yield _Candidate([reading.sentences[place]], place)


def _phrases(reading: Reading, tried: int) -> Iterator[_Candidate]:
    """The likeliest phrases, each with all its occurrences, capital letters or not."""
    lead_end = reading.title_end + len(reading.written) // 3
    occurrences: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    standing: defaultdict[str, float] = defaultdict(float)
    spans = [(hit.start, hit.end) for hit in reading.hits if hit.concept not in _UNTRIED]
    for start, end in dict.fromkeys([*spans, *((m.start, m.end) for m in parties_of(reading))]):
        words = " ".join(reading.folded[start:end])
        occurrences[words].append((start, end))
        standing[words] += _IN_TITLE if start < reading.title_end else _IN_LEAD if start < lead_end else 1.0
    likeliest = sorted(standing, key=lambda words: (-standing[words] * len(words) ** 0.5, words))[:tried]
    return (_Candidate(occurrences[words], -1) for words in likeliest)


def _removed(candidates: Sequence[_Candidate], words: int) -> npt.NDArray[np.int_]:
    """(candidates, words + 1): how many words before this one a candidate covers."""
    covered = np.zeros((len(candidates), words + 1), dtype=int)
    for row, candidate in zip(covered, candidates, strict=True):
        for start, end in candidate.spans:
            row[start + 1 : end + 1] = 1
    return np.cumsum(covered, axis=1)


def _without(
    sheet: Sheet,
    reading: Reading,
    model: Relevance,
    candidates: Sequence[_Candidate],
    removed: npt.NDArray[np.int_],
) -> Sheet:
    """The sheet with a variant for each candidate: the text without it."""
    variants = Sheet(*(getattr(sheet, field.name).repeat(len(candidates), axis=0) for field in fields(Sheet)))
    for row, candidate in zip(variants.present, candidates, strict=True):
        if candidate.sentence >= 0:
            row[candidate.sentence] = 0.0
    phrases, places = phrase_spots(reading, model.concepts), place_spots(reading)
    for spots, table in ((phrases, variants.counts), (places, variants.places)):
        variant, spot = np.nonzero(removed[:, spots[:, 1]] > removed[:, spots[:, 0]])
        np.subtract.at(table, (variant, spots[spot, 2], spots[spot, 3]), 1.0)
    return variants
