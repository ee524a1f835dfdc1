"""Exports: the public views, or all tables, as files that are replaced only where the rows of a month changed.

parts and fingerprints -> forget in the manifest what changes -> write beside, rename -> manifest -> delete the rest
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from flows.dictionary import read_dictionary
from flows.steps.dictionary.rendering import render_markdown
from flows.steps.exports.forms import write_csv, write_json_lines
from flows.steps.exports.manifest import (
    ExportError,
    File,
    Manifest,
    is_intact,
    known,
    read_manifest,
    remove_files,
    replaced,
    sha256_of,
    write_manifest,
)
from warehouse.exporting import Part
from warehouse.store import Warehouse

Writer = Callable[[Warehouse, Part, Path], None]


def _as_csv(warehouse: Warehouse, part: Part, file: Path) -> None:
    write_csv(file, *warehouse.read_part(part))


def _as_json(warehouse: Warehouse, part: Part, file: Path) -> None:
    write_json_lines(file, *warehouse.read_part(part))


def _as_parquet(warehouse: Warehouse, part: Part, file: Path) -> None:
    warehouse.write_parquet(part, file)


# Form -> what writes a part, and the ending of its files. "full" is for `smewatch import`, the others are for people.
FORMS: dict[str, tuple[Writer, str]] = {
    "parquet": (_as_parquet, "parquet"),
    "csv": (_as_csv, "csv"),
    "json": (_as_json, "jsonl"),
    "full": (_as_parquet, "parquet"),
}


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What one export did."""

    folder: Path
    n_files: int  # it consists of
    n_written: int  # of them written by this very export; the others were as they should be
    n_removed: int  # files whose rows are gone
    n_rows: int
    n_bytes: int


def export(warehouse: Warehouse, folder: Path, form: str, *, now: datetime, with_texts: bool = False) -> ExportReport:
    """Bring the export of one form in a folder up to date: `folder`/`form`/... and a manifest there.

    Killed at any moment, the next export completes it. Raises ExportError if the folder is somebody else's, or if
    another process exports to it; WarehouseFull and OSError if there is no room.
    """
    writer, ending = FORMS[form]
    relations = warehouse.base_tables() if form == "full" else warehouse.public_views(with_texts=with_texts)
    with _alone(folder / form) as place, warehouse.as_of_now():
        before = _earlier(place)
        parts = {_path(part, ending): part for relation in relations for part in warehouse.parts(relation)}
        versions = (warehouse.schema_version(), warehouse.duckdb_version())
        kept = {
            path: file for path, file in known(before, form, *versions).items() if _still_holds(place, file, parts)
        }
        changed = {path: part for path, part in parts.items() if path not in kept}
        gone = _paths(before) - set(parts)
        manifest = Manifest(form, *versions, now, tuple(relations), _in_order(kept.values()))
        write_manifest(place, replace(manifest, under_way=tuple(sorted({*changed, *gone}))))
        written = [_written(warehouse, writer, place, path, part) for path, part in changed.items()]
        n_removed = remove_files(place, gone)
        _write_dictionary(warehouse, place)
        manifest = replace(manifest, files=_in_order([*kept.values(), *written]))
        write_manifest(place, manifest)
    sums = sum(file.n_rows for file in manifest.files), sum(file.n_bytes for file in manifest.files)
    return ExportReport(place, len(manifest.files), len(written), n_removed, *sums)


@contextmanager
def _alone(place: Path) -> Iterator[Path]:
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / ".lock", timeout=0):
            yield place
    except Timeout:
        raise ExportError(f"Another process exports to {place}; it will be done soon.") from None


def _earlier(place: Path) -> Manifest | None:
    """The manifest of the export before this one. What is not ours is neither overwritten nor deleted."""
    manifest = read_manifest(place)
    if manifest is None and any(not one.name.startswith(".") for one in place.iterdir()):
        raise ExportError(f"{place} holds files that no export of ours made. Choose another folder.")
    return manifest


def _paths(manifest: Manifest | None) -> set[str]:
    """Every file that may lie there because of an earlier export, broken off or not."""
    return {file.path for file in manifest.files} | set(manifest.under_way) if manifest else set()


def _in_order(files: Iterable[File]) -> tuple[File, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


def _write_dictionary(warehouse: Warehouse, place: Path) -> None:
    """The meaning of every column: Parquet, CSV and JSON lose the comments."""
    page = render_markdown(read_dictionary(warehouse, count_rows=False, with_examples=False))
    with replaced(place / "DICTIONARY.md") as draft:
        draft.write_text(page, encoding="utf-8")


def _path(part: Part, ending: str) -> str:
    """Where a part lies. DuckDB, Spark and pandas read a folder's name `month=2026-11` as a column."""
    schema, _, name = part.relation.partition(".")
    folder = name if schema == "mart" else part.relation
    month = f"month={part.month}/" if part.month else ""
    return f"{folder}/{month}{name}.{ending}"


def _still_holds(place: Path, file: File, parts: dict[str, Part]) -> bool:
    part = parts.get(file.path)
    return part is not None and part.fingerprint == file.fingerprint and is_intact(place, file)


def _written(warehouse: Warehouse, writer: Writer, place: Path, path: str, part: Part) -> File:
    with replaced(place / path) as draft:
        writer(warehouse, part, draft)
        hashed, n_bytes = sha256_of(draft), draft.stat().st_size
    return File(path, part.relation, part.month, part.n_rows, part.fingerprint, n_bytes, hashed)
