"""`smewatch dictionary`"""

from pathlib import Path

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to.  [dictionary, in the data folder]",
)
@with_settings
def command(settings: Settings, out: Path | None) -> None:
    """Write the data dictionary: every table, view, column and macro, with diagrams and answered example queries.

    Made from the COMMENTs in your warehouse, as one web page, which loads nothing from elsewhere, and as Markdown.

    Example: smewatch dictionary --out docs
    """
    from flows.dictionary import read_dictionary, write_dictionary
    from flows.publish import open_for_people

    with in_sentences(), open_for_people(settings) as (warehouse, as_of):
        dictionary = read_dictionary(warehouse, f"Rows and answers: your warehouse. {as_of or ''}".strip())
    files = write_dictionary(dictionary, out or settings.data_dir / "dictionary")
    console().print(f"Written: {files[0]} and {len(files) - 1} files beside it.")
