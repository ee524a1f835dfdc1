"""A lake whose files lie in a bucket: the rows of a file, whoever writes at once; words for all that goes wrong."""

import json

import pytest

from tests.warehouse import example_warehouse
from tests.warehouse.lake_tools import answer, free_port, lake_servers, new_lake, start
from warehouse.sql import migrations

TWO_BATCHES = """
def store(at, *numbers):
    with open_warehouse(at, now=cases.NOW) as warehouse:
        for number in numbers:
            batch = cases.batch(12, batch_id=f"b{number}", run_id=f"r{number}", start=number % 10 * 13)
            cases.begin(warehouse, batch.run_id)
            warehouse.store_batch(batch)
            warehouse.finish_run(batch.run_id, "completed", None, cases.NOW)

"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """The port of a PostgreSQL, and an object store."""
    with lake_servers(tmp_path_factory.mktemp("store") / "log") as both:
        yield both


@pytest.fixture(scope="module")
def with_keys(servers):
    """The environment of a program with the right keys."""
    return servers[1].environment


def test_two_processes_at_once_lose_and_double_nothing_and_the_nightly_maintenance_neither(
    servers, with_keys, tmp_path
):
    lake = new_lake(servers[0], "two", "s3://news/all/two")
    # The articles of batches 1 and 11 are the same, as those of 2 and 12 are.
    both = ("1, 2", "11, 12")
    writers = [start(TWO_BATCHES + f"store(address, {numbers})\nprint(1)", lake, **with_keys) for numbers in both]
    for writer in writers:
        answer(writer)
    look = f"""
from datetime import UTC, datetime, timedelta
from warehouse.compacting import compact

def state():
    with open_warehouse(address, now=cases.NOW) as lake:
        n_files = lake.query(f"select count(*) from glob('{{address.data}}/**')").rows[0][0]
        return [rows(lake), lake.failed_checks(), lake.schema_version()], n_files

states = [state()]
compact(address, now=datetime.now(UTC) + timedelta(days=3))
states.append(state())
file = Path({str(tmp_path / "file.duckdb")!r})
store(file, 1, 2, 11, 12)
with open_warehouse(file, now=cases.NOW) as calm:
    print(json.dumps([*states, rows(calm)]))
"""
    *states, expected = answer(start(TWO_BATCHES + look, lake, **with_keys))
    assert len(expected["core.articles"]) == 24
    assert [state for state, _ in states] == [[expected, {}, migrations()[-1].version]] * 2
    (_, before), (_, after) = states
    assert 0 < after < before


def test_every_example_gives_the_same_answer_as_on_a_file(servers, with_keys, share):
    ask = f"""
from warehouse.example_queries import example_queries
from warehouse.opening import open_for_reading
file = Path({str(example_warehouse.once(share))!r})

def answers(at):
    with open_for_reading(at) as warehouse:
        found = {{one.name: list(map(repr, warehouse.query(one.sql).rows)) for one in example_queries()}}
        return found, warehouse.failed_checks()

with open_warehouse(address, now=cases.NOW) as lake:
    # All rows of a table at once: by the store it would be some 4,000 requests, which other tests make.
    tables = "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database()"
    lake._connection.execute(f"attach '{{file}}' as file (read_only)")
    for table, in lake.query(tables).rows:
        lake._connection.execute(f"delete from {{table}}")
        lake._connection.execute(f"insert into {{table}} by name from file.{{table}}")
print(json.dumps([answers(address), answers(file)]))
"""
    there, here = answer(start(ask, new_lake(servers[0], "examples", "s3://news/examples"), **with_keys))
    assert there == here


WHAT_GOES_WRONG = """
from dataclasses import replace
from warehouse import lakes
from warehouse.errors import WarehouseError
from warehouse.opening import open_for_reading

def told(data=address.data, **changes):
    wrong = replace(address, data=data, store=replace(address.store, **changes))
    try:
        with open_for_reading(wrong, wait_s=0):
            return "opened"
    except WarehouseError as problem:
        return f"{type(problem).__name__}: {problem}"

with open_warehouse(address, now=cases.NOW):
    pass
found = [
    told(),
    told(secret="'; drop schema core; --"),
    told(key_id="nobody"),
    told(session_token=""),
    told(secret=""),
    told(data="s3://nowhere/wrong"),
    told(endpoint=f"http://127.0.0.1:{closed_port}"),
]
real = lakes.find_spec
lakes.find_spec = lambda name: None if name.endswith("httpfs") else real(name)
print(json.dumps([*found, told()]))
"""


def test_what_goes_wrong_is_told_in_words_that_say_what_to_do_and_no_secret(servers, with_keys):
    lake = new_lake(servers[0], "wrong", "s3://news/wrong")
    found = answer(start(f"closed_port = {free_port()}\n{WHAT_GOES_WRONG}", lake, **with_keys))
    fine, secret, key_id, token, none, bucket, endpoint, httpfs = found
    assert fine == "opened"
    for words, code in ((secret, "SignatureDoesNotMatch"), (key_id, "InvalidAccessKeyId"), (token, "Invalid")):
        assert words.startswith(f"StoreSilent: The lake's files in s3://news/wrong cannot be reached ({code}")
        assert "Look at the keys (SMEWATCH_S3_KEY_ID" in words
    assert none.startswith("NoLake: s3://news/wrong needs keys: set SMEWATCH_S3_KEY_ID")
    assert "s3://nowhere/wrong cannot be reached (NoSuchBucket" in bucket
    assert "Make the bucket" in bucket
    assert "Look at the endpoint (http://127.0.0.1:" in endpoint
    assert httpfs.startswith("NoLake: A lake needs DuckDB's extension httpfs")
    assert "duckdb-extension-httpfs" in httpfs
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert with_keys[name] not in json.dumps(found)
