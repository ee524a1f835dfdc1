"""Where the tables of a schema stand in a diagram, and which lines join them.

A table stands to the right of every table its columns refer to. References into another schema are words, not lines:
with lines, the one table that everything refers to would draw a line through every other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from flows.steps.dictionary.content import Column, Relation, Schema

CHARACTER_PX = 6.7  # width of a letter in the diagram's type, 11 px monospace
ROW_PX, HEAD_PX, PAD_PX = 17, 24, 10
GAP_X_PX, GAP_Y_PX = 64, 18
MOST_ROWS = 8  # of a box; a diagram shows how tables hang together, the pages below show every column


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a box: a column, and the other schema's relation it refers to, if it does."""

    name: str
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A relation, placed. Lengths are pixels from the top left corner of the diagram."""

    relation: Relation
    rows: tuple[Row, ...]
    n_more: int  # columns that are not shown
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        """Of the head and all rows."""
        return HEAD_PX + ROW_PX * (len(self.rows) + (self.n_more > 0)) + PAD_PX / 2

    def row_y(self, name: str) -> float:
        """The middle of a column's row; of the head if the column is not shown."""
        names = [row.name for row in self.rows]
        return self.y + (HEAD_PX + ROW_PX * (names.index(name) + 0.5) if name in names else HEAD_PX / 2)


@dataclass(frozen=True, slots=True)
class Line:
    """From a column to the head of the relation it refers to, as a path of SVG."""

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A schema, drawn."""

    schema: Schema
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float

    @property
    def has_tables(self) -> bool:
        """False where everything is a view, so that none need say so."""
        return any(box.relation.kind == "table" for box in self.boxes)


def diagram(schema: Schema) -> Diagram:
    """Boxes in columns by how far they are from a table that refers to nothing, and the lines between them."""
    relations = {relation.full_name: relation for relation in schema.relations}
    depths = _depths(relations)
    boxes: dict[str, Box] = {}
    x = 0.0
    for depth in sorted(set(depths.values())):
        layer = [relation for name, relation in relations.items() if depths[name] == depth]
        placed = list(_stacked(_in_order(layer, boxes), x))
        boxes |= {box.relation.full_name: box for box in placed}
        x += max(box.width for box in placed) + GAP_X_PX
    return Diagram(
        schema,
        tuple(boxes.values()),
        tuple(_lines(boxes)),
        width=max((box.x + box.width for box in boxes.values()), default=0.0),
        height=max((box.y + box.height for box in boxes.values()), default=0.0),
    )


def _targets(relation: Relation, known: dict[str, Relation]) -> list[tuple[Column, str]]:
    """Its columns that refer to another relation among `known`, with that relation."""
    named = [(column, column.refers_to) for column in relation.columns]
    return [(column, target) for column, target in named if target in known and target != relation.full_name]


def _depths(relations: dict[str, Relation]) -> dict[str, int]:
    """0 for a relation that refers to no other, else one more than the deepest it refers to.

    A circle of references is cut where it closes: the relation met again counts as 0 there.
    """
    depths: dict[str, int] = {}

    def depth(name: str, below: tuple[str, ...] = ()) -> int:
        if name in below:
            return 0
        if name not in depths:
            deeper = [depth(target, (*below, name)) + 1 for _, target in _targets(relations[name], relations)]
            depths[name] = max(deeper, default=0)
        return depths[name]

    for name in relations:
        depth(name)
    return depths


def _in_order(layer: Sequence[Relation], placed: dict[str, Box]) -> list[Relation]:
    """A column's relations from top to bottom, near those they refer to, so that few lines cross."""

    def height(relation: Relation) -> tuple[float, str]:
        found = [placed[column.refers_to].y for column in relation.columns if column.refers_to in placed]
        return sum(found) / len(found) if found else 0.0, relation.name

    return sorted(layer, key=height)


def _stacked(layer: Sequence[Relation], x: float) -> Iterator[Box]:
    drafts = [_box(relation, x, 0.0) for relation in layer]
    tops = accumulate((box.height + GAP_Y_PX for box in drafts), initial=0.0)
    width = max(box.width for box in drafts)
    for box, y in zip(drafts, tops, strict=False):
        yield Box(box.relation, box.rows, box.n_more, x, y, width)


def _box(relation: Relation, x: float, y: float) -> Box:
    """A box with the key of the relation and what refers elsewhere; other columns only while there is room."""
    referring = [column for column in relation.columns if column.refers_to]
    shown = set(referring[:MOST_ROWS])
    for column in relation.columns:
        if len(shown) < min(MOST_ROWS, max(4, len(referring))):
            shown.add(column)
    rows = tuple(_row(column, relation) for column in relation.columns if column in shown)
    n_more = len(relation.columns) - len(rows)
    letters = max(
        len(relation.name) + 6, *(len(row.name) + (len(row.elsewhere) + 3 if row.elsewhere else 0) for row in rows)
    )
    return Box(relation, rows, n_more, x, y, letters * CHARACTER_PX + 2 * PAD_PX)


def _row(column: Column, relation: Relation) -> Row:
    target = column.refers_to
    is_elsewhere = target is not None and not target.startswith(f"{relation.schema}.")
    return Row(column.name, target if is_elsewhere else None)


def _lines(boxes: dict[str, Box]) -> Iterator[Line]:
    known = {name: box.relation for name, box in boxes.items()}
    for name, box in boxes.items():
        for column, target in _targets(box.relation, known):
            to = boxes[target]
            start, end = box.row_y(column.name), to.y + HEAD_PX / 2
            x, right = box.x, to.x + to.width
            if x > right:
                bends = f"{x - GAP_X_PX / 2:.1f} {start:.1f} {right + GAP_X_PX / 2:.1f} {end:.1f}"
                path = f"M{x:.1f} {start:.1f}C{bends} {right:.1f} {end:.1f}"
            else:  # a circle's way back
                path = f"M{x:.1f} {start:.1f}H{x - PAD_PX:.1f}V{end:.1f}H{to.x:.1f}"
            yield Line(name, target, path)
