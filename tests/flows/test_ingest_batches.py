"""An ingest over many feeds and many articles: what it holds does not grow with them."""

from concurrent.futures import ThreadPoolExecutor, as_completed

from flows.collecting.catalogue import Unrecorded
from flows.ingest import IngestReport, ingest, leaving
from flows.steps.feeds.feed import Feed


def test_prefect_writes_down_no_catalogue_so_that_it_may_be_of_any_size():
    catalogue = Unrecorded(Feed(f"https://news{n}.test/feed.xml", f"News {n}") for n in range(5_000))
    assert ingest.serialize_parameters({"catalogue": catalogue}) == {"catalogue": "<Unrecorded>"}
    assert (len(catalogue), catalogue[7].url) == (5_000, "https://news7.test/feed.xml")


def test_no_more_batches_are_under_way_than_may_be_and_each_goes_with_its_result(monkeypatch):
    monkeypatch.setattr("flows.ingest.as_completed", as_completed)  # of concurrent.futures: no server is needed
    with ThreadPoolExecutor(2) as threads:
        under_way = [threads.submit(int, n) for n in range(5)]
        given = []
        for result in leaving(under_way, 2, IngestReport("r")):
            given.append(result)
            assert len(under_way) == 5 - len(given)
    assert len(under_way) == 2
    assert sorted([*given, *(future.result() for future in under_way)]) == [0, 1, 2, 3, 4]


def test_a_batch_that_fails_is_told_and_passed_over(monkeypatch):
    monkeypatch.setattr("flows.ingest.as_completed", as_completed)
    report = IngestReport("r")
    with ThreadPoolExecutor(2) as threads:
        assert list(leaving([threads.submit(int, "x"), threads.submit(int, "7")], 0, report)) == [7]
    assert report.problems == ["ValueError: invalid literal for int() with base 10: 'x'"]
