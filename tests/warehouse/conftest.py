"""A warehouse on a real temporary file, and batches as an ingest makes them.

test_lakes.py runs the tests of the store once more with LAKE set: then the warehouse is a lake of its own for each.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from shutil import copy

import pytest

from warehouse.addresses import LakeAddress
from warehouse.connecting import SETTINGS
from warehouse.opening import open_warehouse
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

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # a Wednesday, ISO week 2026-W47
# Of the PostgreSQL that test_lakes.py starts: folder of its programs, port, folder for the lake's files.
LAKE = os.environ.get("TESTS_LAKE", "").split(os.pathsep)
if len(LAKE) == 3:
    # To check the signatures of the extensions takes 0.17 s a lake, and threads double the CPU of small questions.
    # The tests of commands on lakes leave both as they are.
    SETTINGS |= {"allow_unsigned_extensions": True, "threads": 1}
FEEDS = tuple(
    FeedRow(f"feed{n}", f"https://outlet{n}.test/rss", f"Outlet {n}", f"Outlet {n}", "JP", "en") for n in range(2)
)
MODEL = ModelRow("m1", NOW, "models/m1", "a" * 64, "b" * 64, '{"examples": 3}', {"cross-validation": {"ap": 0.8}})
PAIRS = (("JP", "VN"), ("CN", "JP"), ("EU", "JP", "VN"))


def entry(n: int, **changes: object) -> EntryRow:
    row = EntryRow(
        feed_id=FEEDS[n % 2].feed_id,
        entry_key=f"entry{n}",
        entry_hash=f"hash{n}",
        outcome="stored",
        seen_at=NOW,
        title=f"Title {n}",
        link=f"https://outlet.test/{n}?from=feed",
        url_key=f"outlet.test/{n}?from=feed",
        article_id=f"article{n}",
        n_attempts=1,
    )
    return replace(row, **changes)


def article(n: int, **changes: object) -> ArticleRow:
    row = ArticleRow(
        article_id=f"article{n}",
        url=f"https://outlet.test/{n}",
        url_key=f"outlet.test/{n}",
        outlet=f"Outlet {n % 2}",
        feed_id=FEEDS[n % 2].feed_id,
        title=f"Title {n}",
        first_seen_at=NOW,
        language="en",
        published_at=NOW - timedelta(hours=n % 48),
        published_at_source="feed",
        published_at_precision="second",
    )
    return replace(row, **changes)


def text(n: int, **changes: object) -> TextRow:
    words = f"Text {n}. " + "Small firms of two economies meet. " * 20
    row = TextRow(f"article{n}", f"text{n}", f"Title {n}", words, 122, "page", "test 1", NOW)
    return replace(row, **changes)


def verdict(n: int, **changes: object) -> VerdictRow:
    row = VerdictRow(
        article_id=f"article{n}",
        text_hash=f"text{n}",
        model_id="m1",
        score=0.9,
        band="sure",
        is_relevant=True,
        judged_at=NOW,
        kind="forum",
        kind_score=0.8,
        countries=PAIRS[n % 3],
        blocs=("ASEAN",),
        evidence=(EvidenceRow("small firms", 1.5), EvidenceRow("weather", -0.5)),
        sectors=("textiles", "tourism")[: n % 3],
        organisations=(
            OrganisationRow("JETRO", "trade-promotion", "JP"),
            OrganisationRow("UNIDO", "international", None),
        ),
    )
    return replace(row, **changes)


def batch(n_articles: int = 4, *, batch_id: str = "b1", run_id: str = "r1", start: int = 0) -> Batch:
    """Two feeds that announce new articles, numbered from `start`, and one dead link."""
    numbers, dead = range(start, start + n_articles), start + n_articles
    lost = entry(dead, outcome="unreachable", article_id=None, detail="timed out", next_attempt_at=NOW)
    shares = [sum(1 for n in numbers if n % 2 == which) for which in range(2)]
    shares_with_lost = [share + (dead % 2 == which) for which, share in enumerate(shares)]
    return Batch(
        batch_id,
        run_id,
        NOW,
        fetches=tuple(
            FetchRow(f"{run_id}/{feed.feed_id}", feed.feed_id, NOW, 0.4, "read", 200, n_entries=announced)
            for feed, announced in zip(FEEDS, shares_with_lost, strict=True)
        ),
        fetch_ends=(
            *(FetchEndRow(f"{run_id}/{FEEDS[w].feed_id}", "stored", shares[w]) for w in range(2)),
            FetchEndRow(f"{run_id}/{lost.feed_id}", "unreachable", 1),
        ),
        entries=(*(entry(n) for n in numbers), lost),
        articles=tuple(article(n) for n in numbers),
        article_urls=tuple(
            ArticleUrlRow(f"outlet.test/{n}?from=feed", f"article{n}", "feed link", NOW) for n in numbers
        ),
        texts=tuple(text(n) for n in numbers),
        verdicts=tuple(verdict(n) for n in numbers),
        feed_states=tuple(
            FeedStateRow(f.feed_id, "active", next_poll_at=NOW + timedelta(hours=1), interval_s=3600.0, etag='W/"x"')
            for f in FEEDS
        ),
    )


def begin(warehouse: Warehouse, run_id: str = "r1") -> None:
    """What stands in a warehouse before the first batch of a run."""
    warehouse.begin_run(run_id, "ingest", NOW)
    warehouse.sync_feeds(FEEDS, NOW)
    warehouse.register_model(MODEL, NOW)
    warehouse.promote_model("m1", NOW)


class Cases:
    """The builders above, for test modules (which cannot import each other)."""

    now, feeds, model = NOW, FEEDS, MODEL
    entry, article, text, verdict, batch, begin = map(staticmethod, (entry, article, text, verdict, batch, begin))


@pytest.fixture
def cases() -> type[Cases]:
    return Cases


@pytest.fixture
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    if len(LAKE) == 3 and "path" in request.function.__code__.co_varnames:
        pytest.skip("about files")
    return tmp_path / "data" / "warehouse.duckdb"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An empty and a filled file, to be copied: making one takes 0.15 s of CPU, and most tests need one."""
    folder = tmp_path_factory.mktemp("warehouses")
    files = {name: folder / f"{name}.duckdb" for name in ("empty", "filled")}
    for name, file in files.items():
        with open_warehouse(lake(name) if len(LAKE) == 3 else file, now=NOW) as warehouse:
            if name == "filled":
                begin(warehouse)
                warehouse.store_batch(batch())
    return files


def lake(name: str, of: str = "template1") -> LakeAddress:
    """A database of that name, a copy of another; files of lakes are never changed, so that copies may share them."""
    _, port, data = LAKE
    postgres("createdb", "-T", of, name)
    return LakeAddress(f"host=127.0.0.1 port={port} dbname={name} user=smewatch", data)


def postgres(program: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs."""
    programs, port, _ = LAKE
    subprocess.run([f"{programs}/{program}", "-h", "127.0.0.1", "-p", port, "-U", "smewatch", *words], check=True)


@pytest.fixture
def empty(made_once: dict[str, Path], path: Path) -> Iterator[Warehouse]:
    yield from _copy(made_once["empty"], path)


@pytest.fixture(scope="session")
def untouched(made_once: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An empty warehouse for tests that only read."""
    yield from _copy(made_once["empty"], tmp_path_factory.mktemp("untouched") / "data" / "warehouse.duckdb")


@pytest.fixture
def filled(made_once: dict[str, Path], path: Path) -> Iterator[Warehouse]:
    yield from _copy(made_once["filled"], path)


def _copy(made: Path, path: Path) -> Iterator[Warehouse]:
    path.parent.mkdir()
    name = f"t{token_hex(8)}"
    copied = lake(name, of=made.stem) if len(LAKE) == 3 else copy(made, path)
    with open_warehouse(copied, now=NOW, wait_s=0) as warehouse:
        yield warehouse
    if len(LAKE) == 3:
        postgres("dropdb", name)


@pytest.fixture
def contents() -> Callable[[Warehouse], dict[str, list[tuple[object, ...]]]]:
    """Every row of every table, sorted: equal before and after means that nothing changed."""

    def read(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
        found = warehouse.query(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database()"
        )
        tables = [str(row[0]) for row in found.rows]
        return {table: sorted(warehouse.query(f"from {table}").rows, key=repr) for table in tables}

    return read
