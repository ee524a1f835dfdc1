import os
import struct
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from warehouse.errors import (
    NoAccess,
    NotAWarehouse,
    NoWarehouse,
    OpenedForReading,
    SchemaTooOld,
    StorageTooNew,
    WarehouseBusy,
)
from warehouse.opening import open_for_reading, open_warehouse


@pytest.fixture
def other_process(path):
    """Starts Python code in another process; returns once it has printed a line. `path` is its variable."""
    started = []

    def start(code):
        program = f"import pathlib, time, duckdb\npath = pathlib.Path({str(path)!r})\n{textwrap.dedent(code)}"
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline().strip() == "ready"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


HOLD = """
    connection = duckdb.connect(str(path), read_only={read_only})
    print("ready", flush=True)
    time.sleep({hold_s})
"""


def test_the_first_opening_makes_folder_and_file_and_nothing_else(path, cases):
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.query("from mart.articles").rows == []
    assert [found.name for found in path.parent.iterdir()] == ["warehouse.duckdb"]


def test_a_new_file_is_in_the_format_of_duckdb_1_4(path, cases):
    with open_warehouse(path, now=cases.now):
        pass
    with duckdb.connect(str(path), read_only=True) as connection:
        [(tags,)] = connection.execute("select tags from duckdb_databases() where path is not null").fetchall()
    assert tags["storage_version"].startswith("v1.4.0")


def test_the_views_work_whatever_the_file_is_called_and_whoever_opens_it(path, cases):
    with open_warehouse(path, now=cases.now):
        pass
    renamed = path.rename(path.with_name("copy of 2026.duckdb"))
    with duckdb.connect(str(renamed), read_only=True) as connection:
        for (view,) in connection.execute(
            "select view_name from duckdb_views() where schema_name = 'mart'"
        ).fetchall():
            assert connection.execute(f"from mart.{view}").fetchall() == []


def test_times_are_shown_in_utc_wherever_the_machine_stands(path, cases, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.query("select current_setting('TimeZone')").rows == [("UTC",)]
        assert warehouse.query("select timestamptz '2026-11-18 09:00:00+09'::varchar").rows == [
            ("2026-11-18 00:00:00+00",)
        ]


def setting(warehouse, name):
    [(value,)] = warehouse.query(f"select current_setting('{name}')").rows
    return value


def test_who_stores_little_and_often_may_have_one_thread(path, cases):
    with open_warehouse(path, now=cases.now, is_sparing=True) as warehouse:
        assert setting(warehouse, "threads") == 1
    with open_warehouse(path, now=cases.now) as warehouse:
        assert setting(warehouse, "threads") > 1 or os.cpu_count() == 1


def test_texts_too_huge_to_be_tidied_in_little_memory_are_all_there(path, cases):
    batch = cases.batch(400)
    huge = replace(batch, texts=tuple(replace(text, text=text.text_hash + "x" * 500_000) for text in batch.texts))
    with open_warehouse(path, now=cases.now, is_sparing=True) as warehouse:
        cases.begin(warehouse)
        warehouse.store_batch(huge)
    with open_for_reading(path) as warehouse:
        count = "select count(*), count(distinct article_id), sum(length(text)) from core.article_texts"
        lengths = [len(text.text) for text in huge.texts]
        assert warehouse.query(count).rows == [(400, 400, sum(lengths))]


def test_what_does_not_fit_into_memory_is_laid_beside_the_warehouse(path, cases):
    with open_warehouse(path, now=cases.now) as warehouse:
        assert setting(warehouse, "temp_directory") == f"{path}.tmp"


def test_no_extension_is_ever_fetched(empty):
    found = empty.query("select value from duckdb_settings() where name like 'auto%known_extensions'")
    assert found.rows == [("false",), ("false",)]


@pytest.mark.parametrize("read_only", [False, True], ids=["writer", "reader"])
def test_a_file_held_elsewhere_is_waited_for_and_then_named_busy(path, cases, other_process, read_only):
    with open_warehouse(path, now=cases.now):
        pass
    holder = other_process(HOLD.format(read_only=read_only, hold_s=60))
    with pytest.raises(WarehouseBusy) as caught, open_warehouse(path, now=cases.now, wait_s=0.3):
        pass
    assert caught.value.waited_s >= 0.3
    assert str(holder.pid) in caught.value.holder
    assert str(path) in str(caught.value)


def test_a_writer_keeps_readers_out(path, cases, other_process):
    with open_warehouse(path, now=cases.now):
        pass
    other_process(HOLD.format(read_only=False, hold_s=60))
    with pytest.raises(WarehouseBusy), open_for_reading(path, wait_s=0):
        pass


def test_readers_share(path, cases, other_process):
    with open_warehouse(path, now=cases.now):
        pass
    other_process(HOLD.format(read_only=True, hold_s=60))
    with open_for_reading(path, wait_s=0) as warehouse:
        assert warehouse.query("select 1 as one").rows == [(1,)]


def test_a_file_that_becomes_free_in_time_is_opened(path, cases, other_process):
    with open_warehouse(path, now=cases.now):
        pass
    other_process(HOLD.format(read_only=False, hold_s=0.5))
    with open_warehouse(path, now=cases.now, wait_s=60) as warehouse:
        assert warehouse.query("select 1 as one").rows == [(1,)]


def test_a_process_that_has_it_open_already_is_told_so(empty, path, cases):
    with pytest.raises(WarehouseBusy, match="this very process"), open_warehouse(path, now=cases.now, wait_s=0):
        pass


def test_a_path_with_quotes_and_spaces_is_only_a_path(tmp_path, cases):
    odd = tmp_path / 'it\'s a; "folder"' / "ware house.duckdb"
    with open_warehouse(odd, now=cases.now):
        pass
    assert odd.exists()


def test_what_is_no_warehouse_is_refused_and_left_alone(tmp_path, cases):
    page, foreign = tmp_path / "page.duckdb", tmp_path / "foreign.duckdb"
    page.write_text("<html>" * 1000)
    with duckdb.connect(str(foreign)) as connection:
        connection.execute("create table sales (id integer)")
    for path in (page, foreign):
        before = path.read_bytes()
        with pytest.raises(NotAWarehouse, match="Move it away"), open_warehouse(path, now=cases.now):
            pass
        assert path.read_bytes() == before


def test_a_file_of_a_newer_duckdb_asks_for_an_upgrade(path, cases):
    with open_warehouse(path, now=cases.now):
        pass
    content = bytearray(path.read_bytes())
    content[12:20] = (2000).to_bytes(8, "little")  # the storage version, after 8 bytes of checksum and "DUCK"
    content[:8] = checksum(content[8:4096]).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(StorageTooNew, match="Upgrade the duckdb package"), open_warehouse(path, now=cases.now):
        pass


def checksum(header):
    """DuckDB's, over the rest of a file's first block."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", header):
        total ^= word * 0xBF58476D1CE4E5B9 % 2**64
    return total


def test_a_damaged_file_is_refused_and_named_so(path, cases):
    with open_warehouse(path, now=cases.now):
        pass
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(NotAWarehouse, match="damaged"), open_warehouse(path, now=cases.now):
        pass


def test_a_file_keeps_its_format_when_it_is_opened_again(path, cases):
    for _ in range(2):
        with open_warehouse(path, now=cases.now) as warehouse:
            found = warehouse.query("select tags['storage_version'] from duckdb_databases() where path is not null")
            assert found.rows[0][0].startswith("v1.4.0")


def test_reading_needs_a_file(path):
    with pytest.raises(NoWarehouse, match="smewatch run"), open_for_reading(path):
        pass
    assert not path.parent.exists()


def test_reading_a_file_that_awaits_a_migration_says_how_to_migrate(path, cases):
    with open_warehouse(path, now=cases.now) as warehouse:
        warehouse.query("delete from ops.schema_migrations where version >= 4")
    with pytest.raises(SchemaTooOld, match=r"schema version 3.*`smewatch run`"), open_for_reading(path):
        pass


def test_a_reader_cannot_write(path, cases):
    with open_warehouse(path, now=cases.now):
        pass
    with open_for_reading(path) as warehouse, pytest.raises(OpenedForReading):
        warehouse.begin_run("r1", "ingest", cases.now)


def test_the_file_is_free_again_when_the_work_inside_fails(path, cases):
    with pytest.raises(ZeroDivisionError), open_warehouse(path, now=cases.now):
        _ = 1 / 0
    with open_warehouse(path, now=cases.now, wait_s=0):
        pass


def test_a_draft_left_by_a_crash_harms_nobody(path, cases):
    path.parent.mkdir()
    for name in ("new", "new.wal"):
        path.with_name(f".{path.name}.{os.getpid()}.{name}").write_bytes(b"half a file")
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.failed_checks() == {}
    assert [found.name for found in path.parent.iterdir()] == ["warehouse.duckdb"]


def test_a_folder_without_hard_links_will_do(path, cases, monkeypatch):
    def refuse(self, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with open_warehouse(path, now=cases.now) as warehouse:
        assert warehouse.failed_checks() == {}
    assert [found.name for found in path.parent.iterdir()] == ["warehouse.duckdb"]


def test_a_file_of_another_user_is_told(cases):
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders let nobody else in
        Path(made).chmod(0o755)
        path = Path(made) / "warehouse.duckdb"
        with open_warehouse(path, now=cases.now):
            pass
        path.chmod(0)
        root = os.geteuid() == 0
        try:
            os.seteuid(65534 if root else os.geteuid())  # root may open everything
            for opened in (open_warehouse(path, now=cases.now), open_for_reading(path)):
                with pytest.raises(NoAccess, match="the user whose data it is"), opened:
                    pass
        finally:
            if root:
                os.seteuid(0)


def test_two_processes_that_both_make_the_file_share_one(path, cases, other_process):
    """The other process begins first, and this one finds the file made meanwhile or makes it; both can write."""
    other_process("""
        from datetime import UTC, datetime
        from warehouse.opening import open_warehouse
        print("ready", flush=True)
        with open_warehouse(path, now=datetime.now(UTC)) as warehouse:
            warehouse.begin_run("theirs", "ingest", datetime.now(UTC))
        time.sleep(60)
    """)
    with open_warehouse(path, now=cases.now) as warehouse:
        warehouse.begin_run("ours", "train", cases.now)
    for _ in range(200):
        with open_for_reading(path) as warehouse:
            runs = {row[0] for row in warehouse.query("select run_id from ops.runs").rows}
        if runs == {"ours", "theirs"}:
            break
    assert runs == {"ours", "theirs"}
    assert [found for found in Path(path.parent).iterdir() if found.suffix == ".new"] == []
