import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.metrics import (
    average_precision,
    bootstrap,
    precision_at,
    precision_at_recall,
    precision_recall,
    recall_at_precision,
)

LABELS = np.array([1, 0, 1, 0])
SCORES = np.array([0.9, 0.8, 0.7, 0.1])


def test_average_precision_by_hand() -> None:
    # Relevant texts at ranks 1 and 3: (1/1 + 2/3) / 2.
    assert average_precision(LABELS, SCORES) == pytest.approx((1 + 2 / 3) / 2)


def test_without_a_relevant_text_there_is_nothing_to_find() -> None:
    nothing = np.zeros(4, dtype=int)
    assert average_precision(nothing, SCORES) == 0
    assert recall_at_precision(nothing, SCORES, 0.9) == 0
    assert precision_recall(nothing, SCORES > 0.5) == (0.0, None)


def test_precision_at_needs_as_many_texts() -> None:
    assert precision_at(LABELS, SCORES, 2) == 0.5
    assert precision_at(LABELS, SCORES, 5) is None


def test_precision_and_recall_of_a_choice() -> None:
    assert precision_recall(LABELS, SCORES > 0.5) == (pytest.approx(2 / 3), 1.0)
    assert precision_recall(LABELS, SCORES > 0.95) == (None, 0.0)


def test_recall_at_precision_and_the_reverse() -> None:
    assert recall_at_precision(LABELS, SCORES, 0.9) == 0.5
    assert precision_at_recall(LABELS, SCORES, 0.75) == pytest.approx(2 / 3)


def test_texts_of_one_score_pass_a_threshold_together() -> None:
    assert recall_at_precision(np.array([1, 0]), np.array([0.5, 0.5]), 0.9) == 0


def test_the_interval_is_the_same_each_time_and_holds_the_value() -> None:
    groups = np.array(["a", "a", "b", "c"])
    first, second = (bootstrap(LABELS, SCORES, groups, average_precision, draws=50) for _ in range(2))
    assert first == second
    assert first.low <= first.value <= first.high


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=30), st.floats(0.05, 1))
def test_no_threshold_gives_more_than_everything(pairs: list[tuple[int, float]], share: float) -> None:
    labels, scores = np.array([label for label, _ in pairs]), np.array([score for _, score in pairs])
    assert 0 <= recall_at_precision(labels, scores, share) <= 1
    assert 0 <= precision_at_recall(labels, scores, share) <= 1
