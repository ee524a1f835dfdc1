"""What a scheduled run leaves in Prefect's pages: its counts, the feeds in trouble, the model's card.

Each under a key of its own, so that Prefect keeps the history of it. Nothing here may fail a run.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows import models
from flows.collecting.feed_words import ago
from flows.ingest import IngestReport
from flows.reports import MEANING
from flows.settings import Settings
from flows.steps.text.neutral import one_line
from warehouse.errors import WarehouseError
from warehouse.opening import open_for_reading
from warehouse.vitals import FeedTrouble

P = ParamSpec("P")
MOST_FEEDS = 50
WAIT_S = 5.0  # the warehouse is ours a moment after a run; if somebody else took it, the table waits for the next run
log = logging.getLogger("smewatch")


def harmless(tell: Callable[P, None]) -> Callable[P, None]:
    """An artifact that cannot be made is logged: the run it tells of is none the worse."""

    @wraps(tell)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            tell(*args, **kwargs)
        except Exception:
            log.exception("%s made no artifact", tell.__name__)

    return told


@harmless
def tell_ingest(report: IngestReport, settings: Settings, now: datetime) -> None:
    """The counts of a run, and the feeds that were in trouble after it."""
    create_markdown_artifact(ingest_markdown(report), key="ingest", description="Counts of the run; they add up.")
    try:
        with open_for_reading(settings.warehouse, wait_s=WAIT_S) as warehouse:
            troubles = warehouse.feeds_in_trouble(MOST_FEEDS)
    except WarehouseError as problem:
        log.info("no table of feeds in trouble: %s", problem)
        return
    rows = [trouble_row(trouble, now) for trouble in troubles]
    create_table_artifact(rows, key="feeds-in-trouble", description="Active feeds whose last poll failed.")


@harmless
def tell_model(settings: Settings) -> None:
    """The card of the model in use."""
    folder = models.current_model(settings)
    if folder:
        create_markdown_artifact((folder / "card.md").read_text(encoding="utf-8"), key="model-card")


def ingest_markdown(report: IngestReport) -> str:
    """The report as Markdown. Every announced entry stands under exactly one name, and the total says how many."""
    parts = [f"# Ingest {report.run_id}", "", f"{report.n_articles} new articles, {report.n_relevant} relevant.", ""]
    for heading, counts in (
        ("Feeds polled", report.polls),
        ("Entries announced", report.ends),
        ("Entries tried again", report.retries),
    ):
        if counts:
            parts += [f"## {heading}: {counts.total()}", "", "| n | end | meaning |", "| ---: | --- | --- |"]
            parts += [f"| {n} | {name} | {MEANING.get(name, '')} |" for name, n in counts.most_common()]
            parts += [""]
    if report.is_outage:
        parts += ["**No feed answered: our own network seems to be down.**", ""]
    parts += [f"- {_safe(line)}" for line in (*report.problems, *report.notes)]
    return "\n".join(parts)


def _safe(line: str) -> str:
    """A line whose characters mean nothing in Markdown: problems quote what servers said."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#|!" else c for c in one_line(line))


def trouble_row(trouble: FeedTrouble, now: datetime) -> dict[str, Any]:
    """A feed in trouble as a row of a table."""
    return {
        "outlet": one_line(trouble.outlet),
        "feed": one_line(trouble.url),
        "state": trouble.state,
        "failures in a row": trouble.n_failures,
        "last poll": one_line(" ".join(filter(None, (trouble.last_outcome, trouble.last_detail)))),
        "last good poll": ago(trouble.last_good_at, now),
    }
