"""One open connection, and the few ways in which everything else uses it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from warehouse.columns import to_arrow
from warehouse.digest_rows import TextPlace
from warehouse.errors import OpenedForReading
from warehouse.sql import query
from warehouse.transactions import transaction

Row = TypeVar("Row")
NEVER = timedelta(days=365_000)  # from now: after any time that is written down


class Session:
    """What the families of methods share. Queries are named after their files in warehouse/queries."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, is_read_only: bool = False) -> None:
        self._connection = connection
        self._is_read_only = is_read_only

    @contextmanager
    def as_of_now(self) -> Iterator[None]:
        """Let every question of the block see one state; in a lake, others store between two questions.

        What the block writes would be lost: it is for questions alone.
        """
        self._connection.begin()
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # a question that failed has ended it already
                self._connection.rollback()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._is_read_only:
            raise OpenedForReading
        with transaction(self._connection):
            yield

    @contextmanager
    def _incoming(self, rows: Sequence[Any], row_type: type) -> Iterator[None]:
        """Rows, visible to queries as the table `incoming`."""
        self._connection.register("incoming", to_arrow(rows, row_type))
        try:
            yield
        finally:
            self._connection.unregister("incoming")

    def _store(self, name: str, rows: Sequence[Any], row_type: type, **parameters: object) -> int:
        """Run one statement over incoming rows; the number of rows it wrote. Without rows nothing is run."""
        if not rows:
            return 0
        with self._incoming(rows, row_type):
            return self._run(name, **parameters)

    def _run(self, name: str, **parameters: object) -> int:
        """Run one statement; the number of rows it wrote."""
        written = self._connection.execute(query(name), parameters).fetchone()
        return int(written[0]) if written else 0

    def _read(self, name: str, row_type: type[Row], **parameters: object) -> list[Row]:
        """The answer to a query whose columns are the fields of `row_type`, in any order."""
        return [row_type(**row) for row in self._ask(name, **parameters)]

    def _ask_with_texts(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """The answer to a query that names texts by their `text_row`, with `text` in its place.

        In two questions: in one, DuckDB would unpack every text of the warehouse to find some (3 s of a million).
        """
        answer = list(self._ask(name, **parameters))
        rows = [row["text_row"] for row in answer]
        texts: dict[int, str | None] = {}
        if rows:
            with self._incoming([TextPlace(row) for row in rows], TextPlace):
                found = self._ask("texts_of_rows", least=min(rows), greatest=max(rows))
                texts = {row["text_row"]: row["text"] for row in found}
        return [
            {name: value for name, value in row.items() if name != "text_row"} | {"text": texts[row["text_row"]]}
            for row in answer
        ]

    def _ask(self, name: str, **parameters: object) -> Iterator[dict[str, Any]]:
        """The answer to a query, row by row; lists come as tuples."""
        answer = self._connection.sql(query(name), params=parameters).to_arrow_table()
        columns = [_values(answer.column(index)) for index in range(answer.num_columns)]
        for values in zip(*columns, strict=True):
            yield dict(zip(answer.column_names, values, strict=True))


def _values(column: pa.ChunkedArray) -> list[Any]:
    # By way of Arrow, since DuckDB's own fetchall needs pytz for times with a zone.
    values: list[Any] = column.to_pylist()
    return [tuple(value) for value in values] if pa.types.is_list(column.type) else values
