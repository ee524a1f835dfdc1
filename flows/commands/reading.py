"""What `classify` and `evaluate` share: rows of a JSON Lines file, and the judge."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from classifiers.folders import ModelError
from classifiers.judge import Judge, load_judge
from flows import models
from flows.settings import Settings


def rows_of(lines: Iterable[str], *, labelled: bool = False) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file; empty lines are passed over. A bad line ends the command, named by number.

    `labelled` rows must say 1, 0 or -1 as their label.
    """
    for number, line in enumerate(_readable(lines), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as problem:
            raise click.ClickException(f"line {number} is no JSON: {problem}") from problem
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
            raise click.ClickException(f'line {number}: want an object with "id", "title" and "text" (a string)')
        if labelled and not (type(row.get("label")) is int and row["label"] in (1, 0, -1)):  # true == 1 == 1.0
            raise click.ClickException(f'line {number}: want "label": 1 (relevant), 0 (not) or -1 (left out)')
        yield row


def _readable(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a file. What is no UTF-8, or not the gzip that its name says, ends the command."""
    try:
        yield from lines
    except (UnicodeDecodeError, OSError, EOFError, zlib.error) as problem:
        raise click.ClickException(f"{getattr(lines, 'name', 'the file')} cannot be read: {problem}") from problem


def rows_in(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from rows_of(lines)


def folder_for(settings: Settings, folder: Path | None) -> Path:
    """The given model folder, else the one in use, trained first (once, under a minute) if there is none to use."""
    if folder is not None:
        return folder
    if reason := models.why_train(settings):
        click.echo(f"{reason}: training one from the seeds, once ...", err=True)
    return models.ready_model(settings, datetime.now(UTC))


def judge_of(folder: Path) -> Judge:
    """The judge of a model folder; one that cannot be used ends the command with a sentence."""
    try:
        return load_judge(folder)
    except ModelError as problem:
        raise click.ClickException(str(problem)) from problem


def judge_for(settings: Settings, folder: Path | None) -> Judge:
    """The judge of a given folder, else of the model in use."""
    return judge_of(folder_for(settings, folder))
