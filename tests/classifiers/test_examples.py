import json
from pathlib import Path

import pytest

from classifiers.examples import (
    KINDS,
    ExampleError,
    document_of,
    group_of,
    read_examples,
    read_rows,
    read_seed_documents,
)
from classifiers.material import EXAMPLE_FILES


def write(folder: Path, *rows: dict[str, object]) -> Path:
    file = folder / "examples.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_borderline_rows_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, *({"id": str(label), "text": "x", "label": label} for label in (1, 0, -1)))
    assert [(example.id, example.label) for example in read_examples(file)] == [("1", 1), ("0", 0)]


def test_a_row_without_a_needed_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r"examples\.jsonl line 2: without label, text"):
        read_examples(write(tmp_path, {"id": "a", "text": "x", "label": 1}, {"id": "b"}))


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text("{\n")
    with pytest.raises(ExampleError, match="line 1"):
        read_examples(file)


@pytest.mark.parametrize(
    ("row", "group"), [({"id": "a", "event": "e"}, "e"), ({"id": "a", "group": "g"}, "g"), ({"id": "a"}, "a")]
)
def test_reports_of_one_event_share_a_group(row: dict[str, object], group: str) -> None:
    assert group_of(row) == group


def test_missing_title_and_language_are_no_error() -> None:
    document = document_of({"id": "a", "text": "x", "title": None})
    assert (document.title, document.text, document.language) == ("", "x", None)


def test_the_five_seeds_have_titles_a_person_would_give_them(seeds_dir: Path) -> None:
    seeds = read_seed_documents(seeds_dir / "documents")
    assert [seed.source for seed in seeds] == ["seed"] * 5
    assert seeds[0].document.title == "Official: SMEs in Guangdong, Japan should expand ties"
    assert all(seed.document.text for seed in seeds)


def test_a_folder_without_seeds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match="no seed documents"):
        read_seed_documents(tmp_path)


def test_relevant_examples_have_one_of_the_six_kinds(seeds_dir: Path) -> None:
    for name in EXAMPLE_FILES:
        assert {e.kind for e in read_examples(seeds_dir / "examples" / name) if e.label == 1} <= set(KINDS)


def test_what_is_invented_says_so_and_claims_no_report(seeds_dir: Path) -> None:
    rows = list(read_rows(seeds_dir / "examples/invented.jsonl"))
    assert all(row["invented"] is True and row["event"] == row["id"] and "url" not in row for row in rows)
    assert {example.source for example in read_examples(seeds_dir / "examples/invented.jsonl")} == {"invented"}
    for name in ("english.jsonl", "multilingual.jsonl"):
        assert {example.source for example in read_examples(seeds_dir / "examples" / name)} == {"example"}
