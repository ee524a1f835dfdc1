"""`smewatch serve`"""

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@with_settings
def command(settings: Settings) -> None:
    """Collect every hour and write the digest every Monday at 06:00, until stopped with Ctrl-C.

    Times are those of SMEWATCH_INGEST_CRON and SMEWATCH_DIGEST_CRON in SMEWATCH_ZONE. Starts Prefect's server on
    loopback if none runs; its pages show every run.

    Example: SMEWATCH_ZONE=Europe/Berlin smewatch serve
    """
    from flows.platform import PrefectUnavailable, prefect_server

    to = console(stderr=True)
    with prefect_server(settings, announced=True) as wait_for_prefect:
        to.print("Starting Prefect's server (4 to 20 s) ...")
        from flows.serve import serve_flows

        try:
            api = wait_for_prefect()
        except PrefectUnavailable as problem:
            raise click.ClickException(str(problem)) from problem
        to.print(f"Serving: ingest at '{settings.ingest_cron}', digest at '{settings.digest_cron}', {settings.zone}.")
        to.print(f"Every run: {api.removesuffix('/api')}   Stop with Ctrl-C.")
        serve_flows(settings)
