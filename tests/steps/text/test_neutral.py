"""Scraped text on a terminal, in log lines, spreadsheets and JSON: it is read there, and does nothing."""

import csv
import io
import json
import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.commands.consoles import PlainConsole
from flows.steps.text.neutral import csv_cell, json_line, lines, one_line, tame_logging

ACTING = {
    "colour": ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    "clear the screen": ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
    "title of the window": ("\x1b]0;mine\x07", r"\x1b]0;mine\x07"),
    "a link that lies": ("\x1b]8;;https://evil.test\x1b\\bank\x1b]8;;\x1b\\", None),
    "control sequence in one byte": ("\x9b31m", r"\x9b31m"),
    "backspaces": ("good\x08\x08\x08\x08evil", r"good\x08\x08\x08\x08evil"),
    "carriage return": ("https://good.test\rhttps://evil.test", r"https://good.test\rhttps://evil.test"),
    "null": ("a\x00b", r"a\x00b"),
    "bell": ("\x07", r"\x07"),
    "delete": ("a\x7f", r"a\x7f"),
    "right-to-left override": ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
    "isolate": ("\u2066a\u2069", r"\u2066a\u2069"),
    "line separator": ("a\u2028b", r"a\u2028b"),
    "lone surrogate": ("a\ud800", r"a\ud800"),
    "tags": ("a\U000e0041", r"a\U000e0041"),
    "byte order mark": ("\ufeffa", r"\ufeffa"),
}
HARMLESS = [
    "Kleine Firmen aus Köln",
    "中小企业合作",
    "قمة\u200fالشركات",
    "👩\u200d🔬 100 %",
    "%s %d %n {} {0.__class__}",
    "a\\x1b[31m",
    "",
]


@pytest.mark.parametrize(("text", "shown"), ACTING.values(), ids=ACTING)
def test_what_would_act_is_shown_as_its_escape(text, shown):
    assert lines(text) == one_line(text)
    assert shown in (None, lines(text))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", lines(text))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_only_read_stays(text):
    assert lines(text) == one_line(text) == text


def test_line_breaks_stay_only_where_lines_are_wanted():
    assert lines("a\n\tb") == "a\n\tb"
    assert one_line("a\n\tb") == r"a\n\tb"


@given(st.text())
def test_any_text_comes_out_as_one_line_that_can_be_encoded(text):
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")
    assert one_line(shown) == shown


# --- Spreadsheets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ('=HYPERLINK("https://evil.test";"click")', '\'=HYPERLINK("https://evil.test";"click")'),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\\r=1+1"),
        ("\n=1+1", "'\n=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-", "'-"),
        ("-12", "-12"),
        ("+49.5e3", "+49.5e3"),
        ("-1e9\n=1", "'-1e9\n=1"),
        ("a=b", "a=b"),
        ("'=1", "'=1"),
        ("a \x1b[31m", "a \\x1b[31m"),
        ("x" * 1_000_000, "x" * 1_000_000),
        ("=" * 1_000_000, "'" + "=" * 1_000_000),
        ("", ""),
        (-5, -5),
        (-0.5, -0.5),
        (None, None),
        (True, True),
    ],
)
def test_cells(value, cell):
    assert csv_cell(value) == cell


@given(st.text())
def test_no_text_begins_as_a_formula_in_a_spreadsheet(text):
    out = io.StringIO()
    csv.writer(out).writerow([csv_cell(text), "next"])
    first, second = next(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert second == "next"
    assert not first.startswith(("=", "@", "\t", "\r"))
    if first.startswith(("+", "-")):
        float(first)


# --- JSON -----------------------------------------------------------------------------------------------------------


@given(st.text())
def test_a_json_line_says_the_same_and_acts_on_nothing(text):
    shown = json_line(json.dumps({"title": text}, ensure_ascii=False))
    assert json.loads(shown) == {"title": text}
    assert lines(shown) == shown


# --- Terminal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [text for text, _ in ACTING.values()], ids=ACTING)
def test_no_text_acts_on_the_console_not_even_in_a_table(text):
    from rich.table import Table

    out = io.StringIO()
    console = PlainConsole(file=out, markup=False, highlight=False, emoji=False, width=200, force_terminal=False)
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text, style="bold")
    console.print(text, table)
    console.rule(text)
    assert "\x1b" not in out.getvalue()
    assert lines(out.getvalue()) == out.getvalue()


def test_our_own_colours_still_reach_a_terminal():
    out = io.StringIO()
    console = PlainConsole(file=out, highlight=False, force_terminal=True, color_system="standard", width=80)
    console.print("a\x1b[31m", style="bold")
    assert "\x1b[1m" in out.getvalue()
    assert "a\\x1b[31m" in out.getvalue()


def test_markup_in_scraped_text_is_no_markup():
    out = io.StringIO()
    PlainConsole(file=out, markup=False, emoji=False).print("[red]a[/red] :smile: [link=https://evil.test]b[/link]")
    assert out.getvalue() == "[red]a[/red] :smile: [link=https://evil.test]b[/link]\n"


# --- Log lines ------------------------------------------------------------------------------------------------------


@pytest.fixture
def logged():
    """A function: the lines that a call of a logger writes."""
    before = logging.getLogRecordFactory()
    tame_logging()
    tame_logging()

    def write(call):
        out = io.StringIO()
        logger = logging.Logger("a test")
        logger.addHandler(logging.StreamHandler(out))
        call(logger)
        return out.getvalue()

    yield write
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("message", "arguments", "line"),
    [
        ("read %s", ("a\x1b[31m",), "read a\\x1b[31m\n"),
        ("read %s", ("%s %d {} %n",), "read %s %d {} %n\n"),
        ("read %s", ("a\n2026-11-20 ERROR forged",), "read a\\n2026-11-20 ERROR forged\n"),
        ("%s %d %.1f %r", ("a", 3, 0.5, "b"), "a 3 0.5 'b'\n"),
        ("%(a)s", ({"a": "b\x07"},), "b\\x07\n"),
        ("100 %s {} \x1b[2J", (), "100 %s {} \\x1b[2J\n"),
        ("%s", (ValueError("a\x1b[31m\nb"),), "a\\x1b[31m\nb\n"),
    ],
)
def test_log_lines(message, arguments, line, logged):
    assert logged(lambda logger: logger.error(message, *arguments)) == line


def test_tracebacks_are_harmless_and_whole(logged):
    def fail(logger):
        try:
            raise ValueError("a\x1b[31m")
        except ValueError:
            logger.exception("it failed")

    told = logged(fail)
    assert told.startswith("it failed\nTraceback (most recent call last):\n")
    assert told.endswith("ValueError: a\\x1b[31m\n")


def test_arguments_that_do_not_fit_are_left_to_logging(logged, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    assert logged(lambda logger: logger.error("%d", "a")) == ""
