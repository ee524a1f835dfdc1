"""`smewatch config`"""

import json

import click

from flows.commands.common import console, with_settings
from flows.knobs import knobs
from flows.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: name -> value, origin, meaning.")
@with_settings
def command(settings: Settings, as_json: bool) -> None:
    """Show every setting, its value and where it comes from.

    Set one with an environment variable (SMEWATCH_ZONE=Asia/Tokyo) or in smewatch.toml in the current folder.

    Example: smewatch config
    """
    rows = knobs(settings)
    if as_json:
        click.echo(
            json.dumps({k.name: {"value": k.value, "origin": k.origin, "meaning": k.meaning} for k in rows}, indent=2)
        )
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "value", "from", "meaning"):
        table.add_column(heading, overflow="fold")
    for knob in rows:
        table.add_row(knob.name, knob.value, "" if knob.origin == "default" else knob.origin, knob.meaning)
    console().print(table)
