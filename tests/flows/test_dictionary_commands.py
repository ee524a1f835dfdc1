"""`smewatch dictionary`, `smewatch examples` and `smewatch sql --example`, on the invented warehouse."""

import csv
import io
import shutil

import pytest

from tests.flows.tools import QuickCli
from tests.warehouse import example_warehouse
from warehouse.example_queries import example_queries


@pytest.fixture(scope="module")
def asked(share, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    (folder / "var").mkdir()
    shutil.copy(example_warehouse.once(share), folder / "var" / "warehouse.duckdb")
    return QuickCli(folder)


def test_examples_lists_every_question(asked):
    lines = asked("examples").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [example.name for example in example_queries()]


def test_an_example_is_run_by_number_and_its_caution_stands_beside_the_answer(asked):
    done = asked("examples", "2", "--csv")
    assert next(csv.reader(io.StringIO(done.stdout)))[0] == "week"
    assert asked("sql", "--example", "02_relevant_by_week", "--csv").stdout == done.stdout
    assert "may not be over" in asked("examples", "2").stderr


def test_the_sql_of_an_example_can_be_changed_and_run(asked):
    (asked.folder / "mine.sql").write_text(asked("examples", "3", "--show").stdout)
    assert asked("sql", "-f", "mine.sql", "--json").stdout == asked("examples", "3", "--json").stdout


@pytest.mark.parametrize("command", [["examples", "none"], ["sql", "--example", "none"]])
def test_an_example_that_is_none_is_told_in_a_sentence(asked, command):
    done = asked(*command)
    assert (done.returncode, done.stderr.startswith("Error: There is no example 'none'")) == (1, True)


def test_the_dictionary_is_written_with_answers_of_the_own_warehouse(asked):
    done = asked("dictionary", "--out", "docs")
    assert done.returncode == 0, done.stderr
    page = (asked.folder / "docs" / "dictionary.html").read_text()
    assert "mart.weekly_counts" in page
    assert "Small firms of" in page
    assert (asked.folder / "docs" / "diagrams" / "core.svg").exists()
