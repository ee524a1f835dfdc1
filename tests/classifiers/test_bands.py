import pytest

from classifiers.bands import Thresholds, choose_thresholds

HALF = choose_thresholds([1, 0] * 50)


def test_likely_starts_where_the_stream_has_as_many_relevant_as_not() -> None:
    # Half of the examples are relevant, one in twenty of the stream: odds of 1 : 19 against odds of 1 : 1.
    assert HALF.likely == pytest.approx(0.95)


def test_bands_are_ordered() -> None:
    assert 0 < HALF.borderline < HALF.likely < HALF.sure < 1


def test_examples_as_rare_as_the_stream_need_no_shift() -> None:
    assert choose_thresholds([1] + [0] * 19).likely == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("score", "band"), [(0.95, "sure"), (0.9, "sure"), (0.7, "likely"), (0.5, "borderline"), (0.39, "no")]
)
def test_a_score_on_the_line_belongs_to_the_higher_band(score: float, band: str) -> None:
    assert Thresholds(sure=0.9, likely=0.7, borderline=0.4).band(score) == band
