import json
import shutil
from importlib.metadata import version

import pytest

from classifiers.folders import CARD_FILE, ModelError, load_folder
from classifiers.formats import FORMAT, why_outdated

HERE = version("scikit-learn")


def card(release=HERE, written=FORMAT):
    return {"libraries": {"scikit-learn": release}, "parameters": {"format": written}}


def test_a_model_of_this_format_and_minor_can_be_used():
    minor = ".".join(HERE.split(".")[:2])
    assert why_outdated(card()) is None
    assert why_outdated(card(release=f"{minor}.99")) is None, "patch releases load each other's"


@pytest.mark.parametrize(
    ("outdated", "said"),
    [
        (card(written=FORMAT - 1), f"has format {FORMAT - 1}.*reads format {FORMAT}"),
        (card(written=FORMAT + 1), f"has format {FORMAT + 1}"),
        (card(release="1.2.3"), f"made with scikit-learn 1.2.3, and this is {HERE}"),
        ({}, "scikit-learn ?"),
        ({"libraries": {"scikit-learn": HERE}}, "has format None"),
    ],
)
def test_another_format_or_minor_is_named(outdated, said):
    reason = why_outdated(outdated)
    assert reason
    assert said.split(".*")[0] in reason
    assert said.split(".*")[-1] in reason


def test_a_folder_of_another_format_is_refused_by_name_with_what_to_do(model_folder, tmp_path):
    copy = shutil.copytree(model_folder, tmp_path / "rel-old")
    told = json.loads((copy / CARD_FILE).read_text())
    told["parameters"]["format"] = FORMAT - 1
    (copy / CARD_FILE).write_text(json.dumps(told))
    with pytest.raises(ModelError, match=rf"rel-old has format {FORMAT - 1}.*smewatch train"):
        load_folder(copy)
