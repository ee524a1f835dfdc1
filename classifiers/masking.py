"""What the word view sees: words and pairs of words, with what must not carry the topic masked or folded."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from classifiers.languages import SMALL_WORDS
from classifiers.lexicons import Hit

Gram = tuple[str, int, int]  # the gram, and the range of words it stands for

PLACE, NUMBER = "<place>", "<number>"
_FOLDED = {"sme_term": "<sme>", "donor_bank": "<donor>", "donor_agency": "<donor>"}  # one name beside the many


def grams_of(folded: Sequence[str], places: Mapping[int, int], hits: Iterable[Hit], title_end: int) -> list[Gram]:
    """Words, pairs of neighbours, and the words of the title once more as `title:word`, each with its range of words.

    Small words are left out. `places` are first word and end of each place: it becomes a mask, because four of five
    seed
    documents are about Japan, and a bag of words learns "Japan", not the topic. Numbers become one mask; an SME or
    donor
    keeps its words and has its folded name before them.
    """
    names = {hit.start: (_FOLDED[hit.concept], hit.end) for hit in hits if hit.concept in _FOLDED}
    tokens = _tokens(folded, places, names)
    pairs = [(f"{first[0]} {second[0]}", first[1], second[2]) for first, second in pairwise(tokens)]
    title = [(f"title:{name}", start, end) for name, start, end in tokens if start < title_end]
    return tokens + pairs + title


def _tokens(folded: Sequence[str], places: Mapping[int, int], names: Mapping[int, tuple[str, int]]) -> list[Gram]:
    tokens: list[Gram] = []
    place_end = 0
    for at, word in enumerate(folded):
        if at < place_end:
            continue
        if at in places:
            place_end = places[at]
            tokens.append((PLACE, at, place_end))
            continue
        if at in names:
            name, end = names[at]
            tokens.append((name, at, end))
        if word not in SMALL_WORDS:
            tokens.append((NUMBER if word[0].isdigit() else word, at, at + 1))
    return tokens
