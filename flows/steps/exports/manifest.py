"""The manifest of an export: which files it consists of, and whether each is what was written.

A file that is being replaced is not vouched for: an export that was broken off says so, and the next one writes
again what was under way.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import Any

NAME = "manifest.json"
FORMAT = 1  # of the manifest itself


class ExportError(Exception):
    """An export cannot be read or written; the message says what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export: the rows of a relation that belong to one month."""

    path: str  # relative to the folder of the manifest, with slashes
    relation: str  # schema and name
    month: str | None  # e.g. 2026-11; "undated"; null for a relation that is kept whole
    n_rows: int
    fingerprint: str  # of the rows
    n_bytes: int
    sha256: str  # of the file


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export consists of. Files are in the order of their paths."""

    form: str  # parquet, csv, json or full
    schema_version: int  # of the warehouse it is of
    duckdb_version: str  # that made the fingerprints
    as_of: datetime  # when it was made, aware
    relations: tuple[str, ...]  # all that were exported, those without rows too
    files: tuple[File, ...]
    under_way: tuple[str, ...] = ()  # paths that were being written or deleted; empty once the export is complete


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; null if it has none. Raises ExportError if it is not one of ours."""
    try:
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ExportError(f"{folder / NAME} has format {said['format']}; this smewatch reads {FORMAT}.")
        files = tuple(File(**_only(File, one)) for one in said["files"])
        values = _only(Manifest, said) | {
            "as_of": datetime.fromisoformat(said["as_of"]),
            "files": files,
            "relations": tuple(said["relations"]),
            "under_way": tuple(said["under_way"]),
        }
        return Manifest(**values)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as problem:
        raise ExportError(f"{folder / NAME} is not the manifest of an export: {problem!r}.") from problem


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a folder in one step."""
    said = {"format": FORMAT} | asdict(manifest) | {"as_of": manifest.as_of.isoformat()}
    with replaced(folder / NAME) as draft:
        draft.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


class replaced:
    """A draft beside a file, which takes its place when the block ends well and is deleted when it does not."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._draft = file.with_name(f".{file.name}.{os.getpid()}.new")

    def __enter__(self) -> Path:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._draft.unlink(missing_ok=True)
        return self._draft

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        try:
            if problem is None:
                with self._draft.open("rb") as written:
                    os.fsync(written.fileno())  # or the name could outlive a power cut, and the rows not
                self._draft.replace(self._file)
        finally:
            self._draft.unlink(missing_ok=True)


def known(manifest: Manifest | None, form: str, schema_version: int, duckdb_version: str) -> Mapping[str, File]:
    """The files of an earlier export that can be compared with, by path; none where another version made them."""
    if manifest is None:
        return {}
    if (manifest.form, manifest.schema_version, manifest.duckdb_version) != (form, schema_version, duckdb_version):
        return {}
    return {file.path: file for file in manifest.files}


def is_intact(folder: Path, file: File) -> bool:
    """True if the file lies there with the size it was written with. `check` reads it, too."""
    place = folder / file.path
    return place.is_file() and place.stat().st_size == file.n_bytes


def check(folder: Path, file: File) -> None:
    """Raises ExportError unless the file is, byte for byte, the one that was written, and lies within the folder."""
    place = PurePosixPath(file.path)
    if place.is_absolute() or ".." in place.parts or "\\" in file.path:
        raise ExportError(f"The manifest names {file.path!r}, which is not within {folder}.")
    if not is_intact(folder, file) or sha256_of(folder / file.path) != file.sha256:
        raise ExportError(f"{folder / file.path} is missing or not as it was written. Make the export again.")


def sha256_of(file: Path) -> str:
    """The hash of a file's bytes, in hex."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def remove_files(folder: Path, paths: Iterable[str]) -> int:
    """Delete files that no longer belong to an export, folders they leave empty, and drafts of processes that were
    killed; how many files.
    """
    gone = [folder / path for path in paths]
    drafts = [one for one in folder.rglob(".*.new") if one.is_file()]
    for file in (*gone, *drafts):
        file.unlink(missing_ok=True)
        for place in (file.parent, file.parent.parent):
            if place.is_relative_to(folder) and place != folder and place.is_dir() and not any(place.iterdir()):
                place.rmdir()
    return len(gone)


def _only(kind: type, said: Mapping[str, Any]) -> dict[str, Any]:
    return {item.name: said[item.name] for item in fields(kind)}
