"""A whole ingest against bare extraction of the same pages: what everything around the extraction costs.

    .venv/bin/python benchmarks/whole_ingest.py [--pages 10000]

Side by side, in one run, each with two processes: trafilatura.bare_extraction with fast=True and no metadata (the
floor: extraction is the work), the same with its defaults and metadata, and `smewatch run` over the pages served on
loopback: polling, robots.txt, archive, dates, languages, verdicts, rows. Prints one JSON object with pages a second,
CPU seconds a page and the ratios of both; ends with 1 under a bound. The bounds hold for pages a second, which need a
quiet machine; the ratios by CPU do not. The server of the pages is a process of its own beside ours, and its CPU
counts for nobody: `server_cpu_ms_a_page` says what it takes from the cores.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import many_pages
import measuring

WORKERS = 2
BOUNDS = {"to_fast_extraction": 0.85, "to_default_extraction": 1.3}


def fast(number: int) -> bool:
    """Text alone, as `smewatch` asks for it."""
    from trafilatura import bare_extraction

    return bare_extraction(many_pages.page(number), fast=True, with_metadata=False) is not None


def default(number: int) -> bool:
    """What trafilatura does unless told otherwise, with metadata."""
    from trafilatura import bare_extraction

    return bare_extraction(many_pages.page(number), with_metadata=True) is not None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an extraction alone goes."""

    pages_per_s: float
    cpu_ms_a_page: float


def bare(extract: Callable[[int], bool], n_pages: int) -> Pace:
    """An extraction alone; of starting the processes and loading the library only the CPU is counted."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(extract, range(WORKERS * 4)))
        began = time.monotonic()
        list(pool.map(extract, range(n_pages), chunksize=8))
        wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Pace(n_pages / wall_s, 1000 * cpu_s / n_pages)


def whole(n_pages: int, data_dir: Path) -> dict[str, Any]:
    """One `smewatch run`, with the start of Prefect's server, and what became of the pages."""
    with many_pages.web(n_pages) as about:
        server_cpu_s = _cpu_s(about.server_pid)
        cost = measuring.smewatch(
            "run", "--feeds", str(about.catalogue), "--allow-private", "--json", spared={about.server_pid},
            data_dir=str(data_dir), host_delay_s="0", worker_processes=str(WORKERS),
        )  # fmt: skip
        server_cpu_s = _cpu_s(about.server_pid) - server_cpu_s
    ends = cost.printed["ends"]
    assert sum(ends.values()) == n_pages, ends
    return {
        "pages_per_s": n_pages / cost.wall_s,
        "wall_s": cost.wall_s,
        "cpu_s": cost.cpu_s,
        "cpu_ms_a_page": 1000 * cost.cpu_s / n_pages,
        "server_cpu_ms_a_page": 1000 * server_cpu_s / n_pages,
        "together_mib": round(cost.together_mib),
        "ends": ends,
    }


def _cpu_s(pid: int) -> float:
    """CPU seconds of a living process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=10_000)
    n_pages = options.parse_args().pages
    measuring.adopt_orphans()
    many_pages.originals()
    floor = bare(fast, n_pages)
    with tempfile.TemporaryDirectory() as folder:
        whole(many_pages.ENTRIES_PER_FEED, Path(folder))  # makes the model and Prefect's database
        ours = whole(n_pages, Path(folder))
    usual = bare(default, n_pages)
    ratios = {
        "to_fast_extraction": ours["pages_per_s"] / floor.pages_per_s,
        "to_default_extraction": ours["pages_per_s"] / usual.pages_per_s,
        "to_fast_extraction_by_cpu": floor.cpu_ms_a_page / ours["cpu_ms_a_page"],
        "to_default_extraction_by_cpu": usual.cpu_ms_a_page / ours["cpu_ms_a_page"],
    }
    paces = {
        f"{name}_{key}": value
        for name, pace in (("fast", floor), ("default", usual))
        for key, value in asdict(pace).items()
    }
    report = {"pages": n_pages, **paces, "smewatch": ours, **ratios}
    print(json.dumps(report | {"bounds": BOUNDS}, indent=1))
    return 0 if all(ratios[name] >= bound for name, bound in BOUNDS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
