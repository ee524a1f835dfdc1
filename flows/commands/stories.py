"""`smewatch stories`"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

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
    "--truth",
    metavar="COLUMN",
    help="Column that names the true event: prints B-cubed figures to standard error.",
)
@with_settings
def command(settings: Settings, file: TextIO, output: TextIO, truth: str | None) -> None:
    """Group reports of the same event: one object a line with id, title, text and, if known, language and date.

    Writes a JSON line for each, in order: id and story. Reports of one event share a story, reprinted or told in
    other words, as long as each comes within 7 days of another; a date may be a day, a month, a year or missing. A
    story is named after its first article. Needs no model, no server and no warehouse.

    Example: smewatch stories articles.jsonl > stories.jsonl
    """
    from classifiers.stories import assign_rows
    from classifiers.story_words import read_background
    from flows.commands.reading import rows_of

    rows = list(rows_of(file))
    stories = assign_rows(rows, read_background(_seeds()))
    for row, story in zip(rows, stories, strict=True):
        output.write(json.dumps({"id": row["id"], "story": story}, ensure_ascii=False) + "\n")
    if truth:
        _measure(rows, stories, truth)


def _seeds() -> Path:
    import seeds

    return Path(seeds.__file__).parent


def _measure(rows: Sequence[Mapping[str, Any]], stories: Sequence[str], column: str) -> None:
    from classifiers.story_measures import bcubed

    missing = sum(column not in row for row in rows)
    if missing or not rows:
        raise click.ClickException(f'{missing} of {len(rows)} rows have no "{column}": nothing to measure against')
    events = [str(row[column]) for row in rows]
    click.echo(f"{len(rows)} articles, {len(set(events))} events, {len(set(stories))} stories", err=True)
    _show("all articles", bcubed(events, stories))
    if len(set(events)) < len(events):
        _show("articles of events reported twice or more", bcubed(events, stories, reported_twice=True))


def _show(name: str, measured: Any) -> None:
    click.echo(
        f"B-cubed of {name}: precision {measured.precision:.3f}, recall {measured.recall:.3f}, F1 {measured.f1:.3f}",
        err=True,
    )
