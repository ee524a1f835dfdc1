"""`smewatch reextract`"""

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo_json, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.reextract import ReextractReport

MOST_BROKEN_SHOWN = 5


@click.command()
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only pages fetched since then, e.g. 2026-11-01, in the zone of the settings.",
)
@click.option("--dry-run", is_flag=True, help="Say what would become a new version, and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object on standard output.")
@with_settings
def command(settings: Settings, since: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Make article texts again from the archived pages, without the web.

    Where today's extractor reads another text on the page of an article's latest version, that text becomes a new
    version and is judged; what was stored before stays. Run it after an upgrade. A second run finds nothing to do.

    Example: smewatch reextract --since 2026-11-01 --dry-run
    """
    from flows.running import end_with, run_reextract

    begin = since.replace(tzinfo=settings.tz) if since else None

    def run() -> int:
        report = run_reextract(settings, begin, is_dry=dry_run)
        if as_json:
            echo_json({item.name: getattr(report, item.name) for item in fields(report)})
        else:
            _tell(report, is_dry=dry_run)
        return 0

    end_with(run)


def _tell(report: "ReextractReport", *, is_dry: bool) -> None:
    from flows.reports import print_counts

    to = console()
    print_counts("Articles read again", report.ends, to)
    to.print(
        f"{report.n_pages} archived pages: {report.n_without_article} brought no article, the text of "
        f"{report.n_superseded} has a later version."
    )
    stored = "nothing is stored (dry run)" if is_dry else f"{report.n_stored} new text versions, all old ones stay"
    to.print(f"Extractor: {report.extractor}; {stored}.")
    for broken in report.broken[:MOST_BROKEN_SHOWN]:
        to.print(f"Not readable: {broken}")
    if len(report.broken) > MOST_BROKEN_SHOWN:
        to.print(f"... and {len(report.broken) - MOST_BROKEN_SHOWN} more.")
