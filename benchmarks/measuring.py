"""What a command costs: wall and CPU seconds of it and all its children, and the memory they hold together.

Linux only. Orphans of a child become ours (prctl), so that the time of Prefect's server is counted too. Memory is
what all processes hold at one moment: their own pages, those that forked processes still share divided among them
(Pss_Anon), and each page of a library once however many of them map it. (Pss, the sum of the kernel for both, shrinks
when other programs of the machine map the library too.)
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
    parts_mib: dict[str, int]  # what each process held of its own at that moment, and what files they mapped
    printed: dict[str, Any]  # its --json


class Watch(threading.Thread):
    """Samples the memory of all our descendants but those spared."""

    def __init__(self, spared: set[int], every_s: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.peak_kib, self.largest_kib, self.spared, self.every_s = 0, 0, spared, every_s
        self.parts_mib: dict[str, int] = {}
        self._over = threading.Event()

    def run(self) -> None:
        """Sample until it is over."""
        while not self._over.wait(self.every_s):
            held = {pid: _held(pid) for pid in descendants(os.getpid()) - self.spared}
            libraries: Counter[str] = Counter()
            for _, mapped in held.values():
                libraries |= mapped  # of each the largest share that one process has in memory
            self.largest_kib = max([self.largest_kib, *(own + mapped.total() for own, mapped in held.values())])
            together_kib = sum(own for own, _ in held.values()) + libraries.total()
            if together_kib > self.peak_kib:
                self.peak_kib = together_kib
                self.parts_mib = {f"{_name(pid)} {pid}": own // 1024 for pid, (own, _) in held.items()}
                self.parts_mib["files mapped"] = libraries.total() // 1024

    def stop(self) -> None:
        """No more samples."""
        self._over.set()
        self.join()


def _held(pid: int) -> tuple[int, Counter[str]]:
    """KiB of memory that are a process's own, and KiB in memory of each file it maps; nothing if it is gone."""
    own, mapped, file = 0, Counter[str](), ""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        lines = Path(f"/proc/{pid}/smaps").read_text().splitlines()
    except OSError:
        return own, mapped
    own = int(rollup.partition("Pss_Anon:")[2].split()[0])
    for line in lines:
        if (found := _MAPPING.match(line)) is not None:
            file = found[1]
        elif line.startswith("Rss:"):
            rss = int(line.split()[1])
        elif line.startswith("Anonymous:"):
            mapped[file] += rss - int(line.split()[1])
    return own, mapped


def _name(pid: int) -> str:
    """What a process is to a person."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "gone"
    return next((name for mark, name in _NAMES.items() if mark in command), Path(command.split(" ")[0]).name)


_NAMES = {
    "forkserver": "worker",
    "resource_tracker": "tracker",
    "server start": "prefect server",
    "smewatch": "smewatch",
}
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
    return command(SMEWATCH, *arguments, spared=spared, **settings)


def command(*words: str | Path, spared: Iterable[int] = (), **settings: str) -> Cost:
    """Run a command, its JSON read; the processes spared do not count. Raises CalledProcessError."""
    environment = {**os.environ, **{f"SMEWATCH_{name.upper()}": value for name, value in settings.items()}}
    watch = Watch(set(spared))
    watch.start()
    began, before = time.monotonic(), _children_cpu_s()
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True, env=environment)
    wall_s = time.monotonic() - began
    watch.stop()
    _reap()
    cpu_s = _children_cpu_s() - before
    printed = json.loads(done.stdout) if done.stdout.strip() else {}
    largest_mib, together_mib = watch.largest_kib / 1024, watch.peak_kib / 1024
    return Cost(round(wall_s, 2), round(cpu_s, 2), largest_mib, together_mib, watch.parts_mib, printed)


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
