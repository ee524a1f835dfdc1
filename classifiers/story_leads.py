"""Which article of a story stands for it, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.story_types import StoryArticle, first_first
from classifiers.story_words import words_of
from classifiers.verdict import Document

SAME_COPY = 0.5  # share of the shorter text's shingles: edited agency copy keeps 0.65 to 1, other reports up to 0.47
NEARLY_AS_RELEVANT = 0.1  # scores so close do not choose between reports
MUCH_FULLER = 1.5  # so many times the words of the first report outweigh that it was first
_SHINGLE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Lead:
    """The article that stands for a story."""

    article: StoryArticle
    reason: str  # in words, to be shown: "the first of 3 reports"


def lead_of(articles: Sequence[StoryArticle]) -> Lead:
    """The lead of a story: relevant before fuller before earlier, and never a reprint of another article.

    A reprint is told by its text alone: of articles with the same copy only the first can lead. Of the others those
    nearly as relevant as the best remain, and the first of these leads unless another is much fuller. Raises
    ValueError without an article.
    """
    if not articles:
        raise ValueError("a story without an article has no lead")
    in_time = sorted(articles, key=first_first)
    if len(in_time) == 1:
        return Lead(in_time[0], "the only report")
    originals = _originals(in_time)
    if len(originals) == 1:
        return Lead(originals[0], f"the first of {len(in_time)} reports with the same text")
    return _best_of(originals, len(in_time))


def _best_of(originals: Sequence[StoryArticle], reports: int) -> Lead:
    best = max(_score(article) for article in originals)
    relevant = [article for article in originals if _score(article) >= best - NEARLY_AS_RELEVANT]
    words = {article.id: len(_words(article)) for article in relevant}
    first = relevant[0]
    fullest = max(relevant, key=lambda article: words[article.id])  # of equals the first
    if words[fullest.id] >= MUCH_FULLER * words[first.id] and fullest is not first:
        return Lead(fullest, f"the fullest of {reports} reports")
    if first is originals[0]:
        return Lead(first, f"the first of {reports} reports")
    if len(relevant) == 1:
        return Lead(first, f"the most relevant of {reports} reports, score {best:.2f}")
    return Lead(first, f"the first of the {len(relevant)} most relevant of {reports} reports")


def _originals(in_time: Sequence[StoryArticle]) -> list[StoryArticle]:
    """Articles whose text is not that of an earlier one, in time."""
    originals: list[StoryArticle] = []
    seen: list[set[tuple[str, ...]]] = []
    for article in in_time:
        shingles = _shingles(_words(article))
        if not any(_is_reprint(shingles, earlier) for earlier in seen):
            originals.append(article)
            seen.append(shingles)
    return originals


def _is_reprint(later: set[tuple[str, ...]], earlier: set[tuple[str, ...]]) -> bool:
    """Whether the later text is a copy of the earlier; not if the earlier is a short cut of it."""
    common = len(later & earlier)
    return common >= SAME_COPY * min(len(later), len(earlier)) and len(later) < MUCH_FULLER * len(earlier)


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _SHINGLE_WORDS]) for at in range(max(1, len(words) - _SHINGLE_WORDS + 1))}


def _words(article: StoryArticle) -> list[str]:
    """Words of the text without its title: outlets write titles of their own over the same copy."""
    return words_of(Document("", article.text))


def _score(article: StoryArticle) -> float:
    return article.score if article.score is not None else 0.0
