"""`smewatch backup`"""

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_settings
def command(settings: Settings, file: Path) -> None:
    """Copy the warehouse to a new file, opened and checked before it gets its name. Runs go on meanwhile.

    A folder gets a file named by the time. `smewatch restore FILE` is the way back. The models, the digests and the
    archived pages are files of their own in the data folder: copy them with any program.

    Example: smewatch backup backups/
    """
    from warehouse.backing_up import back_up

    now = datetime.now(UTC)
    target = file / f"warehouse-{now:%Y%m%dT%H%M%SZ}.duckdb" if file.is_dir() else file
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
