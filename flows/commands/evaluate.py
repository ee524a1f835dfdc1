"""`smewatch evaluate`"""

from pathlib import Path
from typing import TextIO

import click

from flows.commands.common import echo, echo_json, with_settings
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="Every number as one JSON object.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with curves, for a person who knows the subject; it needs no network.",
)
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
def command(
    settings: Settings, file: TextIO, as_json: bool, html: Path | None, background: Path | None, model: Path | None
) -> None:
    """Measure the model on labelled texts: JSON Lines with id, title, text, label (1, 0; -1 is left out) and kind.

    Prints average precision, precision and recall of each band, recall at precision 0.9, precision at 10 and 20, all
    with intervals by event, and the same by kind, region, language and length; calibration; and the errors with their
    evidence. Texts the model learned from are measured by folds without them. Needs no server and no warehouse.

    Example: smewatch evaluate labelled.jsonl --background ordinary-news.jsonl --html report.html
    """
    from classifiers.evaluation import evaluate_rows
    from classifiers.evaluation_text import as_text
    from classifiers.held_out import read_held_out
    from flows.commands.reading import folder_for, judge_of, rows_in, rows_of

    rows = list(rows_of(file, labelled=True))
    if all(row["label"] == -1 for row in rows):
        raise click.ClickException("nothing to evaluate: no text has label 1 or 0")
    folder = folder_for(settings, model)
    judge = judge_of(folder)
    unlabelled = list(rows_in(background)) if background else None
    evaluation = evaluate_rows(judge, rows, unlabelled, read_held_out(folder))
    if html:
        _write_page(html, evaluation.as_dict(), Path(file.name).name)
    if as_json:
        echo_json(evaluation.as_dict(), indent=2)
    else:
        echo(as_text(evaluation))


def _write_page(target: Path, evaluation: dict[str, object], data_name: str) -> None:
    from flows.steps.evaluations.rendering import evaluation_page

    try:
        target.write_text(evaluation_page(evaluation, data_name), encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(f"cannot write {target}: {problem}") from problem
    echo(f"Wrote {target}", err=True)
