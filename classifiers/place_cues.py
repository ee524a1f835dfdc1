"""Words and forms around a place that tell how much it says: datelines, closing lines, examples, currencies."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.place_index import read_rows, variants
from classifiers.place_scan import Span

DATELINE_LINES = 3  # a line with the date or the author may stand before it
DATELINE_CHARACTERS = 90
CLOSING_CHARACTERS = 200  # a longer line that starts with "Share" is a paragraph
DATELINE_ECONOMIES = 2  # "Macau, China, 27 Oct –"; "Paris, Madrid, Berlin:" is a journey

_SEATED = frozenset({"capital", "city", "province"})
_MONTH = r"(?i:jan|feb|mar|apr|abr|avr|may|mai|jun|jul|aug|ago|sep|oct|okt|ott|nov|dec|dez|dic|déc)[a-zé]{0,6}\.?"
_ITEM = rf"(?:{_MONTH}|[A-ZÀ-ÞĀ-Ž][\w.'\u2019-]*|\d[\w.]*|de|del|do|da|of|la|al|el)"
_PREFIX = rf"{_ITEM}(?:[ ,/|\[\]]+{_ITEM}){{0,9}}[\]]?"
_DATELINE = re.compile(
    rf"(?:{_PREFIX})?[ ,]*\([^)\n]{{2,40}}\)\s*(?:[-\u2013\u2014:=]+|(?=[A-Z]))"  # HANOI, Nov 3 (Xinhua) --
    rf"|{_PREFIX}[ ,]*(?:[\u2013\u2014:]|--| -)(?=\s)"  # Washington, D.C. —
    rf"|{_PREFIX}(?=\n|\Z)"  # Wellington, New Zealand | 09 October 2021
    r"|[A-Z][a-z]+\.(?= [A-Z])"  # Arusha. More than a hundred ...
    r"|\([^)\n=]{1,10}=[^)\n]{1,12}\)[^\n=]{0,20}="  # (서울=연합뉴스) 기자 =
    r"|[^\n]{0,12}社[^\n]{1,16}[电電]"  # 新华社北京11月12日电
)


@dataclass(frozen=True, slots=True)
class Cues:
    """The rows of cues.csv as patterns."""

    example: re.Pattern[str]  # searched in the characters before a name
    passing: re.Pattern[str]  # likewise
    language: re.Pattern[str]  # likewise
    currency: re.Pattern[str]  # matched right after a name
    seat: re.Pattern[str]  # likewise
    rule: re.Pattern[str]  # likewise
    closing: re.Pattern[str]  # found at the start of a line


_NEVER = re.compile(r"(?!)")
NO_CUES = Cues(_NEVER, _NEVER, _NEVER, _NEVER, _NEVER, _NEVER, _NEVER)


def read_cues(folder: Path) -> Cues:
    """The patterns of cues.csv."""
    rows = {row["kind"]: variants(row["words"]) for row in read_rows(folder / "cues.csv")}
    words = {kind: "|".join(map(re.escape, found)) for kind, found in rows.items()}
    between = r"\W{0,3}(?:the\s+|in\s+|for\s+|from\s+)?\Z"
    return Cues(
        example=re.compile(rf"(?<!\w)(?:{words['example']}){between}", re.IGNORECASE),
        passing=re.compile(rf"(?<!\w)(?:{words['passing']}){between}", re.IGNORECASE),
        language=re.compile(rf"(?<!\w)(?:{words['language']})\W{{0,3}}(?:\w+ (?:and|or) )?\Z", re.IGNORECASE),
        currency=re.compile(rf"\$|\s(?:{words['currency']})(?!\w)", re.IGNORECASE),
        seat=re.compile(rf"(?:{words['seat']})(?!\w)", re.IGNORECASE),
        rule=re.compile(rf"\s(?:{words['rule']})(?!\w)", re.IGNORECASE),
        closing=re.compile(rf"^\W{{0,3}}(?:{words['closing']})(?!\w)", re.IGNORECASE | re.MULTILINE),
    )


def dateline_end(whole: str, body: int, spans: Sequence[Span]) -> int:
    """Where the text starts after "HANOI (VNA) –"; `body` if it has no dateline.

    A prefix is a dateline if it names a city or stands in capitals, so that "Japan – Viet Nam trade grows" is none.
    """
    start = body
    for _ in range(DATELINE_LINES):
        line_end = _line_end(whole, start)
        found = _DATELINE.match(whole, start, line_end)
        if found and found.end() - start <= DATELINE_CHARACTERS and _names_a_seat(found, spans):
            return found.end()
        if line_end - start > DATELINE_CHARACTERS:
            break
        start = line_end + 1
    return body


def _names_a_seat(found: re.Match[str], spans: Sequence[Span]) -> bool:
    start, end = found.span()
    inside = [span for span in spans if start <= span.start < end]
    if len({span.code for span in inside}) > DATELINE_ECONOMIES:
        return False
    return any(span.kind in _SEATED for span in inside) or (bool(inside) and found.group().split()[0].isupper())


def in_closing_lines(whole: str, body: int, spans: Sequence[Span], cues: Cues) -> set[int]:
    """Positions of the spans in short lines that are no part of the article: "Related articles", "Tags: ..."."""
    lines = [(found.start(), _line_end(whole, found.start())) for found in cues.closing.finditer(whole, body)]
    lines = [(start, end) for start, end in lines if end - start <= CLOSING_CHARACTERS]
    starts = [start for start, _ in lines]
    last_before = (bisect_right(starts, span.start) - 1 for span in spans)
    return {at for at, line in enumerate(last_before) if line >= 0 and spans[at].start < lines[line][1]}


def _line_end(whole: str, start: int) -> int:
    end = whole.find("\n", start)
    return len(whole) if end < 0 else end
