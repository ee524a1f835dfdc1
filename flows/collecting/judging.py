"""Judging in worker processes: a text that hangs or explodes costs itself a verdict, and nobody else."""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Generic, TypeVar

from classifiers.verdict import Document, Verdict
from flows import models
from flows.steps.workers import Overrun, Pool

K = TypeVar("K")
TOGETHER = 32  # texts a worker judges in one call: 0.1 s of work, so a slow text holds up few others
LIMIT_S = 60.0


class Judging(Generic[K]):
    """Texts on their way to a verdict, each under a key: taken one by one, judged together while more are taken.

    A run reads its last pages while those before are judged; else the readers would have nothing to do at its end.
    """

    def __init__(self, pool: Pool, model: Path) -> None:
        self._pool, self._model = pool, model
        self._next: dict[K, Document] = {}
        self._calls: list[tuple[dict[K, Document], Future[list[Verdict] | Overrun]]] = []

    def take(self, key: K, document: Document) -> None:
        """One more; from one thread at a time."""
        self._next[key] = document
        if len(self._next) == TOGETHER:
            self._send()

    def verdicts(self) -> dict[K, Verdict]:
        """The verdicts, once all are there; a text that overran its worker even when alone has none."""
        self._send()
        found: dict[K, Verdict] = {}
        for documents, call in self._calls:
            answer = call.result()
            found |= (
                self._apart(documents) if isinstance(answer, Overrun) else dict(zip(documents, answer, strict=True))
            )
        self._calls.clear()
        return found

    def _send(self) -> None:
        if self._next:
            call = self._pool.submit(judge_chunk, self._model, list(self._next.values()), timeout_s=LIMIT_S)
            self._calls.append((self._next, call))
            self._next = {}

    def _apart(self, documents: dict[K, Document]) -> dict[K, Verdict]:
        if len(documents) == 1:
            return {}
        items, middle = list(documents.items()), len(documents) // 2
        halves = [Judging[K](self._pool, self._model) for _ in range(2)]
        for number, (key, document) in enumerate(items):
            halves[number >= middle].take(key, document)
        return halves[0].verdicts() | halves[1].verdicts()


def judge_texts(pool: Pool, model: Path, documents: Sequence[Document]) -> list[Verdict | None]:
    """A verdict for each document, in their order; null for one that overran its worker even when alone."""
    judging = Judging[int](pool, model)
    for number, document in enumerate(documents):
        judging.take(number, document)
    verdicts = judging.verdicts()
    return [verdicts.get(number) for number in range(len(documents))]


def judge_chunk(model: Path, documents: Sequence[Document]) -> list[Verdict]:
    """Judge some documents: the form in which it runs in a worker process."""
    return models.cached_judge(model).judge(documents)
