"""The digest's figures: stories by week, of each kind and of each pair, and who acts with whom.

    trends, matrix -> figures_of -> Drawing -> svg (page) or png (mail)

Matplotlib draws; it is imported when something is drawn, not when this module is (0.5 s). The same numbers give the
same bytes. A drawing is 328 units wide, a phone's page at its own size, so that its type is never scaled down there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flows.steps.digests.content import Matrix, Series, Trends
from flows.steps.digests.words import clip, counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

WIDTH = 328
_POINTS_PER_INCH = 72  # of matplotlib's SVG: a point is a unit
_PNG_SCALE = 2  # pixels a unit: sharp on the screens people read mail on
_ROW, _AXIS_ROW = 60, 20
_BARS = 0.4  # of a row: above stand the bar's number and the row's label
_NAMES, _CELL_MOST, _HEAD = 136, 30, 22
_MAX_LABEL_CHARS, _MAX_NAME_CHARS = 44, 20
_SHADES = (1, 2, 4)  # a pair with up to so many stories has the first, second, third shade; with more, the fourth


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a drawing by their part; in an SVG placeholders, which become classes of these names."""

    ink: str
    soft: str
    line: str
    bar: str
    accent: str
    onaccent: str
    shade1: str
    shade2: str
    shade3: str
    paper: str


# As of digest.css, light; a mail program that turns colours round leaves pictures alone, so the ground is drawn too.
LIGHT = Palette(
    ink="#1d2326",
    soft="#545d61",
    line="#dcd8cd",
    bar="#9cbcc0",
    accent="#0d5560",
    onaccent="#ffffff",
    shade1="#dde8e9",
    shade2="#bcd0d3",
    shade3="#9ab9bd",
    paper="#ffffff",
)
PLACEHOLDERS = Palette(*(f"#{number:06x}" for number in range(1, 11)))


@dataclass(frozen=True, slots=True)
class Drawing:
    """One figure, not yet drawn."""

    name: str  # "kinds", "pairs" or "matrix"
    title: str
    alt: str  # what the figure shows, with its numbers
    height: float  # in units; the width is always WIDTH
    draw: Callable[[Canvas, Palette], None]

    def svg(self) -> str:
        """An <svg> element to stand in a page: no style, no script, no id; colours by class, type by the page."""
        from flows.steps.digests.vectors import for_page

        with _canvas(self, PLACEHOLDERS) as canvas:
            drawn = BytesIO()
            canvas.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        classes = {getattr(PLACEHOLDERS, part): part for part in Palette.__slots__}
        return for_page(drawn.getvalue(), classes, label=self.alt)

    def png(self) -> bytes:
        """The figure on its own light ground."""
        from PIL import Image

        with _canvas(self, LIGHT) as canvas:
            drawn = BytesIO()
            canvas.savefig(drawn, format="png", dpi=_PNG_SCALE * _POINTS_PER_INCH)
        # Its colours and their mixtures at edges are fewer than 32: a palette takes a quarter of the bytes.
        small = BytesIO()
        Image.open(drawn).convert("RGB").quantize(32).save(small, "png", optimize=True)
        return small.getvalue()


def figures_of(trends: Trends | None, matrix: Matrix | None) -> tuple[Drawing, ...]:
    """The figures a digest has numbers for, in the order of the page; none in a first week or a silent year."""
    found = []
    if trends is not None and trends.is_telling:
        found.append(_bars("kinds", "Stories by week and kind", trends, trends.kinds))
        if trends.pairs:
            found.append(_bars("pairs", "Stories by week and pair", trends, trends.pairs))
    if matrix is not None and (shown := _without_empty_rows(matrix)).codes:
        found.append(_squares(shown))
    return tuple(found)


def _bars(name: str, title: str, trends: Trends, series: tuple[Series, ...]) -> Drawing:
    """One row of bars a series, all of one scale but for the sum of all stories; this week's in the accent."""
    rows = (trends.total, *series) if name == "kinds" else series
    numbers = "; ".join(f"{one.label}: {', '.join(_count_words(count) for count in one.counts)}" for one in rows)
    unknown = " (– where nothing was polled)" if None in trends.total.counts else ""
    alt = f"{title}, {trends.weeks[0]} to {trends.weeks[-1]}, oldest first{unknown}. {numbers}."

    def draw(canvas: Canvas, colours: Palette) -> None:
        heights = [*([_ROW] * len(rows)), _AXIS_ROW]
        axes = canvas.subplots(len(heights), squeeze=False, height_ratios=heights)[:, 0]
        for one, ax in zip(rows, axes, strict=False):
            _draw_row(ax, one, _most([one]) if one is trends.total else _most(series), colours)
        _draw_weeks(axes[-1], trends.weeks, colours)

    return Drawing(name, title, alt, _ROW * len(rows) + _AXIS_ROW, draw)


def _most(series: Iterable[Series]) -> int:
    """The highest count, at least 1: the scale's end."""
    return max([1, *(count or 0 for one in series for count in one.counts)])


def _draw_row(ax: Axes, series: Series, most: int, colours: Palette) -> None:
    places = range(len(series.counts))
    last = len(places) - 1
    shades = [colours.accent if place == last else colours.bar for place in places]
    ax.bar(places, [count or 0 for count in series.counts], width=0.74, color=shades, clip_on=False)
    ax.axhline(0, color=colours.line, linewidth=1, clip_on=False)
    for place, count in enumerate(series.counts):
        if count != 0:
            height, ink = (count or 0) + 0.08 * most, colours.accent if place == last else colours.soft
            ax.text(place, height, _count_words(count), ha="center", fontsize=10, color=ink)
    _frame(ax, len(places), (0, most / _BARS))
    label = clip(series.label, _MAX_LABEL_CHARS)
    ax.text(-0.5, 0.86 * most / _BARS, label, va="top", fontsize=12, color=colours.ink)


def _draw_weeks(ax: Axes, weeks: tuple[str, ...], colours: Palette) -> None:
    _frame(ax, len(weeks), (0, 1))
    for place, words, side in ((-0.5, weeks[0], "left"), (len(weeks) - 0.5, f"this week, {weeks[-1]}", "right")):
        ax.text(place, 0.8, words, ha=side, va="top", fontsize=11, color=colours.soft)


def _frame(ax: Axes, columns: int, heights: tuple[float, float]) -> None:
    ax.set_axis_off()
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(*heights)


def _without_empty_rows(matrix: Matrix) -> Matrix:
    """Without economies whose partners are not among those shown: a row of empty squares says nothing."""
    kept = [place for place, counts in enumerate(matrix.counts) if any(counts)]
    return replace(
        matrix,
        codes=tuple(matrix.codes[place] for place in kept),
        names=tuple(matrix.names[place] for place in kept),
        counts=tuple(tuple(matrix.counts[place][other] for other in kept) for place in kept),
    )


def _squares(matrix: Matrix) -> Drawing:
    """A square for each two economies, darker with more stories, the number in it."""
    n = len(matrix.codes)
    side = min(_CELL_MOST, (WIDTH - _NAMES) / n)

    def draw(canvas: Canvas, colours: Palette) -> None:
        ax = canvas.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set_xlim(0, WIDTH)
        ax.set_ylim(_HEAD + n * side, 0)
        for place, (code, name) in enumerate(zip(matrix.codes, matrix.names, strict=True)):
            middle = (place + 0.5) * side
            ax.text(_NAMES + middle, _HEAD - 7, code, ha="center", fontsize=11, color=colours.soft)
            ax.text(0, _HEAD + middle, clip(name, _MAX_NAME_CHARS), va="center", fontsize=12, color=colours.ink)
            for other, count in enumerate(matrix.counts[place]):
                _draw_square(ax, (_NAMES + other * side, _HEAD + place * side, side), count, place == other, colours)

    title = f"Who acts with whom, last {counted(matrix.weeks, 'week')}"
    return Drawing("matrix", title, f"{title}, in stories. {_matrix_words(matrix)}.", _HEAD + n * side, draw)


def _draw_square(ax: Axes, at: tuple[float, float, float], count: int, is_same: bool, colours: Palette) -> None:
    from matplotlib.patches import Rectangle

    x, y, side = at
    strength = 1 + sum(count > limit for limit in _SHADES)
    filled = colours.accent if strength > len(_SHADES) else getattr(colours, f"shade{strength}")
    fill, edge = ("none", colours.line) if not count else (filled, "none")
    if not is_same:
        ax.add_patch(Rectangle((x + 1, y + 1), side - 2, side - 2, facecolor=fill, edgecolor=edge, linewidth=0.7))
    if count:
        ink = colours.onaccent if strength > len(_SHADES) else colours.ink
        ax.text(x + side / 2, y + side / 2, str(count), ha="center", va="center_baseline", fontsize=11, color=ink)


def _matrix_words(matrix: Matrix) -> str:
    """Every pair once. Example: Japan – Viet Nam: 3; Kenya – Rwanda: 1."""
    n = len(matrix.codes)
    met = [(matrix.counts[i][j], i, j) for i in range(n) for j in range(i + 1, n) if matrix.counts[i][j]]
    pairs = sorted(met, key=lambda pair: (-pair[0], pair[1:]))
    return "; ".join(f"{matrix.names[i]} – {matrix.names[j]}: {count}" for count, i, j in pairs)


def _count_words(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"


@contextmanager
def _canvas(drawing: Drawing, colours: Palette) -> Iterator[Canvas]:
    """The drawing on a canvas of its size; without pyplot, which would keep every figure and look for a screen."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",  # text stays text, in the page's own type
        "svg.hashsalt": "smewatch",
        "font.family": "DejaVu Sans",  # matplotlib brings it: the same pixels on every machine
        "text.parse_math": False,  # a label may hold "$"
    }
    with mpl.rc_context(settings):
        canvas = Canvas(
            figsize=(WIDTH / _POINTS_PER_INCH, drawing.height / _POINTS_PER_INCH), facecolor=colours.paper
        )
        canvas.subplots_adjust(left=0, right=1, top=1, bottom=0, hspace=0)
        drawing.draw(canvas, colours)
        yield canvas
