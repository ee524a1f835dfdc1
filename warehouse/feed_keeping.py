"""What people decide about feeds, where feeds moved to, and what an operator asks of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from warehouse.feed_rows import (
    FeedCard,
    FeedPast,
    KeepingRow,
    LeaseRow,
    LostEntry,
    RobotsRow,
    StoredEntry,
    StoredPoll,
)
from warehouse.feeds import Feeds, feed_row_of, state_row_of
from warehouse.rows import AddressRow, FeedRow, HostRestRow, ReservationRow


@dataclass(frozen=True, slots=True)
class _Key:
    key: str


class FeedKeeping(Feeds):
    """Feeds beside the catalogue: added, paused, confirmed, moved; their past; the robots.txt files of sites."""

    def add_feeds(self, feeds: Sequence[FeedRow], now: datetime) -> list[str]:
        """Take in feeds that a person wants: they stay, whatever the catalogue lists. The ids they are known by.

        One at an address that a known feed moved to is that feed. A paused one stays paused.
        """
        with self._transaction():
            known = self._known_by_alias(feeds)
            self._store("add_feeds", known, FeedRow, now=now)
            ids = [feed.feed_id for feed in known]
            self._decide(ids, lambda kept: replace(kept, is_user_added=True))
        return ids

    def remove_feeds(self, feed_ids: Iterable[str], now: datetime) -> int:
        """Let go of feeds that a person added; a catalogue that lists them wakes them again. How many were active."""
        ids = list(feed_ids)
        with self._transaction():
            self._decide(ids, lambda kept: replace(kept, is_user_added=False))
            return self._store("remove_feeds", [_Key(one) for one in ids], _Key, now=now)

    def pause_feeds(self, feed_ids: Iterable[str], now: datetime) -> None:
        """Ask feeds no more until they are resumed; no catalogue changes that."""
        with self._transaction():
            self._decide(
                feed_ids,
                lambda kept: replace(kept, is_paused=True, paused_since=kept.paused_since or now),
            )

    def resume_feeds(self, feed_ids: Iterable[str]) -> None:
        """Ask paused feeds again, by their schedule."""
        with self._transaction():
            self._decide(feed_ids, lambda kept: replace(kept, is_paused=False, paused_since=None))

    def confirm_feeds(self, feed_ids: Iterable[str], now: datetime) -> None:
        """Note that a probe found feeds to be readable."""
        with self._transaction():
            self._decide(feed_ids, lambda kept: replace(kept, confirmed_at=now))

    def adopt_addresses(self, moves: Sequence[AddressRow]) -> int:
        """Ask feeds at other addresses from now on; their ids and their past stay. How many moved.

        An address that belongs to another feed is not adopted: two feeds would be one.
        """
        with self._transaction():
            return self._store("adopt_addresses", moves, AddressRow)

    def feed_cards(self) -> list[FeedCard]:
        """Every feed that was ever known, with its state: active ones first, then by outlet and address."""
        return [_card(row) for row in self._ask("feed_cards")]

    def feed_past(self, feed: FeedRow, *, n_polls: int = 20, n_losses: int = 5) -> FeedPast:
        """What happened with one feed: its addresses, last polls, how its entries ended, the last that were lost."""
        moved = [row["alias"] for row in self._ask("feed_aliases") if row["feed_id"] == feed.feed_id]
        ends = {row["outcome"]: row["n_entries"] for row in self._ask("feed_ends", feed_id=feed.feed_id)}
        return FeedPast(
            aliases=tuple(dict.fromkeys([feed.url, *moved])),
            polls=tuple(self._read("feed_polls", StoredPoll, feed_id=feed.feed_id, limit=n_polls)),
            ends=ends,
            losses=tuple(self._read("feed_losses", LostEntry, feed_id=feed.feed_id, limit=n_losses)),
        )

    def feed_entries(self, feed_ids: Iterable[str], limit: int) -> list[StoredEntry]:
        """The entries of each feed that were announced last, at most `limit` a feed."""
        with self._incoming([_Key(one) for one in feed_ids], _Key):
            return self._read("feed_entries", StoredEntry, limit=limit)

    def robots_files(self, after: datetime) -> list[RobotsRow]:
        """The robots.txt files read after a moment."""
        return self._read("robots_files", RobotsRow, after=after)

    def store_robots_files(self, files: Sequence[RobotsRow], *, after: datetime, now: datetime) -> int:
        """Remember robots.txt files, and forget those not read after a moment, or in the future. How many changed."""
        with self._transaction():
            self._run("forget_robots_files", after=after, now=now)
            return self._store("store_robots_files", files, RobotsRow)

    def host_rests(self, *, after: datetime, now: datetime) -> list[HostRestRow]:
        """Hosts that rest or labour, as noted after a moment by runs before `now`."""
        return self._read("host_rests", HostRestRow, after=after, now=now)

    def forget_host_rests(self, *, after: datetime, now: datetime) -> int:
        """Forget hosts that recovered, those noted before a moment, and those of a clock that was ahead. How many."""
        with self._transaction():
            return self._run("forget_host_rests", after=after, now=now)

    def store_reservations(self, reservations: Sequence[ReservationRow]) -> int:
        """Keep what publishers say against machine learning; how many statements were new."""
        with self._transaction():
            self._store("update_reservations", reservations, ReservationRow)
            return self._store("insert_reservations", reservations, ReservationRow)

    def retry_quarantined(self, feed_ids: Iterable[str], now: datetime) -> int:
        """Try entries again that were given up; how many of these feeds' are due now."""
        with self._transaction():
            return self._store("retry_quarantined", [_Key(one) for one in feed_ids], _Key, now=now)

    def _decide(self, feed_ids: Iterable[str], change: Callable[[KeepingRow], KeepingRow]) -> None:
        ids = list(dict.fromkeys(feed_ids))
        with self._incoming([_Key(one) for one in ids], _Key):
            known = {kept.feed_id: kept for kept in self._read("feed_keeping", KeepingRow)}
        self._store("store_feed_keeping", [change(known.get(one, KeepingRow(one))) for one in ids], KeepingRow)


def _card(row: dict[str, Any]) -> FeedCard:
    plain = ("added_at", "is_active", "adopted_url", "adopted_at", "n_polls", "n_good_polls", "n_entries")
    return FeedCard(
        feed_row_of(row),
        state_row_of(row),
        _part(row, KeepingRow),
        lease=_part(row, LeaseRow) if row["run_id"] else None,
        n_articles=row["n_articles"],
        last_article_at=row["last_article_at"],
        **{name: row[name] for name in plain},
    )


def _part(row: dict[str, Any], kind: type[Any]) -> Any:
    return kind(**{item.name: row[item.name] for item in fields(kind)})
