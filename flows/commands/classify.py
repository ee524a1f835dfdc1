"""`smewatch classify`"""

import json
from pathlib import Path
from typing import TextIO

import click

from flows.commands.common import with_settings
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="Write here instead of standard output.",
)
@click.option(
    "--model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A model folder, instead of the one in use.",
)
@with_settings
def command(settings: Settings, file: TextIO, output: TextIO, model: Path | None) -> None:
    """Judge the texts of a JSON Lines file: one object a line with id, title, text and, if known, language.

    Writes a JSON line for each, in order: id, score (0..1), band, relevant, kind, countries (ISO 3166 alpha-2, "EU"
    allowed), blocs, why. Without a model in the data folder it trains one first. Needs no server and no warehouse.

    Example: smewatch classify articles.jsonl > verdicts.jsonl
    """
    from classifiers.judge import classify_rows
    from flows.commands.reading import judge_for, rows_of

    judge = judge_for(settings, model)
    for answer in classify_rows(judge, list(rows_of(file))):
        output.write(json.dumps(answer, ensure_ascii=False) + "\n")
