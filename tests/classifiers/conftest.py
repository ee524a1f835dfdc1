"""What the tests of the classifiers share: what they read with, and the session's model."""

from pathlib import Path

import pytest

from classifiers.judge import Judge, load_judge
from classifiers.reading import Reader

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def seeds_dir() -> Path:
    return SEEDS


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.load(SEEDS)


@pytest.fixture(scope="session")
def judge(model_folder: Path) -> Judge:
    """The model that ships, trained on all of seeds/."""
    return load_judge(model_folder)
