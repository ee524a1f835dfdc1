"""The read copy: whole or as it was, never in anybody's way."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse import copying, publishing
from warehouse.errors import NotPublished, NoWarehouse, WarehouseBusy
from warehouse.opening import holder_of, open_for_reading, open_warehouse
from warehouse.publishing import as_of, is_behind, publish_copy


@pytest.fixture
def copy(path):
    return path.parent / "read" / "warehouse.duckdb"


def store(path, cases, number):
    with open_warehouse(path, now=cases.now, wait_s=10) as warehouse:
        cases.begin(warehouse, f"r{number}")
        warehouse.store_batch(cases.batch(3, batch_id=f"b{number}", run_id=f"r{number}", start=10 * number))


def articles(file):
    with open_for_reading(file, wait_s=0) as warehouse:
        assert warehouse.failed_checks() == {}
        return warehouse.query("select count(*) from mart.articles").rows[0][0]


def test_the_copy_holds_what_the_warehouse_held_when_it_was_published(path, copy, cases):
    store(path, cases, 1)
    assert publish_copy(path, copy)
    store(path, cases, 2)
    assert (articles(copy), articles(path)) == (3, 6)
    assert is_behind(path, copy)
    assert publish_copy(path, copy)
    assert articles(copy) == 6
    assert [file.name for file in copy.parent.iterdir() if file.suffix != ".lock"] == [copy.name]


def test_a_copy_that_is_up_to_date_is_left_alone(path, copy, cases):
    store(path, cases, 1)
    publish_copy(path, copy)
    before = copy.stat()
    with open_warehouse(path, now=cases.now, wait_s=0):
        pass  # opened, and nothing written
    assert not publish_copy(path, copy)
    assert copy.stat() == before


def test_the_copy_says_as_of_when_it_speaks(path, copy, cases):
    assert as_of(copy) is None
    store(path, cases, 1)
    hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    os.utime(path, (hour_ago.timestamp(), hour_ago.timestamp()))
    publish_copy(path, copy)
    assert as_of(copy) == hour_ago


def test_who_has_the_old_copy_open_keeps_it_until_they_close(path, copy, cases):
    store(path, cases, 1)
    publish_copy(path, copy)
    with open_for_reading(copy, wait_s=0) as reader:
        store(path, cases, 2)
        publish_copy(path, copy)
        assert reader.query("select count(*) from mart.articles").rows == [(3,)]
    assert articles(copy) == 6


@pytest.mark.parametrize("read_only", [False, True], ids=["a writer", "a reader"])
def test_publishing_waits_for_nobody_who_holds_the_warehouse(path, copy, cases, read_only):
    store(path, cases, 1)
    opened = open_for_reading(path) if read_only else open_warehouse(path, now=cases.now)
    with opened:
        assert publish_copy(path, copy)
        # The lock of this process is still there: publishing has not opened and closed the file within it.
        look = f"from warehouse.opening import *; print(holder_of(Path({str(path)!r})).pid)"
        done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
        assert int(done.stdout) == os.getpid()
    assert articles(copy) == 3


def test_a_write_while_copying_makes_it_begin_again(path, copy, cases, monkeypatch):
    store(path, cases, 1)
    real, tries = publishing._copied, []

    def written_meanwhile(live, draft):
        tries.append(1)
        return real(live, draft) and len(tries) > 2

    monkeypatch.setattr(publishing, "_copied", written_meanwhile)
    assert publish_copy(path, copy)
    assert len(tries) == 3
    assert articles(copy) == 3


def test_a_warehouse_written_all_the_time_is_copied_under_the_lock_if_that_is_quick(path, copy, cases, monkeypatch):
    store(path, cases, 1)
    copied, opened = publishing._copied, publishing.open_for_reading
    events = []

    def open_and_tell(file, **options):
        events.append("held" if file == path else "looked at")
        return opened(file, **options)

    def only_when_held(live, draft):
        events.append("tried")
        return "held" in events and copied(live, draft)

    monkeypatch.setattr(publishing, "open_for_reading", open_and_tell)
    monkeypatch.setattr(publishing, "_copied", only_when_held)
    assert publish_copy(path, copy)
    assert events == ["tried"] * 4 + ["held", "tried", "looked at"]
    monkeypatch.setattr(publishing, "_LONGEST_HOLD_S", 0.0)
    events.clear()
    store(path, cases, 2)
    with pytest.raises(NotPublished, match="written all the time"):
        publish_copy(path, copy)
    assert articles(copy) == 3


def test_a_warehouse_written_all_the_time_and_then_held_is_not_published(path, copy, cases, monkeypatch):
    store(path, cases, 1)
    monkeypatch.setattr(publishing, "_copied", lambda live, draft: False)
    monkeypatch.setattr(publishing, "_LONGEST_HOLD_S", 0.01)
    monkeypatch.setattr(publishing, "open_for_reading", held)
    with pytest.raises(NotPublished, match="held by a program"):
        publish_copy(path, copy)


def held(file, wait_s):
    raise WarehouseBusy(file, wait_s, "a program")


def test_a_copy_that_could_not_be_made_leaves_the_old_one(path, copy, cases, monkeypatch):
    store(path, cases, 1)
    publish_copy(path, copy)
    store(path, cases, 2)
    broken = path.parent / "broken.py"
    broken.write_text("import sys\nopen(sys.argv[2], 'w').write('half')\nsys.exit('No space left on device')\n")
    monkeypatch.setattr(publishing.copying, "__file__", str(broken))
    with pytest.raises(NotPublished, match="No space left"):
        publish_copy(path, copy)
    broken.write_text("import sys\nopen(sys.argv[2], 'w').write('half')\n")  # says all is well
    with pytest.raises(NotPublished, match="cannot be opened"):
        publish_copy(path, copy)
    assert articles(copy) == 3
    assert [file.name for file in copy.parent.iterdir() if file.suffix != ".lock"] == [copy.name]


def test_there_is_nothing_to_publish_before_the_first_run(path, copy):
    with pytest.raises(NoWarehouse):
        publish_copy(path, copy)
    assert not is_behind(path, copy)


def test_what_a_killed_publisher_left_is_cleared_away(path, copy, cases):
    store(path, cases, 1)
    copy.parent.mkdir()
    (copy.parent / ".warehouse.duckdb.123.draft").write_bytes(b"half a file")
    (copy.parent / "warehouse.duckdb.wal").write_bytes(b"somebody wrote into the copy")
    publish_copy(path, copy)
    assert articles(copy) == 3
    assert [file.name for file in copy.parent.iterdir() if file.suffix != ".lock"] == [copy.name]


def test_the_copy_is_for_reading(path, copy, cases):
    store(path, cases, 1)
    publish_copy(path, copy)
    assert copy.stat().st_mode & 0o777 == 0o444


# --- Copying --------------------------------------------------------------------------------------------------------


def test_a_file_that_was_written_meanwhile_is_not_taken_for_a_copy(tmp_path, monkeypatch):
    live, draft = tmp_path / "live", tmp_path / "draft"
    live.write_bytes(b"x" * 1000)
    real = copying._copy

    def write_and_copy(source, target, n_bytes):
        real(source, target, n_bytes)
        with live.open("r+b") as other:  # the same size
            other.write(b"y")

    monkeypatch.setattr(copying, "_copy", write_and_copy)
    assert not copying.copy_unwritten(str(live), str(draft))


@pytest.mark.parametrize("without", [(), ("FICLONE",), ("FICLONE", "copy_file_range")])
def test_every_way_of_copying_gives_the_same_bytes_and_time(tmp_path, monkeypatch, without):
    live, draft = tmp_path / "live", tmp_path / "draft"
    live.write_bytes(os.urandom(300_000))

    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(copying, "_PIECE_BYTES", 100_001)
    if "FICLONE" in without:
        monkeypatch.setattr(copying, "_share_blocks", lambda source, target: False)
    if "copy_file_range" in without:
        monkeypatch.setattr(os, "copy_file_range", refuse)
    assert copying.copy_unwritten(str(live), str(draft))
    assert draft.read_bytes() == live.read_bytes()
    assert draft.stat().st_mtime_ns == live.stat().st_mtime_ns


def test_copying_needs_nothing_of_ours_and_says_what_went_wrong(tmp_path):
    command = [sys.executable, "-I", "-S", copying.__file__, str(tmp_path / "none"), str(tmp_path / "draft")]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert (done.returncode, done.stderr.strip()) == (1, "No such file or directory")


STORE_FOR_EVER = """
import importlib.util, itertools, pathlib
from warehouse.opening import open_warehouse

spec = importlib.util.spec_from_file_location("cases", {conftest!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
for number in itertools.count():
    with open_warehouse(pathlib.Path({path!r}), now=cases.NOW) as warehouse:
        cases.begin(warehouse, f"r{{number}}")
        warehouse.store_batch(
            cases.batch(200, batch_id=f"b{{number}}", run_id=f"r{{number}}", start=1000 * number)
        )
    if number == 0:
        print(number, flush=True)
"""


def test_copies_made_while_a_process_stores_without_pause_are_sound_and_only_grow(path, copy, cases):
    program = STORE_FOR_EVER.format(conftest=str(Path(__file__).with_name("conftest.py")), path=str(path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as storing:
        storing.stdout.readline()
        seen = []
        for _ in range(3):
            publish_copy(path, copy)
            seen.append(articles(copy))
        storing.kill()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0] >= 200
    assert all(number % 200 == 0 for number in seen)


def test_who_holds_the_warehouse_is_told_by_number_and_name(path, cases):
    assert holder_of(path) is None
    store(path, cases, 1)
    assert holder_of(path) is None
    hold = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        found = holder_of(path)
        process.communicate()
    assert (found.pid, found.is_reader) == (process.pid, True)
    assert "python" in found.program
    with open_warehouse(path, now=cases.now):
        assert holder_of(path).program == "this very process"
