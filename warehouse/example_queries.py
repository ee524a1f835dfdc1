"""The example queries: files of warehouse/examples, each with a header that says what it asks."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from warehouse.errors import WarehouseError

_HEADER = re.compile(r"(?:-- .*\n)+")
_PART = re.compile(r"^(?:(Shows|Caution): )?(.*?)(?=^(?:Shows|Caution): |\Z)", re.MULTILINE | re.DOTALL)


class NoSuchExample(WarehouseError):
    """No example query has that name; .name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no example {name!r}. `smewatch examples` lists them; a number is enough.")


@dataclass(frozen=True, slots=True)
class ExampleQuery:
    """A question and its SQL; the parts of the header are one line each."""

    name: str  # of its file, without .sql
    question: str
    shows: str  # what the answer shows
    caution: str  # what it must not be taken for
    sql: str  # without the header


@cache
def example_queries() -> tuple[ExampleQuery, ...]:
    """Every example, from simple to hard. Raises ValueError for a file whose header lacks a part."""
    folder = files("warehouse").joinpath("examples")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return tuple(
        _as_example(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    )


def example_query(name: str) -> ExampleQuery:
    """The example of that name, or of that number. Raises NoSuchExample."""
    for example in example_queries():
        number = example.name.partition("_")[0]
        if name == example.name or (name.isdecimal() and int(name) == int(number)):
            return example
    raise NoSuchExample(name)


def _as_example(name: str, text: str) -> ExampleQuery:
    header = _HEADER.match(text)
    said = re.sub(r"^-- ?", "", header[0], flags=re.MULTILINE) if header else ""
    parts = {key or "Question": " ".join(value.split()) for key, value in _PART.findall(said) if value.strip()}
    try:
        return ExampleQuery(
            name, parts["Question"], parts["Shows"], parts["Caution"], text[header.end() if header else 0 :].strip()
        )
    except KeyError as missing:
        raise ValueError(f"the header of {name}.sql lacks its {missing}") from missing
