"""A Dask cluster of processes of its own on loopback, each worker with its own address, and a web of many sites."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults.server import FaultServer, Piece, Seen, answer
from tests.flows.small_web import page, rss

DASK = Path(sys.executable).with_name("dask")
PATIENCE_S = 180


class Cluster:
    """A scheduler and its workers. Worker N listens on 127.0.0.N and keeps a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self._scheduler: subprocess.Popen[bytes] | None = None
        self._n_started = 1  # numbers are not used again

    def ready(self, n_workers: int, *options: str) -> list[int]:
        """The numbers of the workers, which are exactly so many now; those that are missing are started."""
        if self._scheduler is None:
            self._start_scheduler()
        while len(self.workers) > n_workers:
            self.kill(max(self.workers))
        while len(self.workers) < n_workers:
            self._start_worker(options or ("--no-nanny",))
        return sorted(self.workers)

    @property
    def scheduler_pid(self) -> int:
        assert self._scheduler is not None
        return self._scheduler.pid

    def data_dir(self, number: int) -> Path:
        return self.folder / f"var-{number}"

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def kill(self, number: int) -> None:
        """Kill -9 a worker."""
        _end(self.workers.pop(number))

    def kill_scheduler(self) -> None:
        """Kill -9 the scheduler; its workers would leave a minute later."""
        if self._scheduler is not None:
            _end(self._scheduler)
        self._scheduler = None

    def stop(self) -> None:
        for number in list(self.workers):
            self.kill(number)
        self.kill_scheduler()

    def _start_scheduler(self) -> None:
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self._scheduler = self._start("scheduler", *options)
        line = self._until("Scheduler at:", "scheduler", self._scheduler)
        self.address = line.split()[-1]

    def _start_worker(self, options: tuple[str, ...]) -> None:
        self._n_started += 1
        number = self._n_started
        name = f"worker-{number}"
        own = {"SMEWATCH_DATA_DIR": str(self.data_dir(number)), "SMEWATCH_WORKER_PROCESSES": "1"}
        place = ("--host", f"127.0.0.{number}", "--local-directory", self.folder / name, "--no-dashboard")
        process = self._start(name, self.address, *place, "--nthreads", "2", *options, **own)
        self.workers[number] = process
        self._until("Registered to:", name, process)

    def _start(self, name: str, *arguments: object, **own: str) -> subprocess.Popen[bytes]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "SMEWATCH_"))}
        command = [DASK, name.partition("-")[0], *map(str, arguments)]
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, env=inherited | own, cwd=self.folder, stdout=log, stderr=log)

    def _until(self, words: str, name: str, process: subprocess.Popen[bytes]) -> str:
        """The line of a log that holds these words, as soon as there is one."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not (lines := [line for line in self.log(name).splitlines() if words in line]):
            assert process.poll() is None, self.log(name)
            assert time.monotonic() < deadline_s, self.log(name)
            time.sleep(0.1)
        return lines[0]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


class Press:
    """Papers, each a site of its own with a feed; each announces pages of its own and one of the next paper.

    Every answer takes `latency_s`; `most_at_once` counts, by site, how many requests were open at the same time.
    A context manager, as its server is.
    """

    def __init__(self, n_papers: int, n_pages: int, latency_s: float) -> None:
        self.hosts = [f"press{n}.test" for n in range(n_papers)]
        self.resolve = dict.fromkeys(self.hosts, "127.0.0.1")
        self.n_articles = n_papers * (n_pages + 1)
        self.latency_s = latency_s
        self.most_at_once = Counter[str]()
        self._open = Counter[str]()
        self._lock = threading.Lock()
        self.server = FaultServer({})
        for n, host in enumerate(self.hosts):
            paths = [f"/{n}/{k}" for k in range(n_pages)]
            guest = f"/{n}/guest"
            links = [self.server.url(path, host) for path in paths]
            links.append(self.server.url(guest, self.hosts[(n + 1) % n_papers]))
            self._play(f"/{n}/feed.xml", answer(200, rss(links), Content_Type="application/rss+xml"))
            for k, path in enumerate([*paths, guest]):
                self._play(path, page(path, 100 * n + k))

    def catalogue(self) -> bytes:
        """The feeds, as a catalogue in CSV."""
        lines = [f"{self.server.url(f'/{n}/feed.xml', host)},Paper {n}" for n, host in enumerate(self.hosts)]
        return ("url,title\n" + "\n".join(lines) + "\n").encode()

    def _play(self, path: str, response: bytes) -> None:
        def watched(seen: Seen) -> Iterator[Piece]:
            site = seen.headers["host"].partition(":")[0]
            with self._lock:
                self._open[site] += 1
                self.most_at_once[site] = max(self.most_at_once[site], self._open[site])
            yield self.latency_s
            with self._lock:
                self._open[site] -= 1
            yield response

        self.server.scripts[path] = watched
