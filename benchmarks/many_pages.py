"""A web of as many pages as wanted, on loopback: the real pages of ../shared/web, repeated with a mark of their own.

    with web(10_000) as about: ...   # about.catalogue is a file to pass to `smewatch run --feeds`

Each copy begins its paragraphs with a number of its own, so that no two texts are the same. Every feed is a host of
its own (127.1.x.y) and gives each entry a sound date, as most real feeds do. `web(n, brief)` has pages of our own
instead, 2 KB each: where the number of articles matters and not the work on each.
"""

import asyncio
import csv
import gzip
import json
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import Process, Queue
from pathlib import Path

import seeds

WEB = Path(__file__).parents[1].parent / "shared" / "web"
ENTRIES_PER_FEED = 20
RELEVANT_EVERY = 25  # of the brief pages: the share that a general catalogue gives
_PARAGRAPH = re.compile(rb"<p(?=[ >])[^>]*>")


@dataclass(frozen=True, slots=True)
class About:
    """Where the pages are."""

    catalogue: Path
    n_pages: int
    n_feeds: int
    server_pid: int


@lru_cache(maxsize=1)
def originals() -> tuple[bytes, ...]:
    """The real pages as they came, in the order of their list. Ends the program if the shared web is absent."""
    if not (WEB / "pages.tsv").exists():
        raise SystemExit(f"There is no {WEB}: this benchmark needs the shared web.")
    with (WEB / "pages.tsv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file, delimiter="\t")]
    return tuple(gzip.decompress((WEB / "pages" / f"{name}.gz").read_bytes()) for name in names)


def page(number: int) -> bytes:
    """Page `number`: the originals in turn, each round with a mark of its own."""
    copy, which = divmod(number, len(originals()))
    return _PARAGRAPH.sub(lambda found: found[0] + b"Note %d. " % copy, originals()[which])


def brief(number: int) -> bytes:
    """Page `number` of our own: fourteen sentences of the seeds' examples, in an order that no other page has.

    One in twenty-five is made of relevant examples, the others of those that are not.
    """
    title, *chosen = random.Random(number).sample(sentences(number % RELEVANT_EVERY == 0), 15)  # noqa: S311 - no secret
    paragraphs = "".join(f"<p>{' '.join(chosen[n : n + 4])}</p>" for n in range(0, 14, 4))
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head>"
        f"<body><nav><a href=/>Home</a></nav><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


@lru_cache(maxsize=2)
def sentences(is_relevant: bool) -> list[str]:
    """Sentences of 60 to 200 characters of the English examples in seeds/, the relevant or the others."""
    lines = (seeds.FOLDER / "examples" / "english.jsonl").read_text(encoding="utf-8").splitlines()
    texts = (row["text"] for row in map(json.loads, lines) if (row["label"] == 1) is is_relevant)
    found = (sentence for text in texts for sentence in re.split(r"(?<=[.!?])\s+", text))
    return sorted({sentence for sentence in found if 60 <= len(sentence) <= 200})


def feed(number: int, n_pages: int, host: str) -> bytes:
    """Feed `number`, with at most 20 of the pages."""
    first = number * ENTRIES_PER_FEED
    items = "".join(
        f"<item><guid>{n}</guid><title>Report {n} of the day</title><link>http://{host}/page/{n}</link>"
        "<pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate></item>"
        for n in range(first, min(first + ENTRIES_PER_FEED, n_pages))
    )
    return f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>".encode()


async def answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n_pages: int, make: Callable[[int], bytes]
) -> None:
    """Requests of one connection, until it closes."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path, host = _asked(head)
            kind, body = _body(path, n_pages, host, make)
            status = b"200 OK" if body else b"404 Not Found"
            lines = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (status, kind, len(body))
            writer.write(lines + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _asked(head: bytes) -> tuple[str, str]:
    lines = head.decode("latin-1").split("\r\n")
    host = next((line[5:].strip() for line in lines if line.lower().startswith("host:")), "")
    return lines[0].split(" ")[1], host


def _body(path: str, n_pages: int, host: str, make: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    name, _, number = path.strip("/").partition("/")
    if name == "page":
        return b"text/html; charset=utf-8", make(int(number))
    if name == "feed":
        return b"application/rss+xml", feed(int(number), n_pages, host)
    return b"text/plain", b""


def serve(n_pages: int, make: Callable[[int], bytes], ports: "Queue[int]") -> None:
    """Serve on every loopback address until killed."""

    async def main() -> None:
        server = await asyncio.start_server(lambda r, w: answer(r, w, n_pages, make), "0.0.0.0", 0, backlog=1024)  # noqa: S104  # 127.1.x.y are many
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def web(n_pages: int, make: Callable[[int], bytes] = page) -> Iterator[About]:
    """The web while the block runs; `make` gives the page of a number."""
    ports: Queue[int] = Queue()
    make(0)
    server = Process(target=serve, args=(n_pages, make, ports), daemon=True)
    server.start()
    port, n_feeds = ports.get(timeout=60), -(-n_pages // ENTRIES_PER_FEED)
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Path(folder) / "catalogue.csv"
        hosts = [f"127.1.{1 + n // 250}.{1 + n % 250}:{port}" for n in range(n_feeds)]
        catalogue.write_text("url\n" + "".join(f"http://{host}/feed/{n}\n" for n, host in enumerate(hosts)))
        try:
            yield About(catalogue, n_pages, n_feeds, server.pid or 0)
        finally:
            server.kill()
            server.join()
