"""Pages kept in WARC files: what goes in comes out, whatever is in it, and whatever happened to the file since."""

import asyncio
import gzip
import subprocess
import sys
import threading
import tracemalloc
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from flows.steps.pages.archiving import (
    Archive,
    BrokenRecord,
    archive_file,
    archive_files,
    archived_pages,
    prune_archive,
    read_archived,
    safe_uri,
)
from flows.steps.web.fetching import Page

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
RUN = "20261120T120000Z-abc123"
PAGE = Page(
    url="https://news.test/a?from=feed",
    final_url="https://www.news.test/a",
    status=200,
    body=b"<html><body><p>Hello, \xe4.</p></body></html>\r\n\r\nWARC/1.1\r\n",
    content_type="text/html",
    charset="iso-8859-1",
    wire_bytes=0,
    fetched_at=NOW,
)


def keep(folder, *pages, run_id=RUN):
    async def all_of_them(archive):
        for page in pages:
            await archive.keep(page)
        await archive.sync()

    with Archive(archive_file(folder, run_id)) as archive:
        asyncio.run(all_of_them(archive))
    return archive


def kept(folder, since=None):
    """The pages of a folder, and what was said about broken records."""
    broken = []
    found = list(archived_pages(folder, since, broken.append))
    return [read_archived(one) for one in found], broken


# --- There and back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        replace(PAGE, charset=None),
        replace(PAGE, content_type="", charset=None),
        replace(PAGE, body=b""),
        replace(PAGE, body=b"\x00" * 100_000),
        replace(PAGE, status=203),
        replace(PAGE, status=299),
        replace(PAGE, content_type="application/xhtml+xml", charset="utf-8"),
    ],
)
def test_page_comes_back_as_it_was(page, tmp_path):
    keep(tmp_path, page)
    assert kept(tmp_path) == ([page], [])


@given(body=st.binary(max_size=300), charset=st.none() | st.sampled_from(["utf-8", "Shift_JIS", "x-user-defined"]))
def test_any_body_comes_back_byte_for_byte(body, charset, tmp_path_factory):
    folder, page = tmp_path_factory.mktemp("archive"), replace(PAGE, body=body, charset=charset)
    keep(folder, page)
    assert kept(folder) == ([page], [])


def test_pages_of_several_runs_come_oldest_run_first_and_each_run_in_its_order(tmp_path):
    runs = {"20261231T235959Z-aaaaaa": "c", "20261120T120000Z-ffffff": "a", "20261120T130000Z-000000": "b"}
    for run_id, name in runs.items():
        keep(
            tmp_path,
            *(replace(PAGE, url=f"https://news.test/{name}{n}", body=b"%d" % n) for n in range(3)),
            run_id=run_id,
        )
    pages, _ = kept(tmp_path)
    assert [page.url[-2:] for page in pages] == ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2"]
    assert [page.body for page in pages] == [b"0", b"1", b"2"] * 3


def test_only_pages_fetched_since_a_moment(tmp_path):
    early, late = PAGE, replace(PAGE, fetched_at=NOW + timedelta(hours=1))
    keep(tmp_path, early, late)
    assert kept(tmp_path, since=NOW + timedelta(minutes=1)) == ([late], [])


def test_a_run_without_pages_leaves_no_file(tmp_path):
    keep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_file_is_a_warc_that_others_can_read_and_says_what_its_records_are(tmp_path):
    archive = keep(tmp_path, PAGE)
    with archive.file.open("rb") as file:
        about, record = [
            (one.rec_headers, one.http_headers, one.content_stream().read(), one.digest_checker)
            for one in ArchiveIterator(file, check_digests=True)
        ]
    assert b"decoded from their transfer and content codings" in about[2]
    assert about[0].get_header("WARC-Filename") == f"{RUN}.warc.gz"
    fields, head, body, digests = record
    assert fields.protocol == "WARC/1.1"
    assert fields.get_header("WARC-Type") == "response"
    assert fields.get_header("WARC-Target-URI") == PAGE.final_url
    assert fields.get_header("WARC-Date") == "2026-11-20T12:00:00.123456Z"
    assert fields.get_header("WARC-Payload-Digest").startswith("sha1:")
    assert head.statusline == "200 OK"
    assert head.headers == [
        ("Content-Type", "text/html; charset=iso-8859-1"),
        ("Content-Length", str(len(PAGE.body))),
    ]
    assert body == PAGE.body
    assert digests.passed


# --- Hostile pages --------------------------------------------------------------------------------------------------

HOSTILE = "https://news.test/a\r\nWARC-Type: warcinfo\r\n\r\n\x00\x1b[31m\u202e\ud800 ä?x=1&y=%41"


def test_an_address_cannot_write_headers_of_its_own(tmp_path):
    archive = keep(tmp_path, replace(PAGE, url=HOSTILE, final_url=HOSTILE))
    (page,), broken = kept(tmp_path)
    assert (page.body, broken) == (PAGE.body, [])
    assert page.url == page.final_url == safe_uri(HOSTILE)
    plain = gzip.decompress(archive.file.read_bytes())
    assert plain.count(b"\nWARC-Type") == 2  # the file's own record, and the page's


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://news.test/a?b=c&d=%20%C3%A4#e", "https://news.test/a?b=c&d=%20%C3%A4#e"),
        ("https://news.test/a b\tc", "https://news.test/a%20b%09c"),
        ("https://news.test/ä", "https://news.test/%C3%A4"),
        ("https://news.test/\r\nX: y", "https://news.test/%0D%0AX:%20y"),
        ("https://[::1]:8080/~a/(b)", "https://[::1]:8080/~a/(b)"),
    ],
)
def test_addresses_in_headers(url, safe):
    assert safe_uri(url) == safe


@pytest.mark.parametrize("kind", ["text/html\r\nX: y", "text/html; a=b", "a/" + "b" * 200, "none", "ä/ö"])
def test_a_media_type_that_is_none_is_left_out(kind, tmp_path):
    keep(tmp_path, replace(PAGE, content_type=kind, charset="utf-8\r\nX: y"))
    (page,), _ = kept(tmp_path)
    assert (page.content_type, page.charset) == ("", None)


@pytest.mark.parametrize(
    "run_id",
    ["../../etc/passwd", "20261120T120000Z-abc123/../x", "20261120T120000Z-abc\x00", "", "a" * 300, ".", "news.test"],
)
def test_only_a_run_id_becomes_a_path(run_id, tmp_path):
    with pytest.raises(ValueError, match="no run id"):
        archive_file(tmp_path, run_id)


def test_no_part_of_a_page_becomes_a_path(tmp_path):
    keep(tmp_path, replace(PAGE, url="https://news.test/../../x\x00", final_url="file:///etc/passwd"))
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [
        f"2026/11/{RUN}.warc.gz"
    ]


# --- Broken files ---------------------------------------------------------------------------------------------------


def test_a_file_cut_off_anywhere_gives_its_whole_records_and_names_the_broken_one(tmp_path):
    pages = [replace(PAGE, body=b"%d" % n * 50) for n in range(3)]
    file = keep(tmp_path, *pages).file
    whole, starts = file.read_bytes(), [one.offset for one in archived_pages(tmp_path, None, pytest.fail)]
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        found, broken = kept(tmp_path)
        n_whole = sum(end <= length for end in [*starts[1:], len(whole)])
        assert found == pages[:n_whole]
        assert len(broken) == (length not in (0, *starts))


def test_a_damaged_record_is_named_and_other_files_are_read(tmp_path):
    first = keep(tmp_path, PAGE, PAGE).file
    keep(tmp_path, PAGE, run_id="20261121T120000Z-abc123")
    found = list(archived_pages(tmp_path, None, pytest.fail))
    damaged = bytearray(first.read_bytes())
    damaged[found[1].offset + 60] ^= 0xFF
    first.write_bytes(damaged)
    pages, broken = kept(tmp_path)
    assert pages == [PAGE, PAGE]
    assert [(one.file, one.offset) for one in broken] == [(first, found[1].offset)]
    with pytest.raises(BrokenRecord, match=f"{RUN}.warc.gz, record at byte {found[1].offset}"):
        read_archived(found[1])


@pytest.mark.parametrize("content", [b"no gzip at all", zlib.compress(b"no member"), b"\x1f\x8b\x08"])
def test_a_file_that_is_no_archive_is_named(content, tmp_path):
    file = archive_file(tmp_path, RUN)
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    pages, broken = kept(tmp_path)
    assert (pages, len(broken)) == ([], 1)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.steps.pages.archiving._MAX_RECORD_BYTES", 10_000)
    keep(tmp_path, PAGE, replace(PAGE, body=b"x" * 20_000), PAGE)
    pages, broken = kept(tmp_path)
    assert pages == [PAGE]
    assert [one.reason for one in broken] == ["too large"]


KEEP_FOR_EVER = """
import asyncio, sys, random
from dataclasses import replace
from pathlib import Path
from flows.steps.pages.archiving import Archive
sys.path.insert(0, {tests!r})
from test_archiving import PAGE

async def main():
    archive = Archive(Path({file!r}))
    for n in range(100_000):
        await archive.keep(replace(PAGE, body=random.randbytes(20_000), url=f"https://news.test/{{n}}"))
        print(n, flush=True)

asyncio.run(main())
"""


def test_a_kill_costs_no_page_that_was_said_to_be_kept(tmp_path):
    file = archive_file(tmp_path, RUN)
    program = KEEP_FOR_EVER.format(tests=str(Path(__file__).parent), file=str(file))
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    said = [process.stdout.readline() for _ in range(50)]
    process.kill()
    said += process.communicate()[0].splitlines()
    pages, broken = kept(tmp_path)
    assert len(pages) >= len(said) >= 50
    assert [page.url for page in pages] == [f"https://news.test/{n}" for n in range(len(pages))]
    assert len(broken) <= 1


FILL = """
import asyncio, resource, sys
from dataclasses import replace
from pathlib import Path
from flows.steps.pages.archiving import Archive, archive_file
sys.path.insert(0, {tests!r})
from test_archiving import PAGE, RUN
import random

async def main():
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    with Archive(archive_file(Path({folder!r}), RUN)) as archive:
        for n in range(5):
            await archive.keep(replace(PAGE, body=random.randbytes(20_000)))
    print(archive.n_pages, archive.problem)

asyncio.run(main())
"""


def test_a_full_disk_ends_the_archive_at_a_whole_record_and_is_told_once(tmp_path):
    program = FILL.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2 File too large")
    assert done.stderr.count("pages of this run are no longer archived: File too large") == 1
    pages, broken = kept(tmp_path)
    assert (len(pages), broken) == (2, [])


def test_what_another_machine_kept_is_added_as_it_is_and_read_like_our_own(tmp_path):
    elsewhere = keep(tmp_path / "elsewhere", PAGE, replace(PAGE, body=b"second")).file.read_bytes()
    with Archive(archive_file(tmp_path / "here", RUN)) as archive:
        archive.add(elsewhere, 2)
        archive.add(elsewhere, 2)
    assert archive.n_pages == 4
    assert kept(tmp_path / "here") == ([PAGE, replace(PAGE, body=b"second")] * 2, [])


def test_a_file_that_is_there_already_is_left_alone(tmp_path):
    keep(tmp_path, PAGE)
    archive = keep(tmp_path, replace(PAGE, body=b"other"))
    assert "exists" in archive.problem
    assert kept(tmp_path) == ([PAGE], [])


def test_a_page_is_kept_while_earlier_ones_are_on_their_way_to_the_disk(tmp_path, monkeypatch):
    may_end = threading.Event()

    async def keep_meanwhile(archive):
        await archive.keep(PAGE)
        syncing = asyncio.create_task(archive.sync())
        await asyncio.sleep(0)  # it begins
        await archive.keep(replace(PAGE, url="https://news.test/b"))
        assert not syncing.done()
        may_end.set()
        await syncing

    monkeypatch.setattr("os.fsync", lambda _: may_end.wait(30.0))
    with Archive(archive_file(tmp_path, RUN)) as archive:
        asyncio.run(asyncio.wait_for(keep_meanwhile(archive), 10.0))
    assert [page.url for page in kept(tmp_path)[0]] == [PAGE.url, "https://news.test/b"]


# --- Retention ------------------------------------------------------------------------------------------------------


def test_old_files_go_with_the_months_they_leave_empty(tmp_path):
    for run_id in ("20260731T235959Z-aaaaaa", "20260801T000000Z-bbbbbb", "20251231T000000Z-cccccc"):
        keep(tmp_path, PAGE, run_id=run_id)
    assert prune_archive(tmp_path, datetime(2026, 8, 1, tzinfo=UTC)) == 2
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert left == ["2026", "2026/08", "2026/08/20260801T000000Z-bbbbbb.warc.gz"]
    assert prune_archive(tmp_path, datetime(2026, 8, 1, tzinfo=UTC)) == 0


def test_what_we_did_not_write_is_neither_read_nor_deleted(tmp_path):
    keep(tmp_path, PAGE)
    strangers = [
        tmp_path / "notes.warc.gz",
        tmp_path / "2020" / "01" / "mine.warc.gz",
        tmp_path / "2020" / "01" / "20200230T000000Z-aaaaaa.warc.gz",
        tmp_path / "2020" / "01" / "20200101T000000Z-aaaaaa.warc",
    ]
    for stranger in strangers:
        stranger.parent.mkdir(parents=True, exist_ok=True)
        stranger.write_bytes(b"precious")
    assert len(archive_files(tmp_path)) == 1
    assert prune_archive(tmp_path, datetime(2027, 1, 1, tzinfo=UTC)) == 1
    assert all(stranger.exists() for stranger in strangers)


def test_keeping_pages_holds_none_of_them(tmp_path):
    page = replace(PAGE, body=b"ab" * 500_000)
    tracemalloc.start()
    try:
        keep(tmp_path, *(page for _ in range(20)))
        list(archived_pages(tmp_path, None, pytest.fail))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 6_000_000
