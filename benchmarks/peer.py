"""One peer over pages at some addresses, in an environment of its own; called by peers.py.

    .venv/peers/bin/python benchmarks/peer.py newspaper4k < addresses

Reads addresses, one a line. Each page is fetched and taken apart by the peer's own entry point for one address, in
two processes of two threads. Pictures are not fetched. Prints one JSON object: pages a second, and pages with a text.
"""

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

PROCESSES, THREADS, CHUNK = 2, 2, 20


def newspaper4k(url: str) -> bool:
    """Title, authors, date, text, pictures' addresses; its language processing (keywords, summary) is left out."""
    import newspaper

    # Without a language a page in Japanese asks for a segmenter that is not installed, and ends with an error.
    return bool(newspaper.article(url, language="en", fetch_images=False, memorize_articles=False).text)


def news_please(url: str) -> bool:
    """Newspaper4k, readability, its search for a date, and the language, and the best of each."""
    from newsplease import NewsPlease

    return bool(NewsPlease.from_url(url, request_args={"timeout": 30}, fetch_images=False).maintext)


PEERS = {"newspaper4k": newspaper4k, "news-please": news_please}


def read(peer: Callable[[str], bool], urls: list[str]) -> int:
    """How many of some pages gave a text; a page that the peer cannot read gives none."""
    logging.disable()
    warnings.simplefilter("ignore")
    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(partial(tried, peer), urls))


def tried(peer: Callable[[str], bool], url: str) -> bool:
    """What the peer says, or false."""
    try:
        return peer(url)
    except Exception:
        return False


def main() -> None:
    """Measure and print."""
    peer, urls = PEERS[sys.argv[1]], sys.stdin.read().split()
    chunks = [urls[n : n + CHUNK] for n in range(0, len(urls), CHUNK)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(partial(read, peer), [urls[:4]] * PROCESSES))  # the libraries are loaded
        began = time.monotonic()
        n_read = sum(pool.map(partial(read, peer), chunks))
        print(json.dumps({"pages_per_s": len(urls) / (time.monotonic() - began), "with_a_text": n_read}))


if __name__ == "__main__":
    main()
