"""`smewatch feeds`"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, with_settings
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.steps.feeds import Feed
    from warehouse.rows import FeedHealth


@click.group()
def command() -> None:
    """The catalogue and how each feed is doing.

    Example: smewatch feeds list
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed.")
@with_settings
def list_feeds(settings: Settings, as_json: bool) -> None:
    """List every feed with its state, its last good poll and its next one.

    Example: smewatch feeds list --json
    """
    health = _health(settings)
    if as_json:
        for one in health:
            click.echo(json.dumps(asdict(one), default=str, ensure_ascii=False))
        return
    _print(health, datetime.now(UTC))


def _health(settings: Settings) -> "list[FeedHealth]":
    """What the warehouse knows; before the first run, the catalogue as feeds never polled."""
    from flows.catalogue import read_feeds
    from warehouse.errors import NoWarehouse, WarehouseError
    from warehouse.opening import open_for_reading

    try:
        with open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
            return warehouse.all_feed_health()
    except NoWarehouse:
        return [_never_polled(feed) for feed in read_feeds(settings)]
    except WarehouseError as problem:
        raise click.ClickException(str(problem)) from problem


def _never_polled(feed: "Feed") -> "FeedHealth":
    from warehouse.rows import FeedHealth

    return FeedHealth(
        feed_id=feed.feed_id,
        outlet=feed.outlet,
        title=feed.title,
        url=feed.url,
        country=feed.country,
        language=feed.language,
        is_active=True,
        state="new",
        last_outcome=None,
        last_detail=None,
        last_polled_at=None,
        last_good_at=None,
        next_poll_at=None,
        n_failures=0,
        n_polls=0,
        n_good_polls=0,
        n_entries=0,
        n_articles=0,
        last_article_at=None,
    )


def _print(health: "list[FeedHealth]", now: datetime) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("feed", "state", "last poll", "last good", "next", "articles"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "articles" else "left")
    for one in health:
        state = one.state if one.is_active else "not in the catalogue"
        when = (_ago(one.last_polled_at, now), _ago(one.last_good_at, now), _ago(one.next_poll_at, now))
        last = f"{one.last_outcome or ''} {when[0]}".strip()
        table.add_row(one.title or one.url, state, last, when[1], when[2], str(one.n_articles))
    console().print(table)


def _ago(moment: datetime | None, now: datetime) -> str:
    """Time from now in the largest fitting unit: "3 h ago", "in 40 min", "" for none."""
    if moment is None:
        return ""
    seconds = (moment - now).total_seconds()
    for unit, size_s in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if abs(seconds) >= size_s or unit == "s":
            amount = f"{abs(seconds) / size_s:.0f} {unit}"
            return f"in {amount}" if seconds > 0 else f"{amount} ago"
    return ""
