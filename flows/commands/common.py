"""What the commands share: settings as an argument, errors as sentences, one console."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def console(*, stderr: bool = False) -> "Console":
    """A rich console: colour only on a terminal, scraped text never read as markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def with_settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data-dir` and its `settings`; a wrong setting ends it with a sentence and exit code 2."""

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
        return function(*args, settings=settings, **kwargs)

    return wrapped
