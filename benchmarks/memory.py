"""What a run holds at most, over all its processes: the same program over few and over many articles.

    .venv/bin/python benchmarks/memory.py [--articles 1000 10000 100000] [--data-dir FOLDER]

For each size one `smewatch run` on a data folder of its own, over brief pages on loopback (many_pages.py; 2 KB each,
feeds of 20 entries on hosts of their own), Prefect's server included. measuring.py says how memory is counted. Prints
one JSON object: the peak in MiB together and of the largest process, what each process held of its own at that peak,
and the growth from the size before the last to the last; ends with 1 above a bound.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import many_pages
import measuring

WORKERS = 2
BOUNDS = {"largest_peak_mib": 1.2 * 1024, "growth": 1.15}


def measure(n_articles: int, data_dir: Path) -> dict[str, Any]:
    """One run over so many articles."""
    with many_pages.web(n_articles, many_pages.brief) as about:
        cost = measuring.smewatch(
            "run", "--feeds", str(about.catalogue), "--allow-private", "--json", spared={about.server_pid},
            data_dir=str(data_dir), host_delay_s="0", worker_processes=str(WORKERS),
        )  # fmt: skip
    ends = cost.printed["ends"]
    assert sum(ends.values()) == n_articles, ends
    return {
        "articles": n_articles,
        "ends": ends,
        "peak_mib": round(cost.together_mib),
        "at_the_peak_mib": cost.parts_mib,
        "largest_process_mib": round(cost.largest_mib),
        "wall_s": cost.wall_s,
        "cpu_s": cost.cpu_s,
    }


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    options.add_argument("--data-dir", type=Path, help="keep the data folders here, one a size")
    given = options.parse_args()
    measuring.adopt_orphans()
    runs = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.data_dir or Path(temporary)
        if not (folder / "first").exists():
            measure(many_pages.ENTRIES_PER_FEED, folder / "first")  # trains the model
        for n_articles in given.articles:
            shutil.copytree(folder / "first" / "models", folder / str(n_articles) / "models")
            runs.append(measure(n_articles, folder / str(n_articles)))
            print(json.dumps(runs[-1]), file=sys.stderr, flush=True)
    largest, before = runs[-1]["peak_mib"], runs[max(len(runs) - 2, 0)]["peak_mib"]
    report = {"runs": runs, "largest_peak_mib": largest, "growth": round(largest / before, 3), "bounds": BOUNDS}
    print(json.dumps(report, indent=1))
    return 0 if all(report[name] <= bound for name, bound in BOUNDS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
