"""What a command costs: wall and CPU seconds of it and all its children, and the memory they hold together.

Linux only. Orphans of a child become ours (prctl), so that the time of Prefect's server is counted too. Memory is
what all processes hold at one moment: their own pages, and each page of a library once however many of them map it.
(PSS, the sum of the kernel, shrinks when other programs of the machine map it too.)
"""

import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SMEWATCH = Path(sys.executable).with_name("smewatch")
_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took, and what it printed."""

    wall_s: float
    cpu_s: float  # of all its processes
    largest_mib: float  # the process that held most
    together_mib: float  # all its processes, at the worst moment seen
    printed: dict[str, Any]  # its --json


class Watch(threading.Thread):
    """Samples the memory of all our descendants but those spared."""

    def __init__(self, spared: set[int], every_s: float = 0.25) -> None:
        super().__init__(daemon=True)
        self.peak_kib, self.largest_kib, self.spared, self.every_s = 0, 0, spared, every_s
        self._over = threading.Event()

    def run(self) -> None:
        """Sample until it is over."""
        while not self._over.wait(self.every_s):
            held = [_held(pid) for pid in descendants(os.getpid()) - self.spared]
            libraries: Counter[str] = Counter()
            for _, mapped in held:
                libraries |= mapped  # of each the largest share that one process has in memory
            self.peak_kib = max(self.peak_kib, sum(own for own, _ in held) + libraries.total())
            self.largest_kib = max([self.largest_kib, *(own + mapped.total() for own, mapped in held)])

    def stop(self) -> None:
        """No more samples."""
        self._over.set()
        self.join()


def _held(pid: int) -> tuple[int, Counter[str]]:
    """KiB of memory that are a process's own, and KiB in memory of each file it maps; nothing if it is gone."""
    own, mapped, file = 0, Counter[str](), ""
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text().splitlines()
    except OSError:
        return own, mapped
    for line in lines:
        if (found := _MAPPING.match(line)) is not None:
            file = found[1]
        elif line.startswith("Rss:"):
            rss = int(line.split()[1])
        elif line.startswith("Anonymous:"):
            anonymous = int(line.split()[1])
            own += anonymous
            mapped[file] += rss - anonymous
    return own, mapped


_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ [0-9a-f]+ \S+ \d+\s*(.*)")


def descendants(root: int) -> set[int]:
    """Every process below `root`."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found, layer = set(), {root}
    while layer:
        layer = {pid for pid, parent in parents.items() if parent in layer}
        found |= layer
    return found


def adopt_orphans() -> None:
    """Make us the parent of what our children leave behind; once, at the start of a benchmark."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def smewatch(*arguments: str, spared: Iterable[int] = (), **settings: str) -> Cost:
    """Run `smewatch` with settings (`data_dir="..."`), which must print JSON. Raises CalledProcessError."""
    environment = {**os.environ, **{f"SMEWATCH_{name.upper()}": value for name, value in settings.items()}}
    watch = Watch(set(spared))
    watch.start()
    began, before = time.monotonic(), _children_cpu_s()
    done = subprocess.run([SMEWATCH, *arguments], stdout=subprocess.PIPE, check=True, text=True, env=environment)
    wall_s = time.monotonic() - began
    watch.stop()
    _reap()
    cpu_s = _children_cpu_s() - before
    printed = json.loads(done.stdout) if done.stdout.strip() else {}
    return Cost(round(wall_s, 2), round(cpu_s, 2), watch.largest_kib / 1024, watch.peak_kib / 1024, printed)


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Wait for orphans: their time counts once they are gone. Workers of a pool die a moment after who used them."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.05)
        except ChildProcessError:
            return
