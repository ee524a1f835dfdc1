"""`smewatch examples`"""

import click

from flows.commands.common import console, with_settings
from flows.commands.telling import in_sentences
from flows.settings import Settings


@click.command()
@click.argument("name", required=False)
@click.option("--show", is_flag=True, help="Print its SQL, to start from, instead of running it.")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated, with a header.")
@click.option("--json", "form", flag_value="json", help="One JSON object a row.")
@click.option("--live", is_flag=True, help="Ask the warehouse itself, not its read copy; runs wait meanwhile.")
@click.option("--table", "form", flag_value="table", default=True, hidden=True)
@with_settings
def command(settings: Settings, name: str | None, show: bool, form: str, live: bool) -> None:
    """Questions to the warehouse, ready to run, from simple to hard. Without a name: the list.

    Example: smewatch examples 9
    """
    from flows.commands.sql import answer_question
    from warehouse.example_queries import example_queries, example_query

    with in_sentences():
        if name is None:
            for example in example_queries():
                console().print(f"{example.name:<32} {example.question}")
            return
        example = example_query(name)
        if show:
            click.echo(
                f"-- {example.question}\n-- Shows: {example.shows}\n-- Caution: {example.caution}\n{example.sql}"
            )
            return
    answer_question(settings, example.sql, form, live=live)
    if form == "table":
        console(stderr=True).print(f"Caution: {example.caution}", style="dim")
