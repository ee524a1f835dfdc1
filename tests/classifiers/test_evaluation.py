import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from classifiers.bands import Thresholds
from classifiers.evaluation import Background, evaluate_rows, measure
from classifiers.evaluation_slices import by_band, by_kind, by_length, by_region, kind_scores, score_bins
from classifiers.evaluation_text import as_text
from classifiers.evaluation_types import Judged, WrongVerdict
from classifiers.held_out import HeldOut, text_key
from classifiers.metrics import average_precision, brier_score, curve, reliability
from classifiers.verdict import Document, Evidence, Verdict

THRESHOLDS = Thresholds(sure=0.9, likely=0.7, borderline=0.4)


def judged(score, label, **changes):
    band = changes.pop("band", None) or THRESHOLDS.band(score)
    kind = changes.pop("named", None)
    verdict = Verdict(
        "m1", score, band, band in ("sure", "likely"), kind, None, (), (), (Evidence("small firms", 1.2),)
    )
    name = f"{label}-{score}"
    whole = Judged(
        name, f"Title {name}", label, "forum" if label else "vendor", name, "en", 200, frozenset(), verdict
    )
    return replace(whole, **changes)


class Judge:
    """What `measure` asks of a judge."""

    model_id, thresholds, threshold = "m1", THRESHOLDS, THRESHOLDS.likely


FOUR = [judged(0.95, 1), judged(0.8, 0), judged(0.5, 1), judged(0.1, 0)]


def test_bands_count_what_lies_in_them_and_measure_what_lies_above():
    sure, likely, borderline, no, unjudged = by_band(THRESHOLDS, [*FOUR, judged(0.99, 1, band="unjudged")])
    assert (sure.texts, sure.precision, sure.recall) == (1, 1.0, pytest.approx(1 / 3))
    assert (likely.texts, likely.precision) == (1, 0.5)
    assert (borderline.precision, borderline.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert (no.texts, no.precision, unjudged.texts, unjudged.relevant) == (1, None, 1, 1)


def test_kinds_count_the_missed_and_the_shown():
    assert [(k.kind, k.label, k.texts, k.wrong) for k in by_kind(FOUR)] == [("forum", 1, 2, 1), ("vendor", 0, 2, 1)]


def test_a_text_counts_in_each_region_whose_economies_act_in_it():
    texts = [judged(0.9, 1, countries=frozenset({"JP", "VN"})), judged(0.2, 0, countries=frozenset({"JP"}))]
    found = {part.name: part for part in by_region([*texts, judged(0.3, 0)])}
    assert set(found) == {"Japan", "ASEAN", "no economy acts"}
    assert (found["Japan"].texts, found["Japan"].relevant, found["Japan"].average_precision.value) == (2, 1, 1.0)
    assert found["ASEAN"].average_precision is None, "only relevant texts: nothing to rank them against"


def test_lengths_leave_no_gap():
    texts = [judged(0.5, 1, words=words, id=str(words)) for words in (0, 149, 150, 399, 400, 799, 800, 9000)]
    assert [(part.name, part.texts) for part in by_length(texts)] == [
        ("0 to 149 words", 2),
        ("150 to 399 words", 2),
        ("400 to 799 words", 2),
        ("800 words and more", 2),
    ]


def test_kinds_are_measured_where_one_was_given_and_one_is_known():
    texts = [
        judged(0.9, 1, named="forum"),
        judged(0.8, 1, named="finance"),
        judged(0.1, 1),
        judged(0.9, 1, kind="?", named="finance"),
    ]
    accuracy, macro_f1 = kind_scores(texts)
    assert (accuracy, macro_f1) == (0.5, pytest.approx(2 / 3))
    assert kind_scores([judged(0.1, 1)]) == (None, None)


def test_no_score_falls_out_of_the_bins():
    texts = [judged(score, 1, id=str(score)) for score in (0.0, 1e-12, 0.5, 1.0 - 1e-12, 1.0)]
    assert sum(one.relevant for one in score_bins(texts, [0.0, 1.0])) == 5
    assert sum(one.background for one in score_bins(texts, [0.0, 1.0])) == 2


def test_measures_stand_with_intervals_that_hold_them():
    found = measure(Judge, FOUR)
    assert (found.texts, found.relevant, found.precision, found.recall) == (4, 2, 0.5, 0.5)
    assert found.intervals["precision_at_10"] is None, "there are four texts"
    for name in ("precision", "recall", "recall_at_precision_90"):
        interval = found.intervals[name]
        assert interval.low <= interval.value == getattr(found, name) <= interval.high
    assert [one.id for one in found.wrong] == ["0-0.8", "1-0.5"], "the worst first"
    assert found.calibration.brier == pytest.approx((0.05**2 + 0.8**2 + 0.5**2 + 0.1**2) / 4)


def test_alarms_are_told_per_thousand_with_an_exact_interval():
    alarm = WrongVerdict("b", "Rain", 0, "background", 0.9, ())
    found = measure(Judge, FOUR, background=Background([0.1] * 999 + [0.9], (alarm,)))
    assert (found.background_texts, found.background_alarms_per_1000) == (1000, 1.0)
    # Clopper and Pearson for 1 of 1,000.
    assert found.background_interval.low == pytest.approx(0.0253, abs=1e-4)
    assert found.background_interval.high == pytest.approx(5.5589, abs=1e-4)
    silent = measure(Judge, FOUR, background=Background([0.1] * 1000))
    assert silent.background_interval.high == pytest.approx(3.682, abs=1e-3), "none of 1,000 is not none at all"


def test_the_words_for_a_terminal_hold_every_part_and_fit():
    alarm = WrongVerdict("b", "x" * 300, 0, "background", 0.9, (Evidence("y " * 200, 2.0),))
    told = as_text(measure(Judge, FOUR, background=Background([0.9], (alarm,))))
    for part in (
        "average precision",
        "band ",
        "kind ",
        "no economy acts",
        "Brier",
        "errors",
        "alarms",
        "small firms",
    ):
        assert part in told
    assert max(map(len, told.splitlines())) < 100


def test_a_text_the_model_learned_from_is_measured_by_folds_without_it(judge):
    text = "Small and medium enterprises of Kenya and India signed a pact on joint ventures with their chambers. " * 3
    row = {"id": 1, "title": "SMEs of two countries", "text": text, "label": 1, "kind": "agreement"}
    key = text_key(Document("SMEs of two countries", text))
    held = {key: HeldOut(key, "example", 1, "e", 0.25, "forum")}
    fresh, remembered = evaluate_rows(judge, [row]), evaluate_rows(judge, [row], held_out=held)
    assert (fresh.seen, remembered.seen) == (0, 1)
    assert fresh.wrong == ()
    assert [one.score for one in remembered.wrong] == [0.25]
    assert json.dumps(remembered.as_dict())


def test_white_space_does_not_make_another_text():
    assert text_key(Document("A b", " c\n\nd ")) == text_key(Document("A  b", "c d"))
    assert text_key(Document("A b", "c d")) != text_key(Document("A b", "c e"))


LABELLED = st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0])), min_size=1, max_size=40)


@given(LABELLED)
def test_average_precision_is_that_of_scikit_learn(pairs):
    labels, scores = np.array([label for label, _ in pairs]), np.array([score for _, score in pairs])
    if labels.any():
        assert average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores))


@given(LABELLED)
def test_reliability_loses_no_text_and_recall_only_grows(pairs):
    labels, scores = np.array([label for label, _ in pairs]), np.array([score for _, score in pairs])
    bins = reliability(labels, scores)
    assert sum(one.texts for one in bins) == len(labels)
    assert sum(one.texts * one.relevant_share for one in bins) == pytest.approx(labels.sum())
    recalls = [point.recall for point in curve(labels, scores)]
    assert recalls == sorted(recalls)
    assert 0 <= brier_score(labels, scores) <= 1
