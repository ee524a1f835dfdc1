"""`smewatch run`"""

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@click.option("--feeds", metavar="FILE", help="Another catalogue: a CSV or OPML file, or its http(s) address.")
@click.option("--all", "every_feed", is_flag=True, help="Poll the feeds that are not due too.")
@click.option("--allow-private", is_flag=True, help="Let feeds and links lead to loopback and private networks.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object on standard output.")
@with_settings
def command(settings: Settings, feeds: str | None, every_feed: bool, allow_private: bool, as_json: bool) -> None:
    """Collect once: poll the feeds that are due, read what is new, judge it, store it.

    A feed that does not answer harms no other; it is tried again later. Ends with 1 if no feed answered at all,
    with 3 if another ingest is at work.

    Example: smewatch run --feeds my-feeds.opml
    """
    from flows.reports import print_ingest
    from flows.running import end_with, run_ingest

    if allow_private:
        settings = settings.model_copy(update={"allow_private_addresses": True})

    def run() -> int:
        report = run_ingest(settings, feeds, every_feed=every_feed)
        print_ingest(report, settings, as_json=as_json, to=console())
        return report.exit_code

    end_with(run)
