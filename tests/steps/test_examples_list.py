import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
LIST = (TESTS / "data" / "README.md").read_text(encoding="utf-8")


def test_every_test_and_example_the_list_names_exists():
    written = {
        name for file in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", LIST))
    assert len(named) > 30
    assert named - written == set()
    examples = set(re.findall(r"`((?:feeds|pages)/[\w.-]+)`", LIST))
    assert {name for name in examples if not (TESTS / "data" / name).exists()} == set()
