"""`smewatch backup`"""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.Path())
@with_settings
def command(settings: Settings, file: str) -> None:
    """Copy the warehouse to a new file, opened and checked before it gets its name. Runs go on meanwhile.

    A folder gets a file named by the time; a path that ends with / is a folder, and made where it is missing.
    `smewatch restore FILE` is the way back. The models, the digests and the archived pages are files of their own in
    the data folder: copy them with any program.

    Example: smewatch backup backups/
    """
    from warehouse.backing_up import back_up

    now = datetime.now(UTC)
    is_folder = file.endswith(os.sep) or Path(file).is_dir()
    target = Path(file) / f"warehouse-{now:%Y%m%dT%H%M%SZ}.duckdb" if is_folder else Path(file)
    with in_sentences():
        done = back_up(settings.warehouse_file, target, now=now, wait_s=settings.warehouse_wait_s)
    console().print(
        f"{done.path}: {done.n_bytes / 1e6:,.1f} MB, {done.n_articles:,} articles, schema {done.schema_version}, "
        "opened and checked."
    )
    if done.failed_checks:
        raise click.ClickException(
            f"The backup is kept, but the warehouse itself is not sound: {', '.join(done.failed_checks)}."
        )
