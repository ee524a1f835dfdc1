"""Why: evidence is what the score loses without it."""

import numpy as np
import pytest

from classifiers.explaining import explain
from classifiers.judge import Judge
from classifiers.reading import Reader
from classifiers.relevance import Relevance, forest_shares
from classifiers.verdict import Document

RELEVANT = Document(
    "Small manufacturers of Kenya and India sign pact on joint ventures",
    "The two federations of small industries have signed a memorandum to link small and medium-sized enterprises of "
    "both countries. They will exchange delegations and organise business matching.\nParliament debated a tax relief "
    "bill for domestic shops on the same day. The weather was fine.",
    "en",
)
DULL = Document(
    "City win the cup",
    "City won the cup on Saturday after a long match. Small firms near the stadium sold scarves to the crowd. "
    "The coach praised the players and promised to celebrate before the league season goes on next week.",
    "en",
)


@pytest.fixture(scope="module")
def model(judge: Judge) -> Relevance:
    return judge._relevance


def test_a_text_loses_what_its_evidence_weighs(judge: Judge, model: Relevance, reader: Reader) -> None:
    """Its sentence is taken out for true: the log-odds move in the direction told."""
    sentences = [RELEVANT.title, *RELEVANT.text.replace("\n", " ").split(". ")]
    told = [item for item in judge.judge([RELEVANT])[0].why if item.phrase.rstrip(".") in sentences[1:]]
    assert told
    before = model.decision_function([reader.read(RELEVANT)[0]])[0]
    for item in told:
        without = Document(RELEVANT.title, RELEVANT.text.replace(item.phrase, ""), "en")
        after = model.decision_function([reader.read(without)[0]])[0]
        assert np.sign(before - after) == np.sign(item.weight)


@pytest.mark.parametrize("document", [RELEVANT, DULL, Document("", ""), Document("A", "b c")])
def test_briefly_finds_no_other_weights(model: Relevance, reader: Reader, document: Document) -> None:
    looks = model.look([reader.read(document)[0]])
    (full,), (brief,) = explain(model, looks, [False]), explain(model, looks, [True])
    weights = {item.phrase: item.weight for item in full}
    assert len(brief) <= len(full)
    assert all(item.weight == pytest.approx(weights[item.phrase]) for item in brief if item.phrase in weights)


def test_a_text_that_is_not_shown_has_evidence_too(judge: Judge) -> None:
    verdict = judge.judge([DULL])[0]
    assert verdict.band == "no"
    assert verdict.why


def test_rows_are_those_of_the_vectorizer(model: Relevance, reader: Reader) -> None:
    readings = [reader.read(document)[0] for document in (RELEVANT, DULL, Document("", ""))]
    expected = model.grams_.transform(readings).toarray()
    assert model.look(readings).rows.toarray() == pytest.approx(expected)


def test_trees_asked_one_by_one_say_what_the_forest_says(model: Relevance, reader: Reader) -> None:
    features = model.look([reader.read(document)[0] for document in (RELEVANT, DULL)]).features
    assert (forest_shares(model.forest_, features) == model.forest_.predict_proba(features)).all()
