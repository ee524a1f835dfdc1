"""The ingest path: what is known before fetching, and the one transaction that stores a batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.errors import UnknownRow
from warehouse.rows import (
    AddressRow,
    ArticleRow,
    ArticleUrlRow,
    Batch,
    BatchCounts,
    EntryRow,
    FeedStateRow,
    FetchEndRow,
    FetchRow,
    HostRestRow,
    KnownArticle,
    KnownEntry,
    RekeyRow,
    ReservationRow,
    RetryEndRow,
    SeenRow,
    TextRow,
    VerdictRow,
)
from warehouse.session import NEVER, Session


@dataclass(frozen=True, slots=True)
class _EntryKey:
    feed_id: str
    entry_key: str


@dataclass(frozen=True, slots=True)
class _Key:
    key: str


class Batches(Session):
    """Known things out, batches in."""

    def known_entries(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], KnownEntry]:
        """What is known of entries named by (feed_id, entry_key). Unknown ones are not in the answer."""
        asked = [_EntryKey(feed_id, entry_key) for feed_id, entry_key in keys]
        with self._incoming(asked, _EntryKey):
            found = self._read("known_entries", KnownEntry)
        return {(entry.feed_id, entry.entry_key): entry for entry in found}

    def known_articles(self, url_keys: Iterable[str]) -> dict[str, KnownArticle]:
        """The article that each address leads to, with its latest text. Unknown addresses are not in the answer."""
        with self._incoming([_Key(key) for key in url_keys], _Key):
            return {article.url_key: article for article in self._read("known_articles", KnownArticle)}

    def known_texts(self, text_hashes: Iterable[str]) -> dict[str, str]:
        """The article_id that first had each text, by text_hash. Unknown texts are not in the answer."""
        with self._incoming([_Key(key) for key in text_hashes], _Key):
            return {str(row["text_hash"]): str(row["article_id"]) for row in self._ask("known_texts")}

    def due_retries(self, now: datetime, limit: int, *, farthest: datetime | None = None) -> list[EntryRow]:
        """Entries of active feeds whose next attempt is due at `now`, longest waiting first, at most `limit`.

        One after `farthest` is due too: no rule gives such a time, so a clock was wrong when it was written.

        `outcome` and `n_attempts` are those so far; `seen_at` is when a poll last announced it. After the attempt,
        give back the same row with its new end.
        """
        return self._read("due_retries", EntryRow, now=now, farthest=farthest or now + NEVER, limit=limit)

    def store_batch(self, batch: Batch) -> BatchCounts:
        """Store everything of a batch, or, if anything fails, nothing.

        A batch stored before changes nothing, and so does a new batch of things already stored. Raises UnknownRow if
        a verdict speaks of a text that is neither stored nor in the batch, or an end of a poll that is not.
        """
        with self._transaction():
            if self._was_stored(batch.batch_id):
                return BatchCounts(was_stored_before=True)
            counts = self._store_rows(batch)
            self._run(
                "store_batch_record",
                **{"batch_id": batch.batch_id, "run_id": batch.run_id, "stored_at": batch.stored_at},
                **{name: getattr(counts, name) for name in _COUNTED},
            )
        return counts

    def store_verdicts(self, verdicts: Sequence[VerdictRow], run_id: str) -> int:
        """Add verdicts on stored texts; the number that were new. What a model once said of a text stays.

        Raises UnknownRow if one speaks of a text that is not stored.
        """
        with self._transaction():
            return self._store_verdicts(verdicts, run_id)

    def _was_stored(self, batch_id: str) -> bool:
        return any(True for _ in self._ask("batch_by_id", batch_id=batch_id))

    def _store_rows(self, batch: Batch) -> BatchCounts:
        run_id = batch.run_id
        n_fetches = self._store("store_fetches", batch.fetches, FetchRow, run_id=run_id)
        self._store_ends(batch)
        n_articles = self._store("store_articles", batch.articles, ArticleRow, run_id=run_id)
        self._store("date_undated_articles", batch.articles, ArticleRow)
        self._store("store_own_urls", batch.articles, ArticleRow)
        self._store("store_article_urls", batch.article_urls, ArticleUrlRow)
        n_entries = self._store_entries(batch)
        n_texts = self._store("store_texts", batch.texts, TextRow, run_id=run_id)
        self._store("retire_older_texts", batch.texts, TextRow)
        n_verdicts = self._store_verdicts(batch.verdicts, run_id)
        self._store("store_feed_states", batch.feed_states, FeedStateRow)
        self._store("settle_leases", batch.feed_states, FeedStateRow)
        self._store("adopt_addresses", batch.moves, AddressRow)
        self._store("store_host_rests", batch.host_rests, HostRestRow)
        for name in ("update_reservations", "insert_reservations"):
            self._store(name, batch.reservations, ReservationRow)
        return BatchCounts(n_fetches, n_entries, n_articles, n_texts, n_verdicts)

    def _store_ends(self, batch: Batch) -> None:
        self._refuse_orphans(
            "ends_without_fetch", batch.fetch_ends, FetchEndRow, "An end of the unknown poll {fetch_id}"
        )
        self._store("store_fetch_ends", batch.fetch_ends, FetchEndRow)
        self._store("store_retry_ends", batch.retry_ends, RetryEndRow, batch_id=batch.batch_id, run_id=batch.run_id)

    def _store_entries(self, batch: Batch) -> int:
        self._store("rekey_entries", batch.rekeyed, RekeyRow)
        self._store("update_entries", batch.entries, EntryRow, run_id=batch.run_id)
        n_entries = self._store("insert_entries", batch.entries, EntryRow, run_id=batch.run_id)
        self._store("store_seen", batch.seen, SeenRow)
        for rows, row_type in ((batch.entries, EntryRow), (batch.seen, SeenRow)):
            self._store("update_article_feeds", rows, row_type)
            self._store("insert_article_feeds", rows, row_type)
        return n_entries

    def _store_verdicts(self, verdicts: Sequence[VerdictRow], run_id: str) -> int:
        self._refuse_orphans(
            "verdicts_without_text",
            verdicts,
            VerdictRow,
            "A verdict on article {article_id}, text {text_hash}, unknown",
        )
        if not verdicts:
            return 0
        with self._incoming(verdicts, VerdictRow):
            self._run("stage_new_verdicts")
            n_verdicts = self._run("store_verdicts", run_id=run_id)
            for bridge in _BRIDGES:
                self._run(bridge)
        return n_verdicts

    def _refuse_orphans(self, name: str, rows: Sequence[object], row_type: type, message: str) -> None:
        if not rows:
            return
        with self._incoming(rows, row_type):
            for orphan in self._ask(name):
                raise UnknownRow(message.format(**orphan))


_BRIDGES = (
    "store_verdict_evidence",
    "store_article_places",
    "store_article_blocs",
    "store_article_sectors",
    "store_article_organisations",
)
_COUNTED = ("n_fetches", "n_entries", "n_articles", "n_texts", "n_verdicts")
