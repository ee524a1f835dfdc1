"""The judge: documents in, verdicts out, by one model folder."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from classifiers.bands import Thresholds
from classifiers.examples import document_of
from classifiers.explaining import explain
from classifiers.folders import TAGS, load_folder
from classifiers.kinds import Kinds, cued
from classifiers.places import Places
from classifiers.reading import Reader, Reading
from classifiers.relevance import Looks, Relevance, check_trees, probability
from classifiers.tagging import Tagger
from classifiers.verdict import Document, Evidence, Verdict

_NOT_SHOWN = frozenset({"no", "unjudged"})  # bands without kind and tags; their evidence is sought briefly
_BATCH = 256  # readings held at a time; a batch of long articles stays under 100 MB


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: a batch makes none, and the search takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Judge:
    """One model and what it reads with. Judging learns nothing: the same document always gets the same verdict."""

    def __init__(
        self, reader: Reader, relevance: Relevance, kinds: Kinds, card: Mapping[str, Any], tagger: Tagger
    ) -> None:
        self._reader = reader
        self._relevance = relevance
        self._kinds = kinds
        self._tagger = tagger
        self.card = dict(card)
        self.model_id = str(card["model_id"])
        self.thresholds = Thresholds(**card["thresholds"])
        self.threshold = self.thresholds.likely
        self._languages = frozenset(card["languages"])
        self._shortest = int(card["shortest_words"])

    def judge(self, documents: Sequence[Document], *, why: bool = True) -> list[Verdict]:
        """A verdict for each document, in their order; `why=False` leaves the evidence out and saves a third of the
        time.
        """
        verdicts: list[Verdict] = []
        for first in range(0, len(documents), _BATCH):
            with _uncollected():
                verdicts += self._judge_batch(documents[first : first + _BATCH], why=why)
        return verdicts

    def _judge_batch(self, documents: Sequence[Document], *, why: bool) -> list[Verdict]:
        read = [self._reader.read(document) for document in documents]
        looks = self._relevance.look([reading for reading, _ in read])
        scores = probability(self._relevance.log_odds_of(looks))
        bands = [self._band(reading, score) for reading, score in zip(looks.readings, scores, strict=True)]
        kinds = self._kinds_of(looks, bands)
        briefly = [band in _NOT_SHOWN for band in bands]
        whys = explain(self._relevance, looks, briefly) if why else [()] * len(read)
        return [
            self._verdict(reading, places, float(score), band, kind, evidence)
            for (reading, places), score, band, kind, evidence in zip(read, scores, bands, kinds, whys, strict=True)
        ]

    def _band(self, reading: Reading, score: float) -> str:
        if reading.language not in self._languages or len(reading.written) < self._shortest:
            return "unjudged"
        return self.thresholds.band(score)

    def _kinds_of(self, looks: Looks, bands: Sequence[str]) -> list[tuple[str, float] | None]:
        """The likeliest kind and its probability, of the texts that are at least borderline."""
        asked = [place for place, band in enumerate(bands) if band not in _NOT_SHOWN]
        texts = cued(self._reader, [looks.readings[place] for place in asked], looks.features[asked])
        shares = self._kinds.predict_proba(texts)
        found: list[tuple[str, float] | None] = [None] * len(bands)
        for place, row in zip(asked, shares, strict=True):
            best = int(row.argmax())
            found[place] = str(self._kinds.classes_[best]), float(row[best])
        return found

    def _verdict(
        self,
        reading: Reading,
        places: Places,
        score: float,
        band: str,
        kind: tuple[str, float] | None,
        why: tuple[Evidence, ...],
    ) -> Verdict:
        sectors, organisations = ((), ()) if band in _NOT_SHOWN else self._tagger.tag(reading)
        return Verdict(
            model_id=self.model_id,
            score=score,
            band=band,
            is_relevant=band in ("sure", "likely"),
            kind=kind[0] if kind else None,
            kind_score=kind[1] if kind else None,
            countries=places.countries,
            blocs=places.blocs,
            why=why,
            sectors=sectors,
            organisations=organisations,
        )


def load_judge(folder: Path) -> Judge:
    """The judge of a model folder, with the lexicons and places it was trained with.

    Raises ModelError (see classifiers.folders) if the folder is missing, altered, or of another scikit-learn.
    """
    estimators, card = load_folder(folder)
    for estimator in estimators.values():
        check_trees(estimator.forest_)
    tagger = Tagger.load(folder / TAGS)
    return Judge(Reader.load(folder), estimators["relevance"], estimators["kinds"], card, tagger)


def classify_rows(judge: Judge, rows: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """For each row with id, title, text (and language) a row as `smewatch classify` writes it, in their order."""
    verdicts = judge.judge([document_of(row) for row in rows])
    for row, verdict in zip(rows, verdicts, strict=True):
        yield {
            "id": row.get("id"),
            "score": round(verdict.score, 6),
            "relevant": verdict.is_relevant,
            "band": verdict.band,
            "kind": verdict.kind,
            "countries": list(verdict.countries),
            "blocs": list(verdict.blocs),
            "sectors": list(verdict.sectors),
            "organisations": [body.name for body in verdict.organisations],
            "why": [{"phrase": item.phrase, "weight": round(item.weight, 4)} for item in verdict.why],
            "model": verdict.model_id,
        }
