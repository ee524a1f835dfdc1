"""`smewatch classify`"""

import json
from pathlib import Path
from typing import TextIO

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
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
@click.option(
    "--rejudge", is_flag=True, help="Instead: let the model in use judge all of the warehouse it has not judged."
)
@with_settings
def command(settings: Settings, file: TextIO | None, output: TextIO, model: Path | None, rejudge: bool) -> None:
    """Judge the texts of a JSON Lines file: one object a line with id, title, text and, if known, language.

    Writes a JSON line for each, in order: id, score (0..1), band, relevant, kind, countries (ISO 3166 alpha-2, "EU"
    allowed), blocs, why. Without a model in the data folder it trains one first. Needs no server and no warehouse.

    Example: smewatch classify articles.jsonl > verdicts.jsonl
    """
    if rejudge == (file is not None):
        raise click.UsageError("give either a FILE or --rejudge, e.g. smewatch classify articles.jsonl")
    if file is None:
        _rejudge(settings)
        return
    from classifiers.judge import classify_rows
    from flows.commands.reading import judge_for, rows_of

    rows = list(rows_of(file))
    judge = judge_for(settings, model)
    for answer in classify_rows(judge, rows):
        output.write(json.dumps(answer, ensure_ascii=False) + "\n")


def _rejudge(settings: Settings) -> None:
    from flows.running import end_with, run_rejudge

    def run() -> int:
        report = run_rejudge(settings)
        console().print(f"{report.model_id} judged {report.n_judged} texts; older verdicts stay.")
        if report.n_overran:
            console().print(f"{report.n_overran} texts took too long and have no verdict of this model.")
        return 0

    end_with(run)
