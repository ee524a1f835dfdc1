"""Groups of letters of a text, found word by word: what a fitted TfidfVectorizer(analyzer="char_wb") makes of it.

The vectorizer takes every text apart anew, which cost more than all else in a verdict. A word always holds the same
groups, so each is taken apart once and remembered.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

_MEMO_LIMIT = 100_000  # distinct words remembered, about 200 bytes each; a year of news has more, and it is emptied


class Letters:
    """Looks up the groups of letters that a fitted counter knows."""

    def __init__(self, counter: TfidfVectorizer) -> None:
        self.counter = counter
        groups = CountVectorizer(analyzer="char_wb", ngram_range=counter.ngram_range, lowercase=False)
        self._groups_of: Callable[[str], list[str]] = groups.build_analyzer()
        self._memo: dict[str, npt.NDArray[np.int_]] = {}

    def columns(self, words: Sequence[str]) -> npt.NDArray[np.int_]:
        """The column of every group of every word, with repetitions; groups that the counter does not know are left
        out.
        """
        memo = self._memo
        unknown = set(words).difference(memo)
        if len(memo) + len(unknown) > _MEMO_LIMIT:
            memo.clear()
            unknown = set(words)
        for word in unknown:
            memo[word] = self._columns_of(word)
        return np.concatenate([memo[word] for word in words]) if words else np.zeros(0, int)

    def _columns_of(self, word: str) -> npt.NDArray[np.int_]:
        known = self.counter.vocabulary_
        return np.array([known[group] for group in self._groups_of(word) if group in known], int)
