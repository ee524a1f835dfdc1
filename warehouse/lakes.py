"""A warehouse in a DuckLake: a PostgreSQL database as its catalogue, Parquet files in a folder or an object store.

Several machines may write and read at a time. The same migrations, queries and checks run on it; what DuckLake has no
place for is left out: comments of macros and of the columns of views, keys, and the compression of single columns.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import duckdb

from warehouse import object_store
from warehouse.addresses import LakeAddress
from warehouse.connecting import GaveUp, connect, patiently
from warehouse.errors import LakeSilent, NoLake, NoWarehouse, SchemaTooOld
from warehouse.migrating import Applied, applied_migrations, apply, pending
from warehouse.sql import Migration, migrations
from warehouse.store import Warehouse

EXTENSIONS = ("postgres_scanner", "ducklake")  # in the order they are loaded
KEPT = timedelta(days=2)  # of earlier states; no question takes so long
_CATALOG, _LOCKS = "smewatch", "smewatch_locks"
_LOCK = 0x534D45  # of PostgreSQL's advisory locks, any number that no other program uses there
_COMMENT_OF_COLUMN = re.compile(r"^comment on column (\w+\.\w+)\.\w+ is '(?:[^']|'')*';\n?", re.MULTILINE)
_COMMENT_OF_MACRO = re.compile(r"^comment on macro (?:table )?\S+ is '(?:[^']|'')*';\n?", re.MULTILINE)
_PRIMARY_KEY = re.compile(r",(?:\s*--.*\n)?\s*primary key \([^)]*\)")
# What PostgreSQL's library says of a server that is down, starts or goes: it passes.
_SILENT = re.compile(r"Connection refused|could not connect|starting up|shutting down|closed the connection|timeout")
_NOT_MADE = re.compile(r"does not exist|not a DuckLake")
_VIEW = re.compile(r"^create view (\w+\.\w+)", re.MULTILINE)


class _Lake(Warehouse):
    """Writes one after the other, whoever writes: DuckLake sees no conflict in two that add the same article."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, address: LakeAddress) -> None:
        super().__init__(connection)
        self._address = address

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _in_words(self._address), _alone(self._connection), super()._transaction():
            yield


@contextmanager
def open_lake(address: LakeAddress, now: datetime, wait_s: float) -> Iterator[Warehouse]:
    """The warehouse in a lake, for reading and writing, made and migrated as needed; others may have it open, too.

    `now` dates the migrations. Raises NoLake, LakeSilent, StoreSilent, SchemaTooNew or MigrationEdited.
    """
    with _reached(address, wait_s) as connection:
        with _alone(connection):  # two that make the same lake at once would be in each other's way
            _attach(connection, address, "")
            apply(connection, [for_lake(step) for step in pending(_applied(connection), migrations())], now)
        yield _Lake(connection, address)


@contextmanager
def read_lake(address: LakeAddress, wait_s: float) -> Iterator[Warehouse]:
    """The warehouse in a lake for reading. Raises NoLake, LakeSilent, StoreSilent, NoWarehouse, SchemaTooOld."""
    with _attached_for_reading(address, wait_s) as connection:
        steps = pending(_applied(connection), migrations())
        if steps:
            raise SchemaTooOld(steps[0].version - 1, steps[-1].version)
        yield Warehouse(connection, is_read_only=True)


def pending_in_lake(address: LakeAddress, wait_s: float) -> list[Migration]:
    """The migrations that open_lake would apply, oldest first. Raises as read_lake."""
    with _attached_for_reading(address, wait_s) as connection:
        return pending(_applied(connection), migrations())


@contextmanager
def _attached_for_reading(address: LakeAddress, wait_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
    with _reached(address, wait_s) as connection:
        _attach(connection, address, ", read_only")
        yield connection


def _applied(connection: duckdb.DuckDBPyConnection) -> list[Applied]:
    return applied_migrations(connection, Path(_CATALOG))


@contextmanager
def _alone(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Hold the lake's lock. PostgreSQL frees it when the process dies, however it dies."""
    with closing(connection.cursor()) as holding:
        holding.begin()
        holding.execute(f"from postgres_query('{_LOCKS}', 'select pg_advisory_xact_lock({_LOCK})::text')").fetchall()
        yield


def merge_files(address: LakeAddress, now: datetime, wait_s: float) -> None:
    """Merge what stores left in small pieces, and delete what no reader of the last days can be asking for.

    DuckLake keeps inserts of a few rows in the catalogue itself until they are flushed to files.
    """
    with _reached(address, wait_s) as connection, _alone(connection):
        _attach(connection, address, "")
        for call in ("ducklake_flush_inlined_data", "ducklake_merge_adjacent_files"):
            connection.execute(f"call {call}('{_CATALOG}')")
        for call in ("ducklake_expire_snapshots", "ducklake_cleanup_old_files"):
            connection.execute(f"call {call}('{_CATALOG}', older_than => ?::timestamptz)", [now - KEPT])


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


@contextmanager
def _reached(address: LakeAddress, wait_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has what a lake needs, and found its servers."""
    with _in_words(address), closing(connect()) as connection:
        for name in EXTENSIONS:
            _load(connection, name)
        if address.is_in_store:
            _load(connection, object_store.EXTENSION)
            object_store.let_in(connection, address, wait_s)
        _find_catalogue(connection, address, wait_s)
        yield connection


@contextmanager
def _in_words(address: LakeAddress) -> Iterator[None]:
    """Turn what DuckDB says of a server that does not answer into LakeSilent or StoreSilent."""
    try:
        with object_store.in_words(address):
            yield
    except duckdb.Error as problem:
        if _SILENT.search(str(problem)):
            raise LakeSilent(_first_line(problem), 0.0) from problem
        raise


def _find_catalogue(connection: duckdb.DuckDBPyConnection, address: LakeAddress, wait_s: float) -> None:
    attach = f"attach {_quoted(address.catalogue)} as {_LOCKS} (type postgres)"
    try:
        patiently(lambda: connection.execute(attach), wait_s, lambda message: bool(_SILENT.search(message)))
    except GaveUp as end:
        raise LakeSilent(_first_line(end.__cause__), end.waited_s) from end.__cause__
    except duckdb.Error as problem:
        raise NoLake(f"The lake cannot be reached: {_first_line(problem)}.") from problem


def _load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension: that of the package installed for it, else one that was installed into DuckDB itself."""
    found = find_spec(f"duckdb_extension_{name}")
    places = found.submodule_search_locations if found else None
    files = [one for place in places or () for one in Path(place).rglob(f"{name}.duckdb_extension")]
    try:
        connection.execute(f"load {_quoted(files[0]) if files else name}")
    except duckdb.Error as problem:
        raise NoLake(
            f"A lake needs DuckDB's extension {name} for DuckDB {duckdb.__version__}, and it cannot be loaded: "
            f"{_first_line(problem)}. Install duckdb and the packages duckdb-extension-ducklake, "
            "duckdb-extension-postgres-scanner and, for files in a bucket, duckdb-extension-httpfs in one version, "
            "such as 1.5.5 (there are none for 2.0 yet)."
        ) from problem


def _attach(connection: duckdb.DuckDBPyConnection, address: LakeAddress, mode: str) -> None:
    lake = _quoted(f"ducklake:postgres:{address.catalogue}")
    try:
        connection.execute(f"attach {lake} as {_CATALOG} (data_path {_quoted(address.data + '/')}{mode})")
    except duckdb.Error as problem:
        if _NOT_MADE.search(str(problem)):
            raise NoWarehouse(address) from problem
        raise NoLake(f"The lake cannot be opened: {_first_line(problem)}.") from problem
    connection.execute(f"use {_CATALOG}; set timezone = 'UTC'")


def _first_line(problem: BaseException | None) -> str:
    return str(problem).splitlines()[0].rstrip(".")


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
