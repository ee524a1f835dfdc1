"""SMEWATCH_WAREHOUSE: where the warehouse is, a file or a lake."""

from pathlib import Path

import pytest

from flows.demonstration import fresh_settings
from flows.knobs import knobs
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


IN_BUCKET = "ducklake:postgres:dbname=news data_path=s3://bucket/news"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "their id",
    "AWS_SECRET_ACCESS_KEY": "their secret",
    "AWS_SESSION_TOKEN": "their token",
}


@pytest.fixture
def told_to_all(monkeypatch):
    """What the environment tells every program of S3."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.test:9000/")


def test_a_bucket_is_reached_as_every_program_is_told(told_to_all):
    store = load_settings(warehouse=IN_BUCKET).warehouse.store
    assert (store.key_id, store.secret, store.session_token) == tuple(SECRETS.values())
    assert (store.region, store.endpoint, store.url_style) == ("eu-north-1", "http://store.test:9000", "")


def test_what_is_told_of_s3_concerns_no_warehouse_elsewhere(told_to_all, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "no endpoint")
    for elsewhere in ("news.duckdb", LAKE):
        assert load_settings(warehouse=elsewhere).s3_secret.get_secret_value() == ""


def test_names_for_s3_alone_and_our_own_count_before_those_for_all(told_to_all, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://s3.test")
    monkeypatch.setenv("SMEWATCH_S3_REGION", "eu-west-1")
    store = load_settings(warehouse=IN_BUCKET, s3_url_style="vhost").warehouse.store
    assert (store.region, store.endpoint, store.url_style) == ("eu-west-1", "http://s3.test", "vhost")


def test_keys_of_ours_are_not_mixed_with_a_token_of_theirs(told_to_all, monkeypatch):
    monkeypatch.setenv("SMEWATCH_S3_KEY_ID", "our id")
    monkeypatch.setenv("SMEWATCH_S3_SECRET", "our secret")
    store = load_settings(warehouse=IN_BUCKET).warehouse.store
    assert (store.key_id, store.secret, store.session_token) == ("our id", "our secret", "")


def test_keys_are_in_no_dump_and_a_schedule_finds_them_again(told_to_all):
    settings = load_settings(warehouse=IN_BUCKET)
    shown = f"{settings!r} {settings.model_dump(mode='json')} {[knob.value for knob in knobs(settings)]}"
    assert not [secret for secret in SECRETS.values() if secret in shown]
    assert Settings(**settings.model_dump(mode="json")) == settings
    assert {knob.origin for knob in knobs(settings) if knob.name.startswith("s3_")} == {"environment", "default"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S3_ENDPOINT", "https://id:secret@store.test"),
        ("S3_ENDPOINT", "store.test"),
        ("WAREHOUSE", IN_BUCKET.replace("bucket", "id:secret@bucket")),
        ("WAREHOUSE", f"{IN_BUCKET}?s3_secret_access_key=hush"),
    ],
)
def test_what_a_refused_place_may_hold_is_not_told(name, value, monkeypatch):
    monkeypatch.setenv(f"SMEWATCH_{name}", value)
    with pytest.raises(SettingsError, match=f"SMEWATCH_{name} = ") as refusal:
        load_settings()
    assert "secret@" not in str(refusal.value)
    assert "hush" not in str(refusal.value)


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
