"""What a data dictionary says, whatever its form: relations, their columns, macros, and examples with answers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_REFERENCE = re.compile(r"\(((?:mart|core|raw|ops)\.\w+)\)")
_SHORT_TYPES = {"timestamp with time zone": "timestamptz"}
# The end of a column's name -> its unit. Times carry a zone and are kept in UTC.
_UNITS_BY_ENDING = {
    "_s": "seconds",
    "_bytes": "bytes",
    "_at": "moment, UTC",
    "_since": "moment, UTC",
    "_days": "days",
    "_sha256": "hex",
}
_UNITS_BY_NAME = {"n": "count", "score": "0 to 1", "kind_score": "0 to 1", "week": "ISO week", "weight": "log-odds"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or view."""

    name: str
    data_type: str  # as DuckDB names it, in small letters
    meaning: str

    @property
    def unit(self) -> str:
        """What a value counts or measures, told from its name; empty where only the meaning can tell.

        Examples: duration_s -> seconds; n_articles -> count; counted_at -> moment, UTC; title -> "".
        """
        if self.name in _UNITS_BY_NAME:
            return _UNITS_BY_NAME[self.name]
        if self.name.startswith("n_"):
            return "count"
        if self.data_type == "boolean":
            return "true or false"
        return next((unit for ending, unit in _UNITS_BY_ENDING.items() if self.name.endswith(ending)), "")

    @property
    def refers_to(self) -> str | None:
        """The relation whose rows it names, as its meaning says in brackets, e.g. core.articles; null if none."""
        match = _REFERENCE.search(self.meaning)
        return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view of one schema."""

    schema: str
    name: str
    kind: str  # "table" or "view"
    meaning: str  # begins with its grain
    columns: tuple[Column, ...]
    n_rows: int | None = None  # null for views, and where the number would only be that of an example

    @property
    def full_name(self) -> str:
        """As a query names it, e.g. mart.articles."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro of one schema."""

    schema: str
    name: str
    kind: str  # "function", or "table" for one that stands after FROM
    parameters: tuple[str, ...]
    meaning: str

    @property
    def signature(self) -> str:
        """As a query calls it. Example: mart.iso_week(moment, zone)."""
        return f"{self.schema}.{self.name}({', '.join(self.parameters)})"


@dataclass(frozen=True, slots=True)
class Schema:
    """A group of relations made for the same people."""

    name: str
    meaning: str
    relations: tuple[Relation, ...]
    macros: tuple[Macro, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question in SQL and its answer on one warehouse."""

    name: str  # of its file, without .sql, e.g. 03_kinds_by_month
    question: str
    shows: str
    caution: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    is_cut: bool  # there were more rows than are shown


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Everything a data dictionary says of one warehouse."""

    schema_version: int
    schemas: tuple[Schema, ...]
    examples: tuple[Example, ...] = ()
    of: str = ""  # which warehouse the rows and answers are of, in words

    @property
    def relations(self) -> Iterator[Relation]:
        """Of all schemas, in their order."""
        return (relation for schema in self.schemas for relation in schema.relations)


def short_type(data_type: str) -> str:
    """A type as people write it. Example: TIMESTAMP WITH TIME ZONE -> timestamptz."""
    lower = data_type.lower()
    return _SHORT_TYPES.get(lower, lower)


def undocumented(schemas: Iterable[Schema]) -> list[str]:
    """The names of everything that says nothing of itself; empty for a whole dictionary."""
    found = []
    for schema in schemas:
        found += [macro.signature for macro in schema.macros if not macro.meaning]
        for relation in schema.relations:
            found += [relation.full_name] * (not relation.meaning)
            found += [f"{relation.full_name}.{column.name}" for column in relation.columns if not column.meaning]
    return found
