"""The six kinds of cooperation: what tells them apart, and how well."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from classifiers.examples import KINDS
from classifiers.features import ConceptFeatures
from classifiers.judge import Judge
from classifiers.kinds import Cued, Kinds, cue_features, cued, kinds_forest
from classifiers.reading import Reader
from classifiers.relevance import check_trees
from classifiers.verdict import Document

FILLING = "The rest of the text is about nothing that matters here, and says so once more. " * 12


def read(reader: Reader, title: str, text: str) -> Cued:
    return cued(reader, [reader.read(Document(title, text, "en"))[0]])[0]


def found(reader: Reader, text: str, language: str) -> set[str]:
    reading, _ = reader.read(Document("", text, language))
    return {hit.concept for hit in reader.cues_of(reading)}


def test_families_of_cues_are_the_kinds_of_the_guide(reader: Reader) -> None:
    assert {kind for _, kind in reader.cues.concepts} == set(KINDS)


def test_a_cue_counts_for_more_the_earlier_it_stands(reader: Reader) -> None:
    cues = reader.cues.concepts
    texts = [
        read(reader, "Banks lend abroad", FILLING),
        read(reader, "News from there", "Banks lend. " + FILLING),
        read(reader, "News from there", FILLING + "Banks lend."),
    ]
    shares = np.stack([cue_features(text, cues) for text in texts])[:, 4 * len(cues) :]
    finance = shares[:, sorted(KINDS).index("finance")]
    assert finance[0] > finance[1] > finance[2]


@pytest.mark.parametrize("text", ["", "A text without any of it."])
def test_a_text_without_cues_speaks_for_no_kind(reader: Reader, text: str) -> None:
    features = cue_features(read(reader, "", text), reader.cues.concepts)
    assert not features.any()


def test_kinds_of_unseen_events_are_told_apart(judge: Judge) -> None:
    assert judge.card["results"]["kind of cooperation, grouped 5-fold: macro F1"] >= 0.73


def test_features_counted_before_are_not_counted_again(reader: Reader) -> None:
    readings = [reader.read(Document(title, FILLING, "en"))[0] for title in ("Banks lend abroad", "A fair opened")]
    features = ConceptFeatures(reader.lexicon.concepts).transform(readings)
    for given, counted in zip(cued(reader, readings, features + 1.0), cued(reader, readings), strict=True):
        np.testing.assert_array_equal(given.concepts, counted.concepts + 1.0)


def test_the_forest_hears_cues_together_that_the_regression_adds_up(reader: Reader) -> None:
    """Start-ups alone and abroad alone are one kind, start-ups abroad another: no sum of cues says so."""
    titles = ["Start-ups", "Going abroad", "Start-ups going abroad", "Nothing"]
    texts, kinds = [read(reader, title, FILLING) for title in titles] * 12, ["one", "one", "other", "other"] * 12
    about = (reader.lexicon.concepts, reader.cues.concepts)
    both = Kinds(*about, forest_share=1.0).fit(texts, kinds)
    assert list(both.predict(texts[:4])) == kinds[:4]
    alone = Kinds(*about, forest_share=0.0).fit(texts, kinds)
    sure = [model.predict_proba(texts[:4]).max(axis=1).min() for model in (both, alone)]
    assert sure[0] > sure[1]


def test_a_tree_that_points_outside_itself_is_refused() -> None:
    forest = kinds_forest(2, 0).fit(np.arange(40.0).reshape(20, 2), ["one", "other"] * 10)
    check_trees(forest)
    forest.estimators_[1].tree_.feature[0] = 2
    with pytest.raises(ValueError, match="outside itself"):
        check_trees(forest)


def test_every_language_that_was_measured_has_cues_of_every_kind(judge: Judge, seeds_dir: Path) -> None:
    cues = tomllib.loads((seeds_dir / "lexicons" / "kinds" / "cues.toml").read_text(encoding="utf-8"))
    for language in judge.card["languages"]:
        assert {cue["family"] for cue in cues.values() if language in cue} == set(KINDS), language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The show runs on 24-27 June in the town hall.", "en"),
        ("They met from 3 to 5 March.", "en"),
        ("A two-day meeting ended.", "en"),
        ("Das dreitägige Treffen endete.", "de"),
        ("La feria se celebra del 3 al 5 de marzo.", "es"),
        ("Встреча прошла с 3 по 5 марта.", "ru"),
    ],
)
def test_days_from_one_to_another_speak_for_an_occasion(reader: Reader, text: str, language: str) -> None:
    assert "lasting" in found(reader, text, language)


@pytest.mark.parametrize("text", ["It opened on 5 June 2014.", "It opened on June 5, 2014."])
def test_one_day_does_not_last(reader: Reader, text: str) -> None:
    assert "lasting" not in found(reader, text, "en")
