import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_test_the_list_of_faults_names_exists():
    named = set(re.findall(r"`(test_\w+)`", (TESTS / "faults" / "README.md").read_text()))
    written = {
        name for file in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    assert len(named) > 30
    assert named <= written, named - written
