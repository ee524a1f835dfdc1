"""Judge history again: every text on which the model in use has not spoken. Old verdicts stay as they are.

unjudged (open) -> judge (closed) -> store (open), batch by batch; what is stored before a crash is not done twice
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from prefect import flow

from classifiers.verdict import Document, Verdict
from flows import models
from flows.collecting import shaping, web
from flows.collecting.judging import judge_texts
from flows.progress import Progress, Silence
from flows.publish import publish
from flows.settings import Given, Settings, settings_of
from warehouse.opening import open_warehouse
from warehouse.rows import UnjudgedText

BATCH = 1000  # texts loaded, judged and stored together: 3 MB of text, a few seconds of work


@dataclass(frozen=True, slots=True)
class RejudgeReport:
    """What was judged again, by which model."""

    model_id: str
    n_judged: int
    n_overran: int  # texts that overran their worker: still without a verdict of this model


@flow(name="rejudge", validate_parameters=False)
def rejudge(
    settings: Given = None, *, progress: Progress | None = None, now: datetime | None = None
) -> RejudgeReport:
    """Let the model in use judge every text it has not judged yet. Raises WarehouseBusy."""
    settings, now, progress = settings_of(settings), now or datetime.now(UTC), progress or Silence()
    model = models.ready_model(settings, now)
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    n_judged, overran = 0, set[str]()
    with web.open_pool(settings, web.JUDGING) as pool:
        while texts := unjudged(settings, model, overran, now):
            progress.expect("texts", len(texts))
            verdicts = judge_texts(pool, model, [Document(text.title, text.text, text.language) for text in texts])
            overran |= {text.text_hash for text, verdict in zip(texts, verdicts, strict=True) if not verdict}
            n_judged += store(settings, texts, verdicts, run_id, now)
            progress.done("texts", len(texts))
    publish(settings)
    return RejudgeReport(model.name, n_judged, len(overran))


def unjudged(settings: Settings, model: Path, overran: set[str], now: datetime) -> list[UnjudgedText]:
    """The next texts without a verdict of the model, those that overran their worker in this run left out."""
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        models.register(warehouse, model, now)
        waiting = warehouse.unjudged_articles(model.name, BATCH + len(overran))
    return [text for text in waiting if text.text_hash not in overran]


def store(
    settings: Settings, texts: Sequence[UnjudgedText], verdicts: Sequence[Verdict | None], run_id: str, now: datetime
) -> int:
    """Store the verdicts there are, in one transaction; their number."""
    judged = [(text, verdict) for text, verdict in zip(texts, verdicts, strict=True) if verdict]
    rows = [shaping.verdict_row(text.article_id, text.text_hash, verdict, now) for text, verdict in judged]
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        return warehouse.store_verdicts(rows, run_id)
