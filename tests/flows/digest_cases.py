"""Examples with more than one report of an event, dated by us and stored as an ingest does, for digests to tell."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import seeds
from flows.steps.digests.weeks import IsoWeek
from warehouse.opening import open_warehouse
from warehouse.rows import (
    ArticleRow,
    Batch,
    EntryRow,
    FeedRow,
    FetchEndRow,
    FetchRow,
    ModelRow,
    TextRow,
    VerdictRow,
)

ZONE = "Asia/Tokyo"
WEEK = IsoWeek(2026, 47)
START, END = datetime(2026, 11, 15, 15, tzinfo=UTC), datetime(2026, 11, 22, 15, tzinfo=UTC)  # midnights of Tokyo
MONDAY = END + timedelta(hours=6)
CARD = {
    "counts": {"seed_documents": 5, "relevant_examples": 9, "other_examples": 3},
    "thresholds": {"sure": 0.9, "likely": 0.6, "borderline": 0.3},
    "results": {"precision": 0.9},
}
FEEDS = tuple(FeedRow(f"feed{n}", f"https://outlet{n}.test/rss", "", f"Outlet {n}") for n in range(3))
FEED_IDS = [feed.feed_id for feed in FEEDS]


@dataclass(frozen=True)
class Report:
    """An article to be stored."""

    row: dict
    at: datetime
    score: float = 0.95
    seen_at: datetime | None = None  # as published, where not said

    @property
    def id(self):
        return self.row["id"]

    @property
    def band(self):
        return "sure" if self.score > 0.9 else "borderline" if self.score > 0.3 else "no"

    @property
    def fetched_at(self):
        return self.seen_at or self.at

    def entry(self, feed_id):
        return EntryRow(feed_id, self.id, self.id, "stored", self.at, url_key=f"o.test/{self.id}", article_id=self.id)

    def article(self, feed_id):
        return ArticleRow(
            *(self.id, f"https://o.test/{self.id}", f"o.test/{self.id}", feed_id.title(), feed_id),
            *(self.row["title"], self.fetched_at, "en", None, self.at, "feed", "second"),
        )

    def text(self):
        return TextRow(self.id, self.id, self.row["title"], self.row["text"], 99, "page", "test", self.fetched_at)

    def verdict(self):
        return VerdictRow(
            *(self.id, self.id, "m1", self.score, self.band, self.band == "sure", self.at, self.row["kind"], 0.7),
            countries=tuple(self.row["countries"]),
        )


def examples():
    """Relevant examples of events with several reports, all reports of an event together; then others."""
    rows = [json.loads(line) for line in (seeds.FOLDER / "examples/english.jsonl").read_text("utf-8").splitlines()]
    reports = Counter(row["event"] for row in rows if row["label"] == 1)
    told_often = [row for row in rows if row["label"] == 1 and reports[row["event"]] > 1]
    return sorted(told_often, key=lambda row: row["event"]), [row for row in rows if row["label"] == 0]


def store(settings, name, reports, failing=()):
    """One batch, as an ingest stores it; the feeds in `failing` do not answer."""
    now = max((report.fetched_at for report in reports), default=START)
    feed_of = {report.id: FEEDS[n % 3].feed_id for n, report in enumerate(reports)}
    shares = Counter(feed_of.values())
    polls = [
        FetchRow(f"{name}/{f.feed_id}", f.feed_id, now, 0.1, "read", 200, n_entries=shares[f.feed_id]) for f in FEEDS
    ]
    polls = [replace(poll, outcome="unreachable", n_entries=0) if poll.feed_id in failing else poll for poll in polls]
    batch = Batch(
        *(name, "r1", now),
        fetches=tuple(polls),
        fetch_ends=tuple(FetchEndRow(p.fetch_id, "stored", p.n_entries) for p in polls if p.n_entries),
        entries=tuple(report.entry(feed_of[report.id]) for report in reports),
        articles=tuple(report.article(feed_of[report.id]) for report in reports),
        texts=tuple(report.text() for report in reports),
        verdicts=tuple(report.verdict() for report in reports),
    )
    with open_warehouse(settings.warehouse, now=now) as warehouse:
        warehouse.begin_run("r1", "ingest", START)
        warehouse.sync_feeds(FEEDS, START)
        warehouse.register_model(ModelRow("m1", START, "models/m1", "a" * 64, "b" * 64, json.dumps(CARD)), START)
        warehouse.promote_model("m1", START)
        warehouse.store_batch(batch)


def ask(settings, sql):
    with open_warehouse(settings.warehouse, now=MONDAY) as warehouse:
        assert warehouse.failed_checks() == {}
        found = warehouse.query(sql)
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]
