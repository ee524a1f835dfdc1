"""Training: from `seeds/` to a model folder, deterministic, in under a minute."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
import skops
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn, ships no types

from classifiers.ablations import measured, read_ablations
from classifiers.bands import RULE, choose_thresholds
from classifiers.cards import card_text
from classifiers.folders import READ_WITH, file_hash, file_hashes, save_folder
from classifiers.judge import Judge, load_judge
from classifiers.kinds import fit_kinds
from classifiers.material import BACKGROUND_WEIGHT, EXAMPLE_FILES, SEED_WEIGHT, Material, read_material
from classifiers.reading import Reader
from classifiers.relevance import FORMAT, Relevance

SHORTEST_WORDS = 25  # below this there is a headline and little else; the shortest training example has 60
KIND_STRENGTH = 2.0


def train_model(
    seeds_dir: Path, models_dir: Path, *, now: datetime, background: Sequence[str] | None = None
) -> Judge:
    """Train on the seeds and examples of `seeds_dir`, save the model folder, and return its judge.

    `background` are unlabelled texts of the user's own (title, newline, text), taken as light negatives. The same
    inputs
    give the same model id; if its folder is there already, it is left as it is, with its older date.
    """
    with threadpool_limits(
        1
    ):  # the matrices are small: a second BLAS thread only waits, for up to 40 s on a busy machine
        return _train(seeds_dir, models_dir, now, background or ())


def _train(seeds_dir: Path, models_dir: Path, now: datetime, background: Sequence[str]) -> Judge:
    reader = Reader.load(seeds_dir)
    material = read_material(seeds_dir, reader, background)
    model = Relevance(reader.lexicon.concepts)
    model.fit(material.readings, material.labels, material.weights, material.groups)
    kinds = fit_kinds_of(model, material)
    thresholds = choose_thresholds(material.labels[np.array(material.is_example)])
    card: dict[str, Any] = {
        "trained_at": now.isoformat(),
        "libraries": _libraries(),
        "data": data_hashes(seeds_dir, background),
        "parameters": _parameters(model),
        "thresholds": asdict(thresholds),
        "threshold_rule": RULE,
        "languages": sorted({reading.language for reading in material.readings}),
        "shortest_words": SHORTEST_WORDS,
        "counts": _counts(material),
        "results": measured(model, material, KIND_STRENGTH),
        "ablations": read_ablations(seeds_dir, data_hashes(seeds_dir)),
    }
    card = {"model_id": _model_id(card, model, kinds), **card}
    estimators = {"relevance": model, "kinds": kinds}
    return load_judge(save_folder(models_dir, card["model_id"], estimators, card, card_text(card), seeds_dir))


def fit_kinds_of(model: Relevance, material: Material) -> LogisticRegression:
    """The classifier of kinds, from the relevant texts whose kind is known."""
    known = material.only(np.flatnonzero(material.has_kind).tolist())
    return fit_kinds(model, model.look(known.readings), [str(e.kind) for e in known.examples], KIND_STRENGTH)


def _parameters(model: Relevance) -> dict[str, object]:
    chosen = {name: value for name, value in model.get_params().items() if name != "concepts"}
    weights = {"seed_weight": SEED_WEIGHT, "background_weight": BACKGROUND_WEIGHT, "kind_strength": KIND_STRENGTH}
    return {"format": FORMAT, **chosen, **weights}


def _counts(material: Material) -> dict[str, int]:
    examples = material.examples
    return {
        "seed_documents": sum(example.source == "seed" for example in examples),
        "relevant_examples": sum(example.source == "example" and example.label == 1 for example in examples),
        "other_examples": sum(example.source == "example" and example.label == 0 for example in examples),
        "background_texts": sum(example.source == "background" for example in examples),
    }


def _libraries() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "skops": skops.__version__,
    }


def data_hashes(seeds_dir: Path, background: Sequence[str] = ()) -> dict[str, str]:
    """SHA-256 of every file a model is made from, by its path in the seeds folder, and of the background texts."""
    files = [*sorted((seeds_dir / "documents").glob("*.txt")), *(seeds_dir / "examples" / n for n in EXAMPLE_FILES)]
    hashes = {file.relative_to(seeds_dir).as_posix(): file_hash(file) for file in files}
    for part in READ_WITH:
        hashes |= {f"{part}/{name}": value for name, value in file_hashes(seeds_dir / part).items()}
    if background:
        hashes["background"] = hashlib.sha256("\0".join(background).encode()).hexdigest()
    return hashes


def _model_id(card: Mapping[str, Any], model: Relevance, kinds: LogisticRegression) -> str:
    linear = (model.linear_.named_steps["decide"], model.words_, kinds)
    # Five digits: the last ones of a solver differ between processors, and the model is the same.
    fitted = [[f"{v:.5g}" for v in part] for part in (*(e.coef_.ravel() for e in linear), model.log_odds_)]
    content = {"data": card["data"], "parameters": card["parameters"], "fitted": fitted}
    return "rel-" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
