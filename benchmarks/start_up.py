"""How long a person waits: `smewatch --help`, a question to the warehouse, and a run that finds nothing new.

    .venv/bin/python benchmarks/start_up.py [--times 5] [--data-dir FOLDER]

The run polls 88 feeds on loopback that all answer 304; once it starts Prefect's embedded server itself, once a
server is there already. Prints one JSON object with the median and the best of some goes, wall and CPU seconds; ends
with 1 if a median is above its bound.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import feeds_polled
import measuring

from flows.platform import LocalServer
from flows.settings import Settings

FEEDS = 88
BOUNDS = {"help": 0.3, "run_that_starts_the_server": 15.0, "run_with_a_server": 4.0}


def timed(command: Callable[[], float], times: int) -> dict[str, Any]:
    """Wall seconds of a command, again and again."""
    walls_s = [command() for _ in range(times)]
    return {"median_s": round(statistics.median(walls_s), 3), "best_s": min(walls_s), "times": times}


def started(*arguments: str, data_dir: Path) -> float:
    """Wall seconds of a command that says nothing to us."""
    environment = {**os.environ, "SMEWATCH_DATA_DIR": str(data_dir)}
    began = time.monotonic()
    subprocess.run([measuring.SMEWATCH, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
    return round(time.monotonic() - began, 3)


def nothing_new(about: feeds_polled.About, data_dir: Path) -> float:
    """Wall seconds of a run in which every feed is unchanged."""
    cost = about.run(data_dir)
    assert cost.printed["polls"] == {"unchanged": FEEDS}, cost.printed
    return cost.wall_s


def measure(times: int, data_dir: Path) -> dict[str, Any]:
    """The waits by name."""
    waits = {"help": timed(lambda: started("--help", data_dir=data_dir), times)}
    with feeds_polled.feeds(FEEDS) as about, ExitStack() as afterwards:
        about.run(data_dir)
        sql = "select count(*) from mart.articles"
        waits["sql"] = timed(lambda: started("sql", sql, data_dir=data_dir), times)
        waits["run_that_starts_the_server"] = timed(lambda: nothing_new(about, data_dir), times)
        server = LocalServer(Settings(data_dir=data_dir), announced=True)
        afterwards.callback(server.stop)
        server.start()
        server.wait()
        nothing_new(about, data_dir)  # the first that a server answers is slower
        waits["run_with_a_server"] = timed(lambda: nothing_new(about, data_dir), times)
    return waits


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=5)
    options.add_argument("--data-dir", type=Path)
    given = options.parse_args()
    measuring.adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        waits = measure(given.times, given.data_dir or Path(folder))
    print(json.dumps({**waits, "bounds": BOUNDS}, indent=1))
    return 0 if all(waits[name]["median_s"] <= bound for name, bound in BOUNDS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
