"""Training: from `seeds/` to a model folder, deterministic, in under a minute."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
import skops
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from classifiers.bands import RULE, Thresholds, choose_thresholds
from classifiers.cards import card_text
from classifiers.examples import KINDS, Example, read_examples, read_seed_documents
from classifiers.features import Floats
from classifiers.folders import READ_WITH, file_hash, file_hashes, save_folder
from classifiers.judge import Judge, load_judge
from classifiers.kinds import kind_classifier
from classifiers.reading import Reader, Reading
from classifiers.relevance import Relevance
from classifiers.verdict import Document

SHORTEST_WORDS = 25  # below this there is a headline and little else; the shortest training example has 60
PARAMETERS: Mapping[str, float] = {
    "seed_weight": 3.0,  # one seed document counts as three examples
    "background_weight": 0.3,  # unlabelled texts are negatives that may be wrong
    "concept_strength": 0.03,
    "word_strength": 10.0,
    "kind_strength": 3.0,
}
_EXAMPLE_FILES = ("english.jsonl", "multilingual.jsonl")


@dataclass(frozen=True, slots=True)
class Material:
    """What a model learns from, read."""

    examples: list[Example]
    readings: list[Reading]
    labels: Floats
    weights: Floats

    @property
    def groups(self) -> list[str]:
        """The event of each text."""
        return [example.group for example in self.examples]

    def only(self, places: Sequence[int]) -> "Material":
        """The texts at these positions."""
        return Material(
            [self.examples[i] for i in places], [self.readings[i] for i in places],
            self.labels[list(places)], self.weights[list(places)],
        )  # fmt: skip


def train_model(
    seeds_dir: Path, models_dir: Path, *, now: datetime, background: Sequence[str] | None = None
) -> Judge:
    """Train on the seeds and examples of `seeds_dir`, save the model folder, and return its judge.

    `background` are unlabelled texts of the user's own, taken as light negatives. The same inputs give the same model id
    and, if the folder is there already, the folder is left as it was (with its older date).
    """
    with threadpool_limits(
        1
    ):  # the matrices are small: a second BLAS thread only waits, for up to 40 s on a busy machine
        return _train(seeds_dir, models_dir, now, background)


def _train(seeds_dir: Path, models_dir: Path, now: datetime, background: Sequence[str] | None) -> Judge:
    reader = Reader.load(seeds_dir)
    material = read_material(seeds_dir, reader, background or ())
    relevance = fit_relevance(material, reader.lexicon.concepts)
    kinds = fit_kinds(material, reader.lexicon.concepts)
    thresholds = _thresholds(material, relevance)
    card: dict[str, Any] = {
        "trained_at": now.isoformat(),
        "libraries": _libraries(),
        "data": _data(seeds_dir, background),
        "parameters": dict(PARAMETERS),
        "thresholds": asdict(thresholds),
        "threshold_rule": RULE,
        "languages": sorted({reading.language for reading in material.readings}),
        "shortest_words": SHORTEST_WORDS,
        "counts": _counts(material),
        "results": _results(material, relevance, reader.lexicon.concepts),
    }
    card = {"model_id": _model_id(card, relevance, kinds), **card}
    folder = save_folder(
        models_dir, card["model_id"], {"relevance": relevance, "kinds": kinds}, card, card_text(card), seeds_dir
    )
    return load_judge(folder)


def read_material(seeds_dir: Path, reader: Reader, background: Sequence[str] = ()) -> Material:
    """Seed documents, then examples, then background, read and weighed."""
    examples = read_seed_documents(seeds_dir / "documents")
    for name in _EXAMPLE_FILES:
        examples += read_examples(seeds_dir / "examples" / name)
    weights = [PARAMETERS["seed_weight"] if example.is_seed else 1.0 for example in examples]
    for number, text in enumerate(background):
        examples.append(
            Example(f"background-{number}", Document("", text), 0, None, f"background-{number}", frozenset())
        )
        weights.append(PARAMETERS["background_weight"])
    return Material(
        examples=examples,
        readings=[reader.read(example.document)[0] for example in examples],
        labels=np.array([example.label for example in examples]),
        weights=np.array(weights),
    )


def fit_relevance(material: Material, concepts: tuple[str, ...]) -> Relevance:
    """The relevance model of these texts."""
    model = Relevance(concepts, PARAMETERS["concept_strength"], PARAMETERS["word_strength"])
    return model.fit(material.readings, material.labels, material.weights, material.groups)


def fit_kinds(material: Material, concepts: tuple[str, ...]) -> Any:
    """The classifier of kinds, from the relevant examples whose kind is known."""
    readings, kinds, _ = _with_kind(material)
    return kind_classifier(concepts, PARAMETERS["kind_strength"]).fit(readings, kinds)


def _with_kind(material: Material) -> tuple[list[Reading], list[str], list[str]]:
    known = [i for i, e in enumerate(material.examples) if e.label == 1 and e.kind in KINDS]
    return (
        [material.readings[i] for i in known],
        [str(material.examples[i].kind) for i in known],
        [material.groups[i] for i in known],
    )


def _thresholds(material: Material, relevance: Relevance) -> Thresholds:
    learned = np.array([not e.is_seed and not e.id.startswith("background-") for e in material.examples])
    scores = 1.0 / (1.0 + np.exp(-relevance.log_odds_))
    return choose_thresholds(scores[learned], material.labels[learned])


def _results(material: Material, relevance: Relevance, concepts: tuple[str, ...]) -> dict[str, float]:
    def precision(wanted: list[bool]) -> float:
        chosen = np.array(wanted)
        return round(float(average_precision_score(material.labels[chosen], relevance.log_odds_[chosen])), 4)

    readings, kinds, groups = _with_kind(material)
    folds = GroupKFold(5, shuffle=True, random_state=0)
    guessed = cross_val_predict(
        kind_classifier(concepts, PARAMETERS["kind_strength"]), readings, kinds, groups=groups, cv=folds
    )
    learned = [not e.is_seed and not e.id.startswith("background-") for e in material.examples]
    english = [r.language == "en" for r in material.readings]
    return {
        "english_grouped_average_precision": precision([a and b for a, b in zip(learned, english, strict=True)]),
        "multilingual_grouped_average_precision": precision(
            [a and not b for a, b in zip(learned, english, strict=True)]
        ),
        "kinds_grouped_macro_f1": round(float(f1_score(kinds, guessed, average="macro")), 4),
    }


def _counts(material: Material) -> dict[str, int]:
    return {
        "seed_documents": sum(e.is_seed for e in material.examples),
        "relevant": sum(e.label == 1 and not e.is_seed for e in material.examples),
        "not_relevant": sum(e.label == 0 for e in material.examples),
    }


def _libraries() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "skops": skops.__version__,
    }


def _data(seeds_dir: Path, background: Sequence[str] | None) -> dict[str, str]:
    files = [*sorted((seeds_dir / "documents").glob("*.txt")), *(seeds_dir / "examples" / n for n in _EXAMPLE_FILES)]
    hashes = {file.relative_to(seeds_dir).as_posix(): file_hash(file) for file in files}
    for part in READ_WITH:
        hashes |= {f"{part}/{name}": value for name, value in file_hashes(seeds_dir / part).items()}
    if background:
        hashes["background"] = hashlib.sha256("\0".join(background).encode()).hexdigest()
    return hashes


def _model_id(card: Mapping[str, Any], relevance: Relevance, kinds: Any) -> str:
    fitted = [*(view.named_steps["decide"].coef_ for view in relevance.views_), kinds.named_steps["decide"].coef_]
    content = {
        "data": card["data"],
        "parameters": card["parameters"],
        "thresholds": {name: f"{value:.5g}" for name, value in card["thresholds"].items()},
        # Five digits: the last ones of a solver differ between processors, and the model is the same.
        "fitted": [[f"{value:.5g}" for value in weights.ravel().tolist()] for weights in fitted],
    }
    return "rel-" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
