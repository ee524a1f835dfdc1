"""The domain's vocabulary: lists of phrases by concept and language, found in a text in one pass.

The lists are data (`seeds/lexicons/*.toml`; their README.md explains how a phrase is written). A concept is one
table of
one file, such as `startup`; concepts that mean much the same to the model share a family, such as `near_firms`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

# Chinese and Japanese are written without spaces: each character is a word of its own, so that one matcher reads all.
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")

_RUN = re.compile(rf"[{_UNSPACED}]+")

_GAP = "~"
_GAP_WORDS = 2
_EVERY_LANGUAGE = "any"
_FALLBACK_LANGUAGE = "en"
_MEMO_LIMIT = 200_000  # distinct words remembered; a year of news has more, so the memo is emptied when full
_MEMO_SECONDS = 2_000  # words remembered that may follow a word


class LexiconError(ValueError):
    """A lexicon file cannot be read; the message names the file, the concept and the phrase."""


class Hit(NamedTuple):
    """One phrase found: words `start` (counted from 0) up to but not including `end`."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Slot:
    """One word of a phrase: any of these words, any word that begins so, or exactly these as written."""

    words: frozenset[str]
    prefixes: tuple[str, ...]
    exact: frozenset[str]
    after_gap: bool

    def fits(self, folded: str, written: str) -> bool:
        return (
            folded in self.words
            or written in self.exact
            or (bool(self.prefixes) and folded.startswith(self.prefixes))
        )


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: str
    slots: tuple[_Slot, ...]

    def end(self, folded: Sequence[str], written: Sequence[str], start: int, stop: int) -> int:
        """Position after the phrase if it begins at `start` and ends before `stop`, otherwise 0."""
        at = start + 1
        for slot in self.slots[1:]:
            last = min(stop, at + (_GAP_WORDS if slot.after_gap else 0) + 1)
            for place in range(at, last):
                if slot.fits(folded[place], written[place]):
                    at = place + 1
                    break
            else:
                return 0
        return at


class Lexicon:
    """All concepts, for all languages. `concepts` are pairs of concept and family, sorted by concept.

    Example: `Lexicon.load(Path("seeds/lexicons")).hits(["small", "firms"], ["Small", "firms"], [(0, 2)], "en")`
    yields a Hit of `sme_term` from 0 to 2.
    """

    def __init__(
        self, tables: Mapping[str, Mapping[str, Sequence[str]]], families: Mapping[str, str] | None = None
    ) -> None:
        """Build from concept -> language -> phrases and concept -> family (itself, if not said).

        Raises LexiconError for a phrase that cannot be read.
        """
        self.concepts = tuple((concept, (families or {}).get(concept, concept)) for concept in sorted(tables))
        self.languages = frozenset(language for lists in tables.values() for language in lists) - {_EVERY_LANGUAGE}
        self._readers: dict[str, _Reader] = {}
        for language in sorted(self.languages):
            self._readers[language] = _Reader(_phrases_of(tables, language))

    @classmethod
    def load(cls, folder: Path) -> "Lexicon":
        """Read every `*.toml` of a folder; raises LexiconError if there is none or one cannot be read."""
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise LexiconError(f"no lexicon (*.toml) in {folder}")
        tables: dict[str, Mapping[str, Sequence[str]]] = {}
        families: dict[str, str] = {}
        for file in files:
            try:
                content = tomllib.loads(file.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise LexiconError(f"{file.name}: {error}") from error
            for concept, lists in content.items():
                tables[concept] = {key: phrases for key, phrases in lists.items() if key not in ("about", "family")}
                families[concept] = lists.get("family", concept)
        return cls(tables, families)

    def hits(
        self, folded: Sequence[str], written: Sequence[str], sentences: Sequence[tuple[int, int]], language: str
    ) -> list[Hit]:
        """Phrases found, in the order of the text; of one concept the longest at each place, none overlapping
        another.

        `folded` and `written` are the words casefolded and as they stand; `sentences` are ranges of word positions,
        and
        no phrase crosses from one into the next.
        """
        reader = self._readers.get(language) or self._readers[_FALLBACK_LANGUAGE]
        return list(reader.read(folded, written, sentences))


def _phrases_of(tables: Mapping[str, Mapping[str, Sequence[str]]], language: str) -> list[_Phrase]:
    return [
        _parse(concept, text)
        for concept, lists in sorted(tables.items())
        for text in (*lists.get(_EVERY_LANGUAGE, ()), *lists.get(language, ()))
    ]


def _parse(concept: str, text: str) -> _Phrase:
    slots: list[_Slot] = []
    gap = False
    for part in text.split():
        if part == _GAP:
            gap = True
            continue
        choices = part.split("|")
        if not all(choice.rstrip("*") for choice in choices):
            raise LexiconError(f"{concept}: empty word in phrase {text!r}")
        split = [WORD.findall(choice) for choice in choices]
        if len(choices) == 1 and _RUN.fullmatch(part):
            slots.extend(_slot([word], gap and place == 0) for place, word in enumerate(split[0]))
        elif all(len(words) == 1 for words in split):
            slots.append(_slot(choices, gap))
        else:
            raise LexiconError(f"{concept}: write {part!r} of phrase {text!r} as separate words")
        gap = False
    if not slots:
        raise LexiconError(f"{concept}: empty phrase")
    return _Phrase(concept, tuple(slots))


def _slot(choices: Sequence[str], after_gap: bool) -> _Slot:
    plain = [choice for choice in choices if not choice.endswith("*")]
    return _Slot(
        words=frozenset(choice for choice in plain if choice == choice.casefold()),
        prefixes=tuple(choice[:-1].casefold() for choice in choices if choice.endswith("*")),
        exact=frozenset(choice for choice in plain if choice != choice.casefold()),
        after_gap=after_gap,
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a word may begin: concepts it is a whole phrase of, and longer phrases."""

    alone: tuple[str, ...]
    longer: tuple[_Phrase, ...]
    by_second: dict[str, tuple[_Phrase, ...]]  # those of `longer` that may go on with a word; filled as words are met

    def going_on(self, folded: str, written: str) -> tuple[_Phrase, ...]:
        """The longer phrases that the next word does not end: of twenty that begin with "small", mostly none."""
        phrases = self.by_second.get(written)
        if phrases is None:
            seconds = ((phrase, phrase.slots[1]) for phrase in self.longer)
            phrases = tuple([phrase for phrase, slot in seconds if slot.after_gap or slot.fits(folded, written)])
            if len(self.by_second) < _MEMO_SECONDS:
                self.by_second[written] = phrases
        return phrases


class _Reader:
    """Finds phrases of one language; remembers for every word met what it may begin."""

    def __init__(self, phrases: Sequence[_Phrase]) -> None:
        self._by_word: dict[str, list[_Phrase]] = {}
        self._by_prefix: dict[str, list[_Phrase]] = {}
        self._memo: dict[str, _Opening | None] = {}
        for phrase in phrases:
            first = phrase.slots[0]
            for word in (*first.words, *first.exact):
                self._by_word.setdefault(word, []).append(phrase)
            for prefix in first.prefixes:
                self._by_prefix.setdefault(prefix, []).append(phrase)
        self._prefix_lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def read(
        self, folded: Sequence[str], written: Sequence[str], sentences: Sequence[tuple[int, int]]
    ) -> Iterator[Hit]:
        taken: dict[str, int] = {}  # concept -> position up to which its last hit reaches
        openings = self._openings(written)
        for first, stop in sentences:
            for start, opening in enumerate(openings[first:stop], first):
                if opening is None:
                    continue
                longer = opening.longer
                if longer:
                    longer = opening.going_on(folded[start + 1], written[start + 1]) if start + 1 < stop else ()
                    if not longer and not opening.alone:
                        continue
                ends = dict.fromkeys(opening.alone, start + 1)
                for phrase in longer:
                    end = phrase.end(folded, written, start, stop)
                    if end > ends.get(phrase.concept, 0):
                        ends[phrase.concept] = end
                for concept, end in ends.items():
                    if start >= taken.get(concept, 0):
                        taken[concept] = end
                        yield Hit(concept, start, end)

    def _openings(self, written: Sequence[str]) -> list[_Opening | None]:
        """What each word may begin; null: nothing."""
        memo = self._memo
        unknown = set(written).difference(memo)
        if len(memo) + len(unknown) > _MEMO_LIMIT:
            memo.clear()
            unknown = set(written)
        for word in unknown:
            memo[word] = self._opening(word)
        return [memo[word] for word in written]

    def _opening(self, written: str) -> _Opening | None:
        folded = written.casefold()
        found = [*self._by_word.get(folded, ()), *(self._by_word.get(written, ()) if written != folded else ())]
        for length in self._prefix_lengths:
            if length > len(folded):
                break
            found += self._by_prefix.get(folded[:length], ())
        alone = tuple(dict.fromkeys(phrase.concept for phrase in found if len(phrase.slots) == 1))
        longer = tuple(phrase for phrase in found if len(phrase.slots) > 1)
        return _Opening(alone, longer, {}) if found else None
