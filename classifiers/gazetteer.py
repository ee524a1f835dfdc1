"""The gazetteer: places found, masked and weighed, from the files of seeds/places/."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classifiers.place_cues import Cues, read_cues
from classifiers.place_index import Index, Persons, english_index, read_persons, with_language
from classifiers.place_language import guess_language
from classifiers.place_members import Rosters, members_called, read_rosters
from classifiers.place_scan import Span, spans_of
from classifiers.places import Places, read_places

PLACE, BLOC, AGENCY, CURRENCY = (
    "placename",
    "blocname",
    "agencyname",
    "currencyname",
)  # what `mask` writes; none is a word of any language
_MASKS = {"bloc": BLOC, "organisation": AGENCY, "currency": CURRENCY}


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """Names of economies, their cities, bodies and blocs, in English and the languages of seeds/places/names/.

    `language` is ISO 639-1 or a tag that begins with it (pt-BR); null: guessed by script and commonest words.
    A language without a file is read with the English names, which are also found inside every other language.
    """

    folder: Path
    english: Index = field(repr=False)
    persons: Persons = field(repr=False)
    cues: Cues = field(repr=False)
    rosters: Rosters = field(repr=False)
    languages: frozenset[str]  # ISO 639-1 of the files in names/
    indexes: dict[str, Index] = field(default_factory=dict, repr=False)  # by language, filled at first use

    @classmethod
    def load(cls, folder: Path) -> "Gazetteer":
        """Read the files of seeds/places/. Raises FileNotFoundError if one is missing, KeyError if a column is."""
        languages = frozenset(path.stem for path in (folder / "names").glob("*.csv"))
        return cls(
            folder, english_index(folder), read_persons(folder), read_cues(folder), read_rosters(folder), languages
        )

    def spans(self, text: str, *, language: str | None = None) -> list[Span]:
        """Every place in the text from left to right, blocs, regions and firms too; offsets in its NFC form."""
        return spans_of(_composed(text), self._index(language, text), self.persons)

    def find(self, title: str, text: str, *, language: str | None = None) -> Places:
        """Which economies act in an article, which blocs it names, and every mention with its role."""
        title, text = _composed(title), _composed(text)
        whole = f"{title}\n{text}"
        return self.places(title, whole, self.spans(whole, language=language))

    def places(self, title: str, whole: str, spans: Sequence[Span]) -> Places:
        """What `find` says, from spans already found in `whole` = title + newline + text, all of it NFC."""
        members = members_called(whole, spans, self.rosters)
        # Members behind all others: what joins two names in a text is asked of neighbours.
        return read_places(title, whole, [*spans, *members], self.cues)

    def mask(self, text: str, *, language: str | None = None) -> str:
        """The text with every place replaced by one neutral word, so that "Japan" cannot carry the topic.

        Example: Vietnamese firms meet JETRO in New Delhi -> placename firms meet agencyname in placename
        """
        text = _composed(text)
        pieces, done = [], 0
        for span in self.spans(text, language=language):
            if span.start < done:
                continue
            pieces += [text[done : span.start], _MASKS.get(span.kind, PLACE)]
            done = span.end
        return "".join([*pieces, text[done:]])

    def _index(self, tag: str | None, text: str) -> Index:
        language = tag.lower().replace("_", "-").partition("-")[0] if tag else guess_language(text)
        if language not in self.languages:  # English too; a tag may be hostile and must not reach a path
            return self.english
        if language not in self.indexes:
            self.indexes[language] = with_language(self.english, self.folder, language)
        return self.indexes[language]


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
