"""`smewatch digest`"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.digest import DigestReport


@click.command()
@click.option("--week", metavar="YYYY-Www", help="An ISO week such as 2026-W47.  [the last full week]")
@click.option("--send", is_flag=True, help="Mail it to everybody on the list who does not have it yet.")
@click.option("--correction", is_flag=True, help="With --send: also to those who have an earlier edition.")
@click.option("--insist", is_flag=True, help="With --send: also where an earlier sending was refused or broke off.")
@click.option(
    "--eml", type=click.Path(dir_okay=False, path_type=Path), help="Write it as a mail too, into this file."
)
@click.option("--open", "open_page", is_flag=True, help="Show the page in the browser.")
@click.option("--rebuild", is_flag=True, help="Write no digest, but all pages anew from what the warehouse keeps.")
@with_settings
def command(
    settings: Settings,
    week: str | None,
    eml: Path | None,
    *,
    send: bool,
    correction: bool,
    insist: bool,
    open_page: bool,
    rebuild: bool,
) -> None:
    """Write the digest of a week and its place in the archive: page, plain text, JSON, index, feeds.

    Weeks begin on Monday at 00:00 in SMEWATCH_ZONE. The same week over the same warehouse gives the same bytes; where
    a fact changed since, a new edition says what, beside the first. Of a week not yet over the schedule writes the
    next edition when it is. Mail: see smtp_... and mail_... of `smewatch config`; nobody gets an edition twice.

    Example: smewatch digest --week 2026-W47
    """
    _check(settings, week, send=send, extras=correction or insist)

    def run() -> int:
        if rebuild:
            from flows.archive import write_archive

            console().print(f"{write_archive(settings)} files were new or different in {settings.digests_dir}")
            return 0
        from flows.running import run_digest

        report = run_digest(settings, week)
        _tell(report)
        if eml is not None:
            _write_eml(settings, report.week, eml)
        if open_page:
            click.launch(report.html.resolve().as_uri())
        return _send(settings, report.week, correction=correction, insist=insist) if send else 0

    from flows.running import end_with

    end_with(run)


def _check(settings: Settings, week: str | None, *, send: bool, extras: bool) -> None:
    """What is wrong with the question is told before anything is done."""
    from flows.steps.digests.weeks import IsoWeek

    if week is not None:
        try:
            IsoWeek.parse(week)
        except ValueError as problem:
            raise click.BadParameter(str(problem), param_hint="--week") from problem
    if extras and not send:
        raise click.UsageError("--correction and --insist belong to --send.")
    if send and not (settings.smtp_host and settings.recipients):
        raise click.UsageError(
            "Nobody can be mailed: set SMEWATCH_SMTP_HOST, SMEWATCH_MAIL_SENDER and SMEWATCH_MAIL_RECIPIENTS."
        )


def _tell(report: "DigestReport") -> None:
    to = console()
    to.print(report.title, style="bold")
    to.print(f"{report.html}\n{report.text}", soft_wrap=True)
    if not report.is_new:
        to.print(f"Nothing changed since edition {report.edition} was written.", style="dim")
    elif report.edition > 1:
        to.print(f"Edition {report.edition}, a correction: {' '.join(report.changes)}", style="bold")


def _write_eml(settings: Settings, week: str, path: Path) -> None:
    from flows.mailing import write_eml

    write_eml(settings, week, path, now=datetime.now(UTC))
    console().print(str(path), soft_wrap=True)


def _send(settings: Settings, week: str, *, correction: bool, insist: bool) -> int:
    """Mail it; 1 if somebody who should have it now may not."""
    from flows.mailing import mail_week

    sent = mail_week(settings, week, now=datetime.now(UTC), correction=correction, insist=insist)
    to = console()
    ends = ", ".join(f"{n} {end}" for end, n in sorted(sent.ends.items())) or "nobody was due"
    to.print(f"Mail: {ends}")
    for problem in sent.problems:
        to.print(f"The mail server said: {problem}", style="bold red")
    for address, reason in sent.left:
        to.print(f"{address}: {reason}", style="dim")
    return 0 if sent.is_good else 1
