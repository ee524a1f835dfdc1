"""Exports follow the warehouse month by month, survive a kill, and make an equal warehouse again."""

import csv
import json
import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

import pyarrow.parquet
import pytest

from flows.export import export
from flows.importing import import_export
from flows.steps.exports.manifest import ExportError, read_manifest
from tests.flows.tools import QuickCli
from tests.warehouse import example_warehouse
from warehouse.errors import MigrationEdited, SchemaTooNew
from warehouse.exporting import duckdb_version
from warehouse.importing import NotImported
from warehouse.migrating import apply
from warehouse.opening import create, open_for_reading, open_warehouse
from warehouse.rows import LabelRow
from warehouse.sql import migrations
from warehouse.store import Warehouse

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def invented(share):
    return example_warehouse.once(share)


@pytest.fixture(scope="module")
def made(invented, tmp_path_factory):
    """An export for people and a full one, made once; `full` is a copy of the latter to be changed."""
    folder = tmp_path_factory.mktemp("made")
    reports = {form: exported(invented, folder, form) for form in ("parquet", "full")}
    return folder, reports


@pytest.fixture
def full(made, tmp_path):
    return shutil.copytree(made[0] / "full", tmp_path / "out" / "full")


@pytest.fixture
def file(invented, tmp_path):
    return shutil.copy(invented, tmp_path / "warehouse.duckdb")


def exported(file, folder, form="parquet", **options):
    with open_for_reading(file) as warehouse:
        return export(warehouse, folder, form, now=NOW, **options)


def rows_of(file):
    """Every row of every table, sorted."""
    with open_for_reading(file) as warehouse:
        return {
            table: sorted(warehouse.query(f"from {table}").rows, key=repr) for table in warehouse.base_tables()
        }  # fmt: skip


def stamps(folder):
    return {path.relative_to(folder): path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}


def test_a_warehouse_comes_back_row_for_row(invented, made, tmp_path):
    folder, reports = made
    again = tmp_path / "again" / "warehouse.duckdb"
    n_rows = import_export(folder, again, now=NOW, duckdb_version=duckdb_version())
    assert n_rows == reports["full"].n_rows
    assert rows_of(again) == rows_of(invented)
    with open_for_reading(again) as warehouse:
        assert warehouse.failed_checks() == {}
        assert len(warehouse.query("from mart.relevant_articles").rows) > 100


def test_only_months_whose_rows_changed_are_written_again(file, made, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made[0] / "parquet", out / "parquet")
    before = stamps(out / "parquet")
    assert (exported(file, out).n_written, stamps(out / "parquet")) == (0, before)
    with open_warehouse(file, now=NOW) as warehouse:
        [(article_id, month)] = warehouse.query(
            "select article_id, strftime(counted_at, '%Y-%m') from mart.articles where band = 'no' and label is null "
            "order by article_id limit 1"
        ).rows
        warehouse.store_labels([LabelRow(article_id, 1, "ana", NOW)])
    second = exported(file, out)
    changed = {path.parts[:-1] for path, at in stamps(out / "parquet").items() if before.get(path) != at}
    assert ("articles", f"month={month}") in changed
    assert ("articles",) not in changed
    assert {months[0] for name, *months in changed if name == "articles"} == {f"month={month}"}
    assert second.n_written < second.n_files / 2


def test_the_months_of_a_view_are_the_view(invented, made):
    with open_for_reading(invented) as warehouse:
        for view in warehouse.public_views(with_texts=False):
            name = view.removeprefix("mart.")
            there = warehouse.query(
                f"from read_parquet('{made[0]}/parquet/{name}/**/*.parquet', hive_partitioning = false)"
            )
            assert sorted(there.rows, key=repr) == sorted(warehouse.query(f"from {view}").rows, key=repr)


def test_parquet_is_zstd_and_dated_by_folders_that_other_programs_understand(made):
    one = made[0] / "parquet/articles/month=2026-10/articles.parquet"
    assert pyarrow.parquet.ParquetFile(one).metadata.row_group(0).column(1).compression == "ZSTD"
    months = pyarrow.parquet.read_table(made[0] / "parquet/articles", partitioning="hive").column("month")
    assert set(months.to_pylist()) == {"2026-08", "2026-09", "2026-10", "2026-11"}


def test_whole_texts_leave_only_when_asked_for(file, made, tmp_path):
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    assert not (tmp_path / "parquet/article_texts").exists()
    exported(file, tmp_path, with_texts=True)
    assert (tmp_path / "parquet/article_texts").exists()
    assert exported(file, tmp_path).n_removed == 4
    assert not (tmp_path / "parquet/article_texts").exists()


def test_csv_and_json_hold_the_same_rows(file, tmp_path):
    with open_warehouse(file, now=NOW) as warehouse:
        warehouse.query("update core.article_texts set title = '=cmd|x' where is_latest and title like 'Rain%'")
    reports = [exported(file, tmp_path, form) for form in ("csv", "json")]
    assert reports[0].n_rows == reports[1].n_rows
    with (tmp_path / "csv/articles/month=2026-10/articles.csv").open(encoding="utf-8-sig", newline="") as opened:
        cells = list(csv.DictReader(opened))
    lines = (tmp_path / "json/articles/month=2026-10/articles.jsonl").read_text().splitlines()
    assert [one["article_id"] for one in cells] == [json.loads(line)["article_id"] for line in lines]
    assert "'=cmd|x" in {one["title"] for one in cells}
    assert "=cmd|x" in {json.loads(line)["title"] for line in lines}


def test_files_of_others_are_neither_overwritten_nor_deleted(file, tmp_path):
    (tmp_path / "parquet").mkdir()
    (tmp_path / "parquet" / "holiday.csv").write_text("mine")
    with pytest.raises(ExportError, match="holds files that no export of ours made"):
        exported(file, tmp_path)
    assert (tmp_path / "parquet" / "holiday.csv").read_text() == "mine"


EXPORT_FOR_EVER = """
import pathlib, sys
from datetime import UTC, datetime
from flows.export import export
from warehouse.opening import open_for_reading
sys.path.insert(0, ".")
with open_for_reading(pathlib.Path({file!r})) as warehouse:
    print("ready", flush=True)
    export(warehouse, pathlib.Path({out!r}), {form!r}, now=datetime(2026, 11, 23, tzinfo=UTC))
"""


def test_the_export_after_a_kill_completes_it(file, made, tmp_path):
    out, fresh, form = tmp_path / "out", made[0], "full"
    chance = random.Random(6)
    for _ in range(3):
        program = EXPORT_FOR_EVER.format(file=str(file), out=str(out), form=form)
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.05, 0.8))
            process.kill()
    exported(file, out, form)
    assert {path: f.n_rows for path, f in files_of(out / form).items()} == {
        path: f.n_rows for path, f in files_of(fresh / form).items()
    }
    assert set((out / form).rglob("*.*")) == {out / one.relative_to(fresh) for one in (fresh / form).rglob("*.*")}
    assert read_manifest(out / form).under_way == ()


def files_of(folder):
    return {file.path: file for file in read_manifest(folder).files}


def import_of(folder, tmp_path):
    target = tmp_path / "target" / "warehouse.duckdb"
    import_export(folder, target, now=NOW, duckdb_version=duckdb_version())
    return target


def test_an_export_for_people_or_none_at_all_is_not_imported(made, tmp_path):
    with pytest.raises(ExportError, match="--format full"):
        import_of(tmp_path, tmp_path)
    with pytest.raises(ExportError, match="for people"):
        import_of(made[0] / "parquet", tmp_path)


def test_a_file_that_was_changed_is_found_before_anything_is_made(full, tmp_path):
    one = next(full.rglob("verdicts.parquet"))
    one.write_bytes(one.read_bytes()[:-1] + b"x")
    with pytest.raises(ExportError, match="not as it was written"):
        import_of(full, tmp_path)
    assert not (tmp_path / "target").exists()


def test_rows_that_are_not_those_promised_make_no_warehouse(full, tmp_path):
    manifest = json.loads((full / "manifest.json").read_text())
    manifest["files"] = [one for one in manifest["files"] if one["relation"] != "core.article_texts"]
    (full / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(NotImported, match="checks failed"):
        import_of(full, tmp_path)
    assert list((tmp_path / "target").iterdir()) == []


def test_a_warehouse_that_is_there_is_never_replaced(full, file, tmp_path):
    before = file.read_bytes()
    with pytest.raises(NotImported, match="already"):
        import_export(full, file, now=NOW, duckdb_version=duckdb_version())
    assert file.read_bytes() == before


def test_an_export_of_a_newer_smewatch_or_of_an_edited_schema_is_refused(file, tmp_path):
    for change, refusal in (("version = 9000 where version = 13", SchemaTooNew), ("sha256 = 'x'", MigrationEdited)):
        connection_file = shutil.copy(file, tmp_path / "changed.duckdb")
        with open_warehouse(connection_file, now=NOW) as warehouse:
            warehouse.query(f"update ops.schema_migrations set {change}")
            export(warehouse, tmp_path / "newer", "full", now=NOW)
        with pytest.raises(refusal):
            import_of(tmp_path / "newer", tmp_path)


@pytest.mark.parametrize("n_steps", [6, len(migrations()) - 1])
def test_an_export_of_an_earlier_schema_is_migrated(tmp_path, n_steps):
    def fill(connection):
        apply(connection, migrations()[:n_steps], NOW)
        connection.execute(
            "insert into raw.feeds by name select 'f' feed_id, 'u' url, '' title, 'O' outlet, "
            "timestamptz '2026-11-01' added_at, timestamptz '2026-11-01' changed_at, true is_active"
        )
        export(Warehouse(connection), tmp_path / "old", "full", now=NOW)

    create(tmp_path / "old.duckdb", fill)
    target = import_of(tmp_path / "old", tmp_path)
    with open_for_reading(target) as warehouse:
        assert warehouse.query("select outlet from raw.feeds").rows == [("O",)]
        assert warehouse.schema_version() == migrations()[-1].version


def test_the_commands_say_what_they_did(file, tmp_path):
    (tmp_path / "var").mkdir()
    file.rename(tmp_path / "var" / "warehouse.duckdb")
    run = QuickCli(tmp_path)
    done = run("export", "out", "--format", "full")
    assert (done.returncode, done.stdout.count("written, 0 removed")) == (0, 1), done.stderr
    assert " 0 written" in run("export", "out", "--format", "full").stdout
    assert "as they were exported" in run("import", "out", "--data-dir", "again").stdout
    assert "already" in run("import", "out", "--data-dir", "again").stderr
