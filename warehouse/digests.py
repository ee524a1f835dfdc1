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
    KindCount,
    LabelCounts,
    PairCount,
    Reprint,
    StoredEdition,
    WeekArticle,
    WeekCounts,
)
from warehouse.errors import EditionTaken, UnknownRow
from warehouse.rows import EvidenceRow
from warehouse.stories import Stories


@dataclass(frozen=True, slots=True)
class _Count:
    count_name: str
    n: int


class Digests(Stories):
    """What a digest is made of, and what it became."""

    def week_articles(self, start: datetime, end: datetime, zone: str = "UTC") -> list[WeekArticle]:
        """Articles that count in start <= t < end and are relevant or borderline; relevant first, best score first.

        A date without an hour is a day of `zone`, here and in all that follows.

        A person's label wins: what was called not relevant is left out, whatever the model in force says. Relevant
        ones of the two weeks before that were stored when the issue of their week in `zone` was out, and that no
        issue has told, are there too: `is_late`.
        """
        found = self._ask_with_texts("week_articles", start=start, end=end, zone=zone)
        return [_as_week_article(row) for row in found]

    def week_counts(
        self, start: datetime, end: datetime, zone: str = "UTC", *, polled_until: datetime | None = None
    ) -> WeekCounts:
        """What was seen of start <= t < end. Polls are counted from `start` to `polled_until`, by default `end`."""
        [counts] = self._ask("week_counts", start=start, end=end, zone=zone)
        [polls] = self._ask("week_polls", start=start, end=polled_until or end)
        in_trouble = self._read("week_troubles", FeedTrouble, start=start, end=polled_until or end)
        ended = self._ask("week_ends", start=start, end=end, zone=zone)
        ends = {row["outcome"]: row["n_entries"] for row in ended}
        return WeekCounts(**counts, **polls, ends=ends, feeds_in_trouble=tuple(in_trouble))

    def week_stories(self, zone: str, start: datetime, end: datetime) -> list[KindCount]:
        """Stories by ISO week in `zone`, all together and by kind. A week neither polled nor told is absent."""
        return self._read("week_stories", KindCount, zone=zone, start=start, end=end)

    def week_pairs(self, zone: str, start: datetime, end: datetime) -> list[PairCount]:
        """Stories by ISO week in `zone` and pair of economies that act together."""
        return self._read("week_pairs", PairCount, zone=zone, start=start, end=end)

    def label_counts(self, start: datetime, end: datetime, zone: str = "UTC") -> LabelCounts:
        """What people said of the articles of start <= t < end that the model in force called relevant."""
        [counts] = self._read("label_counts", LabelCounts, start=start, end=end, zone=zone)
        return counts

    def stories_told_before(self, zone: str, week: str) -> dict[str, str]:
        """Stories that an issue before `week` has told: story_id -> the latest such week."""
        return {row["story_id"]: row["week"] for row in self._ask("stories_told_before", zone=zone, week=week)}

    def latest_edition(self, week: str, zone: str) -> StoredEdition | None:
        """The edition in force of a week's digest; None before the first."""
        return next(iter(self._read("latest_edition", StoredEdition, week=week, zone=zone)), None)

    def editions(self) -> list[StoredEdition]:
        """Every edition of every digest, by zone, week and edition."""
        return self._read("all_editions", StoredEdition)

    def store_digest(self, digest: DigestRow, items: Sequence[DigestItemRow]) -> Edition:
        """Add a digest as the next edition of its week and zone, unless the edition in force states the same facts.

        An edition once stored is never changed. Raises UnknownRow if an item is not a stored article, and
        EditionTaken if `digest.edition` is not the next one: another process wrote it in the meantime.
        """
        with self._transaction():
            in_force = self.latest_edition(digest.week, digest.zone)
            if in_force and in_force.facts_sha256 == digest.facts_sha256:
                return Edition(in_force.digest_id, in_force.edition, is_new=False)
            following = in_force.edition + 1 if in_force else 1
            if digest.edition != following:
                raise EditionTaken(digest.week, digest.edition)
            digest_id = f"{digest.week}.{digest.edition}@{digest.zone}"
            self._store_edition(digest, items, digest_id)
        return Edition(digest_id, digest.edition, is_new=True)

    def _store_edition(self, digest: DigestRow, items: Sequence[DigestItemRow], digest_id: str) -> None:
        names = ("week", "zone", "edition", "created_at", "model_id", "html_sha256", "text_sha256", "html_path")
        self._run("store_digest", digest_id=digest_id, **{name: getattr(digest, name) for name in names})
        contents = {"facts_sha256": digest.facts_sha256, "content": digest.content}
        self._run("store_digest_content", digest_id=digest_id, **contents)
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
