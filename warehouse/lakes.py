"""A warehouse in a DuckLake: a PostgreSQL database as its catalogue, Parquet files in a folder or an object store.

Several machines may write and read at a time. The same migrations, queries and checks run on it; what DuckLake has no
place for is left out: comments of macros and of the columns of views, keys, and the compression of single columns.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError
from warehouse.migrating import applied_migrations, apply, pending
from warehouse.opening import SETTINGS
from warehouse.sql import Migration, migrations
from warehouse.store import Warehouse

EXTENSIONS = ("postgres_scanner", "ducklake")  # in the order they are loaded
_CATALOG, _LOCKS = "smewatch", "smewatch_locks"
_LOCK = 0x534D45  # of PostgreSQL's advisory locks, any number that no other program uses there
_COMMENT_OF_COLUMN = re.compile(r"^comment on column (\w+\.\w+)\.\w+ is '(?:[^']|'')*';\n?", re.MULTILINE)
_COMMENT_OF_MACRO = re.compile(r"^comment on macro (?:table )?\S+ is '(?:[^']|'')*';\n?", re.MULTILINE)
_PRIMARY_KEY = re.compile(r",(?:\s*--.*\n)?\s*primary key \([^)]*\)")
_VIEW = re.compile(r"^create view (\w+\.\w+)", re.MULTILINE)


class NoLake(WarehouseError):
    """The lake cannot be reached with what is installed, or at that address; the message says which."""


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """Where a lake is."""

    catalogue: str  # as PostgreSQL's own programs take it: "host=db.test port=5432 dbname=news user=smewatch"
    data: str  # folder or s3:// address of the Parquet files; the same for all who use the lake
    extensions: Path  # folder that holds <name>.duckdb_extension for this very version of DuckDB; nothing is fetched


class _Lake(Warehouse):
    """Writes one after the other, whoever writes: DuckLake sees no conflict in two that add the same article."""

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _alone(self._connection), super()._transaction():
            yield


@contextmanager
def open_lake(address: LakeAddress, *, now: datetime) -> Iterator[Warehouse]:
    """The warehouse in a lake, for reading and writing, made and migrated as needed; others may have it open, too.

    `now` dates the migrations. Raises NoLake, SchemaTooNew or MigrationEdited.
    """
    with closing(duckdb.connect(":memory:", config=SETTINGS)) as connection:
        _reach(connection, address)
        with _alone(connection):  # two that make the same lake at once would be in each other's way
            _attach(connection, address)
            applied = applied_migrations(connection, Path(address.data))
            apply(connection, [for_lake(step) for step in pending(applied, migrations())], now)
        yield _Lake(connection)


@contextmanager
def _alone(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Hold the lake's lock. PostgreSQL frees it when the process dies, however it dies."""
    with closing(connection.cursor()) as holding:
        holding.begin()
        holding.execute(f"from postgres_query('{_LOCKS}', 'select pg_advisory_xact_lock({_LOCK})::text')").fetchall()
        yield


def for_lake(step: Migration) -> Migration:
    """A migration in the dialect of DuckLake, under the name and hash of the original."""
    return _Translated(step.version, step.name, _translated(step.sql), step.sha256)


@dataclass(frozen=True, slots=True)
class _Translated(Migration):
    """A migration recorded as what it was made from, so that both kinds of warehouse know it by one hash."""

    original_sha256: str

    @property
    def sha256(self) -> str:
        return self.original_sha256


def _translated(sql: str) -> str:
    sql = _PRIMARY_KEY.sub("", _COMMENT_OF_MACRO.sub("", sql.replace(" using compression zstd", "")))
    return _COMMENT_OF_COLUMN.sub(lambda match: "" if match[1] in _views() else match[0], sql)


@cache
def _views() -> frozenset[str]:
    return frozenset(name for step in migrations() for name in _VIEW.findall(step.sql))


def _reach(connection: duckdb.DuckDBPyConnection, address: LakeAddress) -> None:
    """Load what a lake needs, and find its PostgreSQL."""
    try:
        for name in EXTENSIONS:
            connection.execute(f"load {_quoted(address.extensions / f'{name}.duckdb_extension')}")
        connection.execute(f"attach {_quoted(address.catalogue)} as {_LOCKS} (type postgres)")
    except duckdb.Error as problem:
        raise NoLake(f"The lake cannot be reached: {str(problem).splitlines()[0]}") from problem


def _attach(connection: duckdb.DuckDBPyConnection, address: LakeAddress) -> None:
    lake = _quoted(f"ducklake:postgres:{address.catalogue}")
    try:
        connection.execute(f"attach {lake} as {_CATALOG} (data_path {_quoted(address.data)})")
    except duckdb.Error as problem:
        raise NoLake(f"The lake cannot be opened: {str(problem).splitlines()[0]}") from problem
    connection.execute(f"use {_CATALOG}; set timezone = 'UTC'")


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
