"""Questions in SQL from people, answered in values that any format can carry."""

import base64
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import duckdb

from warehouse.errors import BadQuestion
from warehouse.rows import Table
from warehouse.session import Session
from warehouse.sql import checks


class Asking(Session):
    """Free questions, and the checks."""

    def query(self, sql: str, *, max_rows: int | None = None) -> Table:
        """The answer to one or more statements, that of the last one, cut after `max_rows`.

        Raises BadQuestion with DuckDB's own words if the SQL is wrong or asks for what a reader may not do.
        """
        try:
            cursor = self._connection.execute(sql)
            names = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchall() if max_rows is None else cursor.fetchmany(max_rows + 1)
        except duckdb.Error as error:
            raise BadQuestion(str(error)) from error
        kept = rows if max_rows is None else list(islice(rows, max_rows))
        return Table(names, [tuple(_plain(value) for value in row) for row in kept], is_cut=len(rows) > len(kept))

    def failed_checks(self) -> dict[str, Table]:
        """Name -> offending rows of every check that found some; empty in a sound warehouse."""
        answers = {name: self.query(sql, max_rows=20) for name, sql in checks().items()}
        return {name: answer for name, answer in answers.items() if answer.rows}


def _plain(value: Any) -> object:
    """A value that JSON and CSV can carry. Times are ISO 8601 in UTC with a Z, durations seconds, bytes base64."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return _iso(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return float(value)
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case dict():
            return {
                key if isinstance(key, str) else json.dumps(_plain(key)): _plain(item) for key, item in value.items()
            }
        case list() | tuple():
            return [_plain(item) for item in value]
    return str(value)  # UUID and the rarer types have a text form


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        return moment.isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
