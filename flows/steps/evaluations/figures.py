"""The figures of an evaluation: what is found against what is right, scores, and whether scores can be believed.

    evaluation as plain values -> Figure -> svg (colours by class, so that it follows light and dark)

Matplotlib draws; it is imported when something is drawn (0.5 s). The same numbers give the same bytes. A figure is
328 units wide, a phone's page at its own size, and is drawn in those units: y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flows.steps.digests.vectors import for_page

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 328
_POINTS_PER_INCH = 72  # of matplotlib's SVG: a point is a unit
_LEFT, _RIGHT, _TOP = 40, 12, 22  # room for the numbers of an axis, for half a label, for the name of the axis
_SQUARE = 236  # height of what is drawn between 0 and 100 %
_BOTTOM = 38
_ROW = 86  # of a row of bars
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
# Placeholders, one for each part of a drawing; in the page they become the classes of figures.css.
_INK, _SOFT, _LINE, _BAR, _ACCENT = (f"#{number:06x}" for number in range(1, 6))
_CLASSES = dict(zip((_INK, _SOFT, _LINE, _BAR, _ACCENT), ("ink", "soft", "line", "bar", "accent"), strict=True))
_SCORE_MARKS = (0.01, 0.1, 0.5, 0.9, 0.99)

Values = Mapping[str, Any]  # of Evaluation.as_dict


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, not yet drawn."""

    title: str
    alt: str  # what it shows, with its numbers
    height: float  # in units; the width is always WIDTH
    draw: Callable[[Axes], None]

    def svg(self) -> str:
        """An <svg> element to stand in a page: no style, no script, no id."""
        import matplotlib as mpl
        from matplotlib.figure import Figure as Canvas

        settings: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "smewatch", "text.parse_math": False}
        with mpl.rc_context(settings):
            canvas = Canvas(figsize=(WIDTH / _POINTS_PER_INCH, self.height / _POINTS_PER_INCH), facecolor="none")
            axes = canvas.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            axes.set_xlim(0, WIDTH)
            axes.set_ylim(self.height, 0)
            self.draw(axes)
            drawn = BytesIO()
            canvas.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        return for_page(drawn.getvalue(), _CLASSES, label=self.alt)


def figures_of(evaluation: Values) -> dict[str, Figure]:
    """The figures by name: "curve" if anything is relevant, "scores", "calibration"."""
    figures = {"scores": _scores(evaluation), "calibration": _calibration(evaluation)}
    return ({"curve": _curve(evaluation)} if evaluation["curve"] else {}) | figures


def _across(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _down(share: float) -> float:
    return _TOP + (1 - share) * _SQUARE


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _frame(axes: Axes, across: str, down: str) -> None:
    """A square from 0 to 100 % in both directions, with the names of its axes."""
    for share in _SHARES:
        axes.plot([_across(0), _across(1)], [_down(share)] * 2, color=_LINE, linewidth=0.8)
        _write(axes, _LEFT - 5, _down(share) + 4, f"{100 * share:.0f}", _SOFT, "right")
        _write(axes, _across(share), _down(0) + 15, f"{100 * share:.0f}", _SOFT, "center")
    _write(axes, 0, 10, down, _SOFT)
    _write(axes, WIDTH - _RIGHT, _down(0) + 31, across, _SOFT, "right")


def _write(axes: Axes, x: float, y: float, words: str, colour: str, side: str = "left", size: float = 11) -> None:
    axes.text(x, y, words, color=colour, ha=side, fontsize=size)


def _dot(axes: Axes, x: float, y: float, radius: float, colour: str) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(Circle((x, y), radius, facecolor=colour, edgecolor="none", zorder=3))


def _curve(evaluation: Values) -> Figure:
    """Precision over recall as steps, the starts of the bands marked on it."""
    points: Sequence[Values] = evaluation["curve"]
    bands = [band for band in evaluation["bands"] if band["threshold"] is not None and band["precision"] is not None]

    def draw(axes: Axes) -> None:
        _frame(axes, "% of the relevant texts are shown", "% of the shown texts are relevant")
        recall = [0.0, *(point["recall"] for point in points)]
        precision = [points[0]["precision"], *(point["precision"] for point in points)]
        axes.plot(list(map(_across, recall)), list(map(_down, precision)), color=_BAR, linewidth=2.2)
        for band in bands:
            x, y = _across(band["recall"]), _down(band["precision"])
            _dot(axes, x, y, 4.5, _ACCENT)
            _write(axes, x - 8, y + 17, f"{band['band']} and above", _INK, "right")

    told = "; ".join(
        f"down to {band['band']}: {_percent(band['precision'])} right, {_percent(band['recall'])} found"
        for band in bands
    )
    return Figure(
        "What is found, and how much of it is right", f"Precision over recall. {told}.", _square_height(), draw
    )


def _square_height() -> float:
    return _TOP + _SQUARE + _BOTTOM


def _calibration(evaluation: Values) -> Figure:
    """Share of relevant texts over the mean score of each tenth, a dot's area by its texts; on the line is right."""
    bins: Sequence[Values] = evaluation["calibration"]["bins"]
    most = max(one["texts"] for one in bins)

    def draw(axes: Axes) -> None:
        _frame(axes, "the model's score, %", "% of such texts that are relevant")
        axes.plot([_across(0), _across(1)], [_down(0), _down(1)], color=_SOFT, linewidth=1)
        for one in bins:
            radius = 3 + 6 * math.sqrt(one["texts"] / most)
            _dot(axes, _across(one["mean_score"]), _down(one["relevant_share"]), radius, _ACCENT)

    told = "; ".join(
        f"score {one['mean_score']:.2f}, relevant {one['relevant_share']:.2f} of {one['texts']}" for one in bins
    )
    return Figure(
        "Can a score be taken at its word?", f"Share of relevant texts by score. {told}.", _square_height(), draw
    )


def _scores(evaluation: Values) -> Figure:
    """How many texts have which score, a row for each sort; the score is stretched at both ends."""
    bins: Sequence[Values] = evaluation["scores"]
    sorts = [("relevant", "Relevant texts"), ("other", "Other texts")]
    if evaluation["background_texts"]:
        sorts.append(("background", "Background"))
    height = _TOP + _ROW * len(sorts) + _BOTTOM

    def draw(axes: Axes) -> None:
        bottom = _TOP + _ROW * len(sorts)
        for place, (name, label) in enumerate(sorts):
            _bars(axes, [one[name] for one in bins], _TOP + _ROW * (place + 1), _ACCENT if not place else _BAR)
            _write(axes, 0, _TOP + _ROW * place + 16, f"{label}, {sum(one[name] for one in bins):,}", _INK, size=12)
        for score in _SCORE_MARKS:
            _write(axes, _stretched(score, bins), bottom + 15, f"{100 * score:g}", _SOFT, "center")
        _write(axes, WIDTH - _RIGHT, bottom + 31, "the model's score, %", _SOFT, "right")
        _thresholds(axes, evaluation["bands"], bins, bottom)

    told = "; ".join(f"{label}: {_told(bins, name)}" for name, label in sorts)
    return Figure("How the model scores", f"Texts by score. {told}.", height, draw)


def _told(bins: Sequence[Values], name: str) -> str:
    return ", ".join(f"{one[name]} from {one['low']:.3f}" for one in bins if one[name]) or "none"


def _bars(axes: Axes, counts: Sequence[int], bottom: float, colour: str) -> None:
    from matplotlib.patches import Rectangle

    width, most = WIDTH / len(counts), max(1, *counts)
    axes.plot([0, WIDTH], [bottom, bottom], color=_LINE, linewidth=1)
    for place, count in enumerate(counts):
        height = count / most * _ROW * 0.58
        axes.add_patch(
            Rectangle((place * width + 1, bottom - height), width - 2, height, facecolor=colour, edgecolor="none")
        )
        if count:
            _write(axes, (place + 0.5) * width, bottom - height - 3, str(count), _SOFT, "center", 9)


def _stretched(score: float, bins: Sequence[Values]) -> float:
    """Where a score stands among bins of one unit of log-odds each."""
    first = math.log(bins[0]["low"] / (1 - bins[0]["low"]))
    return (math.log(score / (1 - score)) - first) / len(bins) * WIDTH


def _thresholds(axes: Axes, bands: Iterable[Values], bins: Sequence[Values], bottom: float) -> None:
    for band in bands:
        if band["band"] == "likely" and 0 < band["threshold"] < 1:
            x = _stretched(band["threshold"], bins)
            axes.plot([x, x], [_TOP - 6, bottom], color=_SOFT, linewidth=1)
            _write(axes, x - 4, 12, "shown from here on", _SOFT, "right")
