"""Places found in a text: one pass over its words, longest names first, then the rules for names that mislead.

text -> words -> hits (a name and where it stands) -> hits whose rules hold -> spans
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from classifiers.place_index import WORD, Index, Name, Persons, Rule, gap_class

_WORDS_AND_GAPS = re.compile(f"({WORD.pattern})")
STEM_ENDING = 5  # letters an inflected form may add to its stem; more is another word
HEADLINE_SHARE = 0.7  # of a line's words; Vietnamese names reach 0.6 in ordinary sentences
HEADLINE_CHARACTERS = 150  # on each side
KATAKANA_ALONE = 4  # characters; shorter names (タイ, インド) are also the beginning of other words
ARABIC_PREFIXES = ("", "ال", "و", "وال", "ب", "بال", "ل", "لل", "ف", "فال", "ك", "كال", "ول", "ولل", "وب", "وبال")
# Embassy in, resident in, visit to, towards, in, Korea and.
HANGUL_PREFIXES = ("주한", "재한", "방한", "주", "재", "대", "방", "한", "남")


class Span(NamedTuple):
    """A place in a text. Characters `start` up to but not including `end`."""

    start: int
    end: int
    code: str  # ISO 3166-1 alpha-2, "EU", or the id of a bloc or region
    kind: str  # see Name.kind; never "idiom"


class Hit(NamedTuple):
    """A name and where it stands: characters, and the words from `first` to `last`."""

    start: int
    end: int
    first: int
    last: int
    name: Name


class _Page:
    """A text while it is scanned."""

    def __init__(self, text: str, persons: Persons) -> None:
        self.text = text
        self.persons = persons
        pieces = _WORDS_AND_GAPS.split(text)
        self.words: list[str] = pieces[1::2]  # a run of ideographs or kana is one word
        self.gaps: list[str] = pieces[::2]  # before each word, and after the last
        borders = list(accumulate(map(len, pieces)))
        self.starts, self.ends = borders[::2], borders[1::2]  # of the words; one start more, the end of the text
        self.people: set[str] = set()  # surfaces that were a person's name
        self.answers: dict[re.Pattern[str], bool] = {}  # what `says` found, so that a text is searched once

    def gap(self, at: int) -> str:
        """What stands between word `at` and the one before; empty at either end of the text."""
        return self.gaps[at] if 0 < at < len(self.words) else ""

    def word(self, at: int) -> str:
        """Word `at`; empty beyond either end of the text."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def says(self, cues: re.Pattern[str] | None) -> bool:
        """True if one of the cues stands anywhere in the text."""
        if cues is None:
            return False
        if cues not in self.answers:
            self.answers[cues] = cues.search(self.text) is not None
        return self.answers[cues]


def spans_of(text: str, index: Index, persons: Persons) -> list[Span]:
    """The places in a text from left to right, without overlaps; a name of two economies gives two spans."""
    page = _Page(text, persons)
    spans: list[Span] = []
    for hit in _hits(page, index):
        code = _means(hit, page) if hit.name.rules else ""
        if code is None or hit.name.kind == "idiom":
            continue
        codes = (code,) if code else hit.name.codes or ("",)
        spans.extend(Span(hit.start, hit.end, each, hit.name.kind) for each in codes)
    return _without(page.people, text, spans) if page.people else spans


def _without(people: set[str], text: str, spans: list[Span]) -> list[Span]:
    """The spans without the bare surnames of people ("Lima said"), unless the economy is named otherwise, too."""
    named = {span.code for span in spans if text[span.start : span.end] not in people}
    return [span for span in spans if span.code in named or text[span.start : span.end] not in people]


def _hits(page: _Page, index: Index) -> Iterator[Hit]:
    first, done = index.first, -1
    for at in _openings(page.words, index):
        if at <= done:
            continue
        word = page.words[at]
        hit = _longest(page, at, first[word]) if word in first else None
        if hit is not None:
            done = hit.last
            yield hit
        else:
            for hit in _inflected(page, at, index):
                done = hit.last
                yield hit


def _openings(words: Sequence[str], index: Index) -> list[int]:
    """The words at which a name may begin: in English one in ten, so the others are passed over at once."""
    first, stems = index.first, index.stems
    if not stems and not index.unbroken:
        return [at for at, word in enumerate(words) if word in first]
    if not stems:
        return [at for at, word in enumerate(words) if word in first or word >= "\u0600"]
    return [at for at, word in enumerate(words) if word in first or word >= "\u0600" or word.lower()[:3] in stems]


def _inflected(page: _Page, at: int, index: Index) -> Iterator[Hit]:
    """Names inside one word: a stem with an ending, Arabic prefixes, scripts without word borders."""
    word = page.words[at]
    if word >= "\u2e80":
        yield from _unbroken(page, at, index)
    elif "\u0600" <= word < "\u0780":
        yield from _arabic(page, at, index)
    elif (name := _stem(word, index)) is not None:
        yield Hit(page.starts[at], page.ends[at], at, at, name)


def _longest(page: _Page, at: int, names: Sequence[Name]) -> Hit | None:
    second = page.word(at + 1)
    for name in names:
        if name.tail and (name.tail[0][1] != second or not _goes_on(page, at, name.tail)):
            continue
        last = at + len(name.tail)
        end = page.ends[last]
        if not name.is_prefix or page.text[end : end + 1] in ("-", "\u2011", "\u2013"):
            return Hit(page.starts[at], end, at, last, name)
    return None


def _goes_on(page: _Page, at: int, tail: Sequence[tuple[str, str]]) -> bool:
    following = enumerate(tail, at + 1)
    return all(page.word(place) == word and gap_class(page.gap(place)) == gap for place, (gap, word) in following)


def _stem(word: str, index: Index) -> Name | None:
    lower = word.lower()
    for stem, name in index.stems.get(lower[:3], ()):
        if lower.startswith(stem) and len(lower) - len(stem) <= STEM_ENDING:
            return name
    return None


def _arabic(page: _Page, at: int, index: Index) -> Iterator[Hit]:
    """Arabic writes "and", "in", "to" and "the" before a name without a space."""
    word = page.words[at]
    for prefix in ARABIC_PREFIXES:
        bare = word[len(prefix) :]
        if len(bare) < 2 or not word.startswith(prefix):
            continue
        hit = _longest(page, at, index.first.get(bare, ()))
        if hit is None and (name := _stem(bare, index)) is not None:
            hit = Hit(page.starts[at], page.ends[at], at, at, name)
        if hit is not None:
            yield hit
            return


def _unbroken(page: _Page, at: int, index: Index) -> Iterator[Hit]:
    """Names in a run without word borders; Korean ones only where its word begins, as endings follow a noun."""
    run, start = page.words[at], page.starts[at]
    begins = _hangul_begins(run) if "\uac00" <= run[0] <= "\ud7a3" else None
    is_date = run[0] == "日" and page.word(at - 1)[-1:].isdigit() and not page.gap(at)  # 12日
    position = 1 if is_date else 0
    while position < len(run):
        name, length = _name_at(run, position, index)
        if name is None or (begins is not None and position not in begins):
            position += 1
            continue
        yield Hit(start + position, start + position + length, at, at, name)
        position += length
        if begins is not None:
            begins.add(position)


def _name_at(run: str, position: int, index: Index) -> tuple[Name | None, int]:
    for form, name in index.unbroken.get(run[position], ()):
        if run.startswith(form, position) and _stands_alone(run, position, form, name, index):
            return name, len(form)
    return None, 0


def _stands_alone(run: str, position: int, form: str, name: Name, index: Index) -> bool:
    """False for タイ in タイプ and for 中美 in 中美国: a longer word or name covers the end of this one."""
    end = position + len(form)
    if _is_katakana(form):
        before, after = run[max(0, position - 1) : position], run[end : end + 1]
        return not _is_katakana(before) and (len(form) >= KATAKANA_ALONE or not _is_katakana(after))
    if len(name.codes) > 1:
        longer = (other for other, _ in index.unbroken.get(run[end - 1], ()) if len(other) > 1)
        return run.startswith("国际", end) or not any(run.startswith(other, end - 1) for other in longer)
    return True


def _is_katakana(text: str) -> bool:
    return bool(text) and all("\u30a1" <= c <= "\u30fc" and c != "・" for c in text)


def _hangul_begins(run: str) -> set[int]:
    return {0, *(len(prefix) for prefix in HANGUL_PREFIXES if run.startswith(prefix))}


# --- names that mislead ------------------------------------------------------------------------------------------
# A rule answers with an empty string if the name means what it says, with another code, or with null: no place.


def _means(hit: Hit, page: _Page) -> str | None:
    for rule in hit.name.rules:
        code = _RULES[rule.kind](rule, hit, page)
        if code is None and rule.kind in _PERSONAL:
            page.people.add(page.text[hit.start : hit.end])
        if code is None or code:
            return code
    return ""


def _surname(_: Rule, hit: Hit, page: _Page) -> str | None:
    word, gap = page.word(hit.first - 1), page.gap(hit.first)
    named = gap == " " and (word in page.persons.given or word in page.persons.titles)
    titled = gap == ". " and (word in page.persons.titles or (len(word) == 1 and word.isupper()))
    return None if named or titled else ""


def _part(rule: Rule, hit: Hit, page: _Page) -> str | None:
    word, gap = page.word(hit.first - 1), page.gap(hit.first)
    follows_name = gap == " " and word[0].isupper() and word not in page.persons.start
    return None if follows_name and not _is_headline(page.text, hit.start) else _surname(rule, hit, page)


def _is_headline(text: str, at: int) -> bool:
    """True in a line that writes most of its words with capitals, where a capital tells nothing."""
    start, end = max(0, at - HEADLINE_CHARACTERS), at + HEADLINE_CHARACTERS
    line = (text[start:at].rpartition("\n")[2] + text[at:end].partition("\n")[0]).split()
    return sum(word[0].isupper() for word in line) > HEADLINE_SHARE * len(line)


def _given(rule: Rule, hit: Hit, page: _Page) -> str | None:
    word, gap = page.word(hit.last + 1), page.gap(hit.last + 1)
    is_surname = word[:1].isupper() and not word.isupper() and word not in page.persons.follow
    return None if gap == " " and is_surname else _surname(rule, hit, page)


def _instead(rule: Rule, _: Hit, page: _Page) -> str | None:
    return (rule.code or None) if page.says(rule.cues) and not page.says(rule.contrary) else ""


def _needs(rule: Rule, _: Hit, page: _Page) -> str | None:
    return "" if page.says(rule.cues) else None


def _pronoun(_: Rule, hit: Hit, page: _Page) -> str | None:
    around = (page.word(hit.first - 1), page.word(hit.last + 1))
    return None if all(len(word) > 1 and word.isupper() for word in around) else ""


_PERSONAL = frozenset({"surname", "given", "part"})
_RULES: dict[str, Callable[[Rule, Hit, _Page], str | None]] = {
    "surname": _surname,
    "given": _given,
    "part": _part,
    "instead": _instead,
    "needs": _needs,
    "pronoun": _pronoun,
}
