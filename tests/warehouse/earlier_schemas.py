"""Rows of every earlier schema, kept as SQL: earlier_rows/0003.sql fills the tables that migration 3 made, and so on.

A warehouse of schema N is migrations 1..N and the rows of 1..N. The files are what a warehouse of that time held, so
they are never changed, whatever later migrations do. After a migration that makes tables, this adds its file, and
leaves the others:

    python -m tests.warehouse.earlier_schemas
"""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests.warehouse import conftest as cases
from warehouse.digest_rows import DigestItemRow, DigestRow, StoryArticleRow, StoryLeadRow
from warehouse.feed_rows import LeaseRow, RobotsRow
from warehouse.migrating import apply
from warehouse.opening import open_warehouse
from warehouse.rows import AddressRow, Batch, HostRestRow, LabelRow, ReservationRow, RetryEndRow
from warehouse.sql import Migration, migrations
from warehouse.store import Warehouse

ROWS = Path(__file__).with_name("earlier_rows")
NOT_KEPT = {"ops.schema_migrations"}  # each warehouse writes its own
_TABLE = re.compile(r"^create table (\w+\.\w+)", re.MULTILINE)


def tables_of(step: Migration) -> list[str]:
    """The tables that a migration made and that have rows to keep."""
    return [name for name in _TABLE.findall(step.sql) if name not in NOT_KEPT]


def file_of(step: Migration) -> Path:
    """Where the rows of its tables are kept."""
    return ROWS / f"{step.version:04d}.sql"


def make(path: Path, version: int) -> None:
    """A file as a smewatch of schema `version` left it."""
    steps = [step for step in migrations() if step.version <= version]
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        apply(connection, steps, cases.NOW)
        for step in steps:
            if tables_of(step):
                connection.execute(file_of(step).read_text(encoding="utf-8"))


def fill(warehouse: Warehouse) -> None:
    """At least a row in every table."""
    now, feed = cases.NOW, cases.FEEDS[0].feed_id
    cases.begin(warehouse)
    warehouse.store_batch(cases.batch())
    warehouse.store_batch(
        Batch(
            *("b2", "r1", now),
            retry_ends=(RetryEndRow(feed, "gone", 1),),
            entries=(cases.entry(4, outcome="gone", article_id=None, n_attempts=2),),
            moves=(AddressRow(feed, "https://outlet0.test/moved", now),),
            host_rests=(HostRestRow("outlet.test", now, 2.0, now),),
            reservations=(ReservationRow("https://outlet.test", "site", "noai", now),),
        )
    )
    warehouse.take_leases([LeaseRow(feed, "r0", now, now, 1)])
    warehouse.finish_run("r1", "completed", None, now)
    warehouse.pause_feeds([cases.FEEDS[1].feed_id], now)
    warehouse.store_robots_files([RobotsRow("https://outlet.test", b"User-agent: *\n", now)], after=now, now=now)
    warehouse.store_labels([LabelRow("article1", 0, "ana", now, None, "a trade summit")])
    warehouse.store_stories(
        warehouse.stories_version(),
        [StoryArticleRow("article0", "s1"), StoryArticleRow("article3", "s1", "article0", 0.7)],
        [],
        [StoryLeadRow("s1", "article0", "the first report")],
        now,
    )
    digest = DigestRow("2026-W47", "UTC", now, "m1", "h" * 64, "t" * 64, "w.html", 1, "f" * 64, "{}", {"relevant": 3})
    digest_id = warehouse.store_digest(digest, [DigestItemRow(1, "article0", "story")]).digest_id
    warehouse.claim_delivery(digest_id, "a" * 32, now)
    warehouse.settle_delivery(digest_id, "a" * 32, "sent", None, now)
    warehouse.query("insert into ops.text_retirements values ('2026-11-18 09:00Z', '2025-01-01 00:00Z', 7, 900)")


def inserts(ask: Callable[[str], list[tuple[str | None, ...]]], step: Migration) -> str:
    """The rows of a migration's tables, every value as text: DuckDB casts it to the type of its column."""
    statements = [
        f"-- Rows of the tables that migration {step.version:04d} made, as its time wrote them: never changed."
    ]
    for table in tables_of(step):
        rows = ask(f"select columns(*)::varchar from {table} order by all")
        values = [
            ", ".join("null" if one is None else "'" + one.replace("'", "''") + "'" for one in row) for row in rows
        ]
        statements.append(f"insert into {table} values\n" + ",\n".join(f"({row})" for row in values) + ";")
    return "\n\n".join(statements) + "\n"


def write() -> None:
    """Write the files that are missing."""
    with (
        TemporaryDirectory() as folder,
        open_warehouse(Path(folder) / "data" / "warehouse.duckdb", now=cases.NOW) as warehouse,
    ):
        fill(warehouse)
        for step in migrations():
            if tables_of(step) and not file_of(step).exists():
                file_of(step).write_text(inserts(lambda sql: warehouse.query(sql).rows, step), encoding="utf-8")


if __name__ == "__main__":
    write()
