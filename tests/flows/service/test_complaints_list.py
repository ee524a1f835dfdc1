"""The list of what is tried on output, process and service names tests that exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
LIST = (TESTS / "flows" / "README.md").read_text(encoding="utf-8")


def test_every_test_that_the_list_names_exists():
    written = {
        name for file in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", LIST))
    assert len(named) > 50
    assert named - written == set()
