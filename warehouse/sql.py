"""The SQL of the warehouse, as files: queries by name, checks, numbered migrations."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

_MIGRATION_FILE = re.compile(r"(?P<version>\d{4})_(?P<name>[a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The hash recorded when it is applied, in hex."""
        return sha256(self.sql.encode()).hexdigest()


@cache
def query(name: str) -> str:
    """The text of warehouse/queries/<name>.sql. Raises FileNotFoundError if there is none."""
    return _folder("queries").joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def checks() -> dict[str, str]:
    """Name -> text of every query that must return nothing, by name."""
    return {name.removesuffix(".sql"): text for name, text in _sql_files("checks")}


@cache
def migrations() -> tuple[Migration, ...]:
    """Every migration this version knows, oldest first.

    Raises ValueError if two files have the same number, as of two branches: one of them only would be applied. A gap
    is no harm: a file remembers each step it has, and one that comes late is applied late.
    """
    found = tuple(_as_migration(name, text) for name, text in _sql_files("migrations"))
    versions = [step.version for step in found]
    if len(set(versions)) != len(versions):
        raise ValueError(f"two migrations have the same number: {versions}")
    return found


def _as_migration(file_name: str, text: str) -> Migration:
    match = _MIGRATION_FILE.fullmatch(file_name)
    if match is None:
        raise ValueError(f"{file_name} is not named like 0001_what_it_adds.sql")
    return Migration(int(match["version"]), match["name"], text)


def _sql_files(folder: str) -> list[tuple[str, str]]:
    found = [entry for entry in _folder(folder).iterdir() if entry.name.endswith(".sql")]
    return sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in found)


def _folder(name: str) -> Traversable:
    return files("warehouse").joinpath(name)
