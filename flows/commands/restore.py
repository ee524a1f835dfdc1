"""`smewatch restore`"""

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_settings
def command(settings: Settings, file: Path) -> None:
    """Put a copy of a backup in the place of the warehouse. The one that was there is moved aside, never deleted.

    Stop `smewatch serve` first. A backup of an earlier smewatch is migrated; what was stored after it was made is in
    the file moved aside only, and feeds are simply asked again.

    Example: smewatch restore backups/warehouse-20261122T060000Z.duckdb
    """
    from flows.locks import AlreadyRunning, one_at_a_time
    from flows.publish import publish
    from warehouse.backing_up import restore

    with in_sentences():
        try:
            with one_at_a_time(settings):
                aside = restore(file, settings.warehouse_file, now=datetime.now(UTC))
                publish(settings)
        except AlreadyRunning as problem:
            raise click.ClickException(f"Nothing done: {problem}") from problem
    console().print(f"{settings.warehouse} is now what {file} was." + (f" Before: {aside}" if aside else ""))
