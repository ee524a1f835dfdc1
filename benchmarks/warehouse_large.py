"""A large warehouse: filled through the real store, then asked, published and published while somebody writes.

    python benchmarks/warehouse_large.py --articles 1000000 --folder FOLDER

Articles have texts of 3 KB, chained word by word from the stories of seeds/examples (so they compress about as news
do), places, phrases, sectors and bodies, and spread over two years. Every batch goes the way an ingest goes: look up
what is known, then one transaction. The relevant ones are grouped into stories of two. Prints one JSON object: rows a
second with all tables counted, seconds of the slowest lookup and of each query and example, bytes of file a byte of
text, the largest memory of the process, and how long a writer waits while the read copy is published. Called again
after it was stopped, it goes on where it was.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import seeds
from warehouse.compacting import compact
from warehouse.digest_rows import StoryArticleRow, StoryLeadRow
from warehouse.example_queries import example_queries
from warehouse.opening import open_for_reading, open_warehouse
from warehouse.publishing import publish_copy
from warehouse.rows import (
    ArticleRow,
    ArticleUrlRow,
    Batch,
    EntryRow,
    EvidenceRow,
    FeedRow,
    FeedStateRow,
    FetchEndRow,
    FetchRow,
    ModelRow,
    OrganisationRow,
    TextRow,
    VerdictRow,
)
from warehouse.store import Warehouse

TEXT_BYTES = 3000
N_FEEDS = 200
N_PARAGRAPHS = 50_000  # made once, four an article: few enough to be quick, too many to meet twice in a zstd window
FIRST = datetime(2024, 11, 4, tzinfo=UTC)
SPAN = timedelta(days=730)
KINDS = ("forum", "agreement", "policy-learning", "finance", "internationalisation", "technology")
ECONOMIES = (
    "JP",
    "VN",
    "CN",
    "KR",
    "DE",
    "FR",
    "TR",
    "IN",
    "LK",
    "EU",
    "BR",
    "MX",
    "KE",
    "NG",
    "US",
    "GB",
    "ID",
    "TH",
)
SECTORS = ("agri-food", "textiles", "tourism", "digital", "machinery", "energy", "health", "crafts")
BODIES = (OrganisationRow("JETRO", "trade-promotion", "JP"), OrganisationRow("ADB", "international", None))
MODEL = ModelRow("m1", FIRST, "models/m1", "a" * 64, "b" * 64, "{}")


class Maker:
    """Articles by number: the same number, the same article."""

    def __init__(self, n_articles: int) -> None:
        self.n_articles = n_articles
        chance, following = random.Random(47), _chains()  # noqa: S311 - no secret
        self.paragraphs = [_paragraph(chance, following) for _ in range(N_PARAGRAPHS)]
        self.feeds = [
            FeedRow(f"feed{n:04d}", f"https://outlet{n}.test/rss", outlet=f"Outlet {n}") for n in range(N_FEEDS)
        ]

    def batch(self, number: int, first: int, size: int) -> Batch:
        """The articles from `first` on, announced by 25 feeds, every twentieth entry dead."""
        run_id, numbers = f"r{number}", range(first, min(first + size, self.n_articles))
        now = self._seen(numbers[-1])
        feeds = [self.feeds[(number * 25 + n) % N_FEEDS] for n in range(25)]
        homes = {n: feeds[n % 25] for n in numbers}
        shares: dict[str, int] = defaultdict(int)
        for feed in homes.values():
            shares[feed.feed_id] += 1
        return Batch(
            f"b{number}",
            run_id,
            now,
            fetches=tuple(
                FetchRow(
                    f"{run_id}/{feed.feed_id}", feed.feed_id, now, 0.4, "read", 200, n_entries=shares[feed.feed_id]
                )
                for feed in feeds
            ),
            fetch_ends=tuple(FetchEndRow(f"{run_id}/{feed_id}", "stored", n) for feed_id, n in shares.items()),
            entries=tuple(self._entry(n, homes[n]) for n in numbers),
            articles=tuple(self._article(n, homes[n]) for n in numbers),
            article_urls=tuple(ArticleUrlRow(f"outlet.test/{n}?f", f"a{n:012d}", "feed link", now) for n in numbers),
            texts=tuple(self._text(n) for n in numbers),
            verdicts=tuple(self._verdict(n) for n in numbers),
            feed_states=tuple(FeedStateRow(feed.feed_id, "active", next_poll_at=now) for feed in feeds),
        )

    def _seen(self, n: int) -> datetime:
        return FIRST + SPAN * (n / self.n_articles)

    def _entry(self, n: int, feed: FeedRow) -> EntryRow:
        link = f"https://outlet.test/{n}?f"
        return EntryRow(
            feed.feed_id, f"e{n:012d}", f"h{n}", "stored", self._seen(n), f"Title of {n}",
            self.paragraphs[n % 999][:200], guid=link, link=link, url_key=f"outlet.test/{n}?f",
            article_id=f"a{n:012d}", n_attempts=1,
        )  # fmt: skip

    def _article(self, n: int, feed: FeedRow) -> ArticleRow:
        published = self._seen(n) - timedelta(hours=n % 30)
        return ArticleRow(
            f"a{n:012d}", f"https://outlet.test/{n}", f"outlet.test/{n}", feed.outlet, feed.feed_id, f"Title of {n}",
            self._seen(n), "en", None, published, "feed", "second",
        )  # fmt: skip

    def _text(self, n: int) -> TextRow:
        chance = random.Random(n)  # noqa: S311 - no secret
        text = "\n".join([f"Report {n}.", *chance.sample(self.paragraphs, 4)])[:TEXT_BYTES]
        return TextRow(f"a{n:012d}", f"t{n:012d}", f"Title of {n}", text, 470, "page", "made 1", self._seen(n))

    def _verdict(self, n: int) -> VerdictRow:
        chance = random.Random(-n)  # noqa: S311 - no secret
        score = chance.random() ** 8  # one in 29 above .75
        band = "sure" if score > 0.75 else "borderline" if score > 0.5 else "no"
        kind = KINDS[n % 6] if score > 0.5 else None
        phrases = chance.sample(self.paragraphs, 5)
        return VerdictRow(
            f"a{n:012d}", f"t{n:012d}", "m1", score, band, score > 0.75, self._seen(n), kind, 0.7 if kind else None,
            countries=tuple(chance.sample(ECONOMIES, n % 4)), blocs=("ASEAN",) if n % 9 == 0 else (),
            evidence=tuple(EvidenceRow(phrase[:60], 1.0 / rank) for rank, phrase in enumerate(phrases, start=1)),
            sectors=tuple(chance.sample(SECTORS, n % 3)), organisations=BODIES[: n % 7 % 3],
        )  # fmt: skip


def _chains() -> dict[str, list[str]]:
    """Word -> the words that follow it in the stories of the seeds."""
    following: dict[str, list[str]] = defaultdict(list)
    for line in (seeds.FOLDER / "examples" / "english.jsonl").read_text(encoding="utf-8").splitlines():
        words = json.loads(line)["text"].split()
        for word, after in pairwise(words):
            following[word].append(after)
    return following


def _paragraph(chance: random.Random, following: dict[str, list[str]]) -> str:
    words, length = [chance.choice(list(following)) if len(following) < 9 else "The"], 0
    while length < TEXT_BYTES // 4:
        words.append(chance.choice(following.get(words[-1]) or ["The"]))
        length += len(words[-1]) + 1
    return " ".join(words)


# --- Measuring ------------------------------------------------------------------------------------------------------


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 3)


def fill(path: Path, maker: Maker, size: int) -> dict[str, Any]:
    """Store all articles, batch by batch, each with what an ingest asks before; opening and closing are counted.

    What an earlier call stored stays: each batch leaves a line of seconds beside the warehouse.
    """
    notes = path.with_suffix(".jsonl")
    done = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    notes.parent.mkdir(parents=True, exist_ok=True)
    with notes.open("a", buffering=1) as out:
        for first in range(size * len(done), maker.n_articles, size):
            batch = maker.batch(len(done), first, size)
            asked_s = timed(partial(look_up, path, batch))
            before_s = time.process_time()
            stored_s = timed(partial(store, path, maker, batch))
            done.append({"ask_s": asked_s, "store_s": stored_s, "cpu_s": time.process_time() - before_s})
            out.write(json.dumps(done[-1]) + "\n")
    return filled(path, maker, done)


def filled(path: Path, maker: Maker, done: list[dict[str, float]]) -> dict[str, Any]:
    """What the filling took, and what it left."""
    rows, text_bytes = sizes(path)
    file_bytes, store_s = path.stat().st_size, sum(one["store_s"] for one in done)
    return {
        "articles": maker.n_articles,
        "rows": rows,
        "store_s": round(store_s, 1),
        "store_cpu_s": round(sum(one["cpu_s"] for one in done), 1),  # of two threads, much of it beside each other
        "rows_per_s": round(rows / store_s),
        "articles_per_s": round(maker.n_articles / store_s),
        "slowest_store_s": max(one["store_s"] for one in done),
        "lookups_s": round(sum(one["ask_s"] for one in done), 1),
        "slowest_lookup_s": max(one["ask_s"] for one in done),
        "text_bytes": text_bytes,
        "file_bytes": file_bytes,
        "file_bytes_per_text_byte": round(file_bytes / text_bytes, 3),
    }


def look_up(path: Path, batch: Batch) -> None:
    """What an ingest asks of a batch before it stores it."""
    with open_warehouse(path, now=FIRST) as warehouse:
        warehouse.known_entries([(row.feed_id, row.entry_key) for row in batch.entries])
        warehouse.known_articles([row.url_key for row in batch.articles])
        warehouse.known_texts([row.text_hash for row in batch.texts])


def store(path: Path, maker: Maker, batch: Batch) -> None:
    """One run of one batch."""
    with open_warehouse(path, now=FIRST) as warehouse:
        warehouse.begin_run(batch.run_id, "ingest", batch.stored_at)
        warehouse.sync_feeds(maker.feeds, batch.stored_at)
        warehouse.register_model(MODEL, FIRST)
        warehouse.promote_model("m1", FIRST)
        assert warehouse.store_batch(batch).n_articles == len(batch.articles)
        warehouse.finish_run(batch.run_id, "completed", None, batch.stored_at)


def sizes(path: Path) -> tuple[int, int]:
    """Rows of all tables, and bytes of all texts."""
    with open_for_reading(path) as warehouse:
        tables = warehouse.query(
            "select sum(estimated_size)::bigint from duckdb_tables() where database_name = current_database()"
        )
        texts = warehouse.query("select sum(strlen(text))::bigint from core.article_texts")
    return int(str(tables.rows[0][0])), int(str(texts.rows[0][0]))


def group(path: Path) -> float:
    """Every second relevant article joins the story of the one before it."""
    with open_warehouse(path, now=FIRST) as warehouse:
        found = warehouse.query("select article_id from mart.articles where is_relevant order by counted_at").rows
        ids = [str(row[0]) for row in found]
        pairs = list(zip(ids[::2], ids[1::2], strict=False))
        if not pairs or warehouse.stories_version():
            return 0.0  # an earlier call did it
        joined = [StoryArticleRow(one, f"s-{first}") for first, other in pairs for one in (first, other)]
        leads = [StoryLeadRow(f"s-{first}", first, "the first of 2 reports") for first, _ in pairs]
        return timed(lambda: warehouse.store_stories(warehouse.stories_version(), joined, [], leads, FIRST))


def week_queries(warehouse: Warehouse, start: datetime, end: datetime) -> dict[str, Callable[[], Any]]:
    """What a digest asks."""
    twelve_weeks_ago = start - timedelta(weeks=12)
    return {
        "week_articles": lambda: warehouse.week_articles(start, end),
        "week_counts": lambda: warehouse.week_counts(start, end),
        "week_stories": lambda: warehouse.week_stories("UTC", twelve_weeks_ago, end),
        "week_pairs": lambda: warehouse.week_pairs("UTC", twelve_weeks_ago, end),
        "label_counts": lambda: warehouse.label_counts(start, end),
        "stories_told_before": lambda: warehouse.stories_told_before("UTC", "2026-W40"),
        "ungrouped_articles": lambda: warehouse.ungrouped_articles(1000),
        "stories_near": lambda: warehouse.stories_near(start, end),
    }


def ask(path: Path) -> dict[str, Any]:
    """Seconds of each question, warm: the file was just written."""
    start = FIRST + SPAN - timedelta(days=14)
    with open_for_reading(path) as warehouse:
        weekly = {name: timed(run) for name, run in week_queries(warehouse, start, start + timedelta(days=7)).items()}
        views = {view: timed(partial(warehouse.query, sql)) for view, sql in public(warehouse)}
        examples = {one.name: timed(partial(warehouse.query, one.sql, max_rows=200)) for one in example_queries()}
        checks = timed(warehouse.failed_checks)
    return {"weekly_s": weekly, "views_s": views, "examples_s": examples, "checks_s": checks}


def public(warehouse: Warehouse) -> Iterator[tuple[str, str]]:
    """Name and query of every view for people."""
    found = warehouse.query("select view_name from duckdb_views() where schema_name = 'mart' order by all").rows
    return ((str(name), f"select count(*) from (from mart.{name})") for (name,) in found)  # noqa: S608 - our views


OPEN_AND_CLOSE = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from warehouse.opening import open_warehouse
slowest = 0.0
print("ready", flush=True)
while True:
    began = time.perf_counter()
    with open_warehouse(Path(sys.argv[1]), now=datetime.now(UTC), wait_s=300) as warehouse:
        if sys.argv[2] == "write":
            warehouse.begin_run(f"w{began}", "bench", datetime.now(UTC))
    slowest = max(slowest, time.perf_counter() - began)
    print(f"{slowest:.3f}", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def publish(path: Path, how: str, pause_s: float) -> dict[str, float]:
    """Publish while another process opens the warehouse again and again; a lock would show in its longest opening."""
    copy = path.parent / "read" / f"{how}.duckdb"
    command = [sys.executable, "-c", OPEN_AND_CLOSE, str(path), how, str(pause_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        other.stdout.readline()
        calm_s = float(other.stdout.readline())
        took_s = timed(lambda: publish_copy(path, copy))
        other.kill()
        seen = other.communicate()[0].split()
    return {"publish_s": took_s, "opening_before_s": calm_s, "longest_opening_s": float(seen[-1]) if seen else calm_s}


def rewrite(path: Path) -> dict[str, float]:
    """The file written anew, as the nightly maintenance does it when enough is free."""
    _, text_bytes = sizes(path)
    began = time.perf_counter()
    done = compact(path, now=FIRST, wait_s=300, always=True)
    assert done
    return {
        "compact_s": round(time.perf_counter() - began, 1),
        "file_bytes": done.bytes_after,
        "file_bytes_per_text_byte": round(done.bytes_after / text_bytes, 3),
    }


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, required=True, help="needs about 3.5 KB an article")
    given = parser.parse_args()
    path = given.folder / "warehouse.duckdb"
    result: dict[str, Any] = {"fill": fill(path, Maker(given.articles), given.batch), "group_s": group(path)}
    result["ask"] = ask(path)
    result["publish"] = publish(path, "read", 0.05)
    result["publish_while_written"] = publish(path, "write", 5.0)
    result["compact"] = rewrite(path)
    result["largest_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
