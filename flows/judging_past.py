"""The model in use and the past: it judges every text on which it has not spoken, and then it comes in force.

    unjudged (open) -> judge (closed) -> store (open), batch by batch -> in force, once nothing is left

Until then views and digests show what the model before it said, so that no promotion empties them. What is stored
before a crash is not done twice: the next ingest or digest goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from classifiers.verdict import Document, Verdict
from flows import models
from flows.collecting import shaping, web
from flows.collecting.judging import judge_texts
from flows.progress import Progress, Silence
from flows.settings import Settings
from warehouse.opening import open_warehouse
from warehouse.rows import UnjudgedText

BATCH = 1000  # texts loaded, judged and stored together: 3 MB of text, a few seconds of work


@dataclass(frozen=True, slots=True)
class RejudgeReport:
    """What was judged again, by which model."""

    model_id: str
    n_judged: int
    n_overran: int  # texts that overran their worker: still without a verdict of this model


def catch_up(settings: Settings, now: datetime, progress: Progress | None = None) -> None:
    """Let the model in use judge what it has not, and come in force. Where nothing is left, one query.

    Done before each digest and, by a run that found another model in force, after it. Not after each: a text that
    overran its worker would overrun it every hour. Without a model that this version can use, the one in force stays
    so. Raises WarehouseBusy.
    """
    model = models.current_model(settings)
    if model and not models.why_unusable(model):
        judge_past(settings, model, now, progress)


def judge_past(settings: Settings, model: Path, now: datetime, progress: Progress | None = None) -> RejudgeReport:
    """Let a model judge every text it has not judged yet, then put it in force. Raises WarehouseBusy."""
    progress = progress or Silence()
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    n_judged, overran = 0, set[str]()
    with web.open_pool(settings, web.JUDGING) as pool:
        while texts := _unjudged(settings, model, overran, now):
            progress.expect("texts", len(texts))
            verdicts = judge_texts(pool, model, [Document(text.title, text.text, text.language) for text in texts])
            overran |= {text.text_hash for text, verdict in zip(texts, verdicts, strict=True) if not verdict}
            n_judged += _store(settings, texts, verdicts, run_id, now)
            progress.done("texts", len(texts))
    return RejudgeReport(model.name, n_judged, len(overran))


def _unjudged(settings: Settings, model: Path, overran: set[str], now: datetime) -> list[UnjudgedText]:
    """The next texts without a verdict of the model, but for those that overran their worker just now.

    Where there is none, the model is put in force while the warehouse is open: nothing can come between.
    """
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        models.register(warehouse, model, now)
        waiting = warehouse.unjudged_articles(model.name, BATCH + len(overran))
        texts = [text for text in waiting if text.text_hash not in overran]
        if not texts:
            models.put_in_force(warehouse, model, now)
    return texts


def _store(
    settings: Settings, texts: Sequence[UnjudgedText], verdicts: Sequence[Verdict | None], run_id: str, now: datetime
) -> int:
    """Store the verdicts there are, in one transaction; their number."""
    judged = [(text, verdict) for text, verdict in zip(texts, verdicts, strict=True) if verdict]
    rows = [shaping.verdict_row(text.article_id, text.text_hash, verdict, now) for text, verdict in judged]
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        return warehouse.store_verdicts(rows, run_id)
