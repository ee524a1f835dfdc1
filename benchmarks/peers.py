"""The same pages through the pipelines of newspaper4k and news-please: articles a second beside `smewatch run`.

    .venv/bin/python benchmarks/peers.py [--pages 1000]      (`make bench` installs the peers into .venv/peers)

All fetch from the same loopback server, with two processes each. The peers fetch a page and take it apart; they
neither poll feeds, nor obey robots.txt, nor keep pages, judge or store, and no picture is fetched: peer.py. The whole
of `smewatch run` is counted, with the start of Prefect's server. Prints one JSON object; ends with 1 under a bound.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import many_pages
import measuring
import whole_ingest

PYTHON = Path(sys.executable).parents[1] / "peers" / "bin" / "python"
PEERS = ("newspaper4k", "news-please")
BOUNDS = {f"times_{name}": 3.0 for name in PEERS}


def peer(name: str, about: many_pages.About) -> dict[str, Any]:
    """Pages a second of a peer, and how many gave a text."""
    hosts = [feed.partition("/feed/")[0] for feed in about.catalogue.read_text().split()[1:]]
    urls = [f"{hosts[n // many_pages.ENTRIES_PER_FEED]}/page/{n}" for n in range(about.n_pages)]
    command = [PYTHON, Path(__file__).with_name("peer.py"), name]
    done = subprocess.run(command, input="\n".join(urls), stdout=subprocess.PIPE, check=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=1_000)
    n_pages = options.parse_args().pages
    if not PYTHON.exists():
        raise SystemExit(f"There is no {PYTHON}: `make bench` installs the peers.")
    measuring.adopt_orphans()
    with many_pages.web(n_pages) as about:
        theirs = {name: peer(name, about) for name in PEERS}
    with tempfile.TemporaryDirectory() as folder:
        whole_ingest.whole(many_pages.ENTRIES_PER_FEED, Path(folder))  # makes the model and Prefect's database
        ours = whole_ingest.whole(n_pages, Path(folder))
    ratios = {f"times_{name}": ours["pages_per_s"] / theirs[name]["pages_per_s"] for name in PEERS}
    print(json.dumps({"pages": n_pages, **theirs, "smewatch": ours, **ratios, "bounds": BOUNDS}, indent=1))
    return 0 if all(ratios[name] >= bound for name, bound in BOUNDS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
