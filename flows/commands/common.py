"""What the commands share: settings as an argument, errors as sentences, one console."""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def console(*, stderr: bool = False) -> "Console":
    """A rich console: colour only on a terminal, scraped text never read as markup, and none of it acts."""
    from flows.commands.consoles import PlainConsole

    return PlainConsole(stderr=stderr, markup=False, highlight=False, emoji=False)


def echo(text: str, *, err: bool = False) -> None:
    """Print lines that may hold scraped text; what would act on a terminal is shown as its escape."""
    from flows.steps.text.neutral import lines

    click.echo(lines(text), err=err)


def echo_json(value: object, **options: Any) -> None:
    """Print a value as JSON, one line unless `options` of json.dumps say otherwise; harmless on a terminal too."""
    from flows.steps.text.neutral import json_line

    click.echo(json_line(json.dumps(value, ensure_ascii=False, **options)))


@contextmanager
def files_in_sentences() -> Iterator[None]:
    """End the command with code 1 and a sentence where a file or folder refuses: its name, and why."""
    try:
        yield
    except OSError as problem:
        if problem.filename is None:  # no file is to blame: a broken pipe, say, which click knows how to end
            raise
        raise click.ClickException(f"{problem.filename}: {problem.strerror}.") from problem


def with_settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data-dir` and its `settings`; a wrong setting ends it with a sentence and exit code 2.

    A file or folder that cannot be read or written ends it with a sentence, too, and exit code 1.
    """

    @click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of warehouse, models, digests.  [var]",
    )
    @functools.wraps(function)
    def wrapped(*args: Any, data_dir: Path | None, **kwargs: Any) -> Any:
        from flows.settings import SettingsError, load_settings

        try:
            settings = load_settings(data_dir=data_dir)
        except SettingsError as problem:
            raise click.UsageError(str(problem)) from problem
        with files_in_sentences():
            return function(*args, settings=settings, **kwargs)

    return wrapped
