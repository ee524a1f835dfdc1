"""What a run costs that finds nothing new: a thousand feeds on loopback, all of which answer 304.

    .venv/bin/python benchmarks/feeds_unchanged.py [--feeds 1000] [--data-dir FOLDER]

A first run reads every feed and its entries; the second, `smewatch run --all`, is measured. Each feed is a host of
its own (127.0.x.y), so the pace within a host plays no part. Prints one JSON object; ends with 1 above a bound.
CPU seconds are those of all processes, Prefect's server included. Memory is what the largest process holds, and what
all of them hold together at one moment, sampled four times a second: their own pages, and each page of a library once
however many of them map it. (PSS, the kernel's own sum, shrinks when other programs of the machine map it too.)
"""

import argparse
import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from pathlib import Path
from typing import Any

BOUNDS = {"wall_s": 60.0, "cpu_s": 20.0, "largest_process_mib": 400.0}
ENTRIES = "".join(
    f"<item><guid>{n}</guid><title>A story about firms, number {n}</title>"
    "<pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate></item>"
    for n in range(10)
)
FEED = f"<rss version='2.0'><channel><title>News</title>{ENTRIES}</channel></rss>".encode()
_SUBREAPER = 36  # prctl: orphans of our children become ours, so that their CPU time is counted too


class Feeds(BaseHTTPRequestHandler):
    """Every address is a feed; one that was read before is unchanged."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A feed, or 304."""
        if self.path == "/robots.txt":
            self._answer(200, b"User-agent: *\nDisallow: /search\nCrawl-delay: 1\n", "text/plain")
        elif self.headers.get("If-None-Match") == '"1"':
            self._answer(304, b"", "")
        else:
            self._answer(200, FEED, "application/rss+xml")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("ETag", '"1"')
        if kind:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


class Server(ThreadingHTTPServer):
    """Room for a thousand connections at once."""

    request_queue_size = 1024
    daemon_threads = True


def serve(ports: "Queue[int]") -> None:
    """Serve feeds on every loopback address until killed."""
    server = Server(("0.0.0.0", 0), Feeds)  # noqa: S104  # 127.0.x.y are many; the port is random and short-lived
    ports.put(server.server_port)
    server.serve_forever()


class Watch(threading.Thread):
    """Samples the memory of all our descendants but one."""

    def __init__(self, spared: int) -> None:
        super().__init__(daemon=True)
        self.peak_kib, self.largest_kib, self.spared, self.is_over = 0, 0, spared, False

    def run(self) -> None:
        """Sample until it is over."""
        while not self.is_over:
            held = [_held(pid) for pid in _descendants(os.getpid()) - {self.spared}]
            libraries: Counter[str] = Counter()
            for _, mapped in held:
                libraries |= mapped  # of each the largest share that one process has in memory
            self.peak_kib = max(self.peak_kib, sum(own for own, _ in held) + libraries.total())
            self.largest_kib = max([self.largest_kib, *(own + mapped.total() for own, mapped in held)])
            time.sleep(0.25)


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


def _descendants(root: int) -> set[int]:
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


def smewatch(data_dir: Path, catalogue: Path, *more: str) -> dict[str, Any]:
    """One `smewatch run`, its report, and what it took."""
    command = [str(Path(sys.executable).with_name("smewatch")), "run", "--feeds", str(catalogue), "--allow-private"]
    began, before = time.monotonic(), _children_cpu_s()
    done = subprocess.run(
        [*command, "--data-dir", str(data_dir), "--json", *more], stdout=subprocess.PIPE, check=True, text=True
    )
    wall_s = time.monotonic() - began
    _reap()
    return {"wall_s": round(wall_s, 2), "cpu_s": round(_children_cpu_s() - before, 2), **json.loads(done.stdout)}


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Wait for orphans: their time counts once they are gone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and os.waitpid(-1, os.WNOHANG)[0]:
        pass


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--data-dir", type=Path)
    given = options.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    ports: Queue[int] = Queue()
    server = Process(target=serve, args=(ports,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        print(
            json.dumps(report := measure(given.feeds, ports.get(), given.data_dir or Path(folder), server), indent=1)
        )
    server.kill()
    return 0 if report["is_within_bounds"] else 1


def measure(n_feeds: int, port: int, data_dir: Path, server: Process) -> dict[str, object]:
    """The numbers of a run in which every feed is unchanged."""
    data_dir.mkdir(parents=True, exist_ok=True)
    catalogue = data_dir / "catalogue.csv"
    hosts = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(n_feeds)]
    catalogue.write_text("url\n" + "".join(f"http://{host}:{port}/feed.xml\n" for host in hosts))
    first = smewatch(data_dir, catalogue)
    watch = Watch(server.pid or 0)
    watch.start()
    second = smewatch(data_dir, catalogue, "--all")
    watch.is_over = True
    taken = {"wall_s": second["wall_s"], "cpu_s": second["cpu_s"], "largest_process_mib": watch.largest_kib / 1024}
    is_unchanged = second["polls"] == {"unchanged": n_feeds}
    return {
        "feeds": n_feeds,
        "polls": second["polls"],
        **taken,
        "all_processes_mib": watch.peak_kib / 1024,
        "first_run": {name: first[name] for name in ("polls", "ends", "wall_s", "cpu_s")},
        "bounds": BOUNDS,
        "is_within_bounds": is_unchanged and all(taken[name] < bound for name, bound in BOUNDS.items()),
    }


if __name__ == "__main__":
    sys.exit(main())
