"""What commands print of scraped text: harmless by default, in every form."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from flows.cli import main
from warehouse.opening import open_warehouse

TITLES = "select * from (values ('=HYPERLINK(\"https://evil.test\")', -5, '-5'), (chr(27) || '[31m', 2, chr(155))) t"
HEADED = TITLES + "(title, n, note)"


@pytest.fixture
def ask(tmp_path):
    """A function: the standard output of `smewatch sql`."""
    with open_warehouse(tmp_path / "warehouse.duckdb", now=datetime(2026, 11, 20, tzinfo=UTC)):
        pass

    def run(*options):
        done = CliRunner().invoke(main, ["sql", "--data-dir", str(tmp_path), *options, HEADED])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def cells(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_gives_a_spreadsheet_nothing_to_run_and_leaves_numbers_alone(ask):
    assert cells(ask("--csv")) == [
        ["title", "n", "note"],
        ['\'=HYPERLINK("https://evil.test")', "-5", "-5"],
        ["\\x1b[31m", "2", "\\x9b"],
    ]


def test_raw_csv_is_what_the_warehouse_holds(ask):
    assert cells(ask("--csv", "--raw"))[1:] == [
        ['=HYPERLINK("https://evil.test")', "-5", "-5"],
        ["\x1b[31m", "2", "\x9b"],
    ]


def test_json_holds_the_very_text_and_no_character_that_acts(ask):
    shown = ask("--json")
    assert [json.loads(line) for line in shown.splitlines()][1] == {"title": "\x1b[31m", "n": 2, "note": "\x9b"}
    assert "\x9b" not in shown
    assert "\x1b" not in shown


def test_a_table_shows_escapes(ask):
    shown = ask()
    assert "\\x1b[31m" in shown
    assert "\x1b" not in shown
