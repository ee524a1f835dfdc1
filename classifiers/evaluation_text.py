"""An evaluation as lines for a terminal, under 100 columns."""

from collections.abc import Iterator, Sequence

from classifiers.evaluation_types import Evaluation, SliceFigures, WrongVerdict
from classifiers.metrics import Interval

_WORST = 10  # errors told; --json and --html have all
_EVIDENCE = 3  # phrases of each
_TITLE_CHARACTERS, _PHRASE_CHARACTERS = 54, 76


def as_text(evaluation: Evaluation) -> str:
    """The whole evaluation: figures with intervals, parts, calibration, the worst errors with their evidence."""
    parts = (_summary, _bands, _kinds, _slices, _calibration, _worst, _alarms)
    return "\n\n".join(text for part in parts if (text := "\n".join(part(evaluation))))


def _summary(found: Evaluation) -> Iterator[str]:
    yield f"model {found.model_id}: {found.texts} texts, {found.relevant} relevant, {found.left_out} left out"
    if found.seen:
        yield f"{found.seen} of them are what it learned from: measured by folds, grouped by event, without them"
    yield _figure("average precision", found.average_precision.value, found.average_precision) + "  by event"
    yield _figure(f"precision from {found.threshold:.3f} on", found.precision, found.intervals["precision"])
    yield _figure(f"recall from {found.threshold:.3f} on", found.recall, found.intervals["recall"])
    for label, name in (
        ("recall at precision 0.9", "recall_at_precision_90"),
        ("precision at recall .75", "precision_at_recall_75"),
        ("precision at 10", "precision_at_10"),
        ("precision at 20", "precision_at_20"),
    ):
        yield _figure(label, getattr(found, name), found.intervals[name])
    yield _figure("kind named rightly", found.kind_accuracy, None)
    yield _figure("kind, macro F1", found.kind_macro_f1, None)
    if found.unjudged:
        yield f"unjudged                {found.unjudged}"
    if found.background_interval is not None:
        alarms = found.background_interval
        interval = f"{alarms.low:.2f} to {alarms.high:.2f}"
        yield f"alarms per 1,000        {alarms.value:.2f}  ({interval})  {found.background_texts} background texts"


def _figure(label: str, value: float | None, interval: Interval | None) -> str:
    between = f"  ({interval.low:.3f} to {interval.high:.3f})" if interval else ""
    return f"{label:23} {_share(value)}{between}"


def _share(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def _bands(found: Evaluation) -> Iterator[str]:
    yield "band         texts  relevant   precision and recall down to here"
    for one in found.bands:
        yield f"{one.band:12}{one.texts:6}{one.relevant:10}   {_share(one.precision)}   {_share(one.recall)}"


def _kinds(found: Evaluation) -> Iterator[str]:
    yield "kind                  texts  wrong"
    for one in found.kinds:
        meaning = "missed" if one.label else "shown though not relevant"
        yield f"{one.kind:22}{one.texts:5}{one.wrong:7}   {meaning}"


def _slices(found: Evaluation) -> Iterator[str]:
    yield "part                  texts  relevant  missed  wrongly   AP (95 % interval)"
    divisions = (found.regions, found.languages if len(found.languages) > 1 else (), found.lengths)
    for place, division in enumerate(one for one in divisions if one):
        if place:
            yield ""
        yield from map(_slice, division)


def _slice(one: SliceFigures) -> str:
    ap = one.average_precision
    value = f"{ap.value:.3f} ({ap.low:.3f} to {ap.high:.3f})" if ap else "-"
    return f"{one.name:22}{one.texts:5}{one.relevant:10}{one.missed:8}{one.shown_wrongly:9}   {value}"


def _calibration(found: Evaluation) -> Iterator[str]:
    measured = found.calibration
    yield (
        f"Brier score {measured.brier:.3f} (a judge who always says the share of relevant texts: "
        f"{measured.brier_of_share:.3f}); mean gap {measured.mean_gap:.3f}"
    )
    yield "score         texts  mean score  share relevant"
    for one in measured.bins:
        yield f"{one.low:.1f} to {one.high:.1f}{one.texts:9}{one.mean_score:12.3f}{one.relevant_share:16.3f}"


def _worst(found: Evaluation) -> Iterator[str]:
    if found.wrong:
        yield f"worst of {len(found.wrong)} errors, with what counted for and against"
        yield from _told(found.wrong)


def _alarms(found: Evaluation) -> Iterator[str]:
    if found.background_alarms:
        yield f"worst of {len(found.background_alarms)} alarms on background texts"
        yield from _told(found.background_alarms)


def _told(wrong: Sequence[WrongVerdict]) -> Iterator[str]:
    for one in wrong[:_WORST]:
        title = one.title[:_TITLE_CHARACTERS]
        yield f"{one.score:.3f}  {'missed' if one.label else 'shown '}  {one.kind:20} {title}"
        for item in one.why[:_EVIDENCE]:
            yield f"       {item.weight:+.2f}  {' '.join(item.phrase.split())[:_PHRASE_CHARACTERS]}"
