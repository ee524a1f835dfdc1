"""What a model learns from besides its seeds: labels of people and background."""

import numpy as np
import pytest
from scipy.sparse import hstack
from sklearn.base import clone

from classifiers.examples import labelled_example
from classifiers.held_out import text_key
from classifiers.material import (
    BACKGROUND_WEIGHT,
    INVENTED_WEIGHT,
    LABEL_WEIGHT,
    SEED_WEIGHT,
    Material,
    gather_examples,
)
from classifiers.relevance import Relevance
from classifiers.training import data_hashes, measured_languages, teachable
from classifiers.verdict import Document

PACT = "Small firms of Peru and Chile signed an accord to trade machine parts and to train staff together. " * 3


def said(text=PACT, label=1, kind="agreement", group="a1", language="en"):
    return labelled_example("a1", Document("Pact", text, language), label, kind, group)


def test_seeds_weigh_most_then_examples_then_labels_then_background():
    assert SEED_WEIGHT > 1.0 >= INVENTED_WEIGHT > LABEL_WEIGHT > BACKGROUND_WEIGHT > 0


def test_each_source_has_its_weight_and_labels_of_one_story_one_group(seeds_dir, reader):
    examples = gather_examples(seeds_dir, ["Rain\nmuch rain"], [said(), said(text=PACT + "More.")])
    material = Material(examples[-3:], [reader.read(example.document)[0] for example in examples[-3:]])
    assert material.weights.tolist() == [LABEL_WEIGHT, LABEL_WEIGHT, BACKGROUND_WEIGHT]
    assert len(set(material.groups)) == 2
    assert material.labels.tolist() == [1.0, 1.0, 0.0]
    assert material.is_example == [False] * 3, "thresholds are chosen on the examples alone"


def test_invented_texts_teach_relevance_and_are_measured_on_nowhere(seeds_dir, reader):
    """Nor do they teach kinds: they are clearer about theirs than news is."""
    examples = gather_examples(seeds_dir)
    invented = [place for place, example in enumerate(examples) if example.source == "invented"]
    assert [sum(examples[place].label == label for place in invented) for label in (1, 0)] == [50, 39]
    told = [examples[place] for place in invented]
    material = Material(told, [reader.read(example.document)[0] for example in told])
    assert set(material.weights) == {INVENTED_WEIGHT}
    assert not any(material.is_example)
    assert not any(material.has_kind)
    assert len(set(material.groups)) == len(told)


def test_background_teaches_concepts_and_no_words(seeds_dir, reader):
    """Its words are those of real news, the examples are retold: the style would speak against every real article."""
    documents = [example.document for example in gather_examples(seeds_dir)[5:25]]
    readings = [
        reader.read(document)[0] for document in [*documents, *[Document("Rain", "Much rain fell. " * 20)] * 9]
    ]
    labels, is_labelled = np.array([1, 0] * 10 + [0] * 9), [True] * 20 + [False] * 9
    model = Relevance(reader.lexicon.concepts, trees=5)
    shown = model.show(readings, labels, is_labelled=is_labelled)
    alone = clone(model).fit_views(shown.only(np.arange(20)))
    beside = clone(model).fit_views(shown)
    assert beside.grams_.vocabulary_ == alone.grams_.vocabulary_
    assert beside.words_.coef_ == pytest.approx(alone.words_.coef_)
    assert beside.topics_.coef_ == pytest.approx(alone.topics_.coef_)
    assert beside.forest_log_odds(shown.features) != pytest.approx(alone.forest_log_odds(shown.features))


def test_a_text_is_as_relevant_as_its_kinds_of_cooperation_together(seeds_dir, reader):
    """Kinds are learnt beside the label, of near-misses too; where none is known, label and model are as plain."""
    examples = gather_examples(seeds_dir)[5:105]
    readings = [reader.read(example.document)[0] for example in examples]
    labels, kinds = np.array([example.label for example in examples]), [example.kind for example in examples]
    model = Relevance(reader.lexicon.concepts, trees=5)
    shown = model.show(readings, labels, kinds=kinds)
    odds = np.exp(model.fit_views(shown).judged(shown)[:, 0])
    rows = hstack([model.grams_.transform(readings), model.pairs_.transform(shown.meetings)])
    shares = dict(zip(model.topics_.classes_.tolist(), model.topics_.predict_proba(rows).T, strict=True))
    assert {"1 forum", "0 domestic-sme"} < set(shares)
    relevant = sum(share for name, share in shares.items() if name.startswith("1"))
    assert odds / (1.0 + odds) == pytest.approx(relevant)
    plain = clone(model).fit_views(model.show(readings, labels))
    assert plain.topics_.classes_.tolist() == ["0 ", "1 "]


def test_a_labelled_text_that_is_an_example_already_adds_nothing(seeds_dir):
    example = gather_examples(seeds_dir)[10]
    twin = labelled_example("a1", example.document, 1 - example.label, None, "a1")
    assert gather_examples(seeds_dir, labelled=[twin]) == gather_examples(seeds_dir)


@pytest.mark.parametrize(
    ("text", "language", "is_taught"), [(PACT, "en", True), ("Too short.", "en", False), (PACT, "nl", False)]
)
def test_what_the_model_would_not_judge_teaches_it_nothing(seeds_dir, reader, text, language, is_taught):
    seed = gather_examples(seeds_dir)[0]
    examples = [seed, said(text=text, language=language)]
    material = Material(examples, [reader.read(example.document)[0] for example in examples])
    assert len(teachable(material).examples) == 1 + is_taught
    assert measured_languages(material) == ["en"], "a label opens no language"


def test_another_label_text_kind_or_story_is_other_data(seeds_dir):
    def hashed(*labelled, background=()):
        return tuple(data_hashes(seeds_dir, background, labelled).items())

    different = [
        hashed(),
        hashed(said()),
        hashed(said(label=0)),
        hashed(said(text=PACT + "More.")),
        hashed(said(kind="forum")),
        hashed(said(group="s-1")),
        hashed(background=["Rain\nmuch rain"]),
    ]
    assert len(set(different)) == len(different)
    assert hashed(said()) == hashed(said())


def test_a_near_miss_has_no_kind_of_cooperation():
    assert said(label=0).kind is None
    assert text_key(said().document) == text_key(said(label=0).document)
