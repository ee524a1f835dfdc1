"""Expected failures of commands that run no flow, told in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def in_sentences() -> Iterator[None]:
    """End the command with code 1 and a sentence where the failure is one that people cause or can mend."""
    from flows.collecting.feed_keeping import UnknownFeed
    from flows.steps.exports.manifest import ExportError
    from flows.steps.feeds.catalogue import CatalogueError
    from warehouse.errors import WarehouseError

    try:
        yield
    except (UnknownFeed, CatalogueError, ExportError, WarehouseError) as problem:
        raise click.ClickException(str(problem)) from problem
