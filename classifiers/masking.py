"""What the word view sees: words and pairs of words, with what must not carry the topic masked or folded."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from classifiers.languages import SMALL_WORDS
from classifiers.lexicons import Hit

PLACE, NUMBER = "<place>", "<number>"
_FOLDED = {"sme_term": "<sme>", "donor_bank": "<donor>", "donor_agency": "<donor>"}  # one name beside the many


class Grams(NamedTuple):
    """Occurrences of grams, and the words each stands for: `starts` up to but not including `ends`.

    Three long lists, not a list of triples: a batch of texts has 150,000, and Python would look after each.
    """

    names: list[str]
    starts: list[int]
    ends: list[int]


def grams_of(folded: Sequence[str], places: Mapping[int, int], hits: Iterable[Hit], title_end: int) -> Grams:
    """Words, pairs of neighbours, and the words of the title once more as `title:word`, each with its range of words.

    Small words are left out. `places` are first word and end of each place: it becomes a mask, because four of five
    seed
    documents are about Japan, and a bag of words learns "Japan", not the topic. Numbers become one mask; an SME or
    donor
    keeps its words and has its folded name before them.
    """
    names, starts, ends = _tokens(folded, places, hits)
    n_title = bisect_left(starts, title_end)
    pairs = [f"{first} {second}" for first, second in pairwise(names)]
    title = [f"title:{name}" for name in names[:n_title]]
    return Grams(names + pairs + title, starts + starts[:-1] + starts[:n_title], ends + ends[1:] + ends[:n_title])


def _tokens(folded: Sequence[str], places: Mapping[int, int], hits: Iterable[Hit]) -> Grams:
    shown = [None if word in SMALL_WORDS else word if word.isalpha() else _number(word) for word in folded]
    end_of: dict[int, int] = {}
    covered: set[int] = set()
    for at in sorted(places):
        if at not in covered:
            end_of[at] = places[at]
            shown[at : places[at]] = [PLACE, *([None] * (places[at] - at - 1))]
            covered.update(range(at, places[at]))
    starts = [at for at, name in enumerate(shown) if name]
    ends = [end_of.get(at, at + 1) for at in starts]
    names = [name for name in shown if name]
    for hit in {hit.start: hit for hit in hits if hit.concept in _FOLDED and hit.start not in covered}.values():
        before = bisect_left(starts, hit.start)
        names.insert(before, _FOLDED[hit.concept])
        starts.insert(before, hit.start)
        ends.insert(before, hit.end)
    return Grams(names, starts, ends)


def _number(word: str) -> str:
    return NUMBER if word[0].isdigit() else word
