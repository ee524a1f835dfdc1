"""The feed side of a run without Prefect and without a model: what is due is leased, polled, read and stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import models
from flows.collecting import intake, web
from flows.collecting.intake import Chosen, Read, Run
from flows.settings import Settings
from flows.steps.feeds.feed import Feed
from flows.steps.harvesting import Harvester, Poll
from warehouse.opening import open_warehouse
from warehouse.rows import ModelRow
from warehouse.store import Warehouse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def local_settings(data_dir: Path, **changes: object) -> Settings:
    """Settings for feeds on loopback."""
    given: dict[str, object] = {
        "data_dir": data_dir,
        "allow_private_addresses": True,
        "host_delay_s": 0,
        "worker_processes": 1,
        "connect_timeout_s": 1,
        "read_timeout_s": 2,
        "total_timeout_s": 3,
    }
    return Settings(**{**given, **changes})


@dataclass
class Rounds:
    """Runs over one data folder."""

    settings: Settings
    feeds: Sequence[Feed]
    resolve: dict[str, str] = field(default_factory=dict)

    def begin(self, now: datetime, *, every_feed: bool = False) -> Run:
        """What is due, leased."""
        return intake.begin(self.settings, Path(), self.feeds, now, every_feed=every_feed)

    def run(
        self, now: datetime, *, every_feed: bool = False, dies: Callable[[Run, list[Poll]], None] | None = None
    ) -> dict[str, str]:
        """One run: the outcome of each poll by address asked. `dies` is called before anything is stored."""
        run = self.begin(now, every_feed=every_feed)
        with web.open_harvester(self.settings, self.resolve, run.robots, rests=run.rests) as harvester:
            run.harvester = harvester
            polls = [poll for batch in intake.batches(run) for poll in harvester.poll(batch, now, lambda: None)]
            if dies:
                dies(run, polls)
            chosen = intake.choose(run, polls)
            if not chosen.to_read:
                intake.note_outage(run, polls)
            self._store(run, harvester, chosen)
            intake.remember(run)
        intake.finish(run, [])
        return {poll.url: poll.outcome.value for poll in polls}

    def _store(self, run: Run, harvester: Harvester, chosen: Chosen) -> None:
        intake.store(run, Read(chosen, tuple(harvester.read(chosen.to_read, run.now, lambda _: None)), {}))

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """What the warehouse answers."""
        with self.open() as warehouse:
            return warehouse.query(sql).rows

    def open(self, now: datetime | None = None):
        """The warehouse."""
        return open_warehouse(self.settings.warehouse, now=now or NOW)


@pytest.fixture
def rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rounds]:
    """A function: runs over these feeds, in a folder of their own."""

    def no_model(warehouse: Warehouse, folder: Path, now: datetime) -> None:
        """These runs judge nothing."""

    monkeypatch.setattr(models, "register", no_model)
    monkeypatch.setattr(models, "row_of", lambda folder: ModelRow("none", NOW, "models/none", "", "", "{}"))

    def make(*urls: str, resolve: dict[str, str] | None = None, **changes: object) -> Rounds:
        return Rounds(local_settings(tmp_path / "var", **changes), [Feed(url) for url in urls], resolve or {})

    return make
