"""What it costs to poll a thousand feeds on loopback: all unchanged (304), and each with 20 new entries.

    .venv/bin/python benchmarks/feeds_polled.py [--feeds 1000] [--data-dir FOLDER]

Three runs of `smewatch run --all`, Prefect's server included. The first meets every feed for the first time, with 20
entries each that have no page to read (no link: each entry ends, and is stored as ended). In the second all
feeds answer 304. In the third each announces 20 entries more. Each feed is a host of its own (127.0.x.y), so the
pace within a host plays no part. Prints one JSON object; ends with 1 above a bound, which is for the unchanged feeds.
measuring.py says what is counted as CPU time and as memory.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue, Value
from pathlib import Path
from typing import Any, ClassVar

import measuring

BOUNDS = {"wall_s": 60.0, "cpu_s": 20.0, "all_processes_mib": 400.0}
NEW_ENTRIES = 20


def feed(edition: int) -> bytes:
    """A feed that announces the 20 entries of its edition."""
    items = "".join(
        f"<item><guid>{n}</guid><title>A story about firms, number {n}</title>"
        "<pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate></item>"
        for n in range(edition * NEW_ENTRIES, (edition + 1) * NEW_ENTRIES)
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


class Feeds(BaseHTTPRequestHandler):
    """Every address is a feed; one whose present edition was read before is unchanged."""

    protocol_version = "HTTP/1.1"
    edition: ClassVar[Any]  # a number shared with the process that measures

    def do_GET(self) -> None:
        """A feed, or 304."""
        edition = self.edition.value
        if self.path == "/robots.txt":
            self._answer(200, b"User-agent: *\nDisallow: /search\nCrawl-delay: 1\n", "text/plain", edition)
        elif self.headers.get("If-None-Match") == f'"{edition}"':
            self._answer(304, b"", "", edition)
        else:
            self._answer(200, feed(edition), "application/rss+xml", edition)

    def _answer(self, status: int, body: bytes, kind: str, edition: int) -> None:
        self.send_response(status)
        self.send_header("ETag", f'"{edition}"')
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


def serve(edition: Any, ports: "Queue[int]") -> None:
    """Serve feeds on every loopback address until killed."""
    Feeds.edition = edition
    server = Server(("0.0.0.0", 0), Feeds)  # noqa: S104  # 127.0.x.y are many; the port is random and short-lived
    ports.put(server.server_port)
    server.serve_forever()


@dataclass(frozen=True, slots=True)
class About:
    """Where the feeds are."""

    catalogue: Path
    server_pid: int
    edition: Any  # its `.value` is what the feeds announce

    def run(self, data_dir: Path, *more: str) -> measuring.Cost:
        """One `smewatch run` over all of them, due or not."""
        return measuring.smewatch(
            "run", "--all", "--feeds", str(self.catalogue), "--allow-private", "--json", *more,
            spared={self.server_pid}, data_dir=str(data_dir),
        )  # fmt: skip


@contextmanager
def feeds(n_feeds: int) -> Iterator[About]:
    """So many feeds while the block runs."""
    ports: Queue[int] = Queue()
    edition = Value("i", 0)
    server = Process(target=serve, args=(edition, ports), daemon=True)
    server.start()
    port = ports.get(timeout=60)
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Path(folder) / "catalogue.csv"
        hosts = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(n_feeds)]
        catalogue.write_text("url\n" + "".join(f"http://{host}:{port}/feed.xml\n" for host in hosts))
        try:
            yield About(catalogue, server.pid or 0, edition)
        finally:
            server.kill()
            server.join()


def measure(n_feeds: int, data_dir: Path) -> dict[str, Any]:
    """The numbers of the three runs."""
    with feeds(n_feeds) as about:
        first = about.run(data_dir)
        unchanged = about.run(data_dir)
        about.edition.value = 1
        new = about.run(data_dir)
    assert unchanged.printed["polls"] == {"unchanged": n_feeds}, unchanged.printed
    assert sum(new.printed["ends"].values()) == n_feeds * NEW_ENTRIES, new.printed
    return {"feeds": n_feeds, **taken(unchanged), "with_new_entries": taken(new), "first_run": taken(first)}


def taken(cost: measuring.Cost) -> dict[str, Any]:
    """A cost as plain numbers."""
    return {
        "wall_s": cost.wall_s,
        "cpu_s": cost.cpu_s,
        "largest_process_mib": round(cost.largest_mib),
        "all_processes_mib": round(cost.together_mib),
        "ends": cost.printed["ends"],
    }


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--data-dir", type=Path)
    given = options.parse_args()
    measuring.adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(given.feeds, given.data_dir or Path(folder))
    print(json.dumps(report | {"bounds": BOUNDS}, indent=1))
    return 0 if all(report[name] <= bound for name, bound in BOUNDS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
