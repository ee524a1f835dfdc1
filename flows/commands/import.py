"""`smewatch import`"""

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_settings
def command(settings: Settings, folder: Path) -> None:
    """Make a warehouse again from `smewatch export FOLDER --format full`, equal row for row.

    There must be none yet in the data folder. An export of an earlier smewatch is migrated. Models, digests and
    archived pages are files of their own beside the warehouse: copy them.

    Example: smewatch import published --data-dir restored
    """
    from flows.importing import import_export
    from warehouse.exporting import duckdb_version

    with in_sentences():
        n_rows = import_export(
            folder, settings.warehouse_file, now=datetime.now(UTC), duckdb_version=duckdb_version()
        )
    console().print(f"{settings.warehouse}: {n_rows:,} rows, as they were exported.")
