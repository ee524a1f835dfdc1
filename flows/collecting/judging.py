"""Judging in worker processes: a text that hangs or explodes costs itself a verdict, and nobody else."""

from collections.abc import Sequence
from pathlib import Path

from classifiers.verdict import Document, Verdict
from flows import models
from flows.steps.workers import Overrun, Pool

TOGETHER = 32  # texts a worker judges in one call: 0.1 s of work, so a slow text holds up few others
LIMIT_S = 60.0


def judge_texts(pool: Pool, model: Path, documents: Sequence[Document]) -> list[Verdict | None]:
    """A verdict for each document, in their order; null for one that overran its worker even when alone."""
    chunks = [documents[start : start + TOGETHER] for start in range(0, len(documents), TOGETHER)]
    answers = pool.map_sync(judge_chunk, [(model, chunk) for chunk in chunks], timeout_s=LIMIT_S)
    verdicts: list[Verdict | None] = []
    for chunk, answer in zip(chunks, answers, strict=True):
        verdicts += _apart(pool, model, chunk) if isinstance(answer, Overrun) else answer
    return verdicts


def judge_chunk(call: tuple[Path, Sequence[Document]]) -> list[Verdict]:
    """Judge some documents: the form in which it runs in a worker process."""
    model, documents = call
    return models.cached_judge(model).judge(documents)


def _apart(pool: Pool, model: Path, documents: Sequence[Document]) -> list[Verdict | None]:
    if len(documents) == 1:
        return [None]
    middle = len(documents) // 2
    return judge_texts(pool, model, documents[:middle]) + judge_texts(pool, model, documents[middle:])
