"""`smewatch feeds`: what it shows is here; what it changes, and what it asks of the web, in files of their own."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands.common import console, echo_json, with_settings
from flows.commands.feed_changes import add, export_feeds, import_feeds, pause, remove, resume, retry
from flows.commands.feed_visits import backfill, probe
from flows.commands.telling import in_sentences
from flows.settings import Settings

if TYPE_CHECKING:
    from warehouse.feed_rows import FeedCard, FeedPast

STATES = ("new", "active", "dormant", "gone", "paused")


@click.group()
def command() -> None:
    """The catalogue and how each feed is doing.

    Example: smewatch feeds list
    """


@command.command("list")
@click.option(
    "--trouble", "only_trouble", is_flag=True, help="Only feeds that need a look, and what to do about them."
)
@click.option("--state", type=click.Choice(STATES), help="Only feeds in this state.")
@click.option("--all", "with_retired", is_flag=True, help="Also feeds that no catalogue lists any more.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed.")
@with_settings
def list_feeds(settings: Settings, only_trouble: bool, state: str | None, with_retired: bool, as_json: bool) -> None:
    """List the feeds: state, last good poll, next poll and the reason for it.

    Example: smewatch feeds list --trouble
    """
    from flows.collecting import feed_keeping
    from flows.collecting.feed_words import trouble

    now = datetime.now(UTC)
    with in_sentences():
        known = feed_keeping.cards(settings)
    shown = [
        card
        for card in known
        if (card.is_active or with_retired)
        and (not only_trouble or trouble(card, now))
        and (state is None or _state(card) == state)
    ]
    if as_json:
        for card in shown:
            echo_json(feed_keeping.as_values(card, now))
    elif only_trouble:
        _print_troubles(shown, now, n_all=sum(card.is_active for card in known))
    else:
        _print_table(shown, now)


def _state(card: "FeedCard") -> str:
    if not card.is_active:
        return "not in the catalogue"
    return "paused" if card.keeping.is_paused else card.state.state


def _print_table(shown: "list[FeedCard]", now: datetime) -> None:
    from rich.table import Table

    from flows.collecting.feed_words import ago, next_ask

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("feed", "state", "last poll", "last good", "next", "why then", "articles"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "articles" else "left")
    for card in shown:
        ask, state = next_ask(card, now), card.state
        table.add_row(
            card.feed.title or card.feed.url,
            _state(card),
            f"{state.last_outcome or ''} {ago(state.last_polled_at, now)}".strip(),
            ago(state.last_good_at, now),
            "" if not ask.is_asked else ago(ask.at, now) if ask.at and ask.at > now else "next run",
            ask.why,
            str(card.n_articles),
        )
    console().print(table)


def _print_troubles(shown: "list[FeedCard]", now: datetime, *, n_all: int) -> None:
    from flows.collecting.feed_words import advice, trouble

    to = console()
    if not shown:
        to.print(f"All {n_all} feeds are well, or not polled yet.")
    for card in shown:
        to.print(card.feed.title or card.feed.outlet or card.feed.url, style="bold")
        for line in (card.feed.url, f"{trouble(card, now)}. {card.state.last_detail or ''}", advice(card, now)):
            if line.strip():
                to.print(f"  {line.strip()}", soft_wrap=True)


@command.command("show")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_settings
def show(settings: Settings, url: str, as_json: bool) -> None:
    """Show everything known of one feed: state, validators, past polls, how its entries ended, what to do.

    URL is its address, an address it had before, or its id.

    Example: smewatch feeds show https://example.org/feed.xml
    """
    from dataclasses import asdict

    from flows.collecting import feed_keeping

    now = datetime.now(UTC)
    with in_sentences():
        card, past = feed_keeping.card_and_past(settings, url)
    if as_json:
        values = {**feed_keeping.as_values(card, now), **asdict(past)}
        echo_json(values, default=feed_keeping.plain, indent=2)
        return
    _print_card(card, past, now)


def _print_card(card: "FeedCard", past: "FeedPast", now: datetime) -> None:
    from rich.table import Table

    to = console()
    to.print(card.feed.title or card.feed.url, style="bold")
    facts = Table(box=None, pad_edge=False, show_header=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _facts(card, past, now):
        if value:
            facts.add_row(name, value)
    to.print(facts)
    _print_past(past, now)


def _facts(card: "FeedCard", past: "FeedPast", now: datetime) -> "list[tuple[str, str]]":
    from flows.collecting.feed_words import advice, ago, next_ask, span, trouble

    feed, state, ask = card.feed, card.state, next_ask(card, now)
    about = (
        feed.outlet,
        feed.country,
        feed.language,
        feed.topic,
        feed.confidence and f"confidence {feed.confidence}",
    )
    moved = card.adopted_url and card.adopted_url != feed.url
    when = "next run" if ask.is_asked and not (ask.at and ask.at > now) else ago(ask.at, now)
    return [
        ("address", feed.url),
        ("asked at", f"{card.adopted_url}, since {ago(card.adopted_at, now)}" if moved else ""),
        ("aliases", ", ".join(alias for alias in past.aliases if alias not in (feed.url, card.adopted_url))),
        ("id", feed.feed_id),
        ("about", ", ".join(word for word in about if word)),
        ("kept", "added by hand" if card.keeping.is_user_added else ""),
        ("confirmed", ago(card.keeping.confirmed_at, now)),
        ("state", _state(card)),
        ("next poll", " - ".join(word for word in (when, ask.why) if word)),
        ("last poll", f"{state.last_outcome or ''} {ago(state.last_polled_at, now)}".strip()),
        ("last good", ago(state.last_good_at, now)),
        ("last new", ago(state.last_new_at, now)),
        ("interval", span(state.interval_s)),
        ("wishes", _wishes(card)),
        ("ETag", state.etag or ""),
        ("Last-Modified", state.last_modified or ""),
        ("given by", state.validators_url or ""),
        ("checked", _checked(card, now)),
        ("redirects to", f"{state.moved_to}, seen {state.n_moved} times" if state.moved_to else ""),
        ("polls", f"{card.n_polls}, of them good: {card.n_good_polls}"),
        ("entries", ", ".join(f"{n} {outcome}" for outcome, n in past.ends.items())),
        ("articles", f"{card.n_articles} first here"),
        ("trouble", trouble(card, now)),
        ("it said", (state.last_detail or "") if state.n_failures else ""),
        ("what to do", advice(card, now)),
    ]


def _wishes(card: "FeedCard") -> str:
    from flows.collecting.feed_words import span

    state = card.state
    hours = [str(hour) for hour in range(24) if state.skip_hours >> hour & 1]
    days = [
        name
        for number, name in enumerate(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"))
        if state.skip_days >> number & 1
    ]
    wishes = (
        f"a visit every {span(state.ttl_s)}" if state.ttl_s else "",
        f"none at {','.join(hours)} h GMT" if hours else "",
        f"none on {','.join(days)}" if days else "",
    )
    return "; ".join(wish for wish in wishes if wish)


def _checked(card: "FeedCard", now: datetime) -> str:
    from flows.collecting.feed_words import ago

    if card.state.audited_at is None:
        return ""
    lies = ", and found the validators to lie" if card.state.validators_lie else ""
    return f"asked without validators {ago(card.state.audited_at, now)}{lies}"


def _print_past(past: "FeedPast", now: datetime) -> None:
    from rich.table import Table

    from flows.collecting.feed_words import ago

    if past.polls:
        polls = Table(title="Polls", title_justify="left", box=None, pad_edge=False, header_style="dim")
        for heading in ("when", "outcome", "status", "entries", "new", "took", "said"):
            polls.add_column(heading, overflow="fold")
        for poll in past.polls:
            counts = (str(poll.n_entries), str(poll.n_new)) if poll.outcome == "read" else ("", "")
            when, status = ago(poll.started_at, now), str(poll.http_status or "")
            polls.add_row(when, poll.outcome, status, *counts, f"{poll.duration_s:.1f} s", poll.detail or "")
        console().print(polls)
    if past.losses:
        losses = Table(title="Last entries without an article", title_justify="left", box=None, show_header=False)
        for _ in range(3):
            losses.add_column(overflow="fold")
        for lost in past.losses:
            again = f"tried again {ago(lost.next_attempt_at, now)}" if lost.next_attempt_at else ""
            losses.add_row(lost.outcome, lost.title or lost.link or "", lost.detail or again)
        console().print(losses)


for each in (add, probe, import_feeds, export_feeds, pause, resume, retry, remove, backfill):
    command.add_command(each)
