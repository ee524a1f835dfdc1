"""Labelled texts to learn from: the five seed documents and the examples, read from `seeds/`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.verdict import Document

KINDS = ("forum", "agreement", "policy-learning", "finance", "internationalisation", "technology")
_TITLE_WORDS = 5  # seed documents have no marked title: it is their first line with as many words


class ExampleError(ValueError):
    """A row of an examples file cannot be used; the message names the file and the row."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text."""

    id: str
    document: Document
    label: int  # 1 relevant, 0 not
    kind: str | None  # kind of cooperation, or of near-miss, as the labelling guide names them; null: not said
    group: str  # the event; texts of one group never stand on both sides of a fold
    countries: frozenset[str]  # economies that cooperate, ISO 3166 alpha-2 and "EU"
    # "seed"; "example"; "invented": nothing in it happened, and nothing is measured on it; "label" (of a person);
    # "background": unlabelled, a light negative
    source: str = "example"


def read_seed_documents(folder: Path) -> list[Example]:
    """The seed documents, relevant by definition, in the order of their file names.

    Raises ExampleError if the folder holds none.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise ExampleError(f"no seed documents (*.txt) in {folder}")
    return [_seed(file) for file in files]


def _seed(file: Path) -> Example:
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    title = next((line for line in lines if len(line.split()) >= _TITLE_WORDS), "")
    body = "\n".join(line for line in lines if line != title)
    return Example(file.stem, Document(title, body, "en"), 1, None, file.stem, frozenset(), "seed")


def read_examples(file: Path) -> list[Example]:
    """Examples of a JSON-lines file, without the borderline ones (label -1).

    Raises ExampleError for a row without id, text or label.
    """
    return [_example(row) for row in read_rows(file) if row["label"] in (0, 1)]


def read_rows(file: Path) -> Iterator[Mapping[str, object]]:
    """Rows of a JSON-lines file that has id, text and label in each; raises ExampleError otherwise."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ExampleError(f"{file.name} line {number}: {error}") from error
            missing = {"id", "text", "label"} - set(row)
            if missing:
                raise ExampleError(f"{file.name} line {number}: without {', '.join(sorted(missing))}")
            yield row


def _example(row: Mapping[str, object]) -> Example:
    countries = row.get("countries") or ()
    return Example(
        id=str(row["id"]),
        document=document_of(row),
        label=int(str(row["label"])),
        kind=str(row["kind"]) if row.get("kind") else None,
        group=group_of(row),
        countries=frozenset(str(code) for code in countries) if isinstance(countries, Sequence) else frozenset(),
        source="invented" if row.get("invented") else "example",
    )


def labelled_example(article_id: str, document: Document, label: int, kind: str | None, group: str) -> Example:
    """An article of a warehouse with what a person said of it. `group` is its story, or its own id."""
    return Example(article_id, document, label, kind if label == 1 else None, f"label:{group}", frozenset(), "label")


def document_of(row: Mapping[str, object]) -> Document:
    """The document of a row with title, text and, if known, language."""
    language = row.get("language")
    return Document(str(row.get("title") or ""), str(row.get("text") or ""), str(language) if language else None)


def group_of(row: Mapping[str, object]) -> str:
    """The event a row reports: its `event` or `group`, or else its id."""
    return str(row.get("event") or row.get("group") or row["id"])
