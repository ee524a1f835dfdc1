"""A warehouse made again from an export of all its tables."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.asking import Asking
from warehouse.errors import WarehouseError
from warehouse.exporting import Exporting, Part
from warehouse.migrating import Applied, apply, pending
from warehouse.opening import create
from warehouse.sql import migrations
from warehouse.transactions import transaction


class NotImported(WarehouseError):
    """The export does not make a sound warehouse, or there is one already; nothing was changed."""


def import_warehouse(path: Path, files: Mapping[Part, Path], *, now: datetime, same_duckdb: bool = True) -> None:
    """Make a new warehouse of the Parquet files of a full export, and migrate it to the present schema.

    The rows are compared with what the parts promise: by fingerprint, or, without `same_duckdb`, by number. The file
    appears under its name only when all is done. Raises NotImported, SchemaTooNew for an export of a newer smewatch.
    """
    if path.exists():
        raise NotImported(f"There is a warehouse at {path} already. Move it away, or choose another data folder.")

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        later = pending(_applied(connection, files), migrations())
        apply(connection, [step for step in migrations() if step not in later], now)
        with transaction(connection):
            _load(connection, files)
        _compare(Exporting(connection), files, by_fingerprint=same_duckdb)
        apply(connection, later, now)
        if offenders := Asking(connection).failed_checks():
            raise NotImported(f"What was imported is not sound; these checks failed: {', '.join(offenders)}.")

    if not create(path, fill):
        raise NotImported(f"Another process made a warehouse at {path} meanwhile.")


def _applied(connection: duckdb.DuckDBPyConnection, files: Mapping[Part, Path]) -> list[Applied]:
    """The migrations behind the export."""
    paths = [str(path) for part, path in files.items() if part.relation == "ops.schema_migrations"]
    if not paths:
        raise NotImported("The export does not say which schema it has: ops.schema_migrations is missing.")
    rows = connection.execute("select version, name, sha256 from read_parquet(?)", [paths]).fetchall()
    return [Applied(*row) for row in rows]


def _load(connection: duckdb.DuckDBPyConnection, files: Mapping[Part, Path]) -> None:
    tables = set(Exporting(connection).base_tables())
    given = {part.relation for part in files}
    if strange := given - tables:
        raise NotImported(f"The export has tables that its schema does not know: {', '.join(sorted(strange))}.")
    for table in sorted(tables):
        connection.execute(f"delete from {table}")  # noqa: S608 - of the catalogue; a migration may have put rows there
        paths = [str(path) for part, path in files.items() if part.relation == table]
        if paths:
            # By name: a migration that adds a column in the middle must not shift the others.
            connection.execute(
                f"insert into {table} by name from read_parquet(?, hive_partitioning = false)",
                [paths],
            )


def _compare(warehouse: Exporting, files: Mapping[Part, Path], *, by_fingerprint: bool) -> None:
    for table in warehouse.base_tables():
        promised = {_told(part, by_fingerprint) for part in files if part.relation == table and part.n_rows}
        found = {_told(part, by_fingerprint) for part in warehouse.parts(table) if part.n_rows}
        if promised != found:
            raise NotImported(f"{table} does not hold the rows that the export promises: {sorted(promised ^ found)}.")


def _told(part: Part, by_fingerprint: bool) -> tuple[str, str]:
    return part.month or "", part.fingerprint if by_fingerprint else str(part.n_rows)
