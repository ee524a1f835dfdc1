"""The command line. This module imports next to nothing: each command loads its own room when it is called."""

import gc
import importlib
import sys

import click

from flows.steps.text.neutral import tame_logging

# name -> module of flows/commands and the sentence `smewatch --help` shows; the module has a click command `command`.
COMMANDS = {
    "demo": "The main job, end to end, on a small web of our own.",
    "run": "Collect once: poll the due feeds, read what is new, store it.",
    "digest": "Write the digest of a week.",
    "serve": "Collect every hour and write the digest every Monday, until stopped.",
    "status": "How everything stands, on one screen.",
    "doctor": "What a run needs: what is wrong, and what to do.",
    "feeds": "The catalogue and how each feed is doing.",
    "search": "Find articles by their words.",
    "sql": "Ask the warehouse.",
    "examples": "Questions to the warehouse, ready to run.",
    "dictionary": "What every table, view and column means, as pages.",
    "export": "Write the warehouse as Parquet, CSV or JSON files.",
    "import": "Make a warehouse again from a full export.",
    "backup": "Copy the warehouse to a file, checked.",
    "restore": "Put a backup in the place of the warehouse.",
    "migrate": "Bring the warehouse to the schema of this smewatch.",
    "train": "Fit the model from the seeds and what people labelled.",
    "models": "Which models there are, which one judges, and why.",
    "classify": "Judge the texts of a JSON Lines file.",
    "reextract": "Make article texts again from the archived pages.",
    "label": "Say what you think of an article: your word beats the model's.",
    "evaluate": "Measure the model on labelled texts.",
    "stories": "Group reports of the same event.",
    "config": "Every setting, its value and where it comes from.",
}


class LazyGroup(click.Group):
    """Commands that are imported only when called: `smewatch --help` must not load Prefect or scikit-learn."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a newcomer's way."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"flows.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


# Prefect alone brings 400,000 objects: by Python's own threshold of 700, a run over 2,000 pages went through all of
# them ten times, an eighth of this process's time.
OBJECTS_A_COLLECTION = 20_000


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="smewatch", message="smewatch %(version)s")
def main() -> None:
    """Watch the news for the international cooperation of small and medium-sized enterprises.

    Start with `smewatch demo`. Every command explains itself with --help.
    """
    tame_logging()
    gc.set_threshold(OBJECTS_A_COLLECTION)


if __name__ == "__main__":
    sys.exit(main())
