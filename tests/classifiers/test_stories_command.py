"""`smewatch stories`, as it is called."""

import json

import pytest
from click.testing import CliRunner

from flows.cli import main

ROWS = [
    {
        "id": "b",
        "title": "Fair",
        "text": "Potters of Lyon and Bonn open a fair for 40 kilns by the Rhine.",
        "date": "2024",
    },
    {
        "id": 7,
        "title": "Fair",
        "text": "Potters of Lyon and Bonn open a fair for 40 kilns by the Rhine.",
        "date": None,
    },
    {"id": "c", "text": "", "language": "en", "event": "x"},
]


@pytest.fixture
def stories(tmp_path):
    def run(lines, *options):
        file = tmp_path / "articles.jsonl"
        file.write_text("\n".join(json.dumps(line) if isinstance(line, dict) else line for line in lines), "utf-8")
        return CliRunner().invoke(main, ["stories", str(file), "--data-dir", str(tmp_path / "var"), *options])

    return run


def test_each_row_gets_a_line_with_its_id_as_given_and_its_story(stories):
    result = stories(ROWS)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["b", 7, "c"]
    assert all(list(answer) == ["id", "story"] for answer in answers)
    assert answers[0]["story"] == answers[1]["story"] != answers[2]["story"]


def test_output_can_go_to_a_file(stories, tmp_path):
    out = tmp_path / "stories.jsonl"
    assert stories(ROWS, "-o", str(out)).stdout == ""
    assert len(out.read_text("utf-8").splitlines()) == 3


def test_an_empty_file_gives_nothing(stories):
    result = stories([])
    assert (result.exit_code, result.stdout) == (0, "")


def test_against_a_column_of_true_events_it_says_how_well_it_did(stories):
    rows = [dict(ROWS[0], event="e"), dict(ROWS[1], event="e"), dict(ROWS[2], event="f")]
    result = stories(rows, "--truth", "event")
    assert "3 articles, 2 events, 2 stories" in result.stderr
    assert "B-cubed of all articles: precision 1.000, recall 1.000, F1 1.000" in result.stderr
    assert "of events reported twice or more" in result.stderr


@pytest.mark.parametrize(
    ("lines", "options", "sentence"),
    [
        (["{"], (), "line 1 is no JSON"),
        ([{"id": "a"}], (), 'line 1: want an object with "id"'),
        (ROWS, ("--truth", "event"), '2 of 3 rows have no "event"'),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(stories, lines, options, sentence):
    result = stories(lines, *options)
    assert result.exit_code == 1
    assert sentence in result.stderr
