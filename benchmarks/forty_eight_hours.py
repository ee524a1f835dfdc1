"""Forty-eight intervals of the schedule on a real server, with kills of everything: what is lost, missed, doubled?

    python benchmarks/forty_eight_hours.py --intervals 48 --seed 1

An interval is a minute, the shortest that a schedule knows: `smewatch serve` collects once in it. The clock of the
service, not Prefect's, runs 1,440 times as fast: a day an interval, so that a digest is due every seven. At random
moments, two to four minutes apart, one of these is killed with -9: Prefect's server; the run at work with its
workers; `smewatch serve`; everything at once. What is killed is started again as an init system would, by starting
`smewatch serve`. A web of our own goes on announcing articles all the while.

At the end, after two runs that nobody disturbs: every article announced is stored once; every week that ended has one
digest, in one edition; no run stands there unfinished; every check of the warehouse finds nothing. Prints one JSON
object, and ends with 1 if anything is amiss.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from flows.service.leases import is_alive, tag_of  # noqa: E402  # the path comes first
from flows.service.prefect_api import ENDED, PrefectApi, PrefectSilent  # noqa: E402
from flows.settings import Settings, load_settings  # noqa: E402
from flows.steps.digests.weeks import IsoWeek  # noqa: E402
from tests.faults.server import FaultServer, answer  # noqa: E402
from tests.flows.small_web import page, rss  # noqa: E402
from warehouse.opening import open_for_reading  # noqa: E402

SMEWATCH = Path(sys.executable).with_name("smewatch")
N_FEEDS, N_NEW = 4, 2  # feeds, and articles each of them adds in an interval
INTERVAL_S = 60.0
BEGIN = datetime(2020, 1, 6, tzinfo=UTC)  # a Monday, and long past: what is simulated never overtakes Prefect's clock
FASTER = 1440
VICTIMS = ("server", "serve", "run", "everything")
# Python runs this file of the folder in PYTHONPATH at the start of every process of the service.
CLOCK = f"""
from datetime import datetime, timedelta, timezone
import os
if "SIMULATED_FROM" in os.environ:
    from flows.service import clock
    begun = datetime.fromtimestamp(float(os.environ["SIMULATED_FROM"]), timezone.utc)
    start = datetime.fromtimestamp({BEGIN.timestamp()}, timezone.utc)
    clock.now = lambda: start + (datetime.now(timezone.utc) - begun) * {FASTER}
"""


@dataclass
class Tally:
    """What was done to the service."""

    kills: Counter[str] = field(default_factory=Counter)
    n_announced: int = 0


class Web:
    """Feeds that go on announcing. They drop nothing: what a feed no longer shows, no reader can be blamed for."""

    def __init__(self, server: FaultServer) -> None:
        self.server, self.n_rounds = server, 0

    def publish(self) -> int:
        """A round of news; articles announced so far."""
        self.n_rounds += 1
        for feed in range(N_FEEDS):
            paths = [f"/{feed}/{n}-{k}" for n in range(self.n_rounds) for k in range(N_NEW)]
            for number, path in enumerate(paths[-N_NEW:]):
                self.server.scripts[path] = [0.3, page(path, self.n_rounds * 100 + feed * 10 + number)]
            body = rss([self.server.url(path) for path in reversed(paths)])
            self.server.scripts[f"/{feed}/feed.xml"] = answer(200, body, Content_Type="application/rss+xml")
        return self.n_rounds * N_FEEDS * N_NEW


class Service:
    """`smewatch serve`, started and killed as often as one likes."""

    def __init__(self, folder: Path, catalogue: Path, begun_s: float) -> None:
        self.settings = load_settings(data_dir=folder / "var")
        self.log = folder / "serve.log"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SMEWATCH_", "PREFECT_"))}
        self.environment = inherited | {
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
            "SIMULATED_FROM": str(begun_s),
            "SMEWATCH_DATA_DIR": str(self.settings.data_dir),
            "SMEWATCH_FEEDS_FILE": str(catalogue),
            "SMEWATCH_INGEST_CRON": "* * * * *",
            "SMEWATCH_ALLOW_PRIVATE_ADDRESSES": "true",
            "SMEWATCH_HOST_DELAY_S": "0",
            "SMEWATCH_WORKER_PROCESSES": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what is killed while it starts is part of the game."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [SMEWATCH, "serve"], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, what: str, *, again: bool = True) -> bool:
        """Kill one thing, or everything; false if there is no such thing at the moment. What is the init system's to
        start it starts `again`, but at the end.
        """
        assert self.process is not None
        if what == "serve":
            pids = [self.process.pid]
        elif what == "everything":
            pids = [self.process.pid, *processes_of(self.settings.data_dir)]
        elif what == "server":
            pids = [pid for pid, command in processes_of(self.settings.data_dir).items() if "prefect.cli" in command]
        else:
            leases = (self.settings.data_dir / "service" / "runs").glob("*.lock")
            pids = [int(lease.read_text()) for lease in leases if is_alive(self.settings, lease.stem)]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if what in ("serve", "everything"):
            self.process.wait()
            if again:
                self.start()
        return bool(pids)

    def stop(self) -> None:
        """Stop it as an init system does."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(timeout=90)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def processes_of(data_dir: Path) -> dict[int, str]:
    """The processes whose environment names the folder. Pid -> command."""
    mark, found = str(data_dir).encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--intervals", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder to work in, kept afterwards")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="forty-eight-") as scratch, FaultServer({}) as server:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report = simulate(folder, Web(server), asked.intervals, random.Random(asked.seed))  # noqa: S311  # moments
    print(json.dumps(report, indent=2))
    sys.exit(0 if report["is_clean"] else 1)


def simulate(folder: Path, web: Web, intervals: int, chance: random.Random) -> dict[str, Any]:
    """The whole story."""
    (folder / "sitecustomize.py").write_text(CLOCK)
    catalogue = folder / "catalogue.csv"
    lines = [f"{web.server.url(f'/{n}/feed.xml')},Feed {n}" for n in range(N_FEEDS)]
    catalogue.write_text("url,title\n" + "\n".join(lines) + "\n")
    begun_s = time.time()
    service, tally = Service(folder, catalogue, begun_s), Tally()
    tally.n_announced = web.publish()
    service.start()
    try:
        disturb(service, web, intervals, chance, tally, begun_s)
        settle(service)
    finally:
        service.stop()
        service.kill("everything", again=False)
    return judged(service.settings, tally, begun_s)


def disturb(service: Service, web: Web, intervals: int, chance: random.Random, tally: Tally, begun_s: float) -> None:
    """News in every interval, a kill every two to four of them."""
    what, next_kill_s = chance.choice(VICTIMS), begun_s + 120
    for number in range(intervals):
        tally.n_announced = web.publish()
        end_s = begun_s + (number + 1) * INTERVAL_S
        while (now_s := time.time()) < end_s:
            if now_s >= next_kill_s and service.kill(what):
                tally.kills[what] += 1
                print(f"{number:>3} killed: {what}", file=sys.stderr)
                what, next_kill_s = chance.choice(VICTIMS), now_s + chance.uniform(120, 240)
            time.sleep(0.5)  # a run is killed as soon as there is one


def settle(service: Service) -> None:
    """Wait for two runs that nobody disturbs, four minutes for each at most."""
    assert service.process is not None
    since = datetime.now(UTC)
    deadline_s = time.monotonic() + 480
    while time.monotonic() < deadline_s:
        ended = [run for run in ended_runs(service.settings) if run.expected_at > since and run.state == "COMPLETED"]
        if len(ended) >= 2:
            return
        time.sleep(2)


def ended_runs(settings: Settings) -> list[Any]:
    """What Prefect says has ended; nothing while it is silent."""
    try:
        told = json.loads((settings.data_dir / "prefect" / "server.json").read_text())
        return PrefectApi(told["api_url"]).runs(tag_of(settings), ENDED)
    except (OSError, ValueError, PrefectSilent):
        return []


def judged(settings: Settings, tally: Tally, begun_s: float) -> dict[str, Any]:
    """What is there, against what should be."""
    with open_for_reading(settings.warehouse, wait_s=30) as warehouse:
        ((n_articles, n_urls),) = warehouse.query("select count(*), count(distinct url_key) from core.articles").rows
        editions = warehouse.query("select week, count(*) from core.digests group by week order by week").rows
        checks = sorted(warehouse.failed_checks())
        runs = warehouse.query("select status, count(*) from ops.runs group by status order by status").rows
    due = weeks_due(begun_s)
    pages = {page.parent.name for page in settings.digests_dir.glob("*-W*/index.html")}
    with closing(sqlite3.connect(settings.data_dir / "prefect" / "prefect.db")) as prefect:
        states = prefect.execute("select state_name, count(*) from flow_run group by 1 order by 1").fetchall()
    unfinished = sum(n for name, n in states if name in ("Running", "Pending", "Cancelling", "Submitting"))
    report = {
        "kills": dict(tally.kills),
        "announced": tally.n_announced,
        "lost": tally.n_announced - n_urls,
        "doubled": n_articles - n_urls,
        "digests_due": len(due),
        "digests_missed": sorted(due - pages),
        "digests_doubled": [week for week, n in editions if n > 1],
        "runs_unfinished": unfinished,
        "failed_checks": checks,
        "runs": dict(runs),
        "prefect_states": dict(states),
        "minutes": round((time.time() - begun_s) / 60, 1),
    }
    amiss = ("lost", "doubled", "digests_missed", "digests_doubled", "runs_unfinished", "failed_checks")
    return report | {"is_clean": not any(report[name] for name in amiss)}


def weeks_due(begun_s: float) -> set[str]:
    """The weeks whose digest the schedule has named since the service began, an interval of grace at the end."""
    now = BEGIN + timedelta(seconds=time.time() - begun_s - 2 * INTERVAL_S) * FASTER
    week, due = IsoWeek.holding(BEGIN.date()), set()
    while datetime.combine(week.next().monday, datetime.min.time(), UTC) + timedelta(hours=6) <= now:
        due.add(week.label)
        week = week.next()
    return due


if __name__ == "__main__":
    main()
