"""What Prefect costs: an ingest as a flow against the same steps called directly.

    .venv/bin/python benchmarks/prefects_share.py [--pages 1000]

Directly: the function of the flow is called and its tasks are handed to a thread pool of the same size; no server, no
runs recorded, Prefect merely imported. As a flow: `smewatch run`, with the start of Prefect's embedded server and all
that it burns. Same pages (many_pages.py), same settings, each on a data folder of its own in which one small run went
before: it trained the model, and made the warehouse and Prefect's database, as happens once in a folder's life. Each
runs twice, in an order in which a machine that gets slower or faster weighs on both alike. The share is of the CPU
seconds of all processes, which other programs disturb least; the wall seconds are told too. Prints one JSON object;
ends with 1 above the bound.
"""

import argparse
import gc
import json
import shutil
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import many_pages
import measuring

from flows.cli import OBJECTS_A_COLLECTION
from flows.collecting.catalogue import read_feeds
from flows.platform import take_from_one_heap
from flows.settings import load_settings

BOUNDS = {"cpu_share": 0.05}
ORDER = ("directly", "flow", "flow", "directly")


@dataclass(frozen=True, slots=True)
class Plain:
    """A task without Prefect."""

    fn: Any
    threads: ThreadPoolExecutor

    def __call__(self, *arguments: Any) -> Any:
        """Here and now."""
        return self.fn(*arguments)

    def submit(self, *arguments: Any) -> "Future[Any]":
        """In a thread."""
        return self.threads.submit(self.fn, *arguments)


def directly(catalogue: str) -> None:
    """An ingest whose flow and tasks are plain functions; prints how its entries ended."""
    from flows import ingest

    gc.set_threshold(OBJECTS_A_COLLECTION)  # both as the command line does
    take_from_one_heap()
    settings = load_settings().model_copy(update={"allow_private_addresses": True})
    with ThreadPoolExecutor(8) as threads:
        for name in ("poll_batch", "read_batch"):
            setattr(ingest, name, Plain(getattr(ingest, name).fn, threads))
        report = ingest.ingest.fn(settings, read_feeds(settings, catalogue))
    print(json.dumps({"ends": report.ends}))


def measure(n_pages: int, folder: Path) -> dict[str, list[measuring.Cost]]:
    """What every run took, by its kind."""
    how = {"host_delay_s": "0", "worker_processes": "2"}
    run = (measuring.SMEWATCH, "run", "--allow-private", "--json", "--feeds")
    words = {"flow": run, "directly": (sys.executable, __file__, "--directly")}
    with many_pages.web(many_pages.ENTRIES_PER_FEED) as about:
        measuring.command(*run, str(about.catalogue), data_dir=str(folder / "first"), **how)
    costs: dict[str, list[measuring.Cost]] = {name: [] for name in words}
    with many_pages.web(n_pages) as about:
        for turn, name in enumerate(ORDER):
            data = shutil.copytree(folder / "first", folder / str(turn))
            spared = {about.server_pid}
            cost = measuring.command(*words[name], str(about.catalogue), spared=spared, data_dir=str(data), **how)
            assert sum(cost.printed["ends"].values()) == n_pages, cost.printed
            costs[name].append(cost)
            shutil.rmtree(data)
    return costs


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=1_000)
    options.add_argument("--directly", metavar="CATALOGUE", help=argparse.SUPPRESS)  # the process that is measured
    given = options.parse_args()
    if given.directly:
        directly(given.directly)
        return 0
    measuring.adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        costs = measure(given.pages, Path(folder))
    report: dict[str, Any] = {
        name: {key: [asdict(cost)[key] for cost in runs] for key in ("wall_s", "cpu_s")}
        for name, runs in costs.items()
    }
    for kind in ("cpu", "wall"):
        flow, plain = (sum(report[name][f"{kind}_s"]) for name in ("flow", "directly"))
        report[f"{kind}_share"] = round((flow - plain) / flow, 3)
    print(json.dumps({"pages": given.pages, **report, "bounds": BOUNDS}, indent=1))
    return 0 if report["cpu_share"] <= BOUNDS["cpu_share"] else 1


if __name__ == "__main__":
    sys.exit(main())
