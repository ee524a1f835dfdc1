"""A web small enough to be collected in a second: some feeds on loopback, with what can go wrong on each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.server import FaultServer, Script, Seen, answer

N_FEEDS, N_PAGES = 6, 4
TOPICS = ("harbour", "orchard", "foundry", "library", "tramway", "brewery", "quarry")
SHARED = "/shared/page"  # announced by the first two feeds


@contextmanager
def small_web(folder: Path, *, latency_s: float = 0.0) -> Iterator[tuple[FaultServer, Path]]:
    """The server, and the catalogue of its feeds as a file."""
    with FaultServer({}) as server:
        server.scripts |= scripts(server, latency_s)
        catalogue = folder / "catalogue.csv"
        lines = [f"{server.url(f'/{n}/feed.xml')},Feed {n}" for n in range(N_FEEDS)]
        catalogue.write_text("url,title\n" + "\n".join(lines) + "\n")
        yield server, catalogue


def scripts(server: FaultServer, latency_s: float) -> dict[str, Script]:
    """Each feed announces good pages, one that is gone, and one behind robots.txt."""
    robots = "User-agent: *\nDisallow: /private/\n"
    made: dict[str, Script] = {
        "/robots.txt": answer(200, robots.encode(), Content_Type="text/plain"),
        SHARED: [latency_s, page("shared", 99)],
    }
    for feed in range(N_FEEDS):
        paths = [f"/{feed}/{n}" for n in range(N_PAGES)]
        made |= {path: [latency_s, page(path, feed * N_PAGES + n)] for n, path in enumerate(paths)}
        announced = [*paths, f"/{feed}/gone", f"/private/{feed}", *([SHARED] if feed < 2 else [])]
        made[f"/{feed}/feed.xml"] = conditional(rss([server.url(path) for path in announced]), f'"{feed}"')
    return made


def conditional(body: bytes, etag: str) -> Callable[[Seen], bytes]:
    """A feed that knows its ETag."""

    def play(seen: Seen) -> bytes:
        if seen.headers.get("if-none-match") == etag:
            return answer(304, ETag=etag)
        return answer(200, body, ETag=etag, Content_Type="application/rss+xml")

    return play


def page(name: str, number: int) -> bytes:
    """A page of some 120 words that no other page has."""
    topic = TOPICS[number % len(TOPICS)]
    sentence = (
        f"In the {topic} of district {number}, the council counted {number + 3} visitors before lunch on {name}."
    )
    text = "".join(f"<p>{sentence} Line {line} of the report speaks of the {topic} again.</p>" for line in range(5))
    html = (
        f"<html lang='en'><head><title>The {topic} {name}</title></head><body><article>{text}</article></body></html>"
    )
    return answer(200, html.encode(), Content_Type="text/html; charset=utf-8")


def rss(links: list[str]) -> bytes:
    """A feed that announces these pages."""
    items = "".join(
        f"<item><title>News of {link.rpartition('/')[2]} at {n}</title><link>{link}</link>"
        f"<pubDate>Wed, 18 Nov 2026 0{n % 10}:00:00 GMT</pubDate></item>"
        for n, link in enumerate(links)
    )
    return f"<rss version='2.0'><channel><title>Small news</title>{items}</channel></rss>".encode()
