import shutil

import numpy as np
import pytest

import seeds
from classifiers.comparing import FEWEST_LABELS, Scored, compare_folders, decide
from classifiers.examples import labelled_example
from classifiers.material import gather_examples
from classifiers.verdict import Document


def scored(n, mine, theirs, *, source="example"):
    """`n` texts, every second one relevant; a quality of 1 ranks all of them rightly, one of 0 at random."""
    random = np.random.default_rng(7)

    def score(quality, label):
        return quality * label + (1 - quality) * float(random.random())

    labels = [i % 2 for i in range(n)]
    return [
        Scored(source, label, f"{source}{i // 2}", score(mine, label), score(theirs, label))
        for i, label in enumerate(labels)
    ]


def test_a_better_candidate_is_better_with_its_numbers():
    found = decide("new", "old", scored(100, 0.9, 0.2), 0)
    assert found.is_better
    assert found.everything.candidate == 1.0
    assert found.everything.difference.low > 0
    assert "1.000 against 0." in found.why
    assert found.labels is None


def test_a_worse_one_and_an_equal_one_are_not_better():
    assert not decide("new", "old", scored(100, 0.2, 0.9), 0).is_better
    equal = decide("new", "old", [Scored("example", i % 2, str(i), 0.5, 0.5) for i in range(40)], 0)
    assert not equal.is_better
    assert equal.everything.difference.value == 0


def test_labels_of_people_can_refute_what_the_examples_say():
    examples, labels = scored(200, 0.9, 0.1), scored(FEWEST_LABELS, 0.0, 1.0, source="label")
    found = decide("new", "old", [*examples, *labels], 0)
    assert found.everything.difference.value > 0
    assert found.labels.difference.high < 0
    assert not found.is_better
    assert "labels of people" in found.why


def test_a_few_labels_do_not_decide_alone():
    labels = scored(FEWEST_LABELS - 2, 0.0, 1.0, source="label")
    found = decide("new", "old", [*scored(200, 0.9, 0.1), *labels], 0)
    assert found.labels is None
    assert found.is_better


def test_the_same_comparison_gives_the_same_numbers_and_survives_json():
    first, second = (decide("new", "old", scored(60, 0.6, 0.5), 3).as_dict() for _ in range(2))
    assert first == second
    assert first["rule"]


def test_one_label_alone_compares_nothing():
    with pytest.raises(ValueError, match="all of one label"):
        decide("new", "old", [Scored("example", 1, "e", 0.5, 0.4)], 0)


def test_a_model_against_itself_differs_by_nothing_and_judges_only_what_is_new_to_it(model_folder, tmp_path):
    twin = shutil.copytree(model_folder, tmp_path / "twin")
    found = compare_folders(model_folder, twin, gather_examples(seeds.FOLDER))
    assert found.everything.difference.value == 0
    assert not found.is_better
    assert found.new_to_current == 0
    assert found.everything.texts > 600
    unheard = labelled_example("a", Document("Rain", "Rain is expected in the north. " * 9), 0, None, "a")
    assert (
        compare_folders(model_folder, twin, [*gather_examples(seeds.FOLDER), unheard]).everything == found.everything
    )
