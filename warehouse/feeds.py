"""The catalogue of feeds, and which of them are due."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from warehouse.feed_rows import LeaseRow
from warehouse.rows import DueFeed, FeedRow, FeedStateRow
from warehouse.session import NEVER, Session


class Feeds(Session):
    """Feeds as catalogued, and their states."""

    def sync_feeds(self, feeds: Sequence[FeedRow], now: datetime) -> int:
        """Make the active feeds those of the catalogue and those a person added; the number of feeds that changed.

        A feed no longer listed becomes inactive and is never deleted: its articles still name it. Of two rows
        with one id one counts, and an address that a known feed moved to is that feed. An empty catalogue retires
        all but what a person added.
        """
        with self._transaction(), self._incoming(self._known_by_alias(feeds), FeedRow):
            return self._run("store_feeds", now=now) + self._run("retire_feeds", now=now)

    def due_feeds(
        self, now: datetime, *, farthest: datetime | None = None, ignore_schedule: bool = False
    ) -> list[DueFeed]:
        """Active feeds whose next poll is due at `now`, longest waiting first, with their states; never paused ones.

        A next poll after `farthest` is due too: no rule gives such a time, so a clock was wrong when it was written.
        A feed that was leased and never settled is due when its lease ends, whatever its schedule says.
        """
        farthest = farthest or now + NEVER
        found = self._ask("due_feeds", now=now, farthest=farthest, ignore_schedule=ignore_schedule)
        return [DueFeed(feed_row_of(row), state_row_of(row), row["adopted_url"], row["n_unsettled"]) for row in found]

    def active_feeds(self) -> list[FeedRow]:
        """Every active feed, due or not, paused or not."""
        return self._read("active_feeds", FeedRow)

    def take_leases(self, leases: Iterable[LeaseRow]) -> int:
        """Note that polls are about to begin; storing a poll ends its lease. The number of leases."""
        with self._transaction():
            return self._store("take_leases", tuple(leases), LeaseRow)

    def _known_by_alias(self, feeds: Sequence[FeedRow]) -> list[FeedRow]:
        """The feeds; one listed at an address that a known feed moved to is that feed, with its id and first address.

        Where the catalogue lists both addresses, what it says of the first counts.
        """
        homes = {row["alias"]: (row["feed_id"], row["url"]) for row in self._ask("feed_aliases")}
        listed = {feed.feed_id for feed in feeds}
        known = []
        for feed in feeds:
            feed_id, url = homes.get(feed.url, (feed.feed_id, feed.url))
            if feed_id == feed.feed_id or feed_id not in listed:
                known.append(replace(feed, feed_id=feed_id, url=url))
        return known


def feed_row_of(row: dict[str, Any]) -> FeedRow:
    """The feed in an answer that has all its columns."""
    return FeedRow(**{item.name: row[item.name] for item in fields(FeedRow)})


def state_row_of(row: dict[str, Any]) -> FeedStateRow:
    """The state in an answer that has all its columns; that of a feed never polled where they are null."""
    if row["state"] is None:
        return FeedStateRow(row["feed_id"])
    return FeedStateRow(**{item.name: row[item.name] for item in fields(FeedStateRow)})
