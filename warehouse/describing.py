"""What the warehouse says of itself: its tables, views and macros, in the words of their COMMENTs."""

from dataclasses import dataclass

from warehouse.session import Session

# The schemas, the one for people first. DuckDB 2.0 has no COMMENT for a schema, so their meaning stands here.
SCHEMAS = {
    "mart": "What people query. Names and meanings are a contract; everything else may be rearranged by a migration.",
    "core": "Derived facts: articles, texts, verdicts, places, labels, models, digests. Mostly append-only.",
    "raw": "As fetched: feeds, polls, and the entries they announced. Nothing is ever deleted.",
    "ops": "What operators need: runs, batches, the state of every feed, migrations.",
}


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column; `meaning` is its COMMENT."""

    schema: str
    relation: str
    name: str
    data_type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class DescribedRelation:
    """A table or a view; `meaning` is its COMMENT, which begins with its grain."""

    schema: str
    name: str
    kind: str  # "table" or "view"
    meaning: str
    n_rows: int | None  # null for a view: counting it could take long


@dataclass(frozen=True, slots=True)
class DescribedMacro:
    """A macro; `meaning` is its COMMENT."""

    schema: str
    name: str
    kind: str  # "function" or "table"
    parameters: tuple[str, ...]
    meaning: str


class Describing(Session):
    """The data dictionary's material."""

    def described_relations(self) -> list[DescribedRelation]:
        """Every table and view of ours, by schema and name."""
        return self._read("described_relations", DescribedRelation)

    def described_columns(self) -> list[DescribedColumn]:
        """Every column of them, in the order they stand."""
        return self._read("described_columns", DescribedColumn)

    def described_macros(self) -> list[DescribedMacro]:
        """Every macro of ours, by schema and name."""
        return self._read("described_macros", DescribedMacro)

    def schema_version(self) -> int:
        """The number of the last migration applied to the file."""
        return int(next(self._ask("schema_version"))["version"])
