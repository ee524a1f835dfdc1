"""SMEWATCH_WAREHOUSE: where the warehouse is, a file or a lake."""

from pathlib import Path

import pytest

from flows.demonstration import fresh_settings
from flows.settings import Settings, SettingsError, load_settings
from warehouse.addresses import LakeAddress
from warehouse.errors import NeedsAFile

LAKE = "ducklake:postgres:host=db.test dbname=news user=smewatch data_path=/srv/news"


def test_by_default_it_is_a_file_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("SMEWATCH_WAREHOUSE", raising=False)
    assert load_settings(data_dir=tmp_path).warehouse == tmp_path / "warehouse.duckdb"


def test_it_may_be_another_file_or_a_lake(tmp_path, monkeypatch):
    monkeypatch.setenv("SMEWATCH_WAREHOUSE", "elsewhere/news.duckdb")
    assert load_settings(data_dir=tmp_path).warehouse_file == Path("elsewhere/news.duckdb")
    monkeypatch.setenv("SMEWATCH_WAREHOUSE", LAKE)
    settings = load_settings(data_dir=tmp_path)
    assert settings.warehouse == LakeAddress("host=db.test dbname=news user=smewatch", "/srv/news")
    with pytest.raises(NeedsAFile, match="names a lake"):
        _ = settings.warehouse_file


@pytest.mark.parametrize("given", [LAKE, "news.duckdb"])
def test_a_schedule_keeps_it(tmp_path, given):
    settings = Settings(data_dir=tmp_path, warehouse=given)
    assert Settings(**settings.model_dump(mode="json")) == settings


def test_a_wrong_one_is_told_in_words_and_a_password_is_not_told(monkeypatch):
    monkeypatch.setenv("SMEWATCH_WAREHOUSE", f"{LAKE} password=secret")
    with pytest.raises(SettingsError, match=r"SMEWATCH_WAREHOUSE = \(not shown\): .*pgpass") as refusal:
        load_settings()
    assert "secret" not in str(refusal.value)


def test_the_demo_keeps_its_invented_articles_to_itself(tmp_path):
    here = fresh_settings(Settings(data_dir=tmp_path, warehouse=LAKE))
    assert here.warehouse_file == tmp_path / "demo" / "warehouse.duckdb"


def test_a_copy_with_another_data_folder_has_its_warehouse_there(tmp_path):
    assert Settings(data_dir=tmp_path).model_copy(update={"data_dir": tmp_path / "b"}).warehouse == (
        tmp_path / "b" / "warehouse.duckdb"
    )


def test_a_warehouse_that_was_named_stays_where_it_is(tmp_path):
    named = Settings(data_dir=tmp_path, warehouse=tmp_path / "news.duckdb")
    assert named.model_copy(update={"data_dir": tmp_path / "b"}).warehouse == tmp_path / "news.duckdb"


def test_settings_of_scheduled_runs_mean_the_same_in_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = Settings(data_dir="data", feeds_file="feeds.csv", warehouse="news.duckdb").everywhere()
    assert given.data_dir == tmp_path / "data"
    assert given.feeds_file == tmp_path / "feeds.csv"
    assert given.warehouse == tmp_path / "news.duckdb"
    assert Settings(data_dir="data").everywhere().warehouse == tmp_path / "data" / "warehouse.duckdb"
