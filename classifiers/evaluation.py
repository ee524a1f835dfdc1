"""Evaluation: what a judge says of labelled texts, held against their labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from classifiers.examples import document_of, group_of
from classifiers.judge import Judge
from classifiers.metrics import (
    Interval,
    average_precision,
    bootstrap,
    precision_at,
    precision_at_recall,
    precision_recall,
    recall_at_precision,
)
from classifiers.verdict import Evidence, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text with its verdict."""

    id: str
    title: str
    label: int  # 1 relevant, 0 not
    kind: str  # of cooperation or of near-miss, as labelled; "?" if not said
    group: str
    language: str
    words: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class KindErrors:
    """How texts of one labelled kind fared at the shipped threshold."""

    kind: str
    label: int
    texts: int
    wrong: int  # relevant ones missed, or others shown


@dataclass(frozen=True, slots=True)
class BandFigures:
    """The texts in one band, and precision and recall if the reader stopped reading below it."""

    band: str
    threshold: float | None  # lowest score of the band; null for unjudged and no
    texts: int
    relevant: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class WrongVerdict:
    """A relevant text missed or another shown, with the evidence."""

    id: str
    title: str
    label: int
    kind: str
    score: float
    why: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measured on texts with label 1 or 0; label -1 is left out and counted."""

    model_id: str
    texts: int
    relevant: int
    left_out: int
    unjudged: int
    threshold: float  # the shipped one: the lowest score of "likely"
    average_precision: Interval
    precision: float | None  # at the threshold; null if nothing reached it
    recall: float | None
    recall_at_precision_90: float
    precision_at_recall_75: float
    precision_at_10: float | None  # null with fewer texts
    precision_at_20: float | None
    bands: tuple[BandFigures, ...]
    kinds: tuple[KindErrors, ...]
    kind_accuracy: float | None  # of relevant texts that were given a kind
    background_texts: int
    background_alarms_per_1000: float | None  # at the threshold; null without background
    wrong: tuple[WrongVerdict, ...]  # worst first

    def as_dict(self) -> dict[str, object]:
        """For `--json`: the same names, nested."""
        return asdict(self)


def evaluate_rows(
    judge: Judge, rows: Iterable[Mapping[str, object]], background: Iterable[Mapping[str, object]] | None = None
) -> Evaluation:
    """Judge labelled rows (id, title, text, label, kind; language, event or group if known) and measure.

    `background` are rows without label that hold no relevant text. Raises ValueError if no row has label 1 or 0.
    """
    kept, left_out = [], 0
    for row in rows:
        if row["label"] in (0, 1):
            kept.append(row)
        else:
            left_out += 1
    verdicts = judge.judge([document_of(row) for row in kept])
    judged = [_judged(row, verdict) for row, verdict in zip(kept, verdicts, strict=True)]
    alarms = None
    if background is not None:
        seen = judge.judge([document_of(row) for row in background], why=False)
        alarms = (sum(verdict.is_relevant for verdict in seen), len(seen))
    return measure(judge, judged, left_out=left_out, alarms=alarms)


def _judged(row: Mapping[str, object], verdict: Verdict) -> Judged:
    return Judged(
        id=str(row["id"]),
        title=str(row.get("title") or ""),
        label=int(str(row["label"])),
        kind=str(row.get("kind") or "?"),
        group=group_of(row),
        language=str(row.get("language") or "en"),
        words=len(str(row.get("text") or "").split()),
        verdict=verdict,
    )


def measure(
    judge: Judge, judged: Sequence[Judged], *, left_out: int = 0, alarms: tuple[int, int] | None = None
) -> Evaluation:
    """All figures of judged texts. `alarms` are (shown, seen) of the background. Raises ValueError without texts."""
    if not judged:
        raise ValueError("nothing to evaluate: no row has label 1 or 0")
    labels = np.array([item.label for item in judged])
    scores = np.array([item.verdict.score for item in judged])
    shown = np.array([item.verdict.is_relevant for item in judged])
    precision, recall = precision_recall(labels, shown)
    return Evaluation(
        model_id=judge.model_id,
        texts=len(judged),
        relevant=int(labels.sum()),
        left_out=left_out,
        unjudged=sum(item.verdict.band == "unjudged" for item in judged),
        threshold=judge.threshold,
        average_precision=bootstrap(labels, scores, np.array([item.group for item in judged]), average_precision),
        precision=precision,
        recall=recall,
        recall_at_precision_90=recall_at_precision(labels, scores, 0.9),
        precision_at_recall_75=precision_at_recall(labels, scores, 0.75),
        precision_at_10=precision_at(labels, scores, 10),
        precision_at_20=precision_at(labels, scores, 20),
        bands=_bands(judge, judged),
        kinds=_kinds(judged),
        kind_accuracy=_kind_accuracy(judged),
        background_texts=alarms[1] if alarms else 0,
        background_alarms_per_1000=1000.0 * alarms[0] / alarms[1] if alarms and alarms[1] else None,
        wrong=_wrong(judged),
    )


def _bands(judge: Judge, judged: Sequence[Judged]) -> tuple[BandFigures, ...]:
    labels = np.array([item.label for item in judged])
    found = np.array([item.verdict.band for item in judged])
    lowest = asdict(judge.thresholds)
    figures = []
    reached = np.zeros(len(judged), dtype=bool)
    for band in ("sure", "likely", "borderline", "no", "unjudged"):
        inside = found == band
        reached = reached | inside
        precision, recall = precision_recall(labels, reached) if band in lowest else (None, None)
        figures.append(
            BandFigures(band, lowest.get(band), int(inside.sum()), int(labels[inside].sum()), precision, recall)
        )
    return tuple(figures)


def _kinds(judged: Sequence[Judged]) -> tuple[KindErrors, ...]:
    kinds = sorted({(-item.label, item.kind) for item in judged})
    errors = []
    for label, kind in kinds:
        texts = [item for item in judged if (-item.label, item.kind) == (label, kind)]
        wrong = sum(item.verdict.is_relevant != bool(item.label) for item in texts)
        errors.append(KindErrors(kind, -label, len(texts), wrong))
    return tuple(errors)


def _kind_accuracy(judged: Sequence[Judged]) -> float | None:
    named = [item for item in judged if item.label == 1 and item.verdict.kind is not None]
    return sum(item.kind == item.verdict.kind for item in named) / len(named) if named else None


def _wrong(judged: Sequence[Judged]) -> tuple[WrongVerdict, ...]:
    wrong = [item for item in judged if item.verdict.is_relevant != bool(item.label)]
    wrong.sort(key=lambda item: (-abs(item.label - item.verdict.score), item.id))
    return tuple(
        WrongVerdict(item.id, item.title, item.label, item.kind, item.verdict.score, item.verdict.why)
        for item in wrong
    )


def as_text(evaluation: Evaluation) -> str:
    """The evaluation for a terminal, under 100 columns."""
    return "\n".join(
        [*_summary(evaluation), "", *_band_table(evaluation), "", *_kind_table(evaluation), *_worst(evaluation)]
    )


def _summary(found: Evaluation) -> list[str]:
    ap = found.average_precision
    lines = [
        f"model {found.model_id}: {found.texts} texts, {found.relevant} relevant, {found.left_out} left out",
        f"average precision       {ap.value:.3f}  (95 % interval {ap.low:.3f} to {ap.high:.3f}, by event)",
        f"at threshold {found.threshold:.3f}      precision {_share(found.precision)}  recall {_share(found.recall)}",
        f"recall at precision 0.9 {found.recall_at_precision_90:.3f}",
        f"precision at recall .75 {found.precision_at_recall_75:.3f}",
        f"precision at 10, 20     {_share(found.precision_at_10)}  {_share(found.precision_at_20)}",
        f"kind named rightly      {_share(found.kind_accuracy)}",
    ]
    if found.unjudged:
        lines.append(f"unjudged                {found.unjudged}")
    if found.background_alarms_per_1000 is not None:
        alarms = found.background_alarms_per_1000
        lines.append(f"alarms per 1,000        {alarms:.2f}  ({found.background_texts} background texts)")
    return lines


def _share(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def _band_table(found: Evaluation) -> list[str]:
    rows = [
        f"{b.band:12}{b.texts:6}{b.relevant:10}   {_share(b.precision)}   {_share(b.recall)}" for b in found.bands
    ]
    return ["band         texts  relevant   precision and recall down to here", *rows]


def _kind_table(found: Evaluation) -> list[str]:
    rows = [
        f"{k.kind:22}{k.texts:5}{k.wrong:7}   {'missed' if k.label else 'shown though not relevant'}"
        for k in found.kinds
    ]
    return ["kind                  texts  wrong", *rows]


def _worst(found: Evaluation, most: int = 10) -> list[str]:
    rows = [
        f"{w.score:.3f}  {'missed' if w.label else 'shown '}  {w.kind:18} {w.title[:56]}" for w in found.wrong[:most]
    ]
    return ["", f"worst of {len(found.wrong)} errors", *rows] if rows else []
