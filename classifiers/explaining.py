"""Why a text was judged so, by the model's own arithmetic.

Each candidate (a sentence, or a phrase wherever it stands) is taken out of the text's counts and the views are asked
again;
what the calibrated log-odds lose is the candidate's weight.

    reading -> candidates -> the counts without each -> log-odds without each -> weights -> the strongest
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from classifiers.features import (
    Floats,
    Sheet,
    concept_features,
    economies_of,
    parties_of,
    sentence_of_words,
)
from classifiers.reading import Reading
from classifiers.relevance import Looks, Relevance
from classifiers.verdict import Evidence

SENTENCES_SHOWN = (2, 1)  # for and against
PHRASES_SHOWN = (4, 2)
_SENTENCES_TRIED, _PHRASES_TRIED = 5, 8  # the likeliest; each costs a variant of the whole arithmetic
_PER_PHRASE = 0.1  # log-odds a phrase of the lexicons may move, when the likeliest sentences are looked for
_IN_TITLE, _IN_LEAD = 3.0, 2.0  # how much sooner a phrase is tried that stands there
_SMALLEST = 0.1  # log-odds; less means nothing to a reader, and one in ten of them would point the wrong way
_PHRASE_CHARACTERS = 300
_UNTRIED = frozenset({"speech"})  # "said" tells news from leaflets, and explains nothing


@dataclass(frozen=True, slots=True)
class _Candidate:
    phrase: str  # as it stands in the text
    removed: npt.NDArray[np.int_]  # (words + 1,): how many words before this one it covers
    sentence: int  # position of the sentence, -1 for a phrase


@dataclass(frozen=True, slots=True)
class _Grams:
    """Occurrences of grams: words `starts` up to but not including `ends`; `weights` in the word view's log-odds."""

    starts: npt.NDArray[np.int_]
    ends: npt.NDArray[np.int_]
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Case:
    candidates: list[_Candidate]
    features: Floats  # (1 + candidates, features): as the text stands, then without each candidate
    words_lost: Floats  # (candidates,): what the word view's log-odds lose


def explain(model: Relevance, looks: Looks) -> list[tuple[Evidence, ...]]:
    """For each reading the sentences and phrases that moved its score most, for and against, strongest first."""
    cases = [_case(model, looks, place) for place in range(len(looks.readings))]
    features = np.concatenate([case.features for case in cases])
    joined = model.linear_.decision_function(features) / model.scales_[0]
    joined += model.forest_log_odds(features) / model.scales_[1]
    ends = np.cumsum([len(case.features) for case in cases])[:-1]
    return [_evidence(model, case, part) for case, part in zip(cases, np.split(joined, ends), strict=True)]


def _evidence(model: Relevance, case: _Case, joined: Floats) -> tuple[Evidence, ...]:
    lost = model.slope_ * (joined[0] - joined[1:] + case.words_lost / model.scales_[2])
    sentences: list[Evidence] = []
    phrases: list[Evidence] = []
    for candidate, weight in zip(case.candidates, lost.tolist(), strict=True):
        if abs(weight) >= _SMALLEST:
            found = Evidence(candidate.phrase[:_PHRASE_CHARACTERS], weight)
            (phrases if candidate.sentence < 0 else sentences).append(found)
    chosen = _strongest(sentences, SENTENCES_SHOWN) + _strongest(phrases, PHRASES_SHOWN)
    return tuple(sorted(chosen, key=lambda item: -abs(item.weight)))


def _strongest(evidence: list[Evidence], shown: tuple[int, int]) -> list[Evidence]:
    ranked = sorted(evidence, key=lambda item: -item.weight)
    speaking_for = [item for item in ranked if item.weight > 0][: shown[0]]
    against = [item for item in reversed(ranked) if item.weight < 0][: shown[1]]
    return speaking_for + against


def _case(model: Relevance, looks: Looks, place: int) -> _Case:
    reading = looks.readings[place]
    grams = _weighed_grams(model, looks, place)
    candidates = [*_sentences(reading, grams), *_phrases(reading)] if reading.sentences else []
    sheet = _without(looks.sheets[place], reading, model, candidates)
    removed = np.array([c.removed for c in candidates], int).reshape(len(candidates), len(reading.written) + 1)
    lost = (removed[:, grams.ends] > removed[:, grams.starts]) @ grams.weights
    return _Case(candidates, concept_features(sheet, model.concepts), lost)


def _weighed_grams(model: Relevance, looks: Looks, place: int) -> _Grams:
    """The grams the word view knows, with what each occurrence adds to its log-odds."""
    row, known = looks.rows[[place]], model.grams_.vocabulary_
    spans = [(known[gram], start, end) for gram, start, end in looks.readings[place].grams if gram in known]
    columns, starts, ends = np.array(spans, int).reshape(-1, 3).T
    shares = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
    _, position, times = np.unique(columns, return_inverse=True, return_counts=True)
    weights = model.words_.coef_[0][columns] * np.array([shares[c] for c in columns.tolist()]) / times[position]
    return _Grams(starts, ends, weights)


def _sentences(reading: Reading, grams: _Grams) -> Iterator[_Candidate]:
    """The likeliest sentences: those the word view leans on, or that hold many phrases."""
    starts = [first for first, _ in reading.sentences]
    holding = np.searchsorted(starts, grams.starts, side="right") - 1
    standing = np.abs(np.bincount(holding, weights=grams.weights, minlength=len(starts))).astype(float)
    hits = np.searchsorted(starts, [hit.start for hit in reading.hits], side="right") - 1
    standing += _PER_PHRASE * np.bincount(hits, minlength=len(starts))
    for place in np.argsort(-standing, kind="stable")[:_SENTENCES_TRIED].tolist():
        first, stop = reading.sentences[place]
        yield _Candidate(reading.phrase(first, stop), _covering(reading, [(first, stop)]), place)


def _phrases(reading: Reading) -> Iterator[_Candidate]:
    """The likeliest phrases, each with all its occurrences, capital letters or not."""
    lead_end = reading.title_end + len(reading.written) // 3
    occurrences: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    standing: defaultdict[str, float] = defaultdict(float)
    spans = [(hit.start, hit.end) for hit in reading.hits if hit.concept not in _UNTRIED]
    for start, end in dict.fromkeys([*spans, *((m.start, m.end) for m in parties_of(reading))]):
        words = " ".join(reading.folded[start:end])
        occurrences[words].append((start, end))
        standing[words] += _IN_TITLE if start < reading.title_end else _IN_LEAD if start < lead_end else 1.0
    likeliest = sorted(standing, key=lambda words: (-standing[words] * len(words) ** 0.5, words))[:_PHRASES_TRIED]
    for words in likeliest:
        yield _Candidate(reading.phrase(*occurrences[words][0]), _covering(reading, occurrences[words]), -1)


def _covering(reading: Reading, spans: Sequence[tuple[int, int]]) -> npt.NDArray[np.int_]:
    covered = np.zeros(len(reading.written) + 1, dtype=int)
    for start, end in spans:
        covered[start + 1 : end + 1] = 1
    return np.cumsum(covered)


def _without(sheet: Sheet, reading: Reading, model: Relevance, candidates: Sequence[_Candidate]) -> Sheet:
    """The sheet with a variant for each candidate after the text as it stands."""
    variants = 1 + len(candidates)
    counts, places = sheet.counts.repeat(variants, axis=0), sheet.places.repeat(variants, axis=0)
    present = sheet.present.repeat(variants, axis=0)
    column = {concept: place for place, (concept, _) in enumerate(model.concepts)}
    code = economies_of(reading)
    sentence_of = sentence_of_words(reading)
    hits = np.array([(h.start, h.end, sentence_of[h.start], column[h.concept]) for h in reading.hits], int).reshape(
        -1, 4
    )
    named = np.array(
        [(m.start, m.end, sentence_of[m.start], code[m.code]) for m in parties_of(reading)], int
    ).reshape(-1, 4)
    for variant, candidate in enumerate(candidates, start=1):
        if candidate.sentence >= 0:
            present[variant, candidate.sentence] = 0.0
        for found, table in ((hits, counts), (named, places)):
            gone = found[candidate.removed[found[:, 1]] > candidate.removed[found[:, 0]]]
            np.subtract.at(table[variant], (gone[:, 2], gone[:, 3]), 1.0)
    return replace(sheet, counts=counts, places=places, present=present)
