"""`smewatch sql`"""

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo_json, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from warehouse.rows import Table

MOST_ROWS_SHOWN = 200


@click.command()
@click.argument("query", required=False)
@click.option(
    "-f",
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the query from a file.",
)
@click.option("--example", metavar="NAME", help="Run an example query; `smewatch examples` lists them.")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated, with a header.")
@click.option("--json", "form", flag_value="json", help="One JSON object a row.")
@click.option("--live", is_flag=True, help="Ask the warehouse itself, not its read copy; runs wait meanwhile.")
@click.option("--raw", is_flag=True, help="With --csv: every text as it is, even if a spreadsheet would run it.")
@click.option("--table", "form", flag_value="table", default=True, hidden=True)
@with_settings
def command(
    settings: Settings, query: str | None, path: Path | None, example: str | None, form: str, live: bool, raw: bool
) -> None:
    """Ask the warehouse. Read only; the views made for people are in the schema `mart`.

    The answer comes from the read copy that the last run published, and says as of when; asking it keeps no run
    waiting. With --csv, a text that a spreadsheet would run as a formula gets an apostrophe in front.

    Example: smewatch sql "select week, n_relevant from mart.weekly_counts order by week"
    """
    if sum(given is not None for given in (query, path, example)) != 1:
        raise click.UsageError(
            'give one of a query, -f FILE and --example NAME, e.g. smewatch sql "from mart.articles limit 5"'
        )
    if example is not None:
        query = _example(example)
    answer_question(settings, _text_in(path) if path else query or "", form, raw=raw, live=live)


def answer_question(settings: Settings, text: str, form: str, *, raw: bool = False, live: bool = False) -> None:
    """Print the answer to a query in a form: table, csv or json. A failure ends the command with a sentence."""
    from warehouse.errors import WarehouseError

    try:
        table = _answer(settings, text, MOST_ROWS_SHOWN if form == "table" else None, live=live)
    except WarehouseError as problem:
        raise click.ClickException(str(problem)) from problem
    if form == "csv":
        _print_csv(table, raw=raw)
    elif form == "json":
        _print_json(table)
    else:
        _print_table(table)


def _text_in(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise click.ClickException(f"{path} cannot be read: {problem}") from problem


def _example(name: str) -> str:
    from warehouse.example_queries import NoSuchExample, example_query

    try:
        return example_query(name).sql
    except NoSuchExample as problem:
        raise click.ClickException(str(problem)) from problem


def _answer(settings: Settings, text: str, max_rows: int | None, *, live: bool) -> "Table":
    from flows.publish import open_for_people

    with open_for_people(settings, live=live) as (warehouse, copied):
        answer = warehouse.query(text, max_rows=max_rows)
    if copied:
        console(stderr=True).print(copied, style="dim")
    return answer


def _print_csv(table: "Table", *, raw: bool) -> None:
    from flows.steps.text.neutral import csv_cell

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in (table.columns, *table.rows):
        writer.writerow(row if raw else [csv_cell(value) for value in row])


def _print_json(table: "Table") -> None:
    if twice := [name for name, n in Counter(table.columns).items() if n > 1]:
        raise click.ClickException(
            f"A JSON object has one place for a name, and the answer has several columns called {', '.join(twice)}: "
            f'rename one, as in `select x as "{twice[0]}_2"`, or ask with --csv.'
        )
    for row in table.rows:
        echo_json(dict(zip(table.columns, row, strict=True)))


def _print_table(table: "Table") -> None:
    from rich.table import Table as Shown

    shown = Shown(box=None, pad_edge=False, header_style="bold")
    for column, kind in zip(table.columns, _kinds(table), strict=True):
        shown.add_column(column, overflow="fold", justify="right" if kind is float else "left")
    for row in table.rows:
        shown.add_row(*("" if value is None else str(value) for value in row))
    console().print(shown)
    if table.is_cut:
        console(stderr=True).print(
            f"Only the first {MOST_ROWS_SHOWN} rows are shown; --csv or --json gives all.", style="dim"
        )


def _kinds(table: "Table") -> list[type]:
    """Numbers are set to the right: float for columns that hold only numbers, else str."""
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    return [
        float
        if any(v is not None for v in column)
        and all(isinstance(v, int | float | None) and not isinstance(v, bool) for v in column)
        else str
        for column in columns
    ]
