"""`smewatch demo`"""

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings


@click.command()
@with_settings
def command(settings: Settings) -> None:
    """Run the main job, end to end: feeds polled, articles fetched, judged and stored, a digest written.

    Serves a small web of our own on loopback, with what a real one has: reprints, a corrected article, a consent
    wall, a broken feed. Needs no internet and no configuration, takes about a minute, and leaves its result in
    var/demo, which the next demo empties.

    Example: smewatch demo
    """
    to = console(stderr=True)
    to.print("smewatch: the international cooperation of small and medium-sized enterprises, as the news tells it.")
    from flows.demonstration import demonstrate
    from flows.progress import bars
    from flows.reports import print_demo
    from flows.running import end_with

    def run() -> int:
        with bars() as progress:
            done = demonstrate(settings, progress)
        print_demo(done, console())
        return max(done.first.exit_code, done.second.exit_code)

    end_with(run)
