"""The place of a text that answers a question best, with what was asked for marked."""

import re
from dataclasses import dataclass

from flows.steps.search.words import Term, fold

EXCERPT_LETTERS = 200
_READ_LETTERS = 20_000  # the beginning of a text says what it is about; folding a book would take a second


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a text in one line."""

    text: str
    marks: tuple[tuple[int, int], ...]  # from, to (exclusive) of what was asked for, within `text`, in order


def excerpt(text: str, terms: list[Term]) -> Excerpt:
    """The stretch of at most 200 letters in which most different terms stand; the beginning if none does."""
    line = " ".join(text[:_READ_LETTERS].split())
    found = _found(line, [term for term in terms if not term.is_excluded])
    start = _best_start(line, found)
    end = min(len(line), start + EXCERPT_LETTERS)
    before, after = ("… " if start else ""), (" …" if end < len(line) else "")
    shift = len(before) - start
    marks = tuple((a + shift, b + shift) for a, b, _ in found if start <= a and b <= end)
    return Excerpt(before + line[start:end] + after, _apart(marks))


def _found(line: str, terms: list[Term]) -> list[tuple[int, int, int]]:
    """Where terms stand in the line: from, to, which term; in order."""
    folded, places = _folded(line)
    found = []
    for number, term in enumerate(terms):
        pattern = r"\W+".join(re.escape(word) for word in term.words)
        ascii_like = re.compile(rf"(?<!\w){pattern}" + ("" if term.is_prefix else r"(?!\w)"))
        matches = list(ascii_like.finditer(folded)) or list(re.finditer(pattern, folded))
        found += [(places[one.start()], places[one.end() - 1] + 1, number) for one in matches]
    return sorted(found)


def _folded(line: str) -> tuple[str, list[int]]:
    """The line folded, and for each letter of it the place in the line that it came from."""
    pieces = [fold(char) for char in line]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _best_start(line: str, found: list[tuple[int, int, int]]) -> int:
    """A word's beginning a little before the first hit of the richest stretch."""
    if not found:
        return 0

    def n_terms(start: int) -> int:
        return len({term for a, b, term in found if start <= a and b <= start + EXCERPT_LETTERS * 3 // 4})

    first = max((a for a, _, _ in found), key=lambda a: (n_terms(a), -a))
    if first < EXCERPT_LETTERS // 3:
        return 0
    lead = line.rfind(" ", 0, max(first - 30, 0))
    return lead + 1 if lead > first - 70 else max(first - 30, 0)


def _apart(marks: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Marks that overlap as one."""
    merged: list[tuple[int, int]] = []
    for a, b in marks:
        if merged and a < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return tuple(merged)
