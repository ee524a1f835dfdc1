"""kill -9 in the middle of exports, of imports and of the search index, each completed afterwards.

    python benchmarks/kill_exports.py [--kills 20]

A child process exports the invented warehouse of the tests in full (or imports it, or indexes it) and is killed; then
the same is done to its end, and must equal what was done without a kill. Prints one JSON object: how many kills came
before the end, by kind of work.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flows.export import export
from flows.importing import import_export
from flows.publish import publish
from flows.searching import bring_in_step
from flows.settings import Settings
from flows.steps.exports.manifest import read_manifest
from flows.steps.search.index import open_index
from warehouse.exporting import duckdb_version
from warehouse.opening import open_for_reading

sys.path.insert(0, str(Path(__file__).parents[1]))
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
import kill_exports
print("ready", flush=True)
kill_exports.WORK[sys.argv[1]](Path(sys.argv[2]))
print("done", flush=True)
"""


def do_export(folder: Path) -> object:
    """All tables; what the manifest says of them."""
    with open_for_reading(folder / "warehouse.duckdb") as warehouse:
        export(warehouse, folder / "out", "full", now=NOW)
    manifest = read_manifest(folder / "out" / "full")
    return manifest and [(file.path, file.n_rows, file.fingerprint) for file in manifest.files]


def do_import(folder: Path) -> object:
    """The export of a sound warehouse, made one again; how many rows."""
    target = folder / "again" / "warehouse.duckdb"
    if target.exists():
        with open_for_reading(target) as warehouse:
            return warehouse.failed_checks() or sum(
                part.n_rows for t in warehouse.base_tables() for part in warehouse.parts(t)
            )
    n_rows = import_export(folder / "sound", target, now=NOW, duckdb_version=duckdb_version())
    assert [one.name for one in target.parent.iterdir() if not one.name.startswith(".")] == [target.name]
    return n_rows


def do_index(folder: Path) -> object:
    """The search index; what it holds."""
    settings = Settings(data_dir=folder)
    bring_in_step(settings)
    with open_index(settings.search_file) as index:
        return index.versions()


WORK = {"export": do_export, "import": do_import, "index": do_index}


def clear(folder: Path, kind: str) -> None:
    """As it was before the work of a kind."""
    for name in {"export": ("out",), "import": ("again",), "index": ("search.sqlite",)}[kind]:
        shutil.rmtree(folder / name, ignore_errors=True) if (folder / name).is_dir() else [
            one.unlink() for one in folder.glob(f"{name}*")
        ]


def kill_and_complete(folder: Path, kind: str, n_kills: int, chance: random.Random) -> int:
    """Kills that came before the end; what was left must be completed to the very result of an undisturbed go."""
    clear(folder, kind)
    began = time.monotonic()
    expected = WORK[kind](folder)
    took_s, n_before_end = time.monotonic() - began, 0
    program = CHILD.format(here=str(Path(__file__).parent))
    for _ in range(n_kills * 20):  # one that came too late is looked at as well, and not counted
        if n_before_end == n_kills:
            break
        clear(folder, kind)
        command = [sys.executable, "-c", program, kind, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, took_s))
            process.kill()
            n_before_end += "done" not in process.stdout.read()
        assert WORK[kind](folder) == expected, kind
    return n_before_end


def main() -> None:
    """Kill, complete, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    from tests.warehouse import example_warehouse

    with tempfile.TemporaryDirectory() as name:
        folder, chance = Path(name), random.Random(2026)  # noqa: S311 - no secret
        example_warehouse.make(folder / "warehouse.duckdb")
        publish(Settings(data_dir=folder))
        with open_for_reading(folder / "warehouse.duckdb") as warehouse:
            export(warehouse, folder / "sound", "full", now=NOW)
        done = {kind: kill_and_complete(folder, kind, given.kills, chance) for kind in WORK}
    print(json.dumps({"kills_each": given.kills, "before_the_end": done}))


if __name__ == "__main__":
    main()
