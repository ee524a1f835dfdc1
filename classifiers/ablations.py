"""What each part of the model is worth: measured on folds grouped by event, for the card.

Run `python -m classifiers.ablations seeds [REAL.jsonl]` after a change of seeds, lexicons, places or parameters. It
takes five minutes and writes `seeds/ablations.json`, which training copies into the card of every model of the same
data.
REAL.jsonl are labelled real articles that are kept apart: only figures on them are written, nothing is learned.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GroupKFold

from classifiers.examples import read_examples
from classifiers.features import ConceptFeatures, Concepts, Floats, feature_names
from classifiers.folders import file_hash
from classifiers.kinds import Kinds, cued
from classifiers.material import Material, read_material
from classifiers.reading import Reader
from classifiers.regions import REGIONS
from classifiers.relevance import FORMAT, VIEWS, Relevance

Chosen = npt.NDArray[np.bool_]

ABLATIONS_FILE = "ablations.json"
_SHARES = (0.1, 0.25, 0.5)  # of the events, for the learning curve
_SHUFFLES = 10
_GROUPS = {  # what is switched off: prefixes of feature names
    "concepts by place in the text": ("title:", "lead:", "density:", "sentences:"),
    "places": ("places:",),
    "passages": ("firms:", "act:", "pair_", "joint_", "clean_"),
}


def grouped_folds(material: Material, shuffle: int = 0) -> Iterator[tuple[list[int], list[int]]]:
    """Five pairs of training and test positions; no event stands on both sides. `shuffle` is how events are dealt."""
    splitter = GroupKFold(5, shuffle=True, random_state=shuffle)
    for train, test in splitter.split(material.labels, groups=material.groups):
        yield train.tolist(), test.tolist()


def measured(model: Relevance, material: Material, kinds: Sequence[str | None]) -> dict[str, float]:
    """What training itself measures: average precision (AP) out of fold, and macro F1 of `kinds_out_of_fold`."""
    example, english = np.array(material.is_example), np.array(material.is_english)
    results = {
        "english, grouped 5-fold: AP": _precision(material, model.log_odds_, example & english),
        "other languages, grouped 5-fold: AP": _precision(material, model.log_odds_, example & ~english),
        "kind of cooperation, grouped 5-fold: macro F1": _kinds_score(material, kinds),
    }
    for view, column in zip(VIEWS, model.view_log_odds_.T, strict=True):
        results[f"english, {view} view alone: AP"] = _precision(material, column, example & english)
    return results


def _precision(material: Material, scores: Floats, chosen: Chosen) -> float:
    return round(float(average_precision_score(material.labels[chosen], scores[chosen])), 3)


def kinds_out_of_fold(material: Material, reader: Reader, shuffle: int = 0) -> list[str | None]:
    """The kind of each text by grouped folds of those whose kind is known; null for all others."""
    places = np.flatnonzero(material.has_kind).tolist()
    known = material.only(places)
    texts, kinds = cued(reader, known.readings), np.array([str(example.kind) for example in known.examples])
    guessed: list[str | None] = [None] * len(material.examples)
    for train, test in grouped_folds(known, shuffle):
        fresh = Kinds(reader.lexicon.concepts, reader.cues.concepts).fit([texts[i] for i in train], kinds[train])
        for i, kind in zip(test, fresh.predict([texts[i] for i in test]).tolist(), strict=True):
            guessed[places[i]] = kind
    return guessed


def _kinds_score(material: Material, guessed: Sequence[str | None]) -> float:
    """Macro F1 of the six kinds over the texts that were given one."""
    pairs = [(str(e.kind), kind) for e, kind in zip(material.examples, guessed, strict=True) if kind is not None]
    labelled, named = zip(*pairs, strict=True)
    return round(float(f1_score(labelled, named, average="macro")), 3)


def kinds_over_shuffles(material: Material, reader: Reader) -> dict[str, float]:
    """Macro F1 of the kinds where events are dealt to folds in ten ways: one alone is .03 off by luck."""
    return _spread(
        [_kinds_score(material, kinds_out_of_fold(material, reader, shuffle)) for shuffle in range(_SHUFFLES)]
    )


def _spread(scores: Sequence[float]) -> dict[str, float]:
    return {"mean": round(float(np.mean(scores)), 3), "lowest": min(scores), "highest": max(scores)}


class Ablations:
    """Measurements on one material: average precision on the English examples over grouped folds, unless said."""

    def __init__(self, material: Material, concepts: Concepts) -> None:
        self.material = material
        self.model = Relevance(concepts)
        self.shown = self.model.show(material.readings, material.labels, material.weights, kinds=material.kinds)
        self.features = self.shown.features
        self.english = np.array(material.is_example) & np.array(material.is_english)
        self.is_real = np.array([example.source != "invented" for example in material.examples])
        self.relevant = material.labels == 1
        self.everything = np.ones(len(material.labels), dtype=bool)
        self.complete = self._out_of_fold(self.everything)

    def all(self) -> dict[str, object]:
        """Every measurement, by name."""
        return {
            "seeds only": self.seeds_only(),
            "seeds and a share of all else": {f"{share:.0%}": self.with_share(share) for share in _SHARES},
            "seeds, examples and invented texts": _precision(self.material, self.complete, self.english),
            "the same, ten shuffles of the folds": self.over_shuffles(),
            "without": {name: self.without_features(prefixes) for name, prefixes in _GROUPS.items()},
            "without invented texts, ten shuffles of the folds": self.over_shuffles(self.is_real),
            "region left out": {name: self.without_region(codes) for name, codes in REGIONS.items()},
        }

    def seeds_only(self) -> float:
        """Likeness to the five seeds: no label is used, the examples only give the scale."""
        return _precision(self.material, self.likeness(self.features), self.english)

    def likeness(self, features: Floats) -> Floats:
        """How far each text goes the way the seeds go from the middle of the examples: nothing is learned.

        Standardised on what is not invented, cut at three standard deviations, then the product with the seeds' mean.
        """
        is_seed = [example.source == "seed" for example in self.material.examples]
        real = self.features[self.is_real]
        middle, spread = real.mean(axis=0), np.maximum(real.std(axis=0), 1e-9)
        seeds = np.clip((self.features[is_seed] - middle) / spread, -3.0, 3.0).mean(axis=0)
        likeness: Floats = np.clip((features - middle) / spread, -3.0, 3.0) @ seeds
        return likeness

    def without_region(self, codes: frozenset[str]) -> dict[str, float]:
        """Trained without any relevant text that involves the region, tested on them.

        They are tested against the near-misses that name a place of the region, and against all near-misses. How much
        of a shortfall is the region's own difficulty shows beside it.
        """
        examples = self.material.examples
        named = np.array([self._names(place, codes) for place in range(len(examples))])
        involved = np.array([bool(example.countries & codes) for example in examples])
        involved |= named & np.array([example.source == "seed" for example in examples])
        scores = self._out_of_fold(~(involved & self.relevant))
        tested = self.english & self.relevant & involved
        near = self.english & ~self.relevant
        return {
            "relevant texts": int(tested.sum()),
            "near-misses of the region": int((near & named).sum()),
            "AP": _precision(self.material, scores, tested | (near & named)),
            "AP with the region learned": _precision(self.material, self.complete, tested | (near & named)),
            "AP against all near-misses": _precision(self.material, scores, tested | near),
        }

    def _names(self, place: int, codes: frozenset[str]) -> bool:
        return any(mention.code in codes for mention in self.material.readings[place].mentions if mention.is_economy)

    def over_shuffles(self, kept: Chosen | None = None) -> dict[str, float]:
        """Trained on the `kept` texts (null: all), events dealt to folds in ten ways: one is .005 off by luck."""
        learned = self.everything if kept is None else kept
        scores = [self._out_of_fold(learned, shuffle=shuffle) for shuffle in range(_SHUFFLES)]
        return _spread([_precision(self.material, one, self.english) for one in scores])

    def with_share(self, share: float) -> float:
        """Trained on a share of the events, an invented text being one; the seeds stay."""
        events = np.unique(self.material.groups)
        random = np.random.default_rng(0)
        drawn = set(random.choice(events, int(share * len(events)), replace=False).tolist())
        kept = np.array([e.source == "seed" or e.group in drawn for e in self.material.examples])
        return _precision(self.material, self._out_of_fold(kept), self.english)

    def without_features(self, prefixes: Sequence[str]) -> float:
        """Trained with a group of concept features switched off."""
        off = np.array([name.startswith(tuple(prefixes)) for name in feature_names(self.model.concepts)])
        return _precision(self.material, self._out_of_fold(self.everything, off), self.english)

    def _out_of_fold(self, kept: Chosen, off: Chosen | None = None, shuffle: int = 0) -> Floats:
        """Sum of the views, each by its spread, where only `kept` texts are learned from."""
        features = self.features if off is None else np.where(off, 0.0, self.features)
        shown = replace(self.shown, features=features)
        raw = np.zeros((len(features), len(VIEWS)))
        for train, test in grouped_folds(self.material, shuffle):
            learned = [i for i in train if kept[i]]
            fresh = clone(self.model).fit_views(shown.only(np.array(learned)))
            raw[test] = fresh.judged(shown.only(np.array(test)))
        joined: Floats = (raw / np.maximum(raw.std(axis=0), 1e-9)).sum(axis=1)
        return joined

    def elsewhere(self, others: Material) -> dict[str, float]:
        """On texts that are no part of the material: the seeds alone, and the whole model."""
        material, chosen = self.material, np.ones(len(others.labels), dtype=bool)
        likeness = self.likeness(ConceptFeatures(self.model.concepts).transform(others.readings))
        known = (material.readings, material.labels, material.weights, material.groups)
        model = clone(self.model).fit(*known, kinds=material.kinds)
        return {
            "texts": len(others.examples),
            "relevant texts": int(others.labels.sum()),
            "seeds only: AP": _precision(others, likeness, chosen),
            "the whole model: AP": _precision(others, model.decision_function(others.readings), chosen),
        }


def read_ablations(seeds_dir: Path, data: Mapping[str, str]) -> dict[str, Any] | None:
    """The committed measurements, if made with exactly this data (names and SHA-256) and code; otherwise null."""
    file = seeds_dir / ABLATIONS_FILE
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found["results"] if (found.get("data"), found.get("format")) == (dict(data), FORMAT) else None


def main(seeds_dir: Path, real: Path | None = None) -> None:
    """Measure and write `ABLATIONS_FILE`."""
    from classifiers.training import data_hashes

    reader = Reader.load(seeds_dir)
    material = read_material(seeds_dir, reader)
    ablations = Ablations(material, reader.lexicon.concepts)
    results = ablations.all()
    results["kind of cooperation, ten shuffles of the folds: macro F1"] = kinds_over_shuffles(material, reader)
    if real is not None:
        examples = read_examples(real)
        others = Material(examples, [reader.read(example.document)[0] for example in examples])
        results["real articles"] = {"file": real.name, "sha256": file_hash(real), **ablations.elsewhere(others)}
    content = {"format": FORMAT, "data": data_hashes(seeds_dir), "results": results}
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    (seeds_dir / ABLATIONS_FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
