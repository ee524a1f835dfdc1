"""The read copy: a second file, for people, replaced in one step; who has the old one open keeps it until they close.

    copy to a draft (no lock; again if somebody wrote meanwhile) -> open the draft -> rename it over the copy

The copy carries the time of the last write to the live file: it says as of when it speaks.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse import copying
from warehouse.errors import NotCopied, NotPublished, NoWarehouse, WarehouseBusy, WarehouseError
from warehouse.opening import open_for_reading

_TRIES = 4  # without a lock: a run that stores every few seconds leaves gaps for a copy that takes one
_LONGEST_HOLD_S = 2.0  # a copy that takes longer is not made under the lock, where every writer would wait for it
_WAIT_FOR_ANOTHER_S = 120.0  # another process may be copying what was there before our own store


def publish_copy(live: Path, copy: Path) -> bool:
    """Let the read copy be what the warehouse is now; False if it was already.

    Nobody who reads or writes the live file is kept waiting. Raises NoWarehouse if there is none, NotPublished if it
    could not be done; then the copy is what it was.
    """
    if not live.exists():
        raise NoWarehouse(live)
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(copy.with_name(f".{copy.name}.lock"), timeout=_WAIT_FOR_ANOTHER_S):
            if not is_behind(live, copy):
                return False
            for abandoned in copy.parent.glob(f".{copy.name}.*.draft"):  # by a process that was killed
                abandoned.unlink()
            _publish(live, copy)
    except Timeout:
        raise NotPublished(copy, "another process is still publishing") from None
    except NotCopied as problem:
        raise NotPublished(copy, problem.reason) from problem
    except OSError as problem:
        raise NotPublished(copy, problem.strerror or str(problem)) from problem
    return True


def duplicate(live: Path, target: Path) -> None:
    """Copy the warehouse to a file that may be written; one that is there is replaced. Raises NotCopied.

    Nobody who reads or writes the live file is kept waiting.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_settled(live, draft)
        draft.replace(target)
    except OSError as problem:
        raise NotCopied(live, problem.strerror or str(problem)) from problem
    finally:
        with suppress(OSError):  # where no draft can be, what happened before is to be told
            draft.unlink(missing_ok=True)


def as_of(copy: Path) -> datetime | None:
    """The last write to the warehouse that the copy holds, UTC; null without a copy."""
    try:
        return datetime.fromtimestamp(copy.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def is_behind(live: Path, copy: Path) -> bool:
    """True if the live file was written since the copy was made, or there is no copy of it."""
    if not (live.exists() and copy.exists()):
        return live.exists()
    ours, theirs = live.stat(), copy.stat()
    return (ours.st_mtime_ns, ours.st_size) != (theirs.st_mtime_ns, theirs.st_size)


def _publish(live: Path, copy: Path) -> None:
    draft = copy.with_name(f".{copy.name}.{os.getpid()}.draft")
    try:
        _copy_settled(live, draft)
        try:
            with open_for_reading(draft, wait_s=0):
                pass
        except WarehouseError as problem:
            raise NotPublished(copy, f"the copy cannot be opened: {problem}") from problem
        draft.chmod(0o444)  # what somebody wrote into it would be gone with the next one
        copy.with_name(f"{copy.name}.wal").unlink(missing_ok=True)  # of somebody who could write all the same
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)


def _copy_settled(live: Path, draft: Path) -> None:
    """Copy while nobody writes: some times without a lock; then under one, if that keeps writers waiting shortly."""
    took_s = 0.0
    for _ in range(_TRIES):
        began_s = time.monotonic()
        if _copied(live, draft):
            return
        took_s = time.monotonic() - began_s
    if took_s < _LONGEST_HOLD_S:
        try:
            with open_for_reading(live, wait_s=_LONGEST_HOLD_S):
                if _copied(live, draft):
                    return
        except WarehouseBusy as busy:
            held = f"the warehouse is being written, and held by {busy.holder or 'another process'}"
            raise NotCopied(live, held) from busy
    raise NotCopied(live, "the warehouse is being written all the time")


def _copied(live: Path, draft: Path) -> bool:
    """One try, in a process of its own; False if somebody wrote meanwhile."""
    draft.unlink(missing_ok=True)
    command = [sys.executable, "-I", "-S", copying.__file__, str(live.resolve()), str(draft.resolve())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, copying.CHANGED):
        raise NotCopied(live, done.stderr.strip() or f"copying ended with {done.returncode}")
    return done.returncode == 0
