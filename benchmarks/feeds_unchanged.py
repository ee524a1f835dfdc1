"""What a run costs that finds nothing new: a thousand feeds on loopback, all of which answer 304.

    .venv/bin/python benchmarks/feeds_unchanged.py [--feeds 1000] [--data-dir FOLDER]

A first run reads every feed and its entries; the second, `smewatch run --all`, is measured. Each feed is a host of
its own (127.0.x.y), so the pace within a host plays no part. Prints one JSON object; ends with 1 above a bound.
measuring.py says what is counted as CPU time and as memory.
"""

import argparse
import json
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from pathlib import Path

import measuring

BOUNDS = {"wall_s": 60.0, "cpu_s": 20.0, "all_processes_mib": 400.0}
ENTRIES = "".join(
    f"<item><guid>{n}</guid><title>A story about firms, number {n}</title>"
    "<pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate></item>"
    for n in range(10)
)
FEED = f"<rss version='2.0'><channel><title>News</title>{ENTRIES}</channel></rss>".encode()


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


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--data-dir", type=Path)
    given = options.parse_args()
    measuring.adopt_orphans()
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
    run = ("run", "--feeds", str(catalogue), "--allow-private", "--json", "--data-dir", str(data_dir))
    first = measuring.smewatch(*run, spared={server.pid or 0})
    second = measuring.smewatch(*run, "--all", spared={server.pid or 0})
    taken = {
        "wall_s": second.wall_s,
        "cpu_s": second.cpu_s,
        "largest_process_mib": round(second.largest_mib),
        "all_processes_mib": round(second.together_mib),
    }
    is_unchanged = second.printed["polls"] == {"unchanged": n_feeds}
    return {
        "feeds": n_feeds,
        "polls": second.printed["polls"],
        **taken,
        "first_run": {"wall_s": first.wall_s, "cpu_s": first.cpu_s, "ends": first.printed["ends"]},
        "bounds": BOUNDS,
        "is_within_bounds": is_unchanged and all(taken[name] < bound for name, bound in BOUNDS.items()),
    }


if __name__ == "__main__":
    sys.exit(main())
