from dataclasses import replace

import numpy as np
import pytest

from classifiers.features import ConceptFeatures, concept_features, feature_names, meetings_of, sheet_of, view_columns
from classifiers.reading import Reader
from classifiers.verdict import Document

TITLE = "Small firms of Japan and Viet Nam meet at forum"
TEXT = "Thirty SMEs from Japan met Vietnamese suppliers in Hanoi. They wrote a memorandum. The weather was fine."


@pytest.fixture(scope="module")
def features(reader: Reader):
    names = feature_names(reader.lexicon.concepts)

    def of(title: str, text: str) -> dict[str, float]:
        reading, _ = reader.read(Document(title, text, "en"))
        row = concept_features(sheet_of(reading, reader.lexicon.concepts), reader.lexicon.concepts)[0]
        return dict(zip(names, row.tolist(), strict=True))

    return of


def test_every_feature_has_a_name_and_views_come_first(reader: Reader) -> None:
    concepts = reader.lexicon.concepts
    names = feature_names(concepts)
    reading, _ = reader.read(Document(TITLE, TEXT, "en"))
    assert len(names) == len(set(names)) == concept_features(sheet_of(reading, concepts), concepts).shape[1]
    views = {name.split(":")[0] for name in names[: view_columns(concepts)]}
    assert views == {"title", "lead", "density", "sentences"}


def test_a_phrase_counts_where_it_stands(features) -> None:
    seen = features(TITLE, TEXT)
    assert seen["title:sme_term"] == 1.0
    assert seen["lead:memorandum"] == 0.5
    assert seen["title:memorandum"] == 0.0
    assert seen["sentences:memorandum"] == pytest.approx(1 / 4)


def test_places_are_counted_as_parties_of_title_and_text(features) -> None:
    seen = features(TITLE, TEXT)
    assert (seen["places:title"], seen["places:text"], seen["places:two_parties"]) == (2, 2, 1)


def test_a_passage_needs_firms_border_and_act(features) -> None:
    whole = features("", "SMEs from Japan and Viet Nam signed an agreement.")
    without_firms = features("", "Ministers from Japan and Viet Nam signed an agreement.")
    without_border = features("", "SMEs and banks signed an agreement.")
    assert whole["joint_places:best"] > 0
    assert without_firms["joint_places:best"] == without_border["joint_places:best"] == 0


def test_far_apart_is_not_together(features) -> None:
    filler = "The weather was fine. " * 6
    near = features("", f"SMEs met. Japan and Viet Nam signed. {filler}")
    far = features("", f"SMEs met. {filler} Japan and Viet Nam signed.")
    assert near["pair_places:best"] > far["pair_places:best"] == 0


def test_counter_cues_take_from_the_clean_passage(features) -> None:
    plain = features("", "SMEs from Japan and Viet Nam met.")
    sold = features("", "SMEs from Japan and Viet Nam met. Our platform offers customers a payment app.")
    assert sold["clean_places:best"] < plain["clean_places:best"]


def test_taking_a_sentence_out_is_as_if_it_were_not_there(reader: Reader, features) -> None:
    concepts = reader.lexicon.concepts
    reading, _ = reader.read(Document("", "SMEs from Japan met. The weather was fine.", "en"))
    sheet = sheet_of(reading, concepts)
    present, counts, places = (part.copy() for part in (sheet.present, sheet.counts, sheet.places))
    present[0, 1] = counts[0, 1] = places[0, 1] = 0
    taken = concept_features(replace(sheet, present=present, counts=counts, places=places), concepts)[0]
    alone = features("", "SMEs from Japan met.")
    assert taken == pytest.approx(np.array(list(alone.values())))


def test_a_text_without_words_has_features_too(features) -> None:
    assert set(features("", "").values()) == {0.0}


def test_a_long_repetition_does_not_run_away(features) -> None:
    assert max(features("", "SMEs from Japan and Viet Nam signed an agreement. " * 200).values()) <= 6


def test_the_transformer_keeps_scikit_learns_contract(reader: Reader) -> None:
    from sklearn.base import clone

    transformer = ConceptFeatures(reader.lexicon.concepts)
    reading, _ = reader.read(Document(TITLE, TEXT, "en"))
    first, second = transformer.fit_transform([reading, reading]), clone(transformer).transform([reading])
    assert first.shape == (2, len(transformer.get_feature_names_out()))
    assert (first[0] == second[0]).all()
    assert transformer.transform([]).shape == (0, first.shape[1])


def test_concepts_meet_where_a_sentence_holds_both(reader: Reader) -> None:
    """Of two sentences with small firms one has a memorandum too; firms meet themselves twice."""
    concepts = reader.lexicon.concepts
    reading, _ = reader.read(Document("", "SMEs signed a memorandum. SMEs slept.", "en"))
    column = {concept: place for place, (concept, _) in enumerate(concepts)}
    first, second = np.triu_indices(len(concepts) + 3)
    met = dict(
        zip(
            zip(first.tolist(), second.tolist(), strict=True),
            meetings_of([sheet_of(reading, concepts)]).toarray()[0],
            strict=True,
        )
    )
    assert met[column["sme_term"], column["sme_term"]] == 2
    assert met[column["memorandum"], column["sme_term"]] == 1
    assert met[column["fair"], column["sme_term"]] == 0
