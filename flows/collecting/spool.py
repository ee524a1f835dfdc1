"""Where results wait while somebody else holds the warehouse: one JSON file a batch, in the order they were made.

    store -> the warehouse is held -> spool        next run: stored from the spool, oldest first -> load -> ...

From the moment a run finds the warehouse held, at its very beginning or later, it spools all it has to store. A file
is written whole, or not at all; it is deleted after its batch is stored, and a batch is stored once however often it
is tried (its id stands in ops.batches). A file that cannot be read is put aside, not deleted.
"""

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from pydantic import TypeAdapter, ValidationError

from flows.collecting.pending import Pending, put
from flows.collecting.spooled import UNREADABLE, SpoolFull, waiting
from warehouse.errors import WarehouseBusy, WarehouseError, WarehouseFull
from warehouse.rows import LabelRow, ModelRow
from warehouse.store import Warehouse

VERSION = 1  # of the format; a change of any type in a Pending makes a new one
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunBegin:
    """A run that began while the warehouse was held, and the model that judges in it."""

    run_id: str
    flow: str
    started_at: datetime
    model: ModelRow


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended that could not write it into the warehouse."""

    run_id: str
    status: str  # "completed" or "failed"
    detail: str | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was stored from the spool."""

    n_batches: int = 0
    unreadable: tuple[str, ...] = ()  # files put aside, by name


_batches: TypeAdapter[Pending] = TypeAdapter(Pending)
_begins: TypeAdapter[RunBegin] = TypeAdapter(RunBegin)
_ends: TypeAdapter[RunEnd] = TypeAdapter(RunEnd)
_labels: TypeAdapter[LabelRow] = TypeAdapter(LabelRow)


# --- In -------------------------------------------------------------------------------------------------------------


def spool_batch(folder: Path, pending: Pending) -> None:
    """Write a batch down. When this returns, neither a kill nor a power failure loses it. Raises SpoolFull."""
    _write(folder / f"{pending.frame.batch_id}.json", "batch", _batches.dump_python(pending, mode="json"))


def spool_begin(folder: Path, begin: RunBegin) -> None:
    """Write down that a run began, before its batches. Raises SpoolFull."""
    _write(folder / f"{begin.run_id}-0000.json", "begin", _begins.dump_python(begin, mode="json"))


def spool_end(folder: Path, end: RunEnd) -> None:
    """Write down how a run ended, behind its batches. Raises SpoolFull."""
    _write(folder / f"{end.run_id}-end.json", "end", _ends.dump_python(end, mode="json"))


def spool_label(folder: Path, row: LabelRow) -> None:
    """Write down what a person said, behind what runs spooled before. Raises SpoolFull."""
    name = (
        f"{row.labelled_at:%Y%m%dT%H%M%SZ}-label-{token_hex(3)}.json"  # the names of runs begin with their time too
    )
    _write(folder / name, "label", _labels.dump_python(row, mode="json"))


def _write(file: Path, kind: str, content: Any) -> None:
    document = json.dumps({"format": "smewatch spool", "version": VERSION, kind: content}, ensure_ascii=False)
    draft = file.with_suffix(".draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as out:
            # Lone surrogates, which scraped text has, become question marks, as they do in the warehouse.
            out.write(document.encode("utf-8", "replace"))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
        _sync_folder(file.parent)
    except OSError as problem:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise SpoolFull(file, problem) from problem


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power failure; the content of the file alone would not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- Out ------------------------------------------------------------------------------------------------------------


def store_spooled(warehouse: Warehouse, folder: Path, *, keep: bool = False) -> CaughtUp:
    """Store everything in the spool, in the order it was made, and empty the spool; or `keep` it as it is.

    Call it before anything else is asked of the warehouse: what was known when a batch was read is what was known
    without it. Call it under the lock of the ingest. Raises WarehouseBusy where a lake's servers go silent meanwhile,
    and WarehouseFull; what is not stored by then stays.
    """
    for draft in folder.glob("*.draft"):  # of a run that was killed while it wrote; its feeds come again
        draft.unlink(missing_ok=True)
    n_batches, unreadable = 0, []
    for file in waiting(folder):
        try:
            n_batches += _store_file(warehouse, file)
        except (WarehouseBusy, WarehouseFull):  # the file is as good as it was
            raise
        except (ValidationError, ValueError, KeyError, WarehouseError) as problem:
            log.error("%s in the spool cannot be stored: %s", file.name, problem)
            unreadable.append(file.name)
            if not keep:
                _put_aside(file)
        else:
            if not keep:
                file.unlink()
    return CaughtUp(n_batches, tuple(unreadable))


def _store_file(warehouse: Warehouse, file: Path) -> int:
    document = json.loads(file.read_bytes())
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ValueError(f"not version {VERSION} of our format")
    if "begin" in document:
        begin = _begins.validate_python(document["begin"])
        warehouse.begin_run(begin.run_id, begin.flow, begin.started_at)
        warehouse.register_model(begin.model, begin.started_at)
        return 0
    if "end" in document:
        end = _ends.validate_python(document["end"])
        warehouse.finish_run(end.run_id, end.status, end.detail, end.ended_at)
        return 0
    if "label" in document:
        warehouse.store_labels([_labels.validate_python(document["label"])])
        return 0
    put(warehouse, _batches.validate_python(document["batch"]))
    return 1


def _put_aside(file: Path) -> None:
    aside = file.parent / UNREADABLE
    aside.mkdir(exist_ok=True)
    file.replace(aside / file.name)
