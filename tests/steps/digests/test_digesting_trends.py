import pytest

from flows.steps.digests.inputs import WeekStories
from flows.steps.digests.trends import (
    MAX_PAIRS,
    MIN_WEEKS,
    SHOWN_WEEKS,
    bursts_words,
    is_burst,
    matrix_of,
    poisson_tail,
    shown_weeks,
    trend_words,
    trends_of,
)
from tests.steps.digests.digest_cases import NAMES, WEEK

SHOWN = shown_weeks(WEEK)


def weeks_with(*numbers, kind="forum", pair=("JP", "VN")):
    """The last weeks up to this one, each with so many stories, all of one kind and pair."""
    return [
        WeekStories(week, number, {kind: number}, {pair: number})
        for week, number in zip(SHOWN[-len(numbers) :], numbers, strict=True)
    ]


@pytest.mark.parametrize(
    ("stories", "before", "words"),
    [
        (9, (2, 3, 2), "Too few weeks on record (3)"),
        (9, (2, 3, 2, 1), "More than chance"),
        (3, (0, 0, 0, 0), "Within the usual"),  # below four stories nothing is a burst
        (4, (2, 3, 2, 1), "Within the usual"),
        (4, (0, 0, 0, 0), "More than chance"),
    ],
)
def test_a_burst_is_named_only_if_the_numbers_carry_it(stories, before, words):
    assert trend_words(stories, weeks_with(*before, stories), WEEK).startswith(words)


def test_the_poisson_tail_is_the_textbook_one():
    assert poisson_tail(4, 1.0) == pytest.approx(0.018988, abs=1e-6)
    assert poisson_tail(0, 3.0) == 1.0


@pytest.mark.parametrize(
    ("count", "usual", "tail", "bursts"),
    [
        (7, (2,) * 8, 0.01, True),  # 0.0045
        (7, (2,) * 8, 0.001, False),
        (4, (0,) * 8, 0.001, True),  # one in eight weeks is taken for granted: 0.00001
        (4, (0,) * (MIN_WEEKS - 1), 0.01, False),
        (40, (30,) * 8, 0.01, False),
        (3, (0,) * 8, 0.01, False),
    ],
)
def test_what_counts_as_a_burst(count, usual, tail, bursts):
    assert is_burst(count, usual, tail) is bursts


def test_trends_show_twelve_weeks_and_a_gap_where_nothing_was_polled():
    weeks = [one for one in weeks_with(5, 4, 3, 2) if one.week != SHOWN[-2]]
    trends = trends_of(weeks, WEEK, NAMES)
    assert (len(trends.weeks), trends.weeks[-1]) == (SHOWN_WEEKS, WEEK.label)
    assert trends.total.counts == (*(None,) * 8, 5, 4, None, 2)
    assert [(one.label, one.counts[-4:]) for one in trends.kinds] == [
        ("Forums and business matching", (5, 4, None, 2))
    ]
    assert [(one.label, one.key) for one in trends.pairs] == [("Japan – Viet Nam", ("JP", "VN"))]
    assert trends.is_telling


def test_weeks_outside_the_trends_do_not_count():
    outside = [WeekStories(WEEK.next(), 9, {"forum": 9}), WeekStories(SHOWN[0].previous(), 9, {}, {("JP", "VN"): 9})]
    assert trends_of(outside, WEEK, NAMES) is None
    assert matrix_of(outside, WEEK, NAMES) is None


def test_a_single_pair_stands_out_only_where_it_is_rarer_than_one_week_in_a_thousand():
    assert bursts_words(trends_of(weeks_with(0, 1, 0, 1, 0, 6), WEEK, NAMES)) == (
        "Stands out: Forums and business matching (6 stories where 0.4 a week are usual); "
        "Japan – Viet Nam (6 stories where 0.4 a week are usual)."
    )
    assert bursts_words(trends_of(weeks_with(2, 2, 2, 2, 7), WEEK, NAMES)) == ""
    assert bursts_words(None) == ""


def test_only_the_leading_pairs_are_shown_those_of_this_week_first_among_equals():
    one = WeekStories(SHOWN[-2], 20, {}, {("AA", f"B{n}"): 2 for n in range(MAX_PAIRS)} | {("ZY", "ZZ"): 1})
    now = WeekStories(WEEK, 1, {}, {("ZY", "ZZ"): 1, ("AA", "YY"): 1})
    pairs = trends_of([one, now], WEEK, NAMES).pairs
    assert len(pairs) == MAX_PAIRS
    assert pairs[0].key == ("ZY", "ZZ")
    assert ("AA", "YY") not in {pair.key for pair in pairs}  # met once: no trend


def test_the_matrix_is_symmetric_and_led_by_who_acts_most():
    weeks = [
        WeekStories(WEEK, 3, {}, {("JP", "VN"): 2, ("KE", "VN"): 1}),
        WeekStories(SHOWN[0], 1, {}, {("JP", "VN"): 1}),
    ]
    matrix = matrix_of(weeks, WEEK, NAMES)
    assert (matrix.codes, matrix.names) == (("VN", "JP", "KE"), ("Viet Nam", "Japan", "Kenya"))
    assert matrix.counts == ((0, 3, 1), (3, 0, 0), (1, 0, 0))
    assert (matrix.weeks, matrix.economies_more) == (SHOWN_WEEKS, 0)


def test_nobody_stands_in_the_matrix_without_a_partner():
    crowd = {(f"A{a}", f"A{b}"): 1 for a in range(8) for b in range(a + 1, 8)}  # one story of eight economies
    matrix = matrix_of([WeekStories(WEEK, 2, {}, crowd | {("BR", "GH"): 2})], WEEK, NAMES)
    assert {"BR", "GH"} < set(matrix.codes)
    assert all(map(any, matrix.counts))
