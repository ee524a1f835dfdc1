"""The population stability index, by hand and by its properties."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.service.drift import FEWEST, drift, joined

EVEN = [100] * 10
HISTOGRAMS = st.lists(st.integers(0, 500), min_size=20, max_size=20)


def test_the_index_worked_by_hand():
    # Two halves, 1000 cases a side: half and half before, three quarters and a quarter now.
    by_hand = 0.25 * log(0.75 / 0.5) + -0.25 * log(0.25 / 0.5)
    assert drift([500, 500], [750, 250]) == pytest.approx(by_hand, abs=0.002)


def test_the_same_spread_is_no_drift_however_many_cases():
    assert drift(EVEN, [17 * n for n in EVEN]) == pytest.approx(0, abs=1e-3)


def test_a_shift_of_the_whole_spread_is_beyond_the_limit():
    assert drift([0, 100, 500, 300, 100, 0, 0], [0, 0, 0, 100, 500, 300, 100]) > 0.25


@pytest.mark.parametrize(("before", "now"), [([FEWEST - 1, 0], [900, 900]), ([900, 900], [0, FEWEST - 1])])
def test_of_few_cases_nothing_is_said(before, now):
    assert drift(before, now) is None


def test_of_scores_that_were_all_alike_nothing_is_said():
    assert drift([1000, 0, 0], [0, 500, 500]) is None


def test_histograms_over_different_bins_are_refused():
    with pytest.raises(ValueError, match="2 bins before, 3 now"):
        drift([1, 2], [1, 2, 3])


@given(HISTOGRAMS, HISTOGRAMS)
def test_joining_bins_loses_no_case_and_leaves_none_small(before, now):
    groups = joined(before, now)
    if sum(before):
        assert [sum(side) for side in zip(*groups, strict=True)] == [sum(before), sum(now)]
        assert all(early >= sum(before) / 10 for early, _ in groups)


@given(HISTOGRAMS, HISTOGRAMS)
def test_the_index_is_never_negative_and_never_infinite(before, now):
    index = drift(before, now)
    assert index is None or 0 <= index < 100
