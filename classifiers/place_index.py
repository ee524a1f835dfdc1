"""The names of places, read from seeds/places/ into an index by first word.

    files -> Row (name, code, kind) -> Name (first word -> the words that follow) -> Index, one a language

The longest name at a spot wins, so "New Mexico" beats "Mexico" and a row of rules.csv beats whatever it contains.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

CJK = "\u2e80-\ud7ff\uf900-\ufaff"  # ideographs, kana, hangul: scripts in which a word's borders are not written
WORD = re.compile(rf"(?:[A-Z]\.){{2,}}|[^\W_{CJK}]+|[{CJK}]+")

_GAPS = {" ": "_", "-": "_", "\n": "_", "\xa0": "_", "\u2011": "_", "  ": "_", "'": "'", "\u2019": "'", "\u2018": "'"}
_GAPS |= {". ": ".", ".": ".", ".-": ".", ", ": ",", " & ": "&", "&": "&", "+": "+", " (": "(", ") ": ")", "-\n": "_"}

_COLUMNS = {"names": "name", "adjectives": "demonym", "cities": "city", "bodies": "organisation"}  # of names/*.csv

SHOUTED_FROM = 4  # letters; shorter names in capitals are abbreviations or words (US, MALI is long enough)


@dataclass(frozen=True, slots=True)
class Rule:
    """When an ambiguous name means its place; a row of ambiguous.csv."""

    kind: str  # given, surname, part, instead, needs, pronoun
    code: str  # what it means instead; empty: no place
    cues: re.Pattern[str] | None
    contrary: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a place, without its first word, which is the key of the index."""

    tail: tuple[tuple[str, str], ...]  # (gap, word) for each further word; gaps as in `gap_class`
    codes: tuple[str, ...]  # as in Span.code; several for 中日, empty for idioms
    kind: str  # name, demonym, capital, province, city, organisation, bloc, region, or a kind of rules.csv
    rules: tuple[Rule, ...] = ()
    is_prefix: bool = False  # "Sino-": counts only before a hyphen


@dataclass(slots=True)
class Index:
    """Names by first word, for texts of one language."""

    first: dict[str, list[Name]] = field(default_factory=dict)  # longest names first
    stems: dict[str, list[tuple[str, Name]]] = field(
        default_factory=dict
    )  # by three letters; "deutsch*" in the files
    unbroken: dict[str, list[tuple[str, Name]]] = field(default_factory=dict)  # by first character; CJK names


@dataclass(frozen=True, slots=True)
class Persons:
    """Words that tell a person or an institution from a place."""

    given: frozenset[str]
    titles: frozenset[str]
    follow: frozenset[str]
    start: frozenset[str]


def gap_class(gap: str) -> str | None:
    """What stands between two words: "Viet Nam", "Viet-Nam" and a wrapped line are one name; null: they are apart."""
    return _GAPS.get(gap)


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file under its header; lines that start with # are comments."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


def variants(cell: str) -> list[str]:
    """The names in a cell, "|" between them."""
    return [unicodedata.normalize("NFC", name.strip()) for name in cell.split("|") if name.strip()]


def unaccented(name: str) -> str:
    """Example: São Paulo -> Sao Paulo. Letters that are no accented ones (ø, ł) stay."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def add_name(index: Index, written: str, codes: tuple[str, ...], kind: str, rules: tuple[Rule, ...] = ()) -> None:
    """Enter a name as written, unaccented and shouted; "Sino-" counts before a hyphen, "deutsch*" with any ending."""
    if written.endswith("*"):
        _add_stem(index, written[:-1].lower(), Name((), codes, kind, rules))
        return
    is_prefix = written.endswith("-")
    written = written.rstrip("-")
    for form in dict.fromkeys([written, *_unaccented(written), *_shouted(written)]):
        words, gaps = _parts(form)
        if not words:
            continue
        tail = tuple(zip(gaps, words[1:], strict=True))
        if _is_unbroken(words[0]):
            index.unbroken.setdefault(form[0], []).append((form, Name((), codes, kind, rules)))
        else:
            index.first.setdefault(words[0], []).append(Name(tail, codes, kind, rules, is_prefix))


def sort_index(index: Index) -> Index:
    """The same index with the longest names first in every list; of equals, the one entered first stays first."""
    for names in index.first.values():
        names.sort(key=lambda name: -len(name.tail))
    for listed in (*index.stems.values(), *index.unbroken.values()):
        listed.sort(key=lambda pair: -len(pair[0]))
    return index


def _add_stem(index: Index, stem: str, name: Name) -> None:
    index.stems.setdefault(stem[:3], []).append((stem, name))


def _unaccented(written: str) -> list[str]:
    # Not of kana and hangul, which would fall apart (ド is ト with a mark), nor of short names: Bỉ is no Bi.
    return [unaccented(written)] if len(written) > SHOUTED_FROM and not _is_unbroken(written) else []


def _shouted(written: str) -> list[str]:
    letters = sum(c.isalpha() for c in written)
    return [written.upper(), unaccented(written).upper()] if letters >= SHOUTED_FROM else []


def _is_unbroken(word: str) -> bool:
    return "\u2e80" <= word[0] <= "\ud7ff" or "\uf900" <= word[0] <= "\ufaff"


def _parts(form: str) -> tuple[list[str], list[str]]:
    """Words and the gap classes between them; a gap no text could show is an error in the file."""
    found = list(WORD.finditer(form))
    gaps = []
    for left, right in pairwise(found):
        gap = gap_class(form[left.end() : right.start()])
        if gap is None:
            raise ValueError(
                f"{form!r}: nothing but a space, hyphen, apostrophe, dot, comma or & may stand in a name"
            )
        gaps.append(gap)
    return [m.group() for m in found], gaps


def _cues(cell: str, *, whole: bool = True) -> re.Pattern[str] | None:
    words = variants(cell)
    if not words:
        return None
    joined = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)") if whole else re.compile(rf"(?<!\w)(?:{joined})", re.IGNORECASE)


def read_rules(folder: Path) -> dict[str, tuple[Rule, ...]]:
    """The rules of ambiguous.csv by name."""
    rules: dict[str, list[Rule]] = {}
    for row in read_rows(folder / "ambiguous.csv"):
        rule = Rule(row["rule"], row["code"], _cues(row["cues"]), _cues(row["contrary"]))
        rules.setdefault(row["name"], []).append(rule)
    return {name: tuple(found) for name, found in rules.items()}


def read_persons(folder: Path) -> Persons:
    """The words of persons.csv."""
    words = {row["kind"]: frozenset(variants(row["words"])) for row in read_rows(folder / "persons.csv")}
    return Persons(words["given"], words["title"], words["follow"], words["start"])


def read_names(folder: Path) -> Iterator[tuple[str, tuple[str, ...], str, tuple[Rule, ...]]]:
    """Every English name as (name, codes, kind, rules), rules.csv first so that it wins between equals."""
    for row in read_rows(folder / "rules.csv"):
        codes = (row["code"],) if row["code"] else ()
        kind = "province" if row["kind"] == "place" else row["kind"]
        yield from ((name, codes, kind, ()) for name in variants(row["name"]))
    for row in read_rows(folder / "economies.csv"):
        for column, kind in (("names", "name"), ("demonyms", "demonym"), ("capitals", "capital")):
            yield from ((name, (row["code"],), kind, ()) for name in variants(row[column]))
    for row in read_rows(folder / "cities.csv"):
        yield from ((name, (row["code"],), row["kind"], ()) for name in variants(row["names"]))
    for row in read_rows(folder / "organisations.csv"):
        cue = _cues(row["cue"], whole=False)
        rules = (Rule("needs", "", cue, None),) if cue else ()
        acts_for = tuple(row["code"].split("+"))
        yield from ((name, acts_for, "organisation", rules) for name in variants(row["names"]))
    for row in read_rows(folder / "blocs.csv"):
        yield from ((name, (row["id"],), row["kind"], ()) for name in variants(row["names"]))


def english_index(folder: Path) -> Index:
    """The index of all English names, which serves every language in Latin script."""
    index, rules = Index(), read_rules(folder)
    for name, codes, kind, own in read_names(folder):
        add_name(index, name, codes, kind, own + rules.get(name, ()))
    return sort_index(index)


def with_language(base: Index, folder: Path, language: str) -> Index:
    """The base index with the names of names/<language>.csv before its own. Raises FileNotFoundError without it."""
    path = folder / "names" / f"{language}.csv"
    index, rules = Index(), read_rules(folder)
    kinds = {row["id"]: row["kind"] for row in read_rows(folder / "blocs.csv")} | {"-": "idiom"}
    for row in read_rows(path):
        codes = () if row["code"] == "-" else tuple(row["code"].split("+"))
        for column, kind in _COLUMNS.items():
            for name in variants(row.get(column) or ""):
                for form in _cased(name):
                    add_name(index, form, codes, kinds.get(row["code"], kind), rules.get(name, ()))
    for word, names in base.first.items():
        index.first.setdefault(word, []).extend(names)
    return sort_index(index)


def _cased(name: str) -> list[str]:
    """The forms of a name of another language: also at the start of a sentence, also without the Arabic article."""
    if name.startswith("ال"):
        return [name, name[2:]]
    small = name[0].islower() and not name.endswith("*")
    return [name, name[0].upper() + name[1:]] if small else [name]
