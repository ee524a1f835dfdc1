"""Sentences in which places mislead; the cases stand in tests/data/places/traps.csv."""

import csv
from pathlib import Path

import pytest

from classifiers.gazetteer import Gazetteer

ROOT = Path(__file__).parents[2]


def cases():
    with (ROOT / "tests/data/places/traps.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.load(ROOT / "seeds/places")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["rule"])
def test_only_the_economies_that_act_are_found(case, gazetteer):
    places = gazetteer.find(case["title"], case["text"], language=case["language"] or None)
    assert set(places.countries) == set(case["countries"].split())


@pytest.mark.parametrize(
    "case", [case for case in cases() if case["blocs"] not in ("", "*")], ids=lambda case: case["rule"]
)
def test_blocs_are_named(case, gazetteer):
    places = gazetteer.find(case["title"], case["text"], language=case["language"] or None)
    assert set(places.blocs) == set(case["blocs"].split("|"))


def test_there_are_at_least_150_traps_each_with_its_own_rule():
    rules = [case["rule"] for case in cases()]
    assert len(rules) == len(set(rules)) >= 150
