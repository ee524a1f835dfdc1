"""Texts as weighted words, made for one question: do two articles report the same event?

Names, numbers and rare words decide it, so nothing is masked and every word weighs by its rarity: in the articles at
hand and in the examples of `seeds/`, each language counted for itself.
"""

import functools
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.examples import document_of, read_rows
from classifiers.languages import guess_language
from classifiers.reading import without_boilerplate
from classifiers.verdict import Document

LEAD_WORDS = 300  # words of a text that are read after its title: news is told at the top, notices stand at the end
LEAD_CHARACTERS = 8_000  # at most so much of a text is looked at; 300 words of the longest-worded language fit
STEM_LETTERS = 6  # words are cut to so many letters: "guarantees" and "guarantee", "Vietnamese" and "Vietnam" meet
LARGEST_SHARE = 0.03  # of a similarity, what one word can give: a minister's name alone makes no event
SAME_COPY = 0.7  # below that, texts taken for two languages share the small words of one, wrongly recognised once
_TELLING_CHARACTERS = 200  # from here on a language is recognised by its text
_BLOCK_ROWS = 256  # similarities held dense at a time: 256 x 5,000 numbers are 10 MB
_PAIRS_AT_A_TIME = 4_096

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]+|(?:(?![\d_{_UNSPACED}])\w)+")
_BEGINS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Background:
    """How many texts of a language hold a word, by which a batch of two articles still knows what is rare."""

    texts: Mapping[str, int] = field(default_factory=dict)  # by language, ISO 639-1
    holding: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by language, by word: number of texts


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts that resemble each other: `left` and `right` count texts from 0, and left < right."""

    left: Ints
    right: Ints
    similarity: Floats  # 0..1


def words_of(document: Document) -> list[str]:
    """Title and lead as words: folded to lower case without accents, cut to their stem, numbers in one spelling.

    Words of scripts that set none apart, and Korean with its endings, come as pairs of characters; single letters are
    left out.

    Example: "Sécurité: US$1,500 for B2B" -> ["securi", "us", "1500", "for", "2"]
    """
    title = list(_words(document.title[:LEAD_CHARACTERS]))
    text = without_boilerplate(document.text[:LEAD_CHARACTERS])
    return title + [word for word, _ in zip(_words(text), range(LEAD_WORDS), strict=False)]


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        yield from _stems(match.group())


@functools.lru_cache(maxsize=100_000)
def _stems(word: str) -> tuple[str, ...]:
    if word[0].isdecimal():
        return (_plain_number(word),)
    if _BEGINS_UNSPACED.match(word):
        return tuple(word[at : at + 2] for at in range(max(1, len(word) - 1)))
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    return (plain[:STEM_LETTERS],) if len(plain) > 1 else ()


def _plain_number(written: str) -> str:
    """Example: "1,500" and "1.500" -> "1500"; "2.0" and "2,0" -> "2"; "0.75" -> "0.75"; "٢٠٢٤" -> "2024"."""
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in written)
    number = _THOUSANDS.sub("", digits).replace(",", ".")
    return number.rstrip("0").rstrip(".") if number.count(".") == 1 else number


def learn_background(documents: Iterable[Document]) -> Background:
    """Count in how many of these documents each word stands.

    A language that is said is believed: who wrote the examples knew it, and a run without a foreign text need not
    load an identifier of 77 MiB for theirs.
    """
    texts: Counter[str] = Counter()
    holding: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        language = _said_language(document) or language_of(document)
        texts[language] += 1
        holding[language].update(set(words_of(document)))
    return Background(dict(texts), {language: dict(counts) for language, counts in holding.items()})


@functools.lru_cache(maxsize=2)
def read_background(seeds_dir: Path) -> Background:
    """Background of the examples in `seeds_dir/examples/*.jsonl`; their labels and events are not looked at.

    Invented texts say nothing of how rare a word is in the news, and are left out.
    Raises ExampleError where a row cannot be read. A folder without examples gives an empty background.
    """
    files = sorted((seeds_dir / "examples").glob("*.jsonl"))
    rows = (row for file in files for row in read_rows(file))
    return learn_background(document_of(row) for row in rows if not row.get("invented"))


def language_of(document: Document) -> str:
    """The language of a document, ISO 639-1; "" if it has no letters.

    A text of some length speaks for itself: feeds that call Spanish pages English would make all of their small words
    rare ones, and unrelated articles alike.
    """
    text = f"{document.title}\n{document.text[:LEAD_CHARACTERS]}"
    said = _said_language(document)
    if said and len(text) < _TELLING_CHARACTERS:
        return said
    return guess_language(text) or said


def _said_language(document: Document) -> str:
    return (document.language or "").split("-")[0].casefold()


def similar_pairs(documents: Sequence[Document], background: Background, lowest: float) -> Pairs:
    """Pairs of documents whose similarity, 0..1, is at least `lowest` (above 0), sorted by left, then right.

    Cosine of rarity-weighted words in which no word counts for more than LARGEST_SHARE. Documents with the same words
    have similarity 1 however few they are; a document without words resembles none, and one in another language only
    if it is nearly the same.
    """
    words = [words_of(document) for document in documents]
    languages = [language_of(document) for document in documents]
    vectors = _vectors(words, languages, background)
    left, right = _candidates(vectors, lowest)
    similarity = _shared(vectors, left, right)
    told_in = np.array(languages)
    similarity[(told_in[left] != told_in[right]) & (similarity < SAME_COPY)] = 0.0
    same = np.fromiter((words[a] == words[b] for a, b in zip(left, right, strict=True)), dtype=bool, count=len(left))
    similarity[same] = 1.0
    kept = similarity >= lowest
    return Pairs(left[kept], right[kept], similarity[kept])


def _vectors(texts: Sequence[Sequence[str]], languages: Sequence[str], background: Background) -> Any:
    """A sparse row of length 1 (or 0, without words) for each text."""
    totals = Counter(languages)
    held: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for words, language in zip(texts, languages, strict=True):
        held[language].update(set(words))
    columns: dict[str, int] = {}
    at, column, weight = [], [], []
    for row, (words, language) in enumerate(zip(texts, languages, strict=True)):
        known = background.holding.get(language, {})
        number = totals[language] + background.texts.get(language, 0) + 1
        for word, times in Counter(words).items():
            rarity = math.log(number / (held[language][word] + known.get(word, 0)))
            at.append(row)
            column.append(columns.setdefault(word, len(columns)))
            weight.append((1.0 + math.log(times)) * rarity)
    rows = sparse.csr_matrix((weight, (at, column)), shape=(len(texts), max(1, len(columns))))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags(1.0 / np.where(lengths > 0, lengths, 1.0)) @ rows


def _candidates(vectors: Any, lowest: float) -> tuple[Ints, Ints]:
    """Pairs whose plain cosine reaches `lowest`, in blocks, so that the full square is never held."""
    lefts, rights = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
    for first in range(0, vectors.shape[0], _BLOCK_ROWS):
        block = (vectors[first : first + _BLOCK_ROWS] @ vectors[first:].T).toarray()
        left, right = np.nonzero(np.triu(block >= lowest, k=1))
        lefts.append(left + first)
        rights.append(right + first)
    return np.concatenate(lefts), np.concatenate(rights)


def _shared(vectors: Any, left: Ints, right: Ints) -> Floats:
    similarity = np.zeros(len(left))
    for first in range(0, len(left), _PAIRS_AT_A_TIME):
        part = slice(first, first + _PAIRS_AT_A_TIME)
        products = vectors[left[part]].multiply(vectors[right[part]]).tocsr()
        products.data = np.minimum(products.data, LARGEST_SHARE)
        similarity[part] = np.asarray(products.sum(axis=1)).ravel()
    return similarity
