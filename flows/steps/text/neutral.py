r"""Scraped text made harmless for where it is shown: a terminal, a log line, a spreadsheet, a line of JSON.

What would act instead of being read is shown as its escape: ESC as \x1b, a right-to-left override as \u202e. HTML
has its own ways (nh3 and autoescaping), and SQL gets scraped text as rows and parameters only.
"""

import logging
import re
import traceback
from collections.abc import Callable
from typing import Any

# Control characters of the terminal, separators that some readers take for the end of a line, characters that
# override the direction of text or hide it, lone surrogates, which no output can encode. Marks that only say the
# direction of what stands beside them (Hebrew and Arabic need them) and joiners of emoji stay.
_ACTING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
_IN_LINES = re.compile(f"[{_ACTING}]")
_IN_A_LINE = re.compile(f"[{_ACTING}\t\n]")
_BEYOND_ASCII = re.compile(f"[{_ACTING}]".replace("\x00-\x08\x0b-\x1f", ""))
# Spreadsheets run a cell that begins so, quoted or not; some take the wide forms of East Asian keyboards as well.
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?")


def one_line(text: str) -> str:
    r"""The text as one line in which nothing acts on a terminal. Example: ESC and "[31mred" -> "\x1b[31mred"."""
    return _IN_A_LINE.sub(_as_escape, text)


def lines(text: str) -> str:
    """As `one_line`, but line breaks and tabs stay what they are."""
    return _IN_LINES.sub(_as_escape, text)


def _as_escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def csv_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe in front.

    Numbers stay as they are, those written as text too; other values come back untouched.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return lines("'" + value if _FORMULA.match(value) else value)


def json_line(document: str) -> str:
    r"""A JSON document with what acts on a terminal as \u escapes: the same document to whoever parses it.

    The control characters below space are escaped by every writer of JSON.
    """
    return _BEYOND_ASCII.sub(_as_json_escape, document)


def _as_json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


# --- Log lines ------------------------------------------------------------------------------------------------------


def tame_logging() -> None:
    """Let every log record of this process be harmless, whoever logs it. May be called again."""
    make = logging.getLogRecordFactory()
    if not isinstance(make, _Tamed):
        logging.setLogRecordFactory(_Tamed(make))


class _Tamed:
    """A maker of log records: text arguments as one line each, messages and tracebacks as lines."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        if isinstance(record.args, tuple):
            record.args = tuple(one_line(value) if isinstance(value, str) else value for value in record.args)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # logging itself tells of arguments that do not fit
            return record
        if _IN_LINES.search(message):
            record.msg, record.args = lines(message), None
        if record.exc_info and record.exc_info[0] is not None:
            trace = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            record.exc_text = lines(trace) if _IN_LINES.search(trace) else None
        return record
