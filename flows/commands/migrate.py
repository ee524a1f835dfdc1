"""`smewatch migrate`"""

from datetime import UTC, datetime

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@with_settings
def command(settings: Settings, dry_run: bool) -> None:
    """Bring the warehouse to the schema of this smewatch; any command that writes does it as well.

    Before that, a copy of the file is kept beside it: warehouse.duckdb.schema-0006 for one that leaves schema 6.
    To go back, stop what runs and give that copy the warehouse's name.

    Example: smewatch migrate --dry-run
    """
    from warehouse.opening import open_warehouse, pending_migrations

    with in_sentences():
        steps = pending_migrations(settings.warehouse, wait_s=settings.warehouse_wait_s)
        for step in steps:
            console().print(f"{step.version:04d} {step.name.replace('_', ' ')}")
        if steps and not dry_run:
            with open_warehouse(settings.warehouse, now=datetime.now(UTC), wait_s=settings.warehouse_wait_s):
                pass
    if not steps:
        console().print("Nothing to migrate.")
    else:
        console().print("Not applied (dry run)." if dry_run else f"{len(steps)} migrations applied.")
