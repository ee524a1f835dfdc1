"""Relations in months: what a month holds, told by a fingerprint, and its rows as Parquet or one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.asking import plain
from warehouse.session import Session
from warehouse.transactions import as_full

# The column that says which month a row belongs to, the first of these that a relation has.
_TIMES = (
    "counted_at", "first_counted_at", "first_seen_at", "started_at", "fetched_at", "judged_at", "stored_at",
    "created_at", "labelled_at", "joined_at",
)  # fmt: skip
# A row without a time of its own belongs to the month of what it speaks of: column -> relation, its time.
_PARENTS = {
    "mart": {"article_id": ("mart.articles", "counted_at")},
    "core": {"article_id": ("core.articles", "first_seen_at"), "digest_id": ("core.digests", "created_at")},
    "raw": {"fetch_id": ("raw.fetches", "started_at")},
}
_TEXTS = "mart.article_texts"  # whole texts, which belong to their publishers
UNDATED = "undated"  # the month of rows whose time is null


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a relation that belong to one month."""

    relation: str  # schema and name
    month: str | None  # e.g. 2026-11, in UTC; "undated"; null for a relation that is kept whole
    n_rows: int
    fingerprint: str  # the same for the same rows in any order, by the same version of DuckDB


@dataclass(frozen=True, slots=True)
class _Split:
    """How a relation is split: an expression for the time of a row `t`, and the join it needs."""

    time: str | None
    join: str = ""


class Exporting(Session):
    """What leaves the warehouse, and how far it changed."""

    def public_views(self, *, with_texts: bool) -> list[str]:
        """The views made for people; the one with whole texts only if asked for."""
        found = [
            f"{one['schema']}.{one['name']}" for one in self._ask("described_relations") if one["schema"] == "mart"
        ]
        return [name for name in found if with_texts or name != _TEXTS]

    def base_tables(self) -> list[str]:
        """The tables that hold everything: from them alone a warehouse can be made again."""
        return [
            f"{one['schema']}.{one['name']}" for one in self._ask("described_relations") if one["kind"] == "table"
        ]

    def duckdb_version(self) -> str:
        """The version of DuckDB at work, e.g. v2.0.0: fingerprints of another one cannot be compared."""
        return duckdb_version()

    def parts(self, relation: str) -> list[Part]:
        """The months of a relation, oldest first. One that is kept whole, or has no row, has one part."""
        split = self._split(relation)
        month = _month(split) if split.time else "null::varchar"
        answer = self._connection.sql(
            f"select {month} as month, count(*) as n_rows, coalesce(sum({self._hash(relation)}), 0)::varchar as sum "  # noqa: S608 - names of the catalogue
            f"from {_quoted(relation)} as t {split.join} {'group by all order by month' if split.time else ''}"
        )
        rows = answer.to_arrow_table().to_pylist()
        if not rows:
            return [Part(relation, None, 0, "0-0")]
        return [Part(relation, row["month"], row["n_rows"], f"{row['n_rows']}-{row['sum']}") for row in rows]

    def write_parquet(self, part: Part, file: Path) -> None:
        """Write the rows of a part to a new file, compressed with zstd. Raises WarehouseFull if there is no room."""
        target = str(file).replace("'", "''")
        try:
            self._connection.execute(f"copy ({self._rows_of(part)}) to '{target}' (format parquet, compression zstd)")
        except duckdb.Error as error:
            raise (as_full(error) or error) from error

    def read_part(self, part: Part) -> tuple[Sequence[str], Iterator[tuple[object, ...]]]:
        """Column names, and the rows one by one in plain values, so that no month need fit into memory."""
        answer = self._connection.sql(self._rows_of(part))
        return answer.columns, _stream(answer)

    def _rows_of(self, part: Part) -> str:
        split = self._split(part.relation)
        where = "" if part.month is None else f"where {_month(split)} = '{part.month}'"
        # In the order of time, and of the first column where there is none: the same rows give much the same file.
        order = ", ".join([*([split.time] if split.time else []), "1"])
        return f"select t.* from {_quoted(part.relation)} as t {split.join} {where} order by {order}"  # noqa: S608 - names of the catalogue

    def _split(self, relation: str) -> _Split:
        columns = self._columns_of[relation]
        for time in _TIMES:
            if time in columns:
                return _Split(f't."{time}"')
        for key, (parent, time) in _PARENTS.get(relation.partition(".")[0], {}).items():
            if key in columns and parent != relation:
                return _Split(
                    f"p.{time}",
                    f"left join (select {key}, {time} from {parent}) as p on p.{key} = t.{key}",  # noqa: S608
                )
        return _Split(None)

    def _hash(self, relation: str) -> str:
        """An expression that differs where a row `t` does. A text is told by its own hash, and need not be read."""
        columns = self._columns_of[relation]
        told = [f't."{name}"' for name in columns if not (name == "text" and "text_hash" in columns)]
        if "text" in columns and "text_hash" in columns:
            told.append('t."text" is null')
        return f"hash({', '.join(told)})::hugeint"

    @cached_property
    def _columns_of(self) -> dict[str, list[str]]:
        """Relation -> its columns. Asked once: no schema changes while a session is open."""
        columns: dict[str, list[str]] = {}
        for row in self._ask("described_columns"):
            columns.setdefault(f"{row['schema']}.{row['relation']}", []).append(row["name"])
        return columns


def duckdb_version() -> str:
    """The version of DuckDB that this process loads, e.g. v2.0.0."""
    return f"v{duckdb.__version__}"


def _month(split: _Split) -> str:
    return f"coalesce(strftime(timezone('UTC', {split.time}), '%Y-%m'), '{UNDATED}')"


def _quoted(relation: str) -> str:
    return ".".join(f'"{part}"' for part in relation.split("."))


def _stream(answer: duckdb.DuckDBPyRelation) -> Iterator[tuple[object, ...]]:
    with pa.RecordBatchReader.from_stream(answer) as reader:
        for batch in reader:
            columns = [column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns]
            for row in zip(*columns, strict=True):
                yield tuple(map(plain, row))
