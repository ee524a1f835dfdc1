"""`smewatch search`"""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo_json, with_settings
from flows.commands.label import KINDS
from flows.commands.telling import in_sentences
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.searching import Answer, Found

MANY = 5_000  # texts to be indexed first, of which a person is told


@click.command()
@click.argument("words", nargs=-1)
@click.option("--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="That count since, e.g. 2026-11-01.")
@click.option("--relevant/--not-relevant", "is_relevant", default=None, help="Only those, or only all others.")
@click.option("--kind", type=click.Choice(KINDS), help="Of one kind of cooperation.")
@click.option("--economy", metavar="CODE", help="In which an economy acts: ISO 3166 alpha-2 such as JP, or EU.")
@click.option("-n", "--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article.")
@with_settings
def command(
    settings: Settings,
    words: tuple[str, ...],
    since: datetime | None,
    is_relevant: bool | None,
    kind: str | None,
    economy: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find articles by their words, best first. Case and accents make no difference; all words must be there.

    "trade mission" in quotes is a phrase, chamb* any word that begins so, and a word after a minus must not be there
    (put -- before the first one that begins with a minus). Chinese, Japanese, Korean and Thai work as well.

    Example: smewatch search '"trade mission" jordan' --since 2026-11-01 --relevant
    """
    from flows.searching import Filters, search

    filters = Filters(
        since.replace(tzinfo=settings.tz) if since else None, is_relevant, kind, economy.upper() if economy else None
    )
    with in_sentences():
        answer = search(settings, " ".join(words), filters, limit, _tell_many)
    if as_json:
        for found in answer.found:
            echo_json(_as_json(found))
    else:
        _show(answer)


def _tell_many(n_done: int, n_all: int) -> None:
    if n_all > MANY:
        click.echo(f"\rBringing the index in step: {n_done:,} of {n_all:,} texts", err=True, nl=n_done == n_all)


def _as_json(found: "Found") -> dict[str, object]:
    one = found.article
    return {
        "article_id": one.article_id,
        "title": one.title,
        "outlet": one.outlet,
        "url": one.url,
        "counted_at": one.counted_at.isoformat(),
        "is_relevant": one.is_relevant,
        "score": one.score,
        "kind": one.kind,
        "countries": list(one.countries),
        "rank": round(found.rank, 4),
        "excerpt": found.excerpt.text,
        "marks": [list(mark) for mark in found.excerpt.marks],
    }


def _show(answer: "Answer") -> None:
    from rich.text import Text

    from flows.steps.text.neutral import lines

    to = console()
    for found in answer.found:
        one = found.article
        facts = [f"{one.counted_at:%Y-%m-%d}", one.outlet, one.kind or "", " ".join(one.countries)]
        to.print(one.title, style="bold")
        to.print(
            "  " + " · ".join(fact for fact in [*facts, "relevant" if one.is_relevant else ""] if fact), style="dim"
        )
        shown = Text("  ")
        place = 0
        for start, end in found.excerpt.marks:
            shown.append(lines(found.excerpt.text[place:start]))
            shown.append(lines(found.excerpt.text[start:end]), style="bold yellow")
            place = end
        shown.append(lines(found.excerpt.text[place:]))
        to.print(shown)
        to.print(f"  {one.url}  {one.article_id}", style="dim")
    if not answer.found:
        to.print("Nothing found." if answer.terms else "No word to look for.")
    if answer.as_of:
        console(stderr=True).print(answer.as_of, style="dim")
