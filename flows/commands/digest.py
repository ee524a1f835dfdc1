"""`smewatch digest`"""

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@click.option("--week", metavar="YYYY-Www", help="An ISO week such as 2026-W47.  [the last full week]")
@with_settings
def command(settings: Settings, week: str | None) -> None:
    """Write the digest of a week: one HTML page and its plain-text twin.

    Weeks begin on Monday at 00:00 in SMEWATCH_ZONE. The same week over the same warehouse gives the same bytes; where
    something changed since, a new edition is written beside the first.

    Example: smewatch digest --week 2026-W47
    """
    from flows.running import end_with, run_digest
    from flows.steps.digests.weeks import IsoWeek

    if week is not None:
        try:
            IsoWeek.parse(week)
        except ValueError as problem:
            raise click.BadParameter(str(problem), param_hint="--week") from problem

    def run() -> int:
        report = run_digest(settings, week)
        to = console()
        to.print(report.title, style="bold")
        to.print(f"{report.html}\n{report.text}")
        if not report.is_new:
            to.print(f"Nothing changed since edition {report.edition} was written.", style="dim")
        return 0

    end_with(run)
