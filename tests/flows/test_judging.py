"""Judging beside reading: when texts are sent to a worker, and what one bad text costs."""

from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.verdict import Document
from flows.collecting.intake import read_and_judge
from flows.collecting.judging import TOGETHER, Judging, judge_texts
from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.selecting import Ending
from flows.steps.workers import Overrun

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BAD = "bad"


class Worker:
    """A pool that answers at once: a verdict is title and text in capitals, and a call with a bad text overruns."""

    def __init__(self):
        self.calls = []

    def submit(self, fn, model, documents, *, timeout_s):
        self.calls.append([document.text for document in documents])
        answer = Future()
        is_bad = any(document.text == BAD for document in documents)
        answer.set_result(Overrun("too slow") if is_bad else [in_capitals(one) for one in documents])
        return answer


def in_capitals(document):
    return f"{document.title}: {document.text}".upper() if document.title else document.text.upper()


def article(title):
    return Article("https://news.test/1", "news.test/1", title, "The text", "t1", "en", None, None, "page", "x", 2)


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


def test_a_text_under_two_titles_has_the_verdict_of_the_first_however_fast_its_pages_came(worker):
    class Harvester:
        judges = worker

        def read(self, endings, now, meet):
            for ending in reversed(endings):
                meet(ending)
            return endings

    both = [Ending(None, Outcome.STORED, article(title)) for title in ("First", "Second")]
    n_read = []
    endings, verdicts = read_and_judge(Harvester(), Path("model"), both, NOW, lambda: n_read.append(1))
    assert (endings, len(n_read)) == (both, 2)
    assert verdicts == {"t1": "FIRST: THE TEXT"}


def test_no_texts_are_no_call(worker):
    assert judge_texts(worker, Path("model"), []) == []
    assert worker.calls == []
