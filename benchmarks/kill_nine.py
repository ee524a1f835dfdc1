"""Kill -9 at random moments of an ingest, and compare what one more run leaves with what an undisturbed one does.

    python benchmarks/kill_nine.py --times 100 --seed 1

The web is ../shared/web, served on loopback by its own serve.py: 185 real pages of 138 publishers. For each kill a
fresh data folder gets a run that dies, with its worker processes, at a random moment between the first step of its
flow and its end; then one more run. Articles, texts, verdicts and the ends of entries must then equal the undisturbed
ones, and every text of a page must have its page in the archive. Prints one JSON object: kills, lost and doubled
rows, and how far the killed runs had come.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.platform import LocalServer
from flows.settings import load_settings
from flows.steps.pages.archiving import archived_pages
from flows.steps.web.urls import url_key
from warehouse.opening import open_for_reading

ROOT = Path(__file__).parents[1]
WEB = ROOT.parent / "shared" / "web" / "serve.py"
SMEWATCH = Path(sys.executable).with_name("smewatch")
# Which of two feeds brought a shared article is chance, so "stored" and "known" are one here.
COMPARED = {
    "articles": "select article_id, url_key, title from core.articles",
    "texts": "select article_id, text_version, text_hash, is_latest from core.article_texts",
    "verdicts": "select article_id, text_version, band from core.verdicts",
    "entries": "select feed_id, entry_key, if(outcome = 'known', 'stored', outcome), article_id from raw.entries",
}


@dataclass
class Tally:
    """What the kills did."""

    n_kills: int = 0
    lost: Counter[str] = field(
        default_factory=Counter
    )  # rows of the undisturbed warehouse that are missing, by table
    doubled: Counter[str] = field(default_factory=Counter)  # rows that are there and should not be
    n_unarchived: int = 0  # texts of pages that no archive holds
    failed_checks: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)  # of what differs, with the number of the kill
    moments: Counter[str] = field(default_factory=Counter)  # what the killed run had stored by then

    @property
    def is_clean(self) -> bool:
        """Nothing lost, nothing doubled, every page archived before its text was stored, every check holds."""
        return not (self.lost or self.doubled or self.n_unarchived or self.failed_checks)


def main() -> None:
    """Run the benchmark; exit code 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100, help="how many kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="leave out so many of the seed's first kills")
    parser.add_argument("--publishers", type=int, default=None, help="only so many of the 138 publishers")
    asked = parser.parse_args()
    chance, begun = random.Random(asked.seed), time.monotonic()  # noqa: S311  # moments, not secrets
    with tempfile.TemporaryDirectory(prefix="kill-nine-") as scratch, web(asked.publishers) as about:
        bench = Bench(Path(scratch), about["catalogue"])
        with bench.prefect():
            length_s, calm = bench.undisturbed()
            tally = Tally()
            for number in range(asked.times):
                moment = chance.random()
                if number >= asked.skip:
                    bench.kill_once(number + 1, moment * length_s, calm, tally)
                    print(f"kill {number + 1}, clean: {tally.is_clean}", *tally.examples[-9:], file=sys.stderr)
    print(json.dumps(report(tally, calm, length_s, asked, time.monotonic() - begun), indent=2))
    sys.exit(0 if tally.is_clean else 1)


def report(
    tally: Tally, calm: dict[str, Any], length_s: float, asked: argparse.Namespace, took_s: float
) -> dict[str, Any]:
    """The numbers, as they are printed."""
    return {
        "kills": tally.n_kills,
        "seed": asked.seed,
        "lost": sum(tally.lost.values()),
        "doubled": sum(tally.doubled.values()),
        "lost_by_table": dict(tally.lost),
        "doubled_by_table": dict(tally.doubled),
        "texts_without_archived_page": tally.n_unarchived,
        "failed_checks": tally.failed_checks,
        "examples": tally.examples,
        "killed_with_articles_stored": dict(sorted(tally.moments.items())),
        "rows_compared": {name: sum(rows.values()) for name, rows in calm.items()},
        "undisturbed_s": round(length_s, 1),
        "took_s": round(took_s, 1),
    }


@contextmanager
def web(publishers: int | None) -> Iterator[dict[str, Any]]:
    """The small real web; what its server says of itself."""
    if not WEB.exists():
        sys.exit(f"There is no {WEB}: this benchmark needs the shared web.")
    only = ["--publishers", str(publishers)] if publishers else []
    with subprocess.Popen([sys.executable, WEB, *only], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.terminate()


class Bench:
    """Runs of `smewatch` over one catalogue, each in a data folder of its own."""

    def __init__(self, scratch: Path, catalogue: str) -> None:
        self.scratch, self.n_folders = scratch, 0
        self.catalogue = scratch / "catalogue.csv"
        self.catalogue.write_bytes(read(catalogue))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("SMEWATCH_", "PREFECT_"))}
        self.environment |= {"SMEWATCH_HOST_DELAY_S": "0", "SMEWATCH_FEEDS_PER_BATCH": "10"}
        # A busy machine must not be taken for a slow publisher: what is compared is what kills do.
        patient = ("CONNECT_TIMEOUT_S", "READ_TIMEOUT_S", "TOTAL_TIMEOUT_S", "READ_LIMIT_S")
        self.environment |= {f"SMEWATCH_{name}": "300" for name in patient}

    @contextmanager
    def prefect(self) -> Iterator[None]:
        """One Prefect server for all runs: starting one takes longer than the ingest."""
        server = LocalServer(load_settings(data_dir=self.scratch / "prefect"))
        server.start()
        try:
            self.environment["PREFECT_API_URL"] = server.wait()
            yield
        finally:
            server.stop()

    def undisturbed(self) -> tuple[float, dict[str, Counter[Any]]]:
        """How long a run takes from the first step of its flow to its end, in seconds, and what it leaves."""
        self.finish(self.start(self.folder()))  # trains the model, which all the others share
        folder = self.folder()
        process = self.start(folder)
        self.wait_for_the_flow(process, folder)
        begun = time.monotonic()
        self.finish(process)
        return time.monotonic() - begun, contents(folder)

    def kill_once(self, number: int, after_s: float, calm: dict[str, Counter[Any]], tally: Tally) -> None:
        """One run killed, one more to its end, and the comparison."""
        folder = self.folder()
        process = self.start(folder)
        self.wait_for_the_flow(process, folder)
        time.sleep(after_s)
        os.killpg(process.pid, signal.SIGKILL)  # the worker processes too, as a power cut would
        process.wait()
        tally.n_kills += 1
        tally.moments[n_articles(folder)] += 1
        self.finish(self.start(folder))
        compare(number, calm, contents(folder), tally)
        tally.n_unarchived += n_unarchived(folder)
        tally.failed_checks += checks(folder)
        shutil.rmtree(folder)

    def folder(self) -> Path:
        """A fresh data folder with the model in it, if there is one by now."""
        self.n_folders += 1
        made = self.scratch / f"var{self.n_folders}"
        first = self.scratch / "var1" / "models"
        if self.n_folders > 1:
            shutil.copytree(first, made / "models")
        return made

    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        """A run under way, leader of a process group of its own."""
        options = ["--feeds", self.catalogue, "--allow-private", "--all", "--data-dir", folder, "--json"]
        return subprocess.Popen(
            [SMEWATCH, "run", *map(str, options)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the end of a run that must go well."""
        _, said = process.communicate(timeout=900)
        if process.returncode != 0:
            sys.exit(f"An undisturbed run ended with {process.returncode}: {said.decode()[-2000:]}")

    def wait_for_the_flow(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        """Return when the flow of a run has taken its lock, its first step, or the run has ended."""
        while process.poll() is None and not (folder / "ingest.lock").exists():
            time.sleep(0.02)


def read(url: str) -> bytes:
    """The body of an answer on loopback."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  # our own server
        return bytes(answer.read())


def contents(folder: Path) -> dict[str, Counter[Any]]:
    """How often each compared row is in a warehouse, by table."""
    with open_for_reading(folder / "warehouse.duckdb", wait_s=60) as warehouse:
        return {name: Counter(map(repr, warehouse.query(sql).rows)) for name, sql in COMPARED.items()}


def n_articles(folder: Path) -> str:
    """How many articles a killed run had stored; in words if it had not even a warehouse."""
    if not (folder / "warehouse.duckdb").exists():
        return "no warehouse"
    with open_for_reading(folder / "warehouse.duckdb", wait_s=60) as warehouse:
        ((n,),) = warehouse.query("select count(*) from core.articles").rows
        return f"{n:>3}"


def n_unarchived(folder: Path) -> int:
    """How many texts that came from pages have no page in the archive of the folder."""
    kept = {url_key(page.url) for page in archived_pages(folder / "archive", None, lambda _: None)}
    with open_for_reading(folder / "warehouse.duckdb", wait_s=60) as warehouse:
        stored = warehouse.query(
            "select any_value(entries.url_key) from core.article_texts join raw.entries using (article_id) "
            "where source = 'page' group by article_id, text_version"
        )
    return sum(key not in kept for (key,) in stored.rows)


def checks(folder: Path) -> list[str]:
    """The warehouse's own checks that found something."""
    with open_for_reading(folder / "warehouse.duckdb", wait_s=60) as warehouse:
        return sorted(warehouse.failed_checks())


def compare(number: int, calm: dict[str, Counter[Any]], after: dict[str, Counter[Any]], tally: Tally) -> None:
    """Count what is missing and what is too much after a kill."""
    for name, rows in calm.items():
        lost, doubled = rows - after[name], after[name] - rows
        tally.lost[name] += lost.total()
        tally.doubled[name] += doubled.total()
        tally.examples += [f"kill {number}, {name}: lost {row}" for row in list(lost)[:5]]
        tally.examples += [f"kill {number}, {name}: doubled {row}" for row in list(doubled)[:5]]
    tally.lost, tally.doubled = +tally.lost, +tally.doubled


if __name__ == "__main__":
    main()
