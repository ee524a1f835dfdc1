"""A digest over a large warehouse: 200,000 articles of 52 weeks by default, made and stored as an ingest would.

    python benchmarks/digest_large.py [--articles 200000] [--keep FOLDER]

Prints what it took to store them, to group the stories of all 52 weeks, to write a digest in a fresh process (first
edition, and again where nothing has changed), and what that process held at most. Prefect is left out: it costs the
same for any warehouse.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import seeds
from flows.grouping import keep_stories
from flows.settings import Settings
from warehouse.opening import open_warehouse
from warehouse.rows import (
    ArticleRow,
    Batch,
    EntryRow,
    EvidenceRow,
    FeedRow,
    FetchEndRow,
    FetchRow,
    ModelRow,
    TextRow,
    VerdictRow,
)

END = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday: the last week is 2026-W47
WEEKS, FEEDS, BATCH, TEXT_CHARS = 52, 88, 5_000, 3_000
RELEVANT, BORDERLINE, REPRINTED = 0.04, 0.03, 0.3  # of all articles; of the relevant ones
KINDS = ("forum", "agreement", "policy-learning", "finance", "internationalisation", "technology")
ECONOMIES = ("JP", "VN", "KR", "ID", "KE", "RW", "DE", "FR", "PL", "MA", "PE", "CL", "IN", "TH", "EU", "US")
CARD = {
    "counts": {"seed_documents": 5, "relevant_examples": 359, "other_examples": 332},
    "thresholds": {"sure": 0.9, "likely": 0.6, "borderline": 0.3},
    "results": {"precision": 0.9},
}
MODEL = ModelRow("rel-benchmark", END - timedelta(weeks=WEEKS), "models/x", "a" * 64, "b" * 64, json.dumps(CARD))


@dataclass(frozen=True, slots=True)
class Report:
    """An article to be stored: band, and its text, which another outlet may reprint."""

    number: int
    at: datetime
    band: str
    title: str
    text: str


def reports(n_articles: int) -> Iterator[Report]:
    """Articles in the order of time. Texts are sentences of the examples, each with invented names of its own."""
    chance = random.Random(47)  # noqa: S311 - made up, and the same each time
    rows = (seeds.FOLDER / "examples" / "english.jsonl").read_text("utf-8").splitlines()
    sentences = [one for row in rows for one in json.loads(row)["text"].split(". ") if len(one) > 40]
    told: list[Report] = []
    for number in range(n_articles):
        at = END - timedelta(weeks=WEEKS) * (1 - number / n_articles)
        luck = chance.random()
        band = "sure" if luck < RELEVANT else "borderline" if luck < RELEVANT + BORDERLINE else "no"
        if band == "sure" and told and chance.random() < REPRINTED:
            first = chance.choice(told[-30:])
            yield Report(number, at, band, f"{first.title} (reprint)", first.text)
            continue
        report = Report(number, at, band, *_written(chance, sentences))
        told += [report] if band == "sure" else []
        yield report


def _written(chance: random.Random, sentences: list[str]) -> tuple[str, str]:
    names = ["".join(chance.choices("abcdefghijklmnoprstuvz", k=7)).title() for _ in range(12)]
    parts: list[str] = []
    while sum(map(len, parts)) < TEXT_CHARS:
        parts.append(f"{chance.choice(names)} and {chance.choice(names)}: {chance.choice(sentences)}.")
    return f"{names[0]} signs with {names[1]} in {names[2]}", " ".join(parts)


def fill(path: Path, n_articles: int) -> float:
    """Store them batch by batch; the seconds it took to store, without making them."""
    feeds = [FeedRow(f"{n:016x}", f"https://outlet{n}.example/feed", "", f"Outlet {n}") for n in range(FEEDS)]
    stored_s, waiting = 0.0, []
    with open_warehouse(path, now=END) as warehouse:
        warehouse.begin_run("r1", "ingest", END)
        warehouse.sync_feeds(feeds, END)
        warehouse.register_model(MODEL, END)
        warehouse.promote_model(MODEL.model_id, END)
        for report in reports(n_articles):
            waiting.append(report)
            if len(waiting) == BATCH or report.number == n_articles - 1:
                batch = batch_of(waiting)
                start = time.perf_counter()
                warehouse.store_batch(batch)
                stored_s += time.perf_counter() - start
                waiting = []
    return stored_s


def batch_of(found: list[Report]) -> Batch:
    """A batch as an ingest makes it: polls, entries, articles, texts, verdicts."""
    known = [known_as(one) for one in found]
    polls = polls_of(found)
    return Batch(
        *(f"b{found[0].number}", "r1", found[-1].at),
        fetches=polls,
        fetch_ends=tuple(FetchEndRow(poll.fetch_id, "stored", poll.n_entries) for poll in polls),
        entries=tuple(entry_of(*one) for one in zip(found, known, strict=True)),
        articles=tuple(article_of(*one) for one in zip(found, known, strict=True)),
        texts=tuple(
            TextRow(keys.key, keys.text_hash, one.title, one.text, len(one.text.split()), "page", "benchmark", one.at)
            for one, keys in zip(found, known, strict=True)
        ),
        verdicts=tuple(verdict_of(one, keys.key, keys.text_hash) for one, keys in zip(found, known, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """Under which keys the warehouse knows a report."""

    key: str
    page: str  # its address without the scheme
    outlet: int
    text_hash: str

    @property
    def feed_id(self) -> str:
        """The feed that announced it."""
        return f"{self.outlet:016x}"


def known_as(one: Report) -> Known:
    """The keys of a report; its number says them all."""
    key, outlet = f"{one.number:016x}", one.number % FEEDS
    return Known(key, f"outlet{outlet}.example/{key}", outlet, sha256(one.text.encode()).hexdigest()[:32] + key)


def polls_of(found: list[Report]) -> tuple[FetchRow, ...]:
    """A poll of each feed that announced some of them."""
    return tuple(
        FetchRow(
            f"b{found[0].number}/{n}", f"{n:016x}", found[0].at, 0.2, "read", 200, n_entries=len(found[n::FEEDS])
        )
        for n in range(min(FEEDS, len(found)))
    )


def entry_of(one: Report, keys: Known) -> EntryRow:
    """The entry by which it was announced."""
    link, key = f"https://{keys.page}", keys.key
    return EntryRow(
        keys.feed_id, key, key, "stored", one.at, one.title, link=link, url_key=keys.page, article_id=key
    )  # fmt: skip


def article_of(one: Report, keys: Known) -> ArticleRow:
    """The article it became."""
    return ArticleRow(
        *(keys.key, f"https://{keys.page}", keys.page, f"Outlet {keys.outlet}", keys.feed_id),
        *(one.title, one.at, "en", None, one.at),
        published_at_source="feed",
        published_at_precision="second",
    )


def verdict_of(report: Report, article_id: str, text_hash: str) -> VerdictRow:
    """What a model might say of it; the same for the same number."""
    chance = random.Random(report.number)  # noqa: S311 - likewise
    score = {"sure": 0.9, "borderline": 0.4, "no": 0.0}[report.band] + chance.random() / 10
    row = VerdictRow(article_id, text_hash, MODEL.model_id, score, report.band, report.band == "sure", report.at)
    if report.band == "no":
        return row
    evidence = tuple(EvidenceRow(phrase, chance.uniform(-1, 2)) for phrase in report.text.split(". ")[:6])
    named = {"kind": chance.choice(KINDS), "kind_score": 0.6, "countries": tuple(chance.sample(ECONOMIES, 2))}
    return VerdictRow(**{name: getattr(row, name) for name in row.__slots__} | named | {"evidence": evidence})


def main() -> None:
    """Make the warehouse, or take the one in --keep, and measure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=200_000)
    arguments.add_argument("--keep", type=Path, help="folder to make the warehouse in, or to take it from")
    arguments.add_argument("--digest", type=Path, help=argparse.SUPPRESS)  # the fresh process
    asked = arguments.parse_args()
    if asked.digest:
        write_digest(asked.digest)
        return
    with tempfile.TemporaryDirectory() as temporary:
        measure(asked.keep or Path(temporary), asked.articles)


def measure(folder: Path, n_articles: int) -> None:
    """Fill, group, write twice, each in one line of print."""
    settings = Settings(data_dir=folder)
    if not settings.warehouse.exists():
        stored_s = fill(settings.warehouse, n_articles)
        size = settings.warehouse.stat().st_size / 2**20
        print(
            f"stored   {n_articles:,} articles in {stored_s:.1f} s ({n_articles / stored_s:,.0f}/s), {size:,.0f} MiB"
        )
    start = time.perf_counter()
    n_grouped = keep_stories(settings, END)
    print(f"grouped  {n_grouped:,} relevant and borderline articles in {time.perf_counter() - start:.1f} s")
    for what in ("first edition", "nothing changed"):
        start = time.perf_counter()
        told = subprocess.run(
            [sys.executable, __file__, "--digest", str(folder)], check=True, capture_output=True, text=True
        )
        print(f"digest   {what}: {time.perf_counter() - start:.2f} s with start; {told.stdout.strip()}")


def peak_mib() -> float:
    """The most memory this program held; ru_maxrss would tell that of its parent if that had more when it began."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def write_digest(folder: Path) -> None:
    """The digest of the last week, and what it took."""
    start = time.perf_counter()
    from flows.digest import digest

    imported = time.perf_counter()
    report = digest.fn(Settings(data_dir=folder), "2026-W47", now=END + timedelta(hours=6))
    peak = peak_mib()
    took, loading, cpu = time.perf_counter() - imported, imported - start, time.process_time()
    print(
        f"{took:.2f} s, and {loading:.2f} s to load the program; {cpu:.2f} s of CPU in all; {peak:.0f} MiB; "
        f"edition {report.edition}: {report.title}"
    )


if __name__ == "__main__":
    main()
