import csv
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows.steps.exports.forms import write_csv, write_json_lines
from flows.steps.exports.manifest import (
    ExportError,
    File,
    Manifest,
    check,
    known,
    read_manifest,
    remove_files,
    replaced,
    write_manifest,
)

COLUMNS = ("title", "n", "countries")
ROWS = [("=HYPERLINK(1)", -3, ["JP", "=1"]), ('two\nlines, "quoted"', None, []), ("+84 \x1b[31m", 0.5, None)]
FILE = File("articles/month=2026-11/articles.parquet", "mart.articles", "2026-11", 3, "3-1", 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")  # fmt: skip  # noqa: E501
MANIFEST = Manifest("parquet", 13, "v2.0.0", datetime(2026, 11, 22, tzinfo=UTC), ("mart.articles",), (FILE,), ("a",))


def test_csv_has_every_row_and_nothing_that_a_spreadsheet_would_run(tmp_path):
    write_csv(tmp_path / "a.csv", COLUMNS, ROWS)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as opened:
        read = list(csv.reader(opened))
    assert read[0] == list(COLUMNS)
    assert [row[0] for row in read[1:]] == ["'=HYPERLINK(1)", 'two\nlines, "quoted"', "'+84 \\x1b[31m"]
    assert [row[1] for row in read[1:]] == ["-3", "", "0.5"]
    assert [row[2] for row in read[1:]] == ['["JP", "=1"]', "[]", ""]


def test_json_lines_say_what_the_rows_say(tmp_path):
    write_json_lines(tmp_path / "a.jsonl", COLUMNS, ROWS)
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def test_a_manifest_comes_back_as_it_was_written(tmp_path):
    assert read_manifest(tmp_path) is None
    write_manifest(tmp_path, MANIFEST)
    assert read_manifest(tmp_path) == MANIFEST


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "files": 3}'])
def test_what_is_no_manifest_of_ours_is_told(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ExportError, match=r"manifest\.json"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("form", "schema_version", "duckdb_version", "n"),
    [
        ("parquet", 13, "v2.0.0", 1),
        ("csv", 13, "v2.0.0", 0),
        ("parquet", 14, "v2.0.0", 0),
        ("parquet", 13, "v2.0.1", 0),
    ],
)
def test_fingerprints_of_another_form_schema_or_duckdb_are_not_compared(form, schema_version, duckdb_version, n):
    assert len(known(MANIFEST, form, schema_version, duckdb_version)) == n


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    file = tmp_path / "deep" / "a.txt"
    with replaced(file) as draft:
        draft.write_text("one")
    with pytest.raises(UnicodeEncodeError), replaced(file) as draft:
        draft.write_text("half of tw" * 10_000 + "\udc00", encoding="utf-8")
    assert [(one.name, one.read_text()) for one in file.parent.iterdir()] == [("a.txt", "one")]


@pytest.fixture
def written(tmp_path):
    place = tmp_path / FILE.path
    place.parent.mkdir(parents=True)
    place.write_bytes(b"hello")
    return tmp_path


def test_a_file_as_it_was_written_passes(written):
    check(written, FILE)


@pytest.mark.parametrize(
    "change",
    [{"path": "../outside"}, {"path": "/etc/passwd"}, {"path": "a\\b"}, {"n_bytes": 6}, {"sha256": "0" * 64}],
)
def test_a_file_that_was_changed_or_lies_elsewhere_does_not(written, change):
    with pytest.raises(ExportError):
        check(written, replace(FILE, **change))


def test_removing_leaves_no_empty_folder_and_no_draft_and_nothing_else_goes(written):
    (written / "articles" / ".x.parquet.12.new").write_text("half")
    (written / "mine.csv").write_text("mine")
    assert remove_files(written, [FILE.path]) == 1
    assert [one.name for one in written.rglob("*")] == ["mine.csv"]
