"""Bringing a file's schema up to what this version knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.errors import MigrationEdited, NotAWarehouse, SchemaTooNew
from warehouse.sql import Migration
from warehouse.transactions import transaction


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration as the file remembers it."""

    version: int
    name: str
    sha256: str


def pending(applied: Sequence[Applied], known: Sequence[Migration]) -> list[Migration]:
    """The migrations still to be applied, oldest first.

    Raises SchemaTooNew if the file has one we do not know, MigrationEdited if one of ours was changed since.
    """
    ours = {step.version: step for step in known}
    for step in applied:
        if step.version not in ours:
            raise SchemaTooNew(max(one.version for one in applied), max(ours, default=0))
        if ours[step.version].sha256 != step.sha256:
            raise MigrationEdited(step.version, step.name)
    done = {step.version for step in applied}
    return [step for step in known if step.version not in done]


def applied_migrations(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Applied]:
    """What the file says was applied to it; empty for an empty file.

    Raises NotAWarehouse if the file has tables but no record of migrations: it is somebody else's database.
    """
    try:
        asked = connection.execute("select version, name, sha256 from ops.schema_migrations order by version")
    except duckdb.CatalogException:
        # Asked only now: on a lake, where the list has PostgreSQL's own tables, too, it costs 0.1 s of each opening.
        has_tables = "select count(*) > 0 from duckdb_tables() where database_name = current_database()"
        if connection.execute(has_tables).fetchall() == [(True,)]:
            raise NotAWarehouse(path, "it is a DuckDB database with other tables.") from None
        return []
    return [Applied(*row) for row in asked.fetchall()]


def apply(connection: duckdb.DuckDBPyConnection, steps: Sequence[Migration], now: datetime) -> None:
    """Apply migrations, each with its record in one transaction: a crash leaves whole steps only."""
    for step in steps:
        with transaction(connection):
            connection.execute(step.sql)
            connection.execute(
                "insert into ops.schema_migrations values (?, ?, ?, ?, version())",
                [step.version, step.name, step.sha256, now],
            )
