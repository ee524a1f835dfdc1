"""Judging beside reading: when texts are sent to a worker, and what one bad text costs."""

from concurrent.futures import Future
from pathlib import Path

import pytest

from classifiers.verdict import Document
from flows.collecting.judging import TOGETHER, Judging, judge_texts
from flows.steps.workers import Overrun

BAD = "bad"


class Worker:
    """A pool that answers at once: a verdict is the text in capitals, and a call with a bad text overruns."""

    def __init__(self):
        self.calls = []

    def submit(self, fn, model, documents, *, timeout_s):
        self.calls.append([document.text for document in documents])
        answer = Future()
        is_bad = any(document.text == BAD for document in documents)
        answer.set_result(Overrun("too slow") if is_bad else [document.text.upper() for document in documents])
        return answer


@pytest.fixture
def worker():
    return Worker()


def test_texts_are_judged_while_more_are_taken(worker):
    judging = Judging(worker, Path("model"))
    for n in range(TOGETHER + 1):
        judging.take(n, Document("", f"text {n}"))
    assert worker.calls == [[f"text {n}" for n in range(TOGETHER)]]  # and the last one waits for company
    assert judging.verdicts() == {n: f"TEXT {n}" for n in range(TOGETHER + 1)}


@pytest.mark.parametrize("at", [0, 1, TOGETHER, TOGETHER + 4])
def test_a_text_that_overruns_its_worker_costs_its_own_verdict_alone(worker, at):
    texts = [f"text {n}" for n in range(TOGETHER + 5)]
    texts[at] = BAD
    verdicts = judge_texts(worker, Path("model"), [Document("", text) for text in texts])
    assert verdicts == [None if text == BAD else text.upper() for text in texts]


def test_no_texts_are_no_call(worker):
    assert judge_texts(worker, Path("model"), []) == []
    assert worker.calls == []
