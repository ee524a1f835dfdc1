"""Where a warehouse is, as people write it."""

from dataclasses import replace
from pathlib import Path

import pytest

from warehouse.addresses import LakeAddress, ObjectStore, is_there, parse_address

LAKE = "ducklake:postgres:host=db.test port=5433 dbname=news user=smewatch data_path=/srv/news"


def test_anything_else_than_a_lake_is_a_file(tmp_path):
    assert parse_address("var/news.duckdb") == Path("var/news.duckdb")
    assert not is_there(tmp_path / "news.duckdb")
    assert is_there(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        LAKE,
        "ducklake:postgres:data_path=/srv/news host=db.test port=5433 dbname=news user=smewatch",
        "ducklake:postgres:host=db.test port=5433 data_path='/srv/news' dbname=news user=smewatch",
    ],
)
def test_a_lake_is_a_catalogue_and_a_folder_in_any_order(text):
    assert parse_address(text) == LakeAddress("host=db.test port=5433 dbname=news user=smewatch", "/srv/news")


def test_a_folder_with_a_blank_stands_in_quotes_and_an_address_can_be_read_again():
    lake = parse_address("ducklake:postgres:dbname=news data_path='/srv/all news'")
    assert lake == LakeAddress("dbname=news", "/srv/all news")
    assert parse_address(str(lake)) == lake


def test_a_lake_may_lie_in_a_bucket_and_how_that_is_reached_is_never_written():
    lake = parse_address("ducklake:postgres:dbname=news data_path=s3://some.bucket-1/all/news_2026/")
    assert lake == LakeAddress("dbname=news", "s3://some.bucket-1/all/news_2026")
    assert lake.is_in_store
    assert not parse_address(LAKE).is_in_store
    keys = ObjectStore(key_id="an id", secret="a secret", session_token="a token")
    with_keys = replace(lake, store=keys)
    assert str(with_keys) == str(lake)
    assert not [word for word in ("an id", "a secret", "a token") if word in f"{with_keys!r} {keys!r}"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ducklake:news.ducklake", "is no lake we know"),
        ("ducklake:postgres:dbname=news", "data_path=/srv/news"),
        ("ducklake:postgres:dbname=news data_path=news", "absolute folder"),
        ("ducklake:postgres:dbname=news data_path=gs://bucket/news", "absolute folder"),
        ("ducklake:postgres:dbname=news data_path=s3://", "a place in a bucket as s3://bucket/prefix"),
        ("ducklake:postgres:dbname=news data_path='s3://bucket/all *'", "letters, digits and . _ = - alone"),
        ("ducklake:postgres:dbname=news data_path=s3://id:secret@bucket/news", "keys are settings of their own"),
        ("ducklake:postgres:dbname=news data_path=s3://bucket/?s3_secret_access_key=secret", "keys are settings"),
        (f"{LAKE} password=secret", "~/.pgpass"),
    ],
)
def test_a_lake_that_cannot_be_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words) as refusal:
        parse_address(text)
    assert "secret" not in str(refusal.value)
