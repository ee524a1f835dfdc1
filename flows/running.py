"""Flows as a person starts them: settings made ready, Prefect's server found or started, progress shown."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.platform import prefect_server
from flows.progress import bars
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.digest import DigestReport
    from flows.ingest import IngestReport


def run_ingest(settings: Settings, feeds: str | None, *, every_feed: bool) -> "IngestReport":
    """One ingest, now. `feeds` is another catalogue: a file or an http(s) address."""
    with prefect_server(settings) as wait_for_prefect, bars() as progress:
        progress.say("Starting Prefect's own server (4 to 20 s) ...")
        from flows.catalogue import read_feeds
        from flows.ingest import ingest

        catalogue = read_feeds(settings, feeds)
        wait_for_prefect()
        return ingest(settings, catalogue, every_feed=every_feed, progress=progress)


def run_digest(settings: Settings, week: str | None) -> "DigestReport":
    """The digest of a week, now."""
    with prefect_server(settings) as wait_for_prefect, bars() as progress:
        progress.say("Starting Prefect's own server (4 to 20 s) ...")
        from flows.digest import digest

        wait_for_prefect()
        return digest(settings, week)


def run_train(settings: Settings) -> Path:
    """A training, now. The model's folder."""
    with prefect_server(settings) as wait_for_prefect, bars() as progress:
        progress.say("Starting Prefect's own server (4 to 20 s) ...")
        from flows.train import train

        wait_for_prefect()
        return train(settings, now=datetime.now(UTC))
