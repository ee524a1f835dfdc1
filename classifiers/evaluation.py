"""Evaluation: what a judge says of labelled texts, held against their labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import beta

from classifiers.evaluation_slices import (
    by_band,
    by_kind,
    by_language,
    by_length,
    by_region,
    calibration_of,
    kind_scores,
    kinds_named,
    labels_of,
    score_bins,
    scores_of,
)
from classifiers.evaluation_types import Evaluation, Judged, WrongVerdict
from classifiers.examples import document_of, group_of
from classifiers.held_out import HeldOut, text_key
from classifiers.judge import Judge
from classifiers.languages import guess_language
from classifiers.metrics import (
    CurvePoint,
    Interval,
    Positions,
    average_precision,
    bootstrap_all,
    curve,
    precision_at,
    precision_at_recall,
    precision_recall,
    recall_at_precision,
)
from classifiers.verdict import Document, Verdict

_CURVE_POINTS = 200
_CHARACTERS_A_WORD = 2  # of Chinese, Japanese and Thai, which write no blanks
_LONGEST_WORD = 20  # characters between blanks, on average; above it, a text writes none


@dataclass(frozen=True, slots=True)
class Background:
    """Texts that hold no relevant one, as judged: every one shown is an alarm."""

    scores: Sequence[float] = ()
    alarms: tuple[WrongVerdict, ...] = ()


def evaluate_rows(
    judge: Judge,
    rows: Iterable[Mapping[str, object]],
    background: Iterable[Mapping[str, object]] | None = None,
    held_out: Mapping[str, HeldOut] | None = None,
) -> Evaluation:
    """Judge labelled rows (id, title, text, label, kind; language, countries, event or group if known) and measure.

    `background` are rows without label that hold no relevant text. `held_out` are the model's scores of the texts it
    learned from (classifiers.held_out): those texts are measured by them. Raises ValueError if no label is 1 or 0.
    """
    kept, left_out = [], 0
    for row in rows:
        if row["label"] in (0, 1):
            kept.append(row)
        else:
            left_out += 1
    verdicts = judge.judge([document_of(row) for row in kept])
    judged = [_judged(judge, row, verdict, held_out or {}) for row, verdict in zip(kept, verdicts, strict=True)]
    seen = judge_background(judge, list(background)) if background is not None else None
    return measure(judge, judged, left_out=left_out, background=seen)


def _judged(judge: Judge, row: Mapping[str, object], verdict: Verdict, held_out: Mapping[str, HeldOut]) -> Judged:
    document = document_of(row)
    learned = held_out.get(text_key(document))
    labelled = row.get("countries")
    countries = labelled if isinstance(labelled, Sequence) and labelled else verdict.countries
    return Judged(
        id=str(row["id"]),
        title=document.title,
        label=int(str(row["label"])),
        kind=str(row.get("kind") or "?"),
        group=group_of(row),
        language=document.language or guess_language(document.text) or "?",
        words=_words(document),
        countries=frozenset(str(code) for code in countries),
        verdict=_without_memory(judge, verdict, learned) if learned else verdict,
        was_seen=learned is not None,
    )


def _words(document: Document) -> int:
    words = len(document.text.split())
    has_blanks = len(document.text) <= _LONGEST_WORD * max(words, 1)
    return words if has_blanks else len(document.text) // _CHARACTERS_A_WORD


def _without_memory(judge: Judge, verdict: Verdict, learned: HeldOut) -> Verdict:
    """The verdict of a model that had not seen the text. Its evidence stays that of the whole model."""
    band = "unjudged" if verdict.band == "unjudged" else judge.thresholds.band(learned.score)
    kind = None if band in ("no", "unjudged") else learned.kind
    score = learned.score
    return replace(
        verdict, score=score, band=band, is_relevant=band in ("sure", "likely"), kind=kind, kind_score=None
    )


def judge_background(judge: Judge, rows: Sequence[Mapping[str, object]]) -> Background:
    """The scores of rows that hold no relevant text; evidence is asked for only where one alarms."""
    verdicts = judge.judge([document_of(row) for row in rows], why=False)
    alarming = [row for row, verdict in zip(rows, verdicts, strict=True) if verdict.is_relevant]
    told = judge.judge([document_of(row) for row in alarming])
    alarms = [
        WrongVerdict(str(row["id"]), str(row.get("title") or ""), 0, "background", verdict.score, verdict.why)
        for row, verdict in zip(alarming, told, strict=True)
    ]
    alarms.sort(key=lambda alarm: (-alarm.score, alarm.id))
    return Background([verdict.score for verdict in verdicts], tuple(alarms))


def measure(
    judge: Judge, judged: Sequence[Judged], *, left_out: int = 0, background: Background | None = None
) -> Evaluation:
    """All figures of judged texts. Raises ValueError without texts."""
    if not judged:
        raise ValueError("nothing to evaluate: no row has label 1 or 0")
    labels, scores = labels_of(judged), scores_of(judged)
    precision, recall = precision_recall(labels, np.array([item.verdict.is_relevant for item in judged]))
    intervals = _intervals(judged)
    ap = intervals.pop("average_precision") or Interval(average_precision(labels, scores), 0.0, 0.0)
    accuracy, macro_f1 = kind_scores(judged)
    return Evaluation(
        model_id=judge.model_id,
        texts=len(judged),
        relevant=int(labels.sum()),
        left_out=left_out,
        unjudged=sum(item.verdict.band == "unjudged" for item in judged),
        seen=sum(item.was_seen for item in judged),
        threshold=judge.threshold,
        average_precision=ap,
        precision=precision,
        recall=recall,
        recall_at_precision_90=recall_at_precision(labels, scores, 0.9),
        precision_at_recall_75=precision_at_recall(labels, scores, 0.75),
        precision_at_10=precision_at(labels, scores, 10),
        precision_at_20=precision_at(labels, scores, 20),
        intervals=intervals,
        bands=by_band(judge.thresholds, judged),
        kinds=by_kind(judged),
        kind_accuracy=accuracy,
        kind_macro_f1=macro_f1,
        kinds_named=kinds_named(judged),
        regions=by_region(judged),
        languages=by_language(judged),
        lengths=by_length(judged),
        calibration=calibration_of(judged),
        **_of_background(background or Background()),
        wrong=_wrong(judged),
        curve=_thinned(curve(labels, scores)),
        scores=score_bins(judged, background.scores if background else ()),
    )


def _intervals(judged: Sequence[Judged]) -> dict[str, Interval | None]:
    """The figures of Evaluation that are one number, each with its interval over draws of whole events."""
    labels, scores = labels_of(judged), scores_of(judged)
    shown = np.array([item.verdict.is_relevant for item in judged])

    def ap(chosen: Positions) -> float | None:
        return average_precision(labels[chosen], scores[chosen]) if labels[chosen].any() else None

    return bootstrap_all(
        np.array([item.group for item in judged]),
        {
            "average_precision": ap,
            "precision": lambda chosen: precision_recall(labels[chosen], shown[chosen])[0],
            "recall": lambda chosen: precision_recall(labels[chosen], shown[chosen])[1],
            "recall_at_precision_90": lambda chosen: recall_at_precision(labels[chosen], scores[chosen], 0.9),
            "precision_at_recall_75": lambda chosen: precision_at_recall(labels[chosen], scores[chosen], 0.75),
            "precision_at_10": lambda chosen: precision_at(labels[chosen], scores[chosen], 10),
            "precision_at_20": lambda chosen: precision_at(labels[chosen], scores[chosen], 20),
        },
    )


def _of_background(background: Background) -> dict[str, Any]:
    """The fields of Evaluation that tell of background."""
    alarms = _alarms(len(background.alarms), len(background.scores))
    return {
        "background_texts": len(background.scores),
        "background_alarms_per_1000": alarms.value if alarms else None,
        "background_interval": alarms,
        "background_alarms": background.alarms,
    }


def _alarms(hits: int, n: int) -> Interval | None:
    """Alarms per 1,000 texts, with the exact 95 % interval of Clopper and Pearson; null without texts."""
    if not n:
        return None
    low = float(beta.ppf(0.025, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, n - hits)) if hits < n else 1.0
    return Interval(1000.0 * hits / n, 1000.0 * low, 1000.0 * high)


def _wrong(judged: Sequence[Judged]) -> tuple[WrongVerdict, ...]:
    wrong = [item for item in judged if item.verdict.is_relevant != bool(item.label)]
    wrong.sort(key=lambda item: (-abs(item.label - item.verdict.score), item.id))
    return tuple(
        WrongVerdict(item.id, item.title, item.label, item.kind, item.verdict.score, item.verdict.why)
        for item in wrong
    )


def _thinned(points: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    """At most _CURVE_POINTS of them, evenly, the first and the last among them."""
    if len(points) <= _CURVE_POINTS:
        return tuple(points)
    return tuple(points[place] for place in np.linspace(0, len(points) - 1, _CURVE_POINTS).astype(int))
