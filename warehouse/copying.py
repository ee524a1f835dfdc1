"""The warehouse file copied while others may write it: by a process of its own, without any lock.

    python -I -S copying.py LIVE DRAFT     ends with 0 if DRAFT is LIVE as it stood, with 75 if somebody wrote to it

A process of its own, because closing a file drops every lock that the process holds on it (fcntl, POSIX): a copy made
within a process that has the warehouse open would leave it open to a second writer. For that reason, and to start in
20 ms, this file imports nothing of ours.
"""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

CHANGED = 75  # EX_TEMPFAIL of sysexits.h: try again
# A kernel stamps files by a clock that ticks every 4 to 10 ms. Of two writes within a tick the second leaves no trace
# in the time of the file; so the copy begins only when the last write lies well behind.
_SETTLED_NS = 50_000_000
_PIECE_BYTES = 64 * 2**20
_FICLONE = 0x40049409  # Linux, linux/fs.h: share the blocks (btrfs, XFS)


def copy_unwritten(live: str, draft: str) -> bool:
    """Copy a file to a new one, with its time; False, and half a copy, if somebody wrote to it meanwhile.

    DuckDB writes by write(), which stamps the file, never by memory maps: a file with the same size and time before
    and after was not touched. Raises FileExistsError if there is a draft already, OSError as the copying meets it.
    """
    with Path(live).open("rb", buffering=0) as source, Path(draft).open("xb", buffering=0) as target:
        before = _settled(source.fileno(), target.fileno())
        _copy(source.fileno(), target.fileno(), before.st_size)
        if _stamp(os.fstat(source.fileno())) != _stamp(before):
            return False
        os.fsync(target.fileno())
        os.utime(target.fileno(), ns=(before.st_mtime_ns, before.st_mtime_ns))
    return True


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _settled(source: int, target: int) -> os.stat_result:
    """The state of the source, once its last write lies behind by the clock of the file system itself."""
    while True:
        os.utime(target)
        status = os.fstat(source)
        if os.fstat(target).st_mtime_ns - status.st_mtime_ns > _SETTLED_NS:
            return status
        time.sleep(_SETTLED_NS / 1e9)


def _copy(source: int, target: int, n_bytes: int) -> None:
    if _share_blocks(source, target):
        return
    copied, in_kernel = 0, hasattr(os, "copy_file_range")
    while copied < n_bytes:
        try:
            n = _piece(source, target, copied, in_kernel=in_kernel)
        except OSError:
            if not in_kernel:
                raise
            in_kernel = False  # some file systems know no copying within the kernel, or not from one to another
            continue
        if n == 0:
            return  # it was cut off meanwhile; its size will tell
        copied += n


def _share_blocks(source: int, target: int) -> bool:
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # ext4 has no shared blocks, and two file systems share none
            fcntl.ioctl(target, _FICLONE, source)
            return True
    return False


def _piece(source: int, target: int, at: int, *, in_kernel: bool) -> int:
    if in_kernel and sys.platform == "linux":
        return os.copy_file_range(source, target, _PIECE_BYTES, at, at)
    return os.pwrite(target, os.pread(source, _PIECE_BYTES, at), at)


if __name__ == "__main__":
    try:
        sys.exit(0 if copy_unwritten(*sys.argv[1:]) else CHANGED)
    except OSError as problem:
        sys.exit(f"{problem.strerror or problem}")
