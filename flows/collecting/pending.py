"""A batch between reading and storing: what the web said is final, what the warehouse must still say is open.

    read -> pend -> put (settle against what the warehouse holds, store)

A pending batch is made of plain values alone: put at once, or by another run that finds it in the spool.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from classifiers.verdict import Verdict
from flows.collecting import shaping
from flows.collecting.polled import Rekeyed
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.parsing import Entry
from flows.steps.feeds.rekeying import Earlier, as_known
from flows.steps.selecting import Ending, Known, settle
from flows.steps.web.urls import url_key
from warehouse.rows import Batch
from warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Renamed:
    """An entry that was announced before under another key."""

    feed_id: str
    new_key: str
    earlier: Earlier


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that was read and is not stored yet."""

    frame: Batch  # its polls, and what they mean for their feeds; what the entries bring is still missing
    endings: tuple[Ending, ...]
    verdicts: Mapping[str, Verdict]  # by text_hash
    renamed: tuple[Renamed, ...]
    feeds: tuple[Feed, ...]  # every feed an ending belongs to


def pend(
    frame: Batch,
    endings: Iterable[Ending],
    verdicts: Mapping[str, Verdict],
    changed: Rekeyed,
    feeds: Mapping[str, Feed],
) -> Pending:
    """A pending batch; `feeds` (feed_id -> feed) may hold more than it needs."""
    light = tuple(_without_markup(ending) for ending in endings)
    named = sorted({ending.entry.feed_id for ending in light})
    return Pending(
        frame,
        light,
        verdicts,
        tuple(Renamed(feed_id, new_key, earlier) for (feed_id, new_key), earlier in changed.items()),
        tuple(feeds[feed_id] for feed_id in named),
    )


def _without_markup(ending: Ending) -> Ending:
    """The text a feed carries was read by now; as markup it is the heaviest part of an entry, and never stored."""
    return replace(ending, entry=replace(ending.entry, content_html=None)) if ending.entry.content_html else ending


def put(warehouse: Warehouse, pending: Pending) -> list[Ending]:
    """Settle a batch against what the warehouse holds by now and store it, one transaction. The settled endings.

    A batch that was stored before changes nothing.
    """
    entries = [ending.entry for ending in pending.endings]
    changed = {(one.feed_id, one.new_key): one.earlier for one in pending.renamed}
    known = with_rekeyed(look_up(warehouse, entries, pending.endings), changed, entries)
    settled = settle(pending.endings, known)
    feeds = {feed.feed_id: feed for feed in pending.feeds}
    warehouse.store_batch(shaping.completed(pending.frame, settled, pending.verdicts, feeds))
    return settled


def look_up(warehouse: Warehouse, entries: Sequence[Entry], endings: Sequence[Ending]) -> Known:
    """What the warehouse holds of these entries, their addresses, and the addresses and texts of what was read."""
    articles = [ending.article for ending in endings if ending.article]
    keys = {url_key(entry.link) for entry in entries if entry.link} | {article.url_key for article in articles}
    known = warehouse.known_entries([(entry.feed_id, entry.entry_key) for entry in entries])
    urls = warehouse.known_articles(sorted(keys))
    return Known(
        entries={key: shaping.known_entry(row) for key, row in known.items()},
        urls={key: row.article_id for key, row in urls.items()},
        texts=warehouse.known_texts(sorted({article.text_hash for article in articles})),
        latest={row.article_id: row.text_hash for row in urls.values()},
        n_versions={row.article_id: row.text_version for row in urls.values()},
    )


def with_rekeyed(known: Known, changed: Rekeyed, entries: Iterable[Entry]) -> Known:
    """What is known, with what is known of entries under their new keys."""
    keys = {(entry.feed_id, entry.entry_key): entry for entry in entries}
    found = {key: as_known(keys[key], earlier) for key, earlier in changed.items() if key in keys}
    return replace(known, entries={**known.entries, **found})
