"""Articles in, stories out: which articles are shown as one card, and which of them leads.

The grouping is an argument of `compose`: when the warehouse brings stories of its own, another function of the same
shape takes this one's place and nothing else changes.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from flows.steps.digests.inputs import DigestArticle

Grouping = Callable[[Sequence[DigestArticle]], list[tuple[DigestArticle, ...]]]
"""Articles -> stories. Every article in exactly one story, the lead first; the stories in any fixed order."""

NEAR_EQUAL = 0.6  # Jaccard similarity of shingles: agency copy with a changed first paragraph lies at 0.7 to 0.9,
#   two reports of one event in their own words below 0.2
_THE_SAME = (
    0.95  # a text this close to an earlier one is not compared with later ones: a flood of copies costs little
)
_SHINGLE_WORDS, _SHINGLE_CHARS = 3, 5
_MAX_TEXT_CHARS = 20_000
_WORDS = re.compile(r"\w+")


def best_first(article: DigestArticle) -> tuple[float, float, str]:
    """The order of articles everywhere in a digest: score, then who reported first, then id, so it never wavers."""
    reported = (
        article.published.at if article.published and not article.published.in_future else article.first_seen_at
    )
    return -article.score, reported.timestamp(), article.article_id


def alone(articles: Sequence[DigestArticle]) -> list[tuple[DigestArticle, ...]]:
    """Each article its own story: grouping switched off."""
    return [(article,) for article in sorted(articles, key=best_first)]


def by_near_equal_text(articles: Sequence[DigestArticle]) -> list[tuple[DigestArticle, ...]]:
    """Reprints together: texts whose shingles overlap by `NEAR_EQUAL` or more, directly or through a third text."""
    ordered = sorted(articles, key=best_first)
    leader = list(range(len(ordered)))  # index -> index of an article of the same story, itself for the story's first

    def first_of(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for left, right in _near_equal_pairs([shingles(article.text) for article in ordered]):
        low, high = sorted((first_of(left), first_of(right)))
        leader[high] = low
    stories: dict[int, list[DigestArticle]] = defaultdict(list)
    for index, article in enumerate(ordered):
        stories[first_of(index)].append(article)
    return [tuple(members) for members in stories.values()]


def shingles(text: str) -> frozenset[str]:
    """Three words in a row, whatever the punctuation; five characters where words are not set apart by spaces."""
    words = _WORDS.findall(text[:_MAX_TEXT_CHARS].casefold())
    if words and sum(map(len, words)) / len(words) > 14:  # Chinese, Japanese, Thai: a "word" is a whole clause
        run = "".join(words)
        return frozenset(run[i : i + _SHINGLE_CHARS] for i in range(len(run) - _SHINGLE_CHARS + 1))
    return frozenset(" ".join(words[i : i + _SHINGLE_WORDS]) for i in range(len(words) - _SHINGLE_WORDS + 1))


def _near_equal_pairs(sets: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Pairs at or above the threshold. Only texts that share a shingle are compared, so a week costs little."""
    holders: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for index, grams in enumerate(sets):
        shared = Counter(other for gram in grams for other in holders[gram])
        closest = 0.0
        for other, common in sorted(shared.items()):
            similarity = common / (len(grams) + len(sets[other]) - common)
            closest = max(closest, similarity)
            if similarity >= NEAR_EQUAL:
                pairs.append((other, index))
        if closest < _THE_SAME:
            for gram in grams:
                holders[gram].append(index)
    return pairs
