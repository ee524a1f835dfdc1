"""`smewatch evaluate`"""

import json
from pathlib import Path
from typing import TextIO

import click

from flows.commands.common import with_settings
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="Every number as one JSON object.")
@click.option(
    "--background",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Texts without a relevant one (.jsonl or .jsonl.gz): counts alarms.",
)
@click.option(
    "--model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A model folder, instead of the one in use.",
)
@with_settings
def command(settings: Settings, file: TextIO, as_json: bool, background: Path | None, model: Path | None) -> None:
    """Measure the model on labelled texts: JSON Lines with id, title, text, label (1, 0; -1 is left out) and kind.

    Prints average precision, precision and recall at the shipped threshold, recall at precision 0.9, and the errors
    by kind. Needs no server and no warehouse.

    Example: smewatch evaluate labelled.jsonl --json
    """
    from classifiers.evaluation import as_text, evaluate_rows
    from flows.commands.reading import judge_for, rows_in, rows_of

    rows = list(rows_of(file, labelled=True))
    if all(row["label"] == -1 for row in rows):
        raise click.ClickException("nothing to evaluate: no text has label 1 or 0")
    judge = judge_for(settings, model)
    evaluation = evaluate_rows(judge, rows, background=list(rows_in(background)) if background else None)
    click.echo(json.dumps(evaluation.as_dict(), indent=2, ensure_ascii=False) if as_json else as_text(evaluation))
