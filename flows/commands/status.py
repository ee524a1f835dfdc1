"""`smewatch status`"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo_json, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from flows.service.status import Status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@with_settings
def command(settings: Settings, as_json: bool) -> None:
    """How everything stands, on one screen: runs, what waits, feeds, warehouse, model, digest, and what is wrong.

    Looks only; the warehouse is asked by its read copy. Ends with 0 if all is well, 1 if something is to be looked
    at, 2 if something is to be mended now: ready for a monitoring program.

    Example: smewatch status --json
    """
    from flows.service.status import status_of, status_values

    status = status_of(settings, datetime.now(UTC))
    if as_json:
        echo_json(status_values(status))
    else:
        _show(status, settings)
    raise SystemExit(int(status.level))


def _show(status: "Status", settings: Settings) -> None:
    to = console()
    for finding in status.findings:
        to.print(f"{finding.level.name}: {finding.what}", style="bold red" if finding.level > 1 else "bold yellow")
        to.print(f"  {finding.remedy}")
    if status.unknown and status.unknown not in {finding.remedy for finding in status.findings}:
        to.print(f"Not known now: {status.unknown}", style="bold")
    table = _table()
    for name, words in _lines(status, settings):
        table.add_row(name, words)
    to.print(table)


def _table() -> "Table":
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _lines(status: "Status", settings: Settings) -> list[tuple[str, str]]:
    """Name and words of every line but the findings."""
    from flows.service.telling import feeds_line, latest_runs, model_line, next_lines, warehouse_lines, work_lines

    serving = "smewatch serve is at work" if status.is_serving else "smewatch serve is not at work"
    if status.is_of_a_team and not status.is_serving:
        serving = "the workers of a team are at work"
    server = status.api_url.removesuffix("/api") if status.api_url else "no server"
    return [
        ("service", f"{serving}; {server}"),
        *latest_runs(status),
        *next_lines(status, settings),
        *work_lines(status),
        feeds_line(status),
        *warehouse_lines(status, settings),
        model_line(status, settings),
    ]
