"""All that issue 7 wants measured, side by side in one run: `make bench` (minutes) and `make bench-full` (hours).

    .venv/bin/python benchmarks/bench.py [--full] [--only STEP ...] [--to FOLDER]

Runs the scripts of this folder one after another, each at the scale that STEPS states, and writes into FOLDER
results.json (what each printed, when, under which load), RESULTS.md and results.png (report.py). A step that is not
run keeps the result it has there. Ends with 1 if a script failed; one that misses its bound is a result as any other.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import report

HERE = Path(__file__).parent
LIBRARIES = ("smewatch", "prefect", "duckdb", "scikit-learn", "trafilatura", "aiohttp", "numpy")
# name -> script, arguments of the quick form, arguments of the full one. FOLDER is a scratch folder of the step's
# own; a step without arguments for a form is not in it. What is asked of each is in report.py.
Step = tuple[str, tuple[str, ...], tuple[str, ...]]
STEPS: dict[str, Step] = {
    "start_up": ("start_up.py", ("--times", "3"), ("--times", "9")),
    "feeds_polled": ("feeds_polled.py", ("--feeds", "200"), ("--feeds", "1000")),
    "classification": ("classification.py", ("--texts", "300"), ("--texts", "3000")),
    "whole_ingest": ("whole_ingest.py", ("--pages", "400"), ("--pages", "10000")),
    "peers": ("peers.py", ("--pages", "200"), ("--pages", "10000")),
    "prefects_share": ("prefects_share.py", ("--pages", "400"), ("--pages", "10000")),
    "memory": ("memory.py", ("--articles", "200", "1000"), ("--articles", "1000", "10000", "100000")),
    **{
        f"{kind}_{size}": (
            f"{kind}_large.py",
            ("--articles", str(size), place, "FOLDER") if size == 10_000 else (),
            ("--articles", str(size), place, "FOLDER"),
        )
        for size in (10_000, 100_000, 1_000_000)
        for kind, place in (("warehouse", "--folder"), ("digest", "--keep"))
    },
}


def machine() -> dict[str, Any]:
    """What was measured on, and with what."""
    cpus = Path("/proc/cpuinfo").read_text().splitlines()
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": next(
            (line.split(": ")[1] for line in cpus if line.startswith("model name")), platform.machine()
        ),
        "memory_gib": round(int(memory) / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
    }


def commit() -> str | None:
    """Of the code that is measured, with a sign where it was changed since; null outside a repository."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True)
    if head.returncode:
        return None
    code = [f":/{folder}" for folder in ("flows", "classifiers", "warehouse", "seeds", "benchmarks/*.py")]
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", *code], cwd=HERE, capture_output=True)
    return head.stdout.strip() + (" and changes" if changed.returncode else "")


def measured(script: str, arguments: Sequence[str]) -> dict[str, Any]:
    """One script: its command, when, under which load (see load average), and what it printed."""
    began_at, load_before, began = datetime.now(UTC), os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        words = [word.replace("FOLDER", folder) for word in arguments]
        done = subprocess.run([sys.executable, HERE / script, *words], stdout=subprocess.PIPE, text=True)
    took_s = time.monotonic() - began
    return {
        "command": " ".join(["benchmarks/" + script, *arguments]),
        "began_at": f"{began_at:%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "took_s": round(took_s),
        "is_real_time": os.sched_getscheduler(0) in (os.SCHED_RR, os.SCHED_FIFO),  # other programs had to wait
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "exit_code": done.returncode,
        "printed": _read(done.stdout),
    }


def _read(printed: str) -> Any:
    """JSON, or the lines of a script that prints lines; null for nothing."""
    try:
        return json.loads(printed)
    except ValueError:
        return printed.splitlines() or None


def main() -> int:
    """Measure, and write what was measured after each step: a long run that is stopped leaves what it has."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--full", action="store_true")
    options.add_argument("--only", nargs="+", choices=STEPS, default=list(STEPS), metavar="STEP")
    options.add_argument("--to", type=Path, default=HERE.parent / "var" / "bench")
    given = options.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    kept = given.to / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {"steps": {}}
    failed = []
    for name in given.only:
        script, quick, full = STEPS[name]
        if arguments := full if given.full else quick:
            print(f"{name}: {script} {' '.join(arguments)}", file=sys.stderr, flush=True)
            done = measured(script, arguments)
            if done["printed"] is None:
                failed.append(name)
                continue
            results = {"machine": machine(), "steps": results["steps"] | {name: done}}
            kept.write_text(json.dumps(results, indent=1) + "\n")
            report.write(given.to)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    columns = shutil.get_terminal_size().columns
    print("-" * columns + "\n" + (given.to / "RESULTS.md").read_text())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
