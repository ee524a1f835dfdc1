"""`smewatch export`"""

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings

FORMS = ("parquet", "csv", "json", "full")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "forms",
    type=click.Choice(FORMS),
    multiple=True,
    help="Parquet, csv, json: the views for people; full: every table, for `smewatch import`.  [parquet]",
)
@click.option("--texts", is_flag=True, help="With whole texts as well, which belong to their publishers.")
@click.option("--live", is_flag=True, help="From the warehouse itself, not its read copy; runs wait meanwhile.")
@with_settings
def command(settings: Settings, folder: Path, forms: tuple[str, ...], texts: bool, live: bool) -> None:
    """Write the warehouse as files: one for each view and month, so that only what changed is written again.

    In CSV, a text that a spreadsheet would run as a formula gets an apostrophe in front. What the files are, with row
    counts and hashes, stands in manifest.json beside them. A full export always has the texts.

    Example: smewatch export published --format parquet --format csv
    """
    from flows.export import export
    from flows.publish import open_for_people

    with in_sentences(), open_for_people(settings, live=live) as (warehouse, as_of):
        for form in forms or ("parquet",):
            done = export(warehouse, folder, form, now=datetime.now(UTC), with_texts=texts)
            console().print(
                f"{done.folder}: {done.n_files} files, {done.n_rows:,} rows, {done.n_bytes / 1e6:,.1f} MB; "
                f"{done.n_written} written, {done.n_removed} removed."
            )
    if as_of:
        console(stderr=True).print(as_of, style="dim")
