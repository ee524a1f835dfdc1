"""What commands print of scraped text: harmless by default, in every form."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from markupsafe import escape

from flows.cli import main
from flows.steps.text.texts import plain_lines, plain_text
from warehouse.opening import open_warehouse
from warehouse.rows import FeedRow

NOW = datetime(2026, 11, 20, tzinfo=UTC)

TITLES = "select * from (values ('=HYPERLINK(\"https://evil.test\")', -5, '-5'), (chr(27) || '[31m', 2, chr(155))) t"
HEADED = TITLES + "(title, n, note)"


@pytest.fixture
def ask(tmp_path):
    """A function: the standard output of `smewatch sql`."""
    with open_warehouse(tmp_path / "warehouse.duckdb", now=NOW):
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


def test_text_is_never_a_part_of_a_statement(tmp_path):
    title = "Robert'); drop table raw.feeds; -- \"; $1 ? {0} %s \\"
    with open_warehouse(tmp_path / "warehouse.duckdb", now=NOW) as warehouse:
        warehouse.sync_feeds([FeedRow("f'1", "https://a.test/'\"", title)], NOW)
        assert warehouse.query("select feed_id, url, title from raw.feeds").rows == [
            ("f'1", "https://a.test/'\"", title)
        ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<script>alert(1)</script>News", "News"),
        ("<img src=x onerror=alert(1)>News", "News"),
        ('<a href="jav&#x0A;ascript:alert(1)">News</a>', "News"),
        ("<svg><animate onbegin=alert(1) attributeName=x></svg>News", "News"),
        ("<svg/onload=alert(1)>News", "News"),
        ('<base href="https://evil.test/">News', "News"),
        ("News<!-- an unclosed comment <script>alert(1)</script>", "News"),
        ("<iframe srcdoc='<script>alert(1)</script>'></iframe>News", "News"),
        ("<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", ""),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),  # a text about scripts; shown escaped
    ],
)
def test_markup_leaves_nothing_that_a_browser_would_run(markup, text):
    assert plain_text(markup, max_chars=500) == text
    assert plain_lines(markup, max_chars=500) == text
    assert "<" not in escape(text)  # what the digest's pages do with every text


def test_every_test_that_the_list_of_this_folder_names_exists():
    tests = Path(__file__).parents[1]
    named = set(re.findall(r"`(test_\w+)`", (tests / "flows" / "README.md").read_text()))
    written = {
        name for file in tests.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    assert len(named) > 30
    assert named - written == set()
