"""The catalogue of feeds, and which of them are due."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from warehouse.rows import DueFeed, FeedHealth, FeedRow, FeedStateRow
from warehouse.session import Session


class Feeds(Session):
    """Feeds as catalogued, and their states."""

    def sync_feeds(self, feeds: Sequence[FeedRow], now: datetime) -> int:
        """Make the active feeds those of the catalogue; the number of feeds that changed.

        A feed no longer listed becomes inactive and is never deleted: its articles still name it. Of two rows
        with one id one counts. An empty catalogue retires all.
        """
        with self._transaction(), self._incoming(feeds, FeedRow):
            return self._run("store_feeds", now=now) + self._run("retire_feeds", now=now)

    def due_feeds(self, now: datetime, *, ignore_schedule: bool = False) -> list[DueFeed]:
        """Active feeds whose next poll is due at `now`, longest waiting first, with their states."""
        found = self._ask("due_feeds", now=now, ignore_schedule=ignore_schedule)
        return [_as_due_feed(row) for row in found]

    def all_feed_health(self) -> list[FeedHealth]:
        """Every feed that ever stood in the catalogue: active ones first, then by outlet and address."""
        return self._read("all_feed_health", FeedHealth)


def _as_due_feed(row: dict[str, Any]) -> DueFeed:
    feed = FeedRow(**{item.name: row[item.name] for item in fields(FeedRow)})
    if row["state"] is None:
        return DueFeed(feed, FeedStateRow(feed.feed_id))
    return DueFeed(feed, FeedStateRow(**{item.name: row[item.name] for item in fields(FeedStateRow)}))
