"""`smewatch serve`"""

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@with_settings
def command(settings: Settings) -> None:
    """Collect every hour, write the digest every Monday at 06:00, and clean up every night, until stopped.

    Times are those of SMEWATCH_INGEST_CRON, SMEWATCH_DIGEST_CRON and their like in SMEWATCH_ZONE. Starts Prefect's
    server on loopback if none runs; its pages show every run. What was missed while the machine was off is made up
    for once. Trouble is told by mail or webhook, if SMEWATCH_ALERT_RECIPIENTS or SMEWATCH_ALERT_WEBHOOK say where.

    Ends with 3 if the data folder is served already.

    Example: SMEWATCH_ZONE=Europe/Berlin smewatch serve
    """
    from flows.running import end_with

    end_with(lambda: _serve(settings))


def _serve(settings: Settings) -> int:
    from flows.service.serving import only_service, server_to_use

    to = console(stderr=True)
    with (
        only_service(settings),
        server_to_use(settings, lambda: to.print("Starting Prefect's server (4 to 20 s) ...")) as (server, wait),
    ):
        from flows.serve import serve_flows

        api = wait()
        to.print(f"Serving: ingest at '{settings.ingest_cron}', digest at '{settings.digest_cron}', {settings.zone}.")
        to.print(f"Every run: {api.removesuffix('/api')}   Stop with Ctrl-C.")
        serve_flows(settings, server, api)
    return 0
