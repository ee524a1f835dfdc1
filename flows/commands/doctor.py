"""`smewatch doctor`"""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from flows.commands.common import console, echo_json, with_settings
from flows.settings import Settings

STYLES = ("green", "bold yellow", "bold red")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check.")
@with_settings
def command(settings: Settings, as_json: bool) -> None:
    """Look at everything a run needs, and say what to do about what is wrong.

    Settings, disk, network (five publishers of the catalogue are asked for their headers), clock, libraries,
    Prefect, warehouse, model. Ends with 0 if all is well, 1 with a warning, 2 if something must be mended.

    Example: smewatch doctor
    """
    from flows.service.doctor import check_all
    from flows.steps.service.findings import Level

    checks = check_all(settings, datetime.now(UTC))
    to = console()
    for check in checks:
        if as_json:
            echo_json(asdict(check) | {"level": check.level.name.lower()})
            continue
        mark = "ok" if check.level is Level.OK else check.level.name.lower()
        to.print(f"{check.name:<10} {mark:<9} {check.what}", style=STYLES[check.level] if check.level else None)
        if check.remedy:
            to.print(f"{'':<10} {'':<9} {check.remedy}", style="dim")
    raise SystemExit(max((int(check.level) for check in checks), default=0))
