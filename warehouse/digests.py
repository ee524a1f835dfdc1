"""A week's articles and counts, and the editions that were written from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warehouse.digest_rows import (
    DigestItemRow,
    DigestRow,
    Edition,
    FeedTrouble,
    Reprint,
    WeekArticle,
    WeekCounts,
)
from warehouse.errors import UnknownRow
from warehouse.rows import EvidenceRow
from warehouse.stories import Stories


@dataclass(frozen=True, slots=True)
class _Count:
    count_name: str
    n: int


class Digests(Stories):
    """What a digest is made of, and what it became."""

    def week_articles(self, start: datetime, end: datetime) -> list[WeekArticle]:
        """Articles that count in start <= t < end and are relevant or borderline; relevant first, best score first.

        A person's label wins: what was called not relevant is left out, whatever the model in force says.
        """
        return [_as_week_article(row) for row in self._ask("week_articles", start=start, end=end)]

    def week_counts(self, start: datetime, end: datetime, *, polled_until: datetime | None = None) -> WeekCounts:
        """What was seen of start <= t < end. Polls are counted from `start` to `polled_until`, by default `end`."""
        [counts] = self._ask("week_counts", start=start, end=end)
        [polls] = self._ask("week_polls", start=start, end=polled_until or end)
        in_trouble = self._read("week_troubles", FeedTrouble, start=start, end=polled_until or end)
        ends = {row["outcome"]: row["n_entries"] for row in self._ask("week_ends", start=start, end=end)}
        return WeekCounts(
            **counts, **polls, n_entries=sum(ends.values()), ends=ends, feeds_in_trouble=tuple(in_trouble)
        )

    def relevant_by_week(self, zone: str, before: datetime, limit: int = 12) -> dict[str, int]:
        """Relevant articles in the latest weeks that began before `before`, by ISO week in `zone`, latest first.

        A week in which nothing was polled is absent, not zero.
        """
        found = self._ask("relevant_by_week", zone=zone, before=before, limit=limit)
        return {row["week"]: row["n_relevant"] for row in found}

    def store_digest(self, digest: DigestRow, items: Sequence[DigestItemRow]) -> Edition:
        """Add a digest as the next edition of its week and zone, unless the edition in force has the same content.

        Raises UnknownRow if an item is not a stored article.
        """
        with self._transaction():
            in_force = next(self._ask("latest_edition", week=digest.week, zone=digest.zone), None)
            if in_force and (in_force["html_sha256"], in_force["text_sha256"]) == (
                digest.html_sha256,
                digest.text_sha256,
            ):
                return Edition(in_force["digest_id"], in_force["edition"], is_new=False)
            edition = in_force["edition"] + 1 if in_force else 1
            digest_id = f"{digest.week}.{edition}@{digest.zone}"
            self._store_edition(digest, items, digest_id, edition)
        return Edition(digest_id, edition, is_new=True)

    def _store_edition(self, digest: DigestRow, items: Sequence[DigestItemRow], digest_id: str, edition: int) -> None:
        names = ("week", "zone", "created_at", "model_id", "html_sha256", "text_sha256", "html_path")
        values = {name: getattr(digest, name) for name in names}
        self._run("store_digest", digest_id=digest_id, edition=edition, **values)
        counts = [_Count(name, n) for name, n in digest.counts.items()]
        self._store("store_digest_counts", counts, _Count, digest_id=digest_id)
        if items:
            with self._incoming(items, DigestItemRow):
                for orphan in self._ask("items_without_article"):
                    raise UnknownRow(f"A digest item of the unknown article {orphan['article_id']}")
                self._run("store_digest_items", digest_id=digest_id)


def _as_week_article(row: dict[str, Any]) -> WeekArticle:
    evidence = tuple(EvidenceRow(**one) for one in row.pop("evidence"))
    also_in = tuple(Reprint(**one) for one in row.pop("also_in"))
    return WeekArticle(**row, evidence=evidence, also_in=also_in)
