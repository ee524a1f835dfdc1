"""The schema documents itself, and the SQL files keep their promises."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pyarrow
import pytest

import warehouse
from warehouse.columns import to_arrow
from warehouse.sql import checks, query

FOLDER = Path(warehouse.__file__).parent
QUERIES = sorted(file.stem for file in (FOLDER / "queries").glob("*.sql"))
SQL_FILES = sorted(FOLDER.rglob("*.sql"))
CLOCK = re.compile(
    r"\b(now\(|current_timestamp|current_date|today\(|get_current_time|current_localtime)", re.IGNORECASE
)


OURS = "database_name = current_database() and not internal"
UNDOCUMENTED = {
    "table": f"select schema_name || '.' || table_name from duckdb_tables() where {OURS} "
    "and coalesce(comment, '') = ''",
    "view": f"select schema_name || '.' || view_name from duckdb_views() where {OURS} and coalesce(comment, '') = ''",
    "column": "select schema_name || '.' || table_name || '.' || column_name from duckdb_columns() "
    f"where {OURS} and coalesce(comment, '') = ''",
    "macro": f"select schema_name || '.' || function_name from duckdb_functions() where {OURS} "
    "and coalesce(comment, '') = ''",
}


@pytest.mark.parametrize("kind", ["table", "view"])
def test_every_relation_has_a_comment(untouched, kind):
    assert untouched.query(UNDOCUMENTED[kind]).rows == []


@pytest.mark.parametrize("kind", ["column", "macro"])
def test_every_column_and_macro_has_a_comment(untouched, path, kind):
    """In a file: a lake has no place for comments of macros and of the columns of views."""
    assert untouched.query(UNDOCUMENTED[kind]).rows == []


def test_comments_are_sentences_about_something(untouched):
    found = untouched.query(
        "select schema_name || '.' || table_name || '.' || column_name, comment "
        f"from duckdb_columns() where {OURS} and comment is not null"
    )
    assert len(found.rows) > 100
    assert [name for name, comment in found.rows if len(comment) < 7 or comment.endswith((";", ","))] == []


def test_a_moment_in_the_example_of_a_comment_names_its_zone(untouched):
    """Without an offset it would be read in the time zone of whoever asks."""
    told = untouched.query(f"select distinct comment from duckdb_functions() where {OURS} and comment is not null")
    moments = [moment for (comment,) in told.rows for moment in re.findall(r"'(\d{4}-\d\d-\d\d[^']*)'", comment)]
    assert len(moments) >= 4 or not told.rows  # a lake has no place for comments of macros
    assert [moment for moment in moments if not re.search(r"\d\d:\d\d[+-]\d\d$", moment)] == []


def test_a_table_says_its_grain(untouched):
    found = untouched.query(
        f"select table_name, comment from duckdb_tables() where {OURS} "
        f"union all select view_name, comment from duckdb_views() where {OURS}"
    )
    assert [name for name, comment in found.rows if not comment.startswith(("One row per ", "The one "))] == []


def test_there_are_no_keys_that_would_slow_a_load_or_block_an_update(untouched, path):
    found = untouched.query(
        "select distinct table_name from duckdb_constraints() where constraint_type <> 'NOT NULL'"
    )
    assert found.rows == [("deliveries",)]  # few rows, and a mail that has left twice cannot be taken back


def test_columns_carry_their_units_and_kinds_in_their_names(untouched):
    found = untouched.query(f"select distinct column_name, data_type from duckdb_columns() where {OURS}")
    wrong = [
        (name, kind)
        for name, kind in found.rows
        if (kind == "TIMESTAMP WITH TIME ZONE") != name.endswith(("_at", "_since"))
        or kind == "TIMESTAMP"
        or (kind == "BOOLEAN") != name.startswith(("is_", "validators_lie"))
    ]
    assert wrong == []


@pytest.mark.parametrize("file", SQL_FILES, ids=lambda file: file.stem)
def test_no_sql_reads_the_clock(file):
    assert CLOCK.findall(re.sub(r"--.*|'[^']*'", "", file.read_text())) == []


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_starts_with_its_contract(name):
    lines = query(name).splitlines()
    header = [line for line in lines if line.startswith("-- ")]
    purpose = "".join(header).partition("-- Parameters: ")[0]
    assert purpose.endswith((".", ":")), "a sentence says what it is for"
    assert any(line.startswith("-- Parameters: ") for line in header)
    assert any(line.startswith(("-- Columns: ", "-- Returns: ")) for line in header)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_names_exactly_its_parameters(name):
    promised = contract(name, "Parameters")
    used = set(re.findall(r"\$(\w+)", query(name)))
    assert used == {word for word in used if word in promised}
    assert ("incoming" in re.sub(r"--.*", "", query(name))) == ("incoming" in promised)


@pytest.mark.parametrize("name", [name for name in QUERIES if "-- Columns: " in query(name)])
def test_a_query_answers_with_the_columns_it_promises(untouched, cases, name):
    incoming = incoming_of(name)
    if incoming is not None:
        untouched._connection.register("incoming", incoming)
    parameters = {word: example(word, cases) for word in re.findall(r"\$(\w+)", query(name))}
    answer = untouched._connection.sql(query(name), params=parameters)
    assert sorted(answer.columns) == sorted(promised_columns(name))


def contract(name, part):
    """One part of a query's header, its lines joined. Example: "incoming (rows.FeedRow), now (time)." """
    header = "\n".join(
        line.removeprefix("-- ").strip() for line in query(name).splitlines() if line.startswith("-- ")
    )
    match = re.search(rf"^{part}: (.*?)(?=\n(?:Parameters|Columns|Returns): |\Z)", header, re.DOTALL | re.MULTILINE)
    return match[1].replace("\n", " ") if match else ""


def promised_columns(name):
    text = contract(name, "Columns")
    parts = re.sub(r"\([^)]*\)|\band\b", "", text).rstrip(".").split(",")
    return {name for part in parts for name in _columns(part.strip())}


def _columns(part):
    shape = re.fullmatch(r"those of (\w+\.\w+)", part)
    return [item.name for item in fields(shape_of(shape[1]))] if shape else [part]


def shape_of(name):
    module, _, shape = name.partition(".")
    return getattr(import_module(f"warehouse.{module}"), shape)


def incoming_of(name):
    parameters = contract(name, "Parameters")
    if shape := re.search(r"incoming \((\w+\.\w+)", parameters):
        return to_arrow([], shape_of(shape[1]))
    if columns := re.search(r"incoming \(([\w, ]+)", parameters):
        return pyarrow.table({name: pyarrow.array([], pyarrow.string()) for name in columns[1].split(", ")})
    return None


def example(parameter, cases):
    return {
        "now": cases.now,
        "since": cases.now,
        "start": cases.now,
        "end": cases.now,
        "before": cases.now,
        "after": cases.now,
        "farthest": cases.now,
        "limit": 1,
        "least": 1,
        "greatest": 1,
        "zone": "UTC",
    }.get(parameter, True if parameter in ("ignore_schedule", "is_relevant") else "x")


def test_every_check_is_explained_and_runs(untouched):
    assert len(checks()) >= 6
    assert [name for name, text in checks().items() if not text.startswith("-- ")] == []
    assert untouched.failed_checks() == {}
