"""The committed dictionary and example answers are what the present schema and queries give."""

import re
from pathlib import Path

import pytest

from tests.warehouse import example_warehouse, written_docs
from warehouse.example_queries import NoSuchExample, example_queries, example_query
from warehouse.opening import open_for_reading

EXAMPLES = example_queries()
AGAIN = "run: .venv/bin/python -m tests.warehouse.written_docs"


@pytest.fixture(scope="module")
def invented(share: Path) -> Path:
    return example_warehouse.once(share)


def test_the_invented_warehouse_is_sound(invented):
    with open_for_reading(invented) as warehouse:
        assert warehouse.failed_checks() == {}


def test_the_committed_pages_are_those_that_would_be_written_now(invented):
    for path, page in written_docs.pages(invented).items():
        assert path.read_text(encoding="utf-8") == page, f"{path.name} is out of date; {AGAIN}"


def test_no_page_is_left_of_a_schema_that_is_gone(invented):
    kept = {path for path in written_docs.FOLDER.rglob("*") if path.suffix in (".md", ".svg")}
    assert kept == set(written_docs.pages(invented))


def test_there_are_twenty_examples_and_more_numbered_without_gaps():
    assert len(EXAMPLES) >= 20
    assert [int(example.name[:2]) for example in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_asks_warns_and_finds_something_in_a_fixed_order(invented, example):
    assert example.question.endswith("?")
    assert len(example.shows) > 20
    assert len(example.caution) > 20
    assert re.search(r"\border by\b", example.sql), "an answer in no order is another one every time"
    with open_for_reading(invented) as warehouse:
        answer = warehouse.query(example.sql)
    assert answer.rows
    assert len(answer.rows) <= 50


def test_an_example_answers_the_same_whatever_the_time_zone_of_the_session(invented):
    answers = {}
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        with open_for_reading(invented) as warehouse:
            warehouse.query(f"set timezone = '{zone}'")
            answers[zone] = {example.name: warehouse.query(example.sql).rows for example in EXAMPLES}
    assert answers["Asia/Tokyo"] == answers["UTC"]
    assert answers["America/Los_Angeles"] == answers["UTC"]


def test_an_example_is_found_by_name_and_by_number_and_no_other():
    assert example_query("1") == example_query("01") == example_query(EXAMPLES[0].name) == EXAMPLES[0]
    with pytest.raises(NoSuchExample, match="smewatch examples"):
        example_query("99")
