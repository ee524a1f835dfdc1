"""Batches on disk: what comes out is what went in, in order, once and whole, whatever was killed or full."""

import json
import random
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.verdict import Evidence, Verdict
from flows.collecting import spool
from flows.collecting.pending import Pending, Renamed, pend
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.parsing import Entry
from flows.steps.feeds.rekeying import Earlier
from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.selecting import Ending, KnownEntry
from flows.steps.text.dates import Published
from flows.steps.web.urls import short_hash
from warehouse import rows as shapes
from warehouse.errors import WarehouseBusy, WarehouseFull
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FEED = Feed("https://feed.test/rss", "A feed")
WHEN = Published(NOW, "feed", "second", in_future=False)


def pending(n=1, *, text="Some words.", run_id="r1"):
    """A batch of one poll that announced one entry."""
    link = f"https://news.test/{n}"
    article = Article(link, f"news.test/{n}", "A title", text, short_hash(text), "en", WHEN, None, "page", "x", 2)
    entry = Entry(FEED.feed_id, f"e{n}", "h", link, "A title", "", WHEN, content_html="<p>long</p>")
    poll = shapes.FetchRow(f"{run_id} {n}", FEED.feed_id, NOW, 0.5, "read", 200, n_entries=1)
    frame = shapes.Batch(
        f"{run_id}-{n:04d}", run_id, NOW, fetches=(poll,), feed_states=(shapes.FeedStateRow(FEED.feed_id, "active"),)
    )
    return pend(frame, [Ending(entry, Outcome.STORED, article, n_attempts=1)], {}, {}, {FEED.feed_id: FEED})


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def warehouse(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb", now=NOW, wait_s=0) as opened:
        opened.begin_run("r1", "ingest", NOW)
        opened.sync_feeds([shapes.FeedRow(FEED.feed_id, FEED.url)], NOW)
        yield opened


def titles(warehouse):
    return [row[0] for row in warehouse.query("select url_key from core.articles order by all").rows]


# --- On paper -------------------------------------------------------------------------------------------------------


def full_pending(text):
    """One of everything."""
    early = Earlier("old", "news.test/1", text, NOW, KnownEntry("h0", "unreachable", None, 2, NOW))
    verdict = Verdict(
        "m", 0.1234567890123456, "sure", True, "forum", 0.5, ("JP",), ("ASEAN",), (Evidence(text, 0.3),)
    )
    base = pending(text=text)
    frame = replace(
        base.frame,
        feed_states=(shapes.FeedStateRow(FEED.feed_id, etag=f'"{text}"', skip_hours=5, last_new_at=NOW),),
        moves=(shapes.AddressRow(FEED.feed_id, "https://moved.test/", NOW),),
        rekeyed=(shapes.RekeyRow(FEED.feed_id, "old", "e1", "h"),),
    )
    lost = replace(base.endings[0], outcome=Outcome.PAYWALL, article=None, detail=text, next_attempt_at=NOW)
    endings = (*base.endings, lost, replace(base.endings[0], stands_in_for=Outcome.REFUSED))
    return Pending(frame, endings, {"t": verdict}, (Renamed(FEED.feed_id, "e1", early),), base.feeds)


@given(st.text())
def test_what_comes_out_of_the_spool_is_what_went_in(tmp_path_factory, text):
    folder, original = tmp_path_factory.mktemp("spool"), full_pending(text)
    spool.spool_batch(folder, original)
    (file,) = spool.waiting(folder)
    document = json.loads(file.read_bytes())
    assert (document["format"], document["version"]) == ("smewatch spool", spool.VERSION)
    assert spool._batches.validate_python(document["batch"]) == original


def test_text_that_utf8_cannot_carry_is_mended(folder, warehouse):
    spool.spool_batch(folder, full_pending("a\udc80b"))
    assert spool.store_spooled(warehouse, folder).n_batches == 1
    assert warehouse.query("select text from core.article_texts").rows == [("a?b",)]


def test_markup_of_entries_does_not_travel():
    assert pending().endings[0].entry.content_html is None


# --- In and out -----------------------------------------------------------------------------------------------------


def test_batches_are_stored_in_their_order_and_the_spool_is_empty_afterwards(folder, warehouse):
    for n in (2, 10, 1):
        spool.spool_batch(folder, pending(n, text="The same words."))
    assert spool.store_spooled(warehouse, folder) == spool.CaughtUp(3)
    assert titles(warehouse) == ["news.test/1"]  # the others had its text
    assert spool.waiting(folder) == []
    assert spool.store_spooled(warehouse, folder) == spool.CaughtUp(0)


def test_a_batch_that_was_stored_before_its_file_could_be_deleted_is_not_stored_twice(folder, warehouse):
    spool.spool_batch(folder, pending())
    kept = spool.waiting(folder)[0].read_bytes()
    spool.store_spooled(warehouse, folder)
    before = warehouse.query(
        "select (select count(*) from raw.fetch_ends), (from (select count(*) from ops.batches))"
    )
    (folder / "r1-0001.json").write_bytes(kept)
    assert spool.store_spooled(warehouse, folder).n_batches == 1
    after = warehouse.query("select (select count(*) from raw.fetch_ends), (from (select count(*) from ops.batches))")
    assert before == after
    assert warehouse.failed_checks() == {}


def test_the_end_of_a_run_comes_after_its_batches(folder, warehouse):
    spool.spool_end(folder, spool.RunEnd("r1", "completed", "all well", LATER))
    spool.spool_batch(folder, pending())
    assert [file.name for file in spool.waiting(folder)] == ["r1-0001.json", "r1-end.json"]
    assert spool.store_spooled(warehouse, folder).n_batches == 1
    (row,) = warehouse.query("select status, detail from ops.runs").rows
    assert row == ("completed", "all well")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": "smewatch spool", "version": 1}',
        b'{"format": "smewatch spool", "version": 999, "batch": {}}',
        b'{"format": "smewatch spool", "version": 1, "batch": {"frame": 3}}',
        b'{"version": 1, "end": {"run_id": "none", "status": "x", "detail": null, "ended_at": "2026-11-20T12:00Z"}}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_cannot_be_stored_is_put_aside_and_the_others_are_stored(content, folder, warehouse):
    spool.spool_batch(folder, pending())
    (folder / "a.json").write_bytes(content)
    assert spool.store_spooled(warehouse, folder) == spool.CaughtUp(1, ("a.json",))
    assert (folder / "unreadable" / "a.json").read_bytes() == content
    assert spool.waiting(folder) == []


@pytest.mark.parametrize("problem", [WarehouseBusy("the lake", 0.0, "nobody"), WarehouseFull("no space left")])
def test_a_spool_is_stored_no_farther_than_the_warehouse_can_and_stays(folder, warehouse, monkeypatch, problem):
    """A lake can go silent in the midst, which a file cannot; and a disk can fill up."""

    def refused(*_):
        raise problem

    for n in (1, 2, 3):
        spool.spool_batch(folder, pending(n, text=f"Words of {n}."))
    answers = [spool.put, spool.put, refused]
    with monkeypatch.context() as lake:
        lake.setattr(spool, "put", lambda *given: answers.pop(0)(*given))
        with pytest.raises(type(problem)):
            spool.store_spooled(warehouse, folder)
    assert len(spool.waiting(folder)) == 1
    assert not (folder / "unreadable").exists()
    assert spool.store_spooled(warehouse, folder) == spool.CaughtUp(1)
    assert len(titles(warehouse)) == 3


def test_a_spool_that_does_not_exist_is_empty(folder, warehouse):
    assert spool.store_spooled(warehouse, folder) == spool.CaughtUp()


# --- Kills and full disks -------------------------------------------------------------------------------------------

SPOOL_FOR_EVER = """
import sys
from pathlib import Path
from tests.flows.test_spool import pending
from flows.collecting.spool import spool_batch
for n in range(1, 10_000):
    spool_batch(Path(sys.argv[1]), pending(n, text=f"{n} " * 20_000))
    print(n, flush=True)
"""


def test_a_kill_while_spooling_leaves_whole_batches(folder, warehouse, pytestconfig):
    process = subprocess.Popen(
        [sys.executable, "-c", SPOOL_FOR_EVER, folder], stdout=subprocess.PIPE, text=True, cwd=pytestconfig.rootpath
    )
    said = [process.stdout.readline() for _ in range(20)]
    threading.Event().wait(random.Random(4).uniform(0, 0.05))
    process.kill()
    said += process.communicate()[0].splitlines()
    (folder / "r1-9999.draft").write_text('{"format": "smew')  # whatever the kill met
    caught_up = spool.store_spooled(warehouse, folder)
    assert caught_up.unreadable == ()
    assert caught_up.n_batches >= len(said) >= 20
    assert len(titles(warehouse)) == caught_up.n_batches
    assert list(folder.iterdir()) == []


FILL = """
import resource, sys
from pathlib import Path
from tests.flows.test_spool import pending
from flows.collecting.spool import SpoolFull, spool_batch
folder = Path(sys.argv[1])
spool_batch(folder, pending(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
try:
    spool_batch(folder, pending(2, text="long " * 2_000))
except SpoolFull as full:
    print(full)
"""


def test_a_full_disk_keeps_nothing_of_the_batch_and_says_so(folder, warehouse, pytestconfig):
    done = subprocess.run(
        [sys.executable, "-c", FILL, folder], capture_output=True, text=True, check=True, cwd=pytestconfig.rootpath
    )
    assert "r1-0002.json could not be spooled" in done.stdout
    assert "Nothing of it is kept" in done.stdout
    assert [file.name for file in folder.iterdir()] == ["r1-0001.json"]
    assert spool.store_spooled(warehouse, folder) == spool.CaughtUp(1)
