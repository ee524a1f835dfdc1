"""How large an errand of a cluster should be, and what a page costs on each machine.

    .venv/bin/python benchmarks/cluster_batches.py [--pages 600] [--sizes 20 60 100 300]

A real Dask cluster on loopback: a scheduler and two workers with one reading process each. For every size one
`smewatch run` over pages served on loopback. Before them two runs of few pages: the first, which is not counted,
brings the model and loads the libraries; what the second costs on the flow's side is taken for what any run costs.
CPU is counted in all processes: on the flow's side the flow, Prefect's server and Dask's scheduler; on the readers'
side the workers and their reading processes. Prints one JSON object: by size the errands, CPU milliseconds a page on
either side and pages a second; what an errand costs beside its pages; memory of either side; bytes a page leaves.
"""

import argparse
import gzip
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import many_pages
import measuring

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.flows.cluster_tools import Cluster  # the path comes first

TICKS = os.sysconf("SC_CLK_TCK")
KEPT = {"warehouse": "warehouse.duckdb", "search": "search.sqlite", "archive": "archive"}


def family(roots: set[int]) -> set[int]:
    """Processes and all below them."""
    return roots.union(*(measuring.descendants(root) for root in roots))


def cpu_s(roots: set[int]) -> float:
    """CPU seconds that processes and all below them have used, those that ended and were waited for included."""
    return sum(map(_ticks, family(roots))) / TICKS


def _ticks(pid: int) -> int:
    try:
        numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, numbers[11:15]))  # user and system, own and of children


def run(dask: Cluster, data_dir: Path, n_pages: int, size: int) -> dict[str, Any]:
    """One run over `n_pages` in errands of `size`."""
    readers, scheduler = {process.pid for process in dask.workers.values()}, {dask.scheduler_pid}
    readers_s, scheduler_s = cpu_s(readers), cpu_s(scheduler)
    with many_pages.web(n_pages) as about:
        cost = measuring.smewatch(
            "run", "--feeds", str(about.catalogue), "--allow-private", "--json",
            spared={about.server_pid} | family(readers | scheduler),
            data_dir=str(data_dir), host_delay_s="0", task_runner="dask",
            cluster_address=dask.address, pages_per_errand=str(size), feeds_per_batch="1000",
        )  # fmt: skip
    assert sum(cost.printed["ends"].values()) == n_pages, cost.printed
    readers_s, flow_s = cpu_s(readers) - readers_s, cost.cpu_s + cpu_s(scheduler) - scheduler_s
    return {
        "errands": -(-n_pages // size),
        "reader_cpu_ms_a_page": round(1000 * readers_s / n_pages, 1),
        "flow_cpu_s": round(flow_s, 1),
        "flow_mib": round(cost.together_mib),
        "pages_per_s": round(n_pages / cost.wall_s, 1),
        "cpu_s": round(readers_s + flow_s, 1),
    }


def begin_like(other: Path, data_dir: Path) -> None:
    """A data folder with the model and Prefect's database of another: making them is no part of a run."""
    for name in ("models", "prefect"):
        shutil.copytree(other / name, data_dir / name)


def memory_of(pids: set[int]) -> int:
    """MiB that processes hold together, each library once."""
    held = [measuring._held(pid) for pid in pids]
    libraries: Counter[str] = Counter()
    for _, mapped in held:
        libraries |= mapped
    return round((sum(own for own, _ in held) + libraries.total()) / 1024)


def left_behind(more: Path, less: Path, n_more: int) -> dict[str, int]:
    """Bytes that each of `n_more` pages adds to what a data folder keeps."""
    return {name: round((_size(more / kept) - _size(less / kept)) / n_more) for name, kept in KEPT.items()}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


FEW = 2 * many_pages.ENTRIES_PER_FEED


def measured(n_pages: int, sizes: list[int], folder: Path) -> dict[str, Any]:
    """A run for every size, on one cluster."""
    report = dict[str, Any]()
    dask = Cluster(folder)
    try:
        dask.ready(2)
        run(dask, folder / "first", FEW, many_pages.ENTRIES_PER_FEED)
        begin_like(folder / "first", folder / "few")
        base = run(dask, folder / "few", FEW, many_pages.ENTRIES_PER_FEED)
        for size in sizes:
            begin_like(folder / "few", folder / str(size))
            made = report[str(size)] = run(dask, folder / str(size), n_pages, size)
            more_s = made["flow_cpu_s"] - base["flow_cpu_s"]
            made["flow_cpu_ms_a_page"] = round(1000 * more_s / (n_pages - FEW), 1)
        worker = next(iter(dask.workers.values())).pid
        memory = {"worker_mib": memory_of({worker}), "reader_mib": memory_of(family({worker}))}
    finally:
        dask.stop()
    # The least: a reading process that is started during a run is counted with the flow.
    flow_mib = min(made.pop("flow_mib") for made in (base, *report.values()))
    return {
        "pages": n_pages,
        "sizes": report,
        "cpu_ms_an_errand": an_errand_ms(report, sizes),
        "flow_cpu_s_a_run": base["flow_cpu_s"],
        "flow_mib": flow_mib,
        **memory,
        "bytes_a_page": left_behind(folder / str(sizes[-1]), folder / "few", n_pages - FEW),
    }


def an_errand_ms(report: dict[str, Any], sizes: list[int]) -> int:
    """CPU milliseconds that an errand costs beside its pages, from the smallest and the largest."""
    least, most = report[str(min(sizes))], report[str(max(sizes))]
    return round(1000 * (least["cpu_s"] - most["cpu_s"]) / (least["errands"] - most["errands"]))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=600)
    options.add_argument("--sizes", type=int, nargs="+", default=[20, 60, 100, 300])
    asked = options.parse_args()
    measuring.adopt_orphans()
    with tempfile.TemporaryDirectory() as scratch:
        report = measured(asked.pages, asked.sizes, Path(scratch))
    pages = many_pages.originals()
    report["page_bytes"] = round(sum(map(len, pages)) / len(pages))
    report["page_gzip_bytes"] = round(sum(len(gzip.compress(page)) for page in pages) / len(pages))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
