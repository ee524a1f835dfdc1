"""The data dictionary of a warehouse: load what it says of itself -> render -> write the pages."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from flows.steps.dictionary.content import Column, Dictionary, Example, Macro, Relation, Schema, short_type
from flows.steps.dictionary.rendering import render_examples, render_html, render_markdown, render_svg
from warehouse.describing import SCHEMAS
from warehouse.errors import BadQuestion
from warehouse.example_queries import ExampleQuery, example_queries
from warehouse.store import Warehouse

_SHOWN_ROWS = 8  # of an answer: enough to see its shape


def read_dictionary(
    warehouse: Warehouse, of: str = "", *, count_rows: bool = True, with_examples: bool = True
) -> Dictionary:
    """What a warehouse says of itself, with the answers it gives to the example queries.

    `of` says in words which warehouse it is. Without `count_rows` the tables do not tell how many rows they hold.
    """
    columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for column in warehouse.described_columns():
        columns[column.schema, column.relation].append(
            Column(column.name, short_type(column.data_type), column.meaning)
        )
    relations: dict[str, list[Relation]] = defaultdict(list)
    for one in warehouse.described_relations():
        of_one = tuple(columns[one.schema, one.name])
        n_rows = one.n_rows if count_rows else None
        relations[one.schema].append(Relation(one.schema, one.name, one.kind, one.meaning, of_one, n_rows))
    macros: dict[str, list[Macro]] = defaultdict(list)
    for macro in warehouse.described_macros():
        macros[macro.schema].append(Macro(macro.schema, macro.name, macro.kind, macro.parameters, macro.meaning))
    return Dictionary(
        warehouse.schema_version(),
        tuple(Schema(name, why, tuple(relations[name]), tuple(macros[name])) for name, why in SCHEMAS.items()),
        tuple(_answered(warehouse, example_queries() if with_examples else ())),
        of,
    )


def pages_of(dictionary: Dictionary) -> dict[str, str]:
    """The web page, the Markdown form and the diagrams, by file name."""
    return {
        "dictionary.html": render_html(dictionary),
        "DICTIONARY.md": render_markdown(dictionary, "diagrams/"),
        "EXAMPLES.md": render_examples(dictionary),
        **{f"diagrams/{schema.name}.svg": render_svg(schema) for schema in dictionary.schemas},
    }


def write_dictionary(dictionary: Dictionary, folder: Path) -> list[Path]:
    """Write all its pages into a folder; the files written, the web page first."""
    pages = pages_of(dictionary)
    (folder / "diagrams").mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    return [folder / name for name in pages]


def _answered(warehouse: Warehouse, examples: Iterable[ExampleQuery]) -> Iterable[Example]:
    for one in examples:
        try:
            answer = warehouse.query(one.sql, max_rows=_SHOWN_ROWS)
        except BadQuestion as problem:
            raise BadQuestion(f"the example {one.name} fails: {problem}") from problem
        yield Example(
            one.name, one.question, one.shows, one.caution, one.sql, answer.columns, tuple(answer.rows), answer.is_cut
        )
