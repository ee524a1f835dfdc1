"""`smewatch label`"""

import getpass
from datetime import UTC, datetime

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings

LABELS = {"relevant": 1, "not-relevant": 0, "unsure": -1}
KINDS = ("forum", "agreement", "policy-learning", "finance", "internationalisation", "technology")


@click.command()
@click.argument("article_id")
@click.argument("label", type=click.Choice(list(LABELS)))
@click.option("--kind", type=click.Choice(KINDS), help="What kind of cooperation it is, if relevant.")
@click.option("--note", help="Why, in your words.")
@click.option("--author", help="Who says so.  [your login name]")
@with_settings
def command(
    settings: Settings, article_id: str, label: str, kind: str | None, note: str | None, author: str | None
) -> None:
    """Say what you think of an article: your word beats the model's in every view and digest.

    Labels are kept for ever, with author and time; the latest counts. While somebody holds the warehouse they wait in
    the spool.

    Example: smewatch label 3f2a9c0d1e5b7788 not-relevant --note "a summit, SMEs named once"
    """
    from flows.collecting.spooled import SpoolFull
    from flows.labelling import keep_label
    from warehouse.errors import WarehouseError
    from warehouse.rows import LabelRow

    now = datetime.now(UTC)
    row = LabelRow(article_id, LABELS[label], author or getpass.getuser(), now, kind, note)
    try:
        waits = keep_label(settings, row)
    except (SpoolFull, WarehouseError) as problem:
        raise click.ClickException(str(problem)) from problem
    console().print(f"Noted: {article_id} is {label}." + (f" {waits}" if waits else ""))
