"""What each part of a model is worth, measured on folds grouped by event, for the model's card."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GroupKFold

from classifiers.kinds import fit_kinds, kind_matrix
from classifiers.material import Material
from classifiers.relevance import Relevance


def measured(model: Relevance, material: Material, kind_strength: float) -> dict[str, object]:
    """Results for the card; the model was fitted on this material."""
    example, english = np.array(material.is_example), np.array(material.is_english)
    return {
        "english_grouped_average_precision": _precision(material, model.log_odds_, example & english),
        "multilingual_grouped_average_precision": _precision(material, model.log_odds_, example & ~english),
        "kinds_grouped_macro_f1": _kinds_score(model, material, kind_strength),
    }


def _precision(material: Material, scores: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]) -> float:
    return round(float(average_precision_score(material.labels[chosen], scores[chosen])), 4)


def _folds(material: Material) -> Iterator[tuple[list[int], list[int]]]:
    splitter = GroupKFold(5, shuffle=True, random_state=0)
    for train, test in splitter.split(material.labels, groups=material.groups):
        yield train.tolist(), test.tolist()


def _kinds_score(model: Relevance, material: Material, strength: float) -> float:
    known = np.array(material.has_kind)
    labelled, guessed = [], []
    for train, test in _folds(material):
        seen = material.only(train)
        fresh = clone(model)
        fresh.fit_views(seen.readings, seen.labels, seen.weights)
        learned, asked = material.only([i for i in train if known[i]]), material.only([i for i in test if known[i]])
        kinds = fit_kinds(fresh, fresh.look(learned.readings), [str(e.kind) for e in learned.examples], strength)
        labelled += [str(e.kind) for e in asked.examples]
        guessed += kinds.predict(kind_matrix(fresh, fresh.look(asked.readings))).tolist()
    return round(float(f1_score(labelled, guessed, average="macro")), 4)
