"""Rows as CSV and as lines of JSON, one at a time: a month need not fit into memory."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.steps.text.neutral import csv_cell, json_line

Row = Sequence[object]


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A header and a line a row. Text that a spreadsheet would run gets an apostrophe; lists and maps become JSON.

    UTF-8 with a byte order mark, or Excel takes it for the code page of the machine.
    """
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)


def write_json_lines(file: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """One JSON object a row."""
    with file.open("w", encoding="utf-8") as opened:
        for row in rows:
            said = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, allow_nan=False)
            opened.write(json_line(said) + "\n")


def _cell(value: object) -> object:
    return csv_cell(json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value)
