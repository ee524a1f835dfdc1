"""Why a text was judged so: what its sentences and phrases add to the model's log-odds."""

from collections.abc import Iterator, Sequence

import numpy as np

from classifiers.features import Floats, concept_features, gram_spans, tally
from classifiers.reading import Reading
from classifiers.relevance import Relevance
from classifiers.verdict import Evidence

SENTENCES_SHOWN = 3
PHRASES_SHOWN = 5
_SMALLEST = 0.05  # log-odds; less than this is noise to a reader
_PHRASE_CHARACTERS = 300


def explain(model: Relevance, reading: Reading) -> tuple[Evidence, ...]:
    """Sentences and phrases that moved the score most, for and against, strongest first.

    A sentence's weight is what the log-odds lose without it; a phrase's, what it adds to the word view.
    """
    if not reading.sentences:
        return ()
    phrases = _phrase_weights(model, reading)
    sentences = _sentence_weights(model, reading, phrases)
    found = [
        *_strongest(_quoted(reading, sentences), SENTENCES_SHOWN),
        *_strongest(_named(reading, phrases), PHRASES_SHOWN),
    ]
    return tuple(sorted(found, key=lambda evidence: -abs(evidence.weight)))


def _strongest(evidence: Iterator[Evidence], shown: int) -> list[Evidence]:
    heavy = [item for item in evidence if abs(item.weight) >= _SMALLEST]
    return sorted(heavy, key=lambda item: -abs(item.weight))[:shown]


def _phrase_weights(model: Relevance, reading: Reading) -> list[tuple[int, int, float]]:
    """(first word, word after the last, weight) of each occurrence of a gram the word view knows."""
    vectorizer, decide = model.views_[1].named_steps["features"], model.views_[1].named_steps["decide"]
    row = vectorizer.transform([reading])
    share = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
    known = vectorizer.vocabulary_
    spans = [(known[gram], start, end) for gram, start, end in gram_spans(reading) if gram in known]
    times: dict[int, int] = {}
    for column, _, _ in spans:
        times[column] = times.get(column, 0) + 1
    weights = decide.coef_[0]
    return [
        (start, end, float(model.slope_ * weights[column] * share[column] / times[column]))
        for column, start, end in spans
    ]


def _sentence_weights(model: Relevance, reading: Reading, phrases: Sequence[tuple[int, int, float]]) -> Floats:
    concepts = model.concepts
    counted = tally(reading, concepts)
    sentences = len(reading.sentences)
    keep = np.vstack([np.ones(sentences), 1.0 - np.eye(sentences)])
    view = model.views_[0]
    scaled = view.named_steps["bound"].transform(
        view.named_steps["scale"].transform(concept_features(counted, concepts, keep))
    )
    decided = model.slope_ * view.named_steps["decide"].decision_function(scaled)
    weights: Floats = decided[0] - decided[1:]
    starts = [first for first, _ in reading.sentences]
    for start, _, weight in phrases:
        weights[np.searchsorted(starts, start, side="right") - 1] += weight
    return weights


def _quoted(reading: Reading, weights: Floats) -> Iterator[Evidence]:
    for (first, stop), weight in zip(reading.sentences, weights.tolist(), strict=True):
        yield Evidence(reading.phrase(first, stop)[:_PHRASE_CHARACTERS], weight)


def _named(reading: Reading, phrases: Sequence[tuple[int, int, float]]) -> Iterator[Evidence]:
    together: dict[str, tuple[str, float]] = {}
    for start, end, weight in phrases:
        written = reading.phrase(start, end)[:_PHRASE_CHARACTERS]
        shown, sofar = together.get(written.casefold(), (written, 0.0))
        together[written.casefold()] = (shown, sofar + weight)
    for shown, weight in together.values():
        yield Evidence(shown, weight)
