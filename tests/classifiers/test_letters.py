"""Groups of letters found word by word are those the vectorizer finds in the whole text."""

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers import letters
from classifiers.letters import Letters
from classifiers.relevance import tf_idf_rows

TEXTS = ["small firms of two countries meet", "a b", "", "firms firms firms", "中 小 企 业 unseen words"]


@pytest.mark.parametrize("limit", [100_000, 3])
def test_rows_are_those_of_the_vectorizer_however_little_is_remembered(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(letters, "_MEMO_LIMIT", limit)
    counter = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(TEXTS[:4])
    ours = Letters(counter)
    columns = [ours.columns(text.split()) for text in TEXTS]
    assert tf_idf_rows(columns, counter.idf_).toarray() == pytest.approx(counter.transform(TEXTS).toarray())
