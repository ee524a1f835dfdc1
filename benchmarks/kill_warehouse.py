"""Kill -9 in the middle of stores, publications, migrations and compactions of the warehouse, as often as asked.

    python benchmarks/kill_warehouse.py --times 20 --seed 1

Each kill comes between the beginning and the end of the work, at a moment of the length that an undisturbed one took;
one that came too late is looked at as well, and not counted. After each the file opens, passes its checks and holds
all that was said to be safe, each once; the read copy is whole; and the next run completes what was begun. Ends with
an error at the first kill of which that is not true; otherwise prints one JSON object.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from tests.warehouse.killing import KILLS


def main() -> None:
    """Kill, look, and go on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("what", nargs="*", default=list(KILLS), help=f"of {', '.join(KILLS)}; default: all")
    given = parser.parse_args()
    result: dict[str, dict[str, float]] = {}
    for name in given.what:
        chance, began = random.Random(given.seed), time.monotonic()  # noqa: S311 - moments, not secrets
        with tempfile.TemporaryDirectory(prefix="kill-warehouse-") as folder:
            killer = KILLS[name](Path(folder) / "warehouse.duckdb", given.times, chance)
        result[name] = {
            "killed_in_the_middle": killer.n_in_the_middle,
            "length_s": round(killer.length_s, 2),
            "minutes": round((time.monotonic() - began) / 60, 1),
        }
        print(name, result[name], flush=True)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
