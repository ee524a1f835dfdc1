"""`smewatch demo`: every flow in turn, over a small web of our own, from an empty data folder."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.demo.web import DemoWeb
from flows.embedded import prefect_server
from flows.progress import Bars
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.digest import DigestReport
    from flows.ingest import IngestReport

MARK = "made-by-smewatch-demo"


class NotADemoFolder(Exception):
    """The folder holds something that no demo made, and is left alone."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demo did."""

    first: "IngestReport"
    second: "IngestReport"
    digest: "DigestReport"
    settings: Settings
    model_id: str


def demonstrate(settings: Settings, progress: Bars) -> Demonstration:
    """Train, collect, collect again after the small web has moved on, and write last week's digest."""
    here = fresh_settings(settings)
    now = datetime.now(UTC)
    with prefect_server(here) as wait_for_prefect, DemoWeb(now) as web:
        progress.say(
            f"Starting Prefect's own server, once (4 to 20 s); meanwhile {len(web.hosts)} small newspapers open."
        )
        from flows.digest import digest
        from flows.ingest import collect
        from flows.steps.feeds.catalogue import read_catalogue
        from flows.train import train

        catalogue = read_catalogue(web.catalogue_csv, "the demo's catalogue")
        wait_for_prefect()
        progress.say("Training the model on the five seed documents and the examples beside them ...")
        model = train(here, now=now)
        progress.say(f"First poll of {len(catalogue)} feeds ...")
        first = collect(here, catalogue, resolve=web.resolve, progress=progress, now=now)
        web.show_second_edition()
        progress.say("The newspapers have gone on writing. Second poll ...")
        second = collect(here, catalogue, every_feed=True, resolve=web.resolve, progress=progress)
        progress.say("Writing the digest of the last full week ...")
        return Demonstration(first, second, digest(here, now=now), here, model.name)


def fresh_settings(settings: Settings) -> Settings:
    """Settings for the demo: an emptied folder of its own, loopback allowed, no pause between pages of one host."""
    folder = settings.data_dir / "demo"
    if folder.exists() and not (folder / MARK).exists():
        raise NotADemoFolder(f"{folder} exists and no demo made it; choose another --data-dir")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    # The demo's articles are invented: they must not come into a warehouse that is named by a setting.
    wishes = {
        "data_dir": folder,
        "warehouse": folder / "warehouse.duckdb",
        "allow_private_addresses": True,
        "host_delay_s": 0.0,
    }
    return settings.model_copy(update=wishes)
