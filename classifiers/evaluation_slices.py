"""An evaluation by parts: bands, kinds, regions, languages, lengths, scores."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import numpy as np
from sklearn.metrics import f1_score

from classifiers.bands import Thresholds
from classifiers.evaluation_types import (
    BandFigures,
    Calibration,
    Judged,
    KindErrors,
    KindNamed,
    ScoreBin,
    SliceFigures,
)
from classifiers.examples import KINDS
from classifiers.metrics import (
    Interval,
    Labels,
    Scores,
    average_precision,
    bootstrap,
    brier_score,
    precision_recall,
    reliability,
)
from classifiers.regions import REGIONS

BANDS = ("sure", "likely", "borderline", "no", "unjudged")
LENGTHS = ((0, 150), (150, 400), (400, 800), (800, None))  # words; up to, not including, the second
_DRAWS = 200  # of the interval of a part
_LAST_LOG_ODDS = 7  # the score bins end at 0.001 and 0.999


def labels_of(judged: Sequence[Judged]) -> Labels:
    """The labels, 1 or 0."""
    return np.array([item.label for item in judged], dtype=int)


def scores_of(judged: Sequence[Judged]) -> Scores:
    """The scores, 0..1."""
    return np.array([item.verdict.score for item in judged], dtype=float)


def by_band(thresholds: Thresholds, judged: Sequence[Judged]) -> tuple[BandFigures, ...]:
    """The bands from sure down, each with precision and recall of all that lies in it and above."""
    labels = labels_of(judged)
    found = np.array([item.verdict.band for item in judged])
    lowest = asdict(thresholds)
    figures = []
    reached = np.zeros(len(judged), dtype=bool)
    for band in BANDS:
        inside = found == band
        reached = reached | inside
        precision, recall = precision_recall(labels, reached) if band in lowest else (None, None)
        figures.append(
            BandFigures(band, lowest.get(band), int(inside.sum()), int(labels[inside].sum()), precision, recall)
        )
    return tuple(figures)


def by_kind(judged: Sequence[Judged]) -> tuple[KindErrors, ...]:
    """The kinds of cooperation, then the kinds of near-miss, by name."""
    texts = Counter((-item.label, item.kind) for item in judged)
    wrong = Counter((-item.label, item.kind) for item in judged if item.verdict.is_relevant != bool(item.label))
    return tuple(KindErrors(kind, -label, texts[label, kind], wrong[label, kind]) for label, kind in sorted(texts))


def kinds_named(judged: Sequence[Judged]) -> tuple[KindNamed, ...]:
    """How often each kind was called what, the most frequent first."""
    pairs = Counter((item.kind, item.verdict.kind) for item in _with_kinds(judged))
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return tuple(KindNamed(labelled, str(named), n) for (labelled, named), n in ordered)


def kind_scores(judged: Sequence[Judged]) -> tuple[float | None, float | None]:
    """Accuracy and macro F1 of the kinds given to relevant texts; nulls if none was given."""
    asked = _with_kinds(judged)
    if not asked:
        return None, None
    labelled, named = [item.kind for item in asked], [str(item.verdict.kind) for item in asked]
    accuracy = sum(one == other for one, other in zip(labelled, named, strict=True)) / len(asked)
    return accuracy, float(f1_score(labelled, named, labels=sorted(set(labelled)), average="macro", zero_division=0))


def _with_kinds(judged: Sequence[Judged]) -> list[Judged]:
    return [item for item in judged if item.label == 1 and item.kind in KINDS and item.verdict.kind is not None]


def by_region(judged: Sequence[Judged]) -> tuple[SliceFigures, ...]:
    """Parts of the world whose economies act in the text; a text may be in several. Last, those without one."""
    parts = {name: [item for item in judged if item.countries & codes] for name, codes in REGIONS.items()}
    everywhere = frozenset[str]().union(*REGIONS.values())
    parts["elsewhere"] = [item for item in judged if item.countries - everywhere]
    parts["no economy acts"] = [item for item in judged if not item.countries]
    return _figures(parts.items())


def by_language(judged: Sequence[Judged]) -> tuple[SliceFigures, ...]:
    """Languages, the most frequent first."""
    counts = Counter(item.language for item in judged)
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return _figures((name, [item for item in judged if item.language == name]) for name in names)


def by_length(judged: Sequence[Judged]) -> tuple[SliceFigures, ...]:
    """LENGTHS, the shortest first."""
    return _figures(
        (
            f"{low} words and more" if high is None else f"{low} to {high - 1} words",
            [item for item in judged if low <= item.words < (high or math.inf)],
        )
        for low, high in LENGTHS
    )


def _figures(parts: Iterable[tuple[str, Sequence[Judged]]]) -> tuple[SliceFigures, ...]:
    return tuple(_slice(name, items) for name, items in parts if items)


def _slice(name: str, items: Sequence[Judged]) -> SliceFigures:
    labels = labels_of(items)
    shown = np.array([item.verdict.is_relevant for item in items])
    precision, recall = precision_recall(labels, shown)
    return SliceFigures(
        name=name,
        texts=len(items),
        relevant=int(labels.sum()),
        missed=int((~shown & (labels == 1)).sum()),
        shown_wrongly=int((shown & (labels == 0)).sum()),
        average_precision=_interval(items, labels) if 0 < labels.sum() < len(labels) else None,
        precision=precision,
        recall=recall,
    )


def _interval(items: Sequence[Judged], labels: Labels) -> Interval:
    groups = np.array([item.group for item in items])
    return bootstrap(labels, scores_of(items), groups, average_precision, draws=_DRAWS)


def calibration_of(judged: Sequence[Judged]) -> Calibration:
    """How far scores are probabilities on these texts; the share of relevant ones is another than in training."""
    labels, scores = labels_of(judged), scores_of(judged)
    bins = reliability(labels, scores)
    share = float(labels.mean())
    gap = sum(one.texts * abs(one.mean_score - one.relevant_share) for one in bins) / len(judged)
    return Calibration(brier_score(labels, scores), share * (1.0 - share), gap, bins)


def score_bins(judged: Sequence[Judged], background: Sequence[float]) -> tuple[ScoreBin, ...]:
    """How many texts of each sort have which score."""
    edges = range(-_LAST_LOG_ODDS, _LAST_LOG_ODDS)
    relevant = Counter(_bin(item.verdict.score) for item in judged if item.label == 1)
    other = Counter(_bin(item.verdict.score) for item in judged if item.label == 0)
    elsewhere = Counter(_bin(score) for score in background)
    return tuple(ScoreBin(_share(low), _share(low + 1), relevant[low], other[low], elsewhere[low]) for low in edges)


def _bin(score: float) -> int:
    bounded = min(max(score, 1e-9), 1 - 1e-9)
    log_odds = math.floor(math.log(bounded / (1 - bounded)))
    return min(max(log_odds, -_LAST_LOG_ODDS), _LAST_LOG_ODDS - 1)


def _share(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
