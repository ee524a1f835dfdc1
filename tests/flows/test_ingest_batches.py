"""An ingest over many feeds and many articles: what it holds does not grow with them."""

import gc
from collections import deque
from concurrent.futures import Future as ConcurrentFuture
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4
from weakref import WeakSet

import pytest
from prefect.futures import PrefectConcurrentFuture

from flows.collecting.catalogue import Unrecorded
from flows.ingest import IngestReport, Parcel, UnderWay, ingest
from flows.steps.feeds.feed import Feed


def test_prefect_writes_down_no_catalogue_so_that_it_may_be_of_any_size():
    catalogue = Unrecorded(Feed(f"https://news{n}.test/feed.xml", f"News {n}") for n in range(5_000))
    assert ingest.serialize_parameters({"catalogue": catalogue}) == {"catalogue": "<Unrecorded>"}
    assert (len(catalogue), catalogue[7].url) == (5_000, "https://news7.test/feed.xml")


def test_no_more_batches_are_under_way_than_may_be():
    under_way = UnderWay(IngestReport("r"))
    with ThreadPoolExecutor(2) as threads:
        for n in range(5):
            under_way.add(threads.submit(parcel, n))
        given = []
        for result in under_way.leaving(2):
            given.append(result)
            assert len(under_way) == 5 - len(given)
        assert sorted([*given, *under_way.leaving(0)]) == [0, 1, 2, 3, 4]


def test_a_batch_goes_once_it_is_taken_though_its_future_lies_in_a_circle_and_others_are_still_under_way(uncollected):
    under_way, born, last = UnderWay(IngestReport("r")), WeakSet(), ConcurrentFuture()

    def batch():
        born.add(result := Result())
        return Parcel(result)

    with ThreadPoolExecutor(1) as threads:
        under_way.add(PrefectConcurrentFuture(uuid4(), last))
        for _ in range(3):
            under_way.add(PrefectConcurrentFuture(uuid4(), threads.submit(batch)))
        deque(under_way.leaving(1), maxlen=0)
    assert (len(under_way), len(born)) == (1, 0)
    last.set_result(None)


def test_a_batch_that_fails_is_told_and_passed_over():
    under_way = UnderWay(report := IngestReport("r"))
    with ThreadPoolExecutor(2) as threads:
        under_way.add(threads.submit(parcel, "x"))
        under_way.add(threads.submit(parcel, "7"))
        assert list(under_way.leaving(0)) == [7]
    assert report.problems == ["ValueError: invalid literal for int() with base 10: 'x'"]


@pytest.fixture
def uncollected():
    """Python's collector does not look for circles."""
    gc.disable()
    yield
    gc.enable()


class Result:
    """What a batch came to."""


def parcel(number):
    return Parcel(int(number))
