"""The work behind `smewatch feeds`: what is known of the feeds, and what a person decides about them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from flows.collecting import shaping
from flows.collecting.catalogue import read_feeds
from flows.collecting.feed_words import advice, next_ask, trouble
from flows.settings import Settings
from flows.steps.feeds.feed import Feed
from flows.steps.web.urls import clean_link, url_key
from warehouse.errors import NoWarehouse
from warehouse.feed_rows import FeedCard, FeedPast, KeepingRow
from warehouse.opening import open_for_reading, open_warehouse
from warehouse.rows import FeedStateRow
from warehouse.store import Warehouse

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnknownFeed(Exception):
    """No feed is known at that address. The message names one that is like it."""

    def __init__(self, named: str, known: Sequence[FeedCard]) -> None:
        self.named = named
        like = get_close_matches(named, [card.feed.url for card in known], n=1, cutoff=0.6)
        hint = f"Did you mean {like[0]} ?" if like else "`smewatch feeds list` shows all that are."
        super().__init__(f"No feed is known at {named}. {hint}")


def cards(settings: Settings) -> list[FeedCard]:
    """Every feed ever known, active ones first; before the first run, the catalogue as feeds never polled."""
    try:
        with open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
            return warehouse.feed_cards()
    except NoWarehouse:
        return [_never_polled(feed) for feed in read_feeds(settings)]


def _never_polled(feed: Feed) -> FeedCard:
    row = shaping.feed_row(feed)
    return FeedCard(row, FeedStateRow(row.feed_id), KeepingRow(row.feed_id), added_at=_EPOCH, is_active=True)


def card_and_past(settings: Settings, named: str) -> tuple[FeedCard, FeedPast]:
    """One feed, and what happened with it. Raises UnknownFeed."""
    try:
        with open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
            card = find(warehouse.feed_cards(), named)
            return card, warehouse.feed_past(card.feed)
    except NoWarehouse:
        card = find(cards(settings), named)
        return card, FeedPast(aliases=(card.feed.url,))


def find(known: Sequence[FeedCard], named: str) -> FeedCard:
    """The feed a person means by an address or an id: exactly, else but for scheme, case and slash at the end.

    An active one goes before others. Raises UnknownFeed.
    """
    address = clean_link("", named) or named
    key = url_key(address)
    exact = [card for card in known if address in _names(card)]
    like = [card for card in known if any(url_key(name) == key for name in _names(card))]
    for found in (exact, like):
        if found:
            return next((card for card in found if card.is_active), found[0])
    raise UnknownFeed(named, known)


def _names(card: FeedCard) -> tuple[str, ...]:
    return card.feed.feed_id, card.feed.url, card.adopted_url or card.feed.url


@contextmanager
def deciding(settings: Settings, now: datetime) -> Iterator[Warehouse]:
    """The warehouse for decisions about feeds; a new one is given the catalogue first, so that none is forgotten."""
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        if not warehouse.active_feeds():
            warehouse.sync_feeds([shaping.feed_row(feed) for feed in read_feeds(settings)], now)
        yield warehouse


def pause(settings: Settings, named: Sequence[str], now: datetime) -> list[FeedCard]:
    """Ask these feeds no more. Raises UnknownFeed, and then pauses none."""
    with deciding(settings, now) as warehouse:
        found = _all(warehouse.feed_cards(), named)
        warehouse.pause_feeds([card.feed.feed_id for card in found], now)
        return found


def resume(settings: Settings, named: Sequence[str], now: datetime) -> list[FeedCard]:
    """Ask these feeds again, by their schedule. Raises UnknownFeed, and then resumes none."""
    with deciding(settings, now) as warehouse:
        found = _all(warehouse.feed_cards(), named)
        warehouse.resume_feeds([card.feed.feed_id for card in found])
        return found


def retry(settings: Settings, named: Sequence[str], now: datetime) -> int:
    """Let the entries of these feeds be tried again that were given up; how many. Raises UnknownFeed."""
    with deciding(settings, now) as warehouse:
        found = _all(warehouse.feed_cards(), named)
        return warehouse.retry_quarantined([card.feed.feed_id for card in found], now)


def remove(settings: Settings, named: Sequence[str], now: datetime) -> list[FeedCard]:
    """Let go of feeds that a person added. Raises UnknownFeed, also for feeds that stand in the catalogue only."""
    with deciding(settings, now) as warehouse:
        added = [card for card in warehouse.feed_cards() if card.keeping.is_user_added]
        found = _all(added, named)
        warehouse.remove_feeds([card.feed.feed_id for card in found], now)
        return found


def _all(known: Sequence[FeedCard], named: Sequence[str]) -> list[FeedCard]:
    return [find(known, one) for one in named]


def add(
    settings: Settings, feeds: Sequence[Feed], now: datetime, *, is_confirmed: bool = False
) -> list[tuple[FeedCard, bool]]:
    """Take in feeds, to stay whatever the catalogue lists: each as it is now known, and whether it is new to us.

    A feed known at the same address but for scheme, case and slash at the end is that feed.
    """
    with deciding(settings, now) as warehouse:
        before = warehouse.feed_cards()
        homes = {url_key(name): card for card in reversed(before) for name in _names(card)}
        known = [homes.get(url_key(feed.url)) for feed in feeds]
        rows = [card.feed if card else shaping.feed_row(feed) for card, feed in zip(known, feeds, strict=True)]
        ids = warehouse.add_feeds(rows, now)
        if is_confirmed:
            warehouse.confirm_feeds(ids, now)
        after = {card.feed.feed_id: card for card in warehouse.feed_cards()}
    active = {card.feed.feed_id for card in before if card.is_active}
    return [(after[feed_id], feed_id not in active) for feed_id in dict.fromkeys(ids)]


def to_probe(settings: Settings, named: Sequence[str], *, every_feed: bool) -> dict[str, str | None]:
    """Addresses to look at -> the feed each belongs to; null for one that is no feed of ours."""
    known = cards(settings)
    asked: dict[str, str | None] = {}
    for one in named:
        try:
            card = find(known, one)
            asked[card.adopted_url or card.feed.url] = card.feed.feed_id
        except UnknownFeed:
            asked[clean_link("", one) or one] = None
    if every_feed:
        asked |= {card.adopted_url or card.feed.url: card.feed.feed_id for card in known if card.is_active}
    return asked


def confirm(settings: Settings, feed_ids: Sequence[str], now: datetime) -> None:
    """Note that a probe found these feeds to be readable."""
    with deciding(settings, now) as warehouse:
        warehouse.confirm_feeds(feed_ids, now)


def exported(settings: Settings) -> list[Feed]:
    """The active feeds as a catalogue, each at the address at which it is asked."""
    return [
        Feed(**{**asdict(shaping.feed_of(card.feed)), "url": card.adopted_url or card.feed.url})
        for card in cards(settings)
        if card.is_active
    ]


def as_values(card: FeedCard, now: datetime) -> dict[str, Any]:
    """A feed in plain values, for scripts: one flat object, times as ISO 8601."""
    ask = next_ask(card, now)
    values = {
        **asdict(card.feed),
        **asdict(card.state),
        **asdict(card.keeping),
        "is_active": card.is_active,
        "adopted_url": card.adopted_url,
        "next_ask_at": ask.at,
        "next_ask_why": ask.why,
        "trouble": trouble(card, now),
        "advice": advice(card, now),
        **{name: getattr(card, name) for name in ("n_polls", "n_good_polls", "n_entries", "n_articles")},
        "last_article_at": card.last_article_at,
    }
    return {name: plain(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """A value that JSON can carry: times as ISO 8601 in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
