"""Training: from `seeds/` to a model folder, deterministic, in under a minute."""

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
import skops
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn, ships no types

from classifiers.ablations import kinds_out_of_fold, measured, read_ablations
from classifiers.bands import RULE, choose_thresholds
from classifiers.cards import card_text
from classifiers.examples import Example
from classifiers.folders import READ_WITH, TAGS, file_hash, file_hashes, save_folder
from classifiers.held_out import HeldOut, as_lines, text_key
from classifiers.judge import Judge, load_judge
from classifiers.kinds import Kinds, cued
from classifiers.material import (
    BACKGROUND_WEIGHT,
    EXAMPLE_FILES,
    INVENTED_WEIGHT,
    LABEL_WEIGHT,
    SEED_WEIGHT,
    Material,
    read_material,
)
from classifiers.metrics import average_precision
from classifiers.reading import Reader
from classifiers.relevance import FORMAT, Relevance, probability

SHORTEST_WORDS = 25  # below this there is a headline and little else; the shortest training example has 60


def train_model(
    seeds_dir: Path,
    models_dir: Path,
    *,
    now: datetime,
    background: Sequence[str] = (),
    labelled: Sequence[Example] = (),
) -> Judge:
    """Train on the seeds and examples of `seeds_dir`, save the model folder, and return its judge.

    `labelled` are articles that people labelled (examples.labelled_example); one whose very text is a seed or an
    example adds nothing. `background` are unlabelled texts of the user's own (title, newline, text), taken as light
    negatives. The same inputs give the same model id; if its folder is there already, it is left as it is, with its
    older date.
    """
    with threadpool_limits(1):  # small matrices: a second BLAS thread only waits, for up to 40 s on a busy machine
        return _train(seeds_dir, models_dir, now, background, labelled)


def _train(
    seeds_dir: Path, models_dir: Path, now: datetime, background: Sequence[str], labelled: Sequence[Example]
) -> Judge:
    reader = Reader.load(seeds_dir)
    material = teachable(read_material(seeds_dir, reader, background, labelled))
    model = fit_relevance_of(reader, material)
    kinds, kinds_held_out = fit_kinds_of(reader, material), kinds_out_of_fold(material, reader)
    thresholds = choose_thresholds(material.labels[np.array(material.is_example)])
    card: dict[str, Any] = {
        "trained_at": now.isoformat(),
        "libraries": _libraries(),
        "data": data_hashes(seeds_dir, background, labelled),
        "tags": file_hashes(seeds_dir / TAGS),
        "parameters": _parameters(model, kinds),
        "thresholds": asdict(thresholds),
        "threshold_rule": RULE,
        "languages": measured_languages(material),
        "shortest_words": SHORTEST_WORDS,
        "counts": _counts(material),
        "results": {**measured(model, material, kinds_held_out), **_on_labels(model, material)},
        "ablations": read_ablations(seeds_dir, data_hashes(seeds_dir)),
    }
    card = {"model_id": _model_id(card, model, kinds), **card}
    estimators = {"relevance": model, "kinds": kinds}
    held_out = as_lines(held_out_of(model, material, kinds_held_out))
    folder = save_folder(models_dir, card["model_id"], estimators, card, card_text(card), seeds_dir, held_out)
    return load_judge(folder)


def measured_languages(material: Material) -> list[str]:
    """The languages of the seeds and examples: what a warehouse holds was not chosen to measure anything by."""
    sources = zip(material.examples, material.readings, strict=True)
    return sorted({reading.language for example, reading in sources if example.source in ("seed", "example")})


def teachable(material: Material) -> Material:
    """Without what is neither seed nor example and would not be judged: too short, or in a language never measured.

    The lexicons have no words of such a language; a text of it labelled relevant would teach that saying nothing is.
    """
    languages = set(measured_languages(material))
    return material.only(
        [
            place
            for place, (example, reading) in enumerate(zip(material.examples, material.readings, strict=True))
            if example.source in ("seed", "example")
            or (reading.language in languages and len(reading.written) >= SHORTEST_WORDS)
        ]
    )


def held_out_of(model: Relevance, material: Material, kinds: Sequence[str | None]) -> Iterator[HeldOut]:
    """The scores of a model just fitted on this material, each from the fold that left its text out; kinds too."""
    scores = probability(model.log_odds_).tolist()
    for one, score, kind in zip(material.examples, scores, kinds, strict=True):
        yield HeldOut(text_key(one.document), one.source, one.label, one.group, round(score, 6), kind)


def _on_labels(model: Relevance, material: Material) -> dict[str, float]:
    """Average precision on what people labelled; nothing unless they labelled relevant texts and others."""
    of_people = np.array([example.source == "label" for example in material.examples])
    labels = material.labels[of_people]
    if not 0 < labels.sum() < len(labels):
        return {}
    return {"labels of people, grouped 5-fold: AP": round(average_precision(labels, model.log_odds_[of_people]), 3)}


def fit_relevance_of(reader: Reader, material: Material) -> Relevance:
    """The model of relevance; background takes no part in its views of words and in calibration."""
    is_labelled = [example.source != "background" for example in material.examples]
    model = Relevance(reader.lexicon.concepts)
    return model.fit(
        material.readings, material.labels, material.weights, material.groups, is_labelled, material.kinds
    )


def fit_kinds_of(reader: Reader, material: Material) -> Kinds:
    """The classifier of kinds, from the relevant texts whose kind is known."""
    known = material.only(np.flatnonzero(material.has_kind).tolist())
    kinds = Kinds(reader.lexicon.concepts, reader.cues.concepts)
    return kinds.fit(cued(reader, known.readings), [str(example.kind) for example in known.examples])


def _parameters(model: Relevance, kinds: Kinds) -> dict[str, object]:
    chosen = {name: value for name, value in model.get_params().items() if name != "concepts"}
    of_kinds = {
        f"kind_{name}": value for name, value in kinds.get_params().items() if name not in ("concepts", "cues")
    }
    weights = {
        "seed": SEED_WEIGHT,
        "invented": INVENTED_WEIGHT,
        "label": LABEL_WEIGHT,
        "background": BACKGROUND_WEIGHT,
    }
    named = {f"{source}_weight": weight for source, weight in weights.items()}
    return {"format": FORMAT, **chosen, **named, **of_kinds}


def _counts(material: Material) -> dict[str, int]:
    counts = Counter((example.source, example.label) for example in material.examples)
    return {
        "seed_documents": counts["seed", 1],
        "relevant_examples": counts["example", 1],
        "other_examples": counts["example", 0],
        "invented_relevant_texts": counts["invented", 1],
        "invented_other_texts": counts["invented", 0],
        "articles_labelled_relevant": counts["label", 1],
        "articles_labelled_other": counts["label", 0],
        "background_texts": counts["background", 0],
    }


def _libraries() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "skops": skops.__version__,
    }


def data_hashes(seeds_dir: Path, background: Sequence[str] = (), labelled: Sequence[Example] = ()) -> dict[str, str]:
    """SHA-256 of all a model is made from: files by their path in the seeds folder, labels of people, background."""
    files = [*sorted((seeds_dir / "documents").glob("*.txt")), *(seeds_dir / "examples" / n for n in EXAMPLE_FILES)]
    hashes = {file.relative_to(seeds_dir).as_posix(): file_hash(file) for file in files}
    for part in READ_WITH:
        hashes |= {f"{part}/{name}": value for name, value in file_hashes(seeds_dir / part).items()}
    if labelled:
        said = [(text_key(e.document), e.label, e.kind, e.group) for e in labelled]
        hashes["labels of people"] = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    if background:
        hashes["background"] = hashlib.sha256("\0".join(background).encode()).hexdigest()
    return hashes


def _model_id(card: Mapping[str, Any], model: Relevance, kinds: Kinds) -> str:
    linear = (model.topics_, model.words_, kinds.decide_)
    # Five digits: the last ones of a solver differ between processors, and the model is the same.
    fitted = [[f"{v:.5g}" for v in part] for part in (*(e.coef_.ravel() for e in linear), model.log_odds_)]
    release = card["libraries"]["scikit-learn"].split(".")[:2]  # a folder of another minor cannot be loaded
    content = {name: card[name] for name in ("data", "tags", "parameters")}
    content |= {"fitted": fitted, "scikit-learn": release}
    return "rel-" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
