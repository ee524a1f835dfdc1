"""Questions in SQL from people, answered in values that any format can carry."""

import base64
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.errors import BadQuestion
from warehouse.rows import Table
from warehouse.session import Session
from warehouse.sql import checks

_SHOWN_OFFENDERS = 20  # enough to see the pattern; a broken batch can offend in thousands of rows


class Asking(Session):
    """Free questions, and the checks."""

    def query(self, sql: str, *, max_rows: int | None = None) -> Table:
        """The answer to one or more statements, that of the last one, cut after `max_rows`.

        Raises BadQuestion with DuckDB's own words if the SQL is wrong or asks for what a reader may not do.
        """
        try:
            answer = None
            for statement in self._connection.extract_statements(sql):
                answer = self._connection.sql(statement)
            return Table((), []) if answer is None else _as_table(answer, max_rows)
        except (duckdb.Error, pa.ArrowException) as error:
            raise BadQuestion(str(error)) from error

    def failed_checks(self) -> dict[str, Table]:
        """Name -> offending rows, at most 20, of every check that found some; empty in a sound warehouse."""
        answers = {name: self.query(sql, max_rows=_SHOWN_OFFENDERS) for name, sql in checks().items()}
        return {name: answer for name, answer in answers.items() if answer.rows}


def _as_table(answer: duckdb.DuckDBPyRelation, max_rows: int | None) -> Table:
    rows: list[tuple[object, ...]] = []
    # A stream, so that `from mart.articles` with a limit of 50 rows does not read every text.
    with pa.RecordBatchReader.from_stream(answer) as reader:
        for batch in reader:
            columns = [column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns]
            rows.extend(tuple(map(plain, row)) for row in zip(*columns, strict=True))
            if max_rows is not None and len(rows) > max_rows:
                break
    return Table(tuple(answer.columns), rows[:max_rows], is_cut=max_rows is not None and len(rows) > max_rows)


def plain(value: Any) -> object:
    """A value that JSON and CSV can carry. Times are ISO 8601, in UTC with a Z; durations seconds; bytes base64."""
    match value:
        case float():  # JSON knows neither NaN nor infinity
            return value if isfinite(value) else None
        case None | bool() | int() | str():
            return value
        case datetime() | date() | time():
            return _iso(value)
        case timedelta():
            return value.total_seconds()
        case Decimal():  # DuckDB sums whole numbers into decimals without a fraction
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case pa.MonthDayNano():
            return _interval(value)
        case dict():
            return {
                key if isinstance(key, str) else json.dumps(plain(key)): plain(item) for key, item in value.items()
            }
        case list() | tuple():
            return [plain(item) for item in value]
    return str(value)


def _iso(moment: datetime | date | time) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.isoformat()


def _interval(value: Any) -> object:
    """Seconds, or an ISO 8601 duration where there are months in it, which have no length in seconds."""
    seconds = value.days * 86_400 + value.nanoseconds / 1e9
    return f"P{value.months}MT{seconds:g}S" if value.months else seconds
