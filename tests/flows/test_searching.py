"""The search index follows the warehouse: added, revised, dropped; killed, damaged, lost."""

import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows import retiring, searching
from flows.publish import publish
from flows.retiring import months_before, retire_texts
from flows.searching import Filters, bring_in_step, search
from flows.settings import Settings
from flows.steps.search.index import open_index
from tests.flows.tools import QuickCli
from tests.warehouse import example_warehouse
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EVERYTHING = Filters()


@pytest.fixture(scope="module")
def invented(share):
    return example_warehouse.once(share)


@pytest.fixture
def data(invented, tmp_path):
    given = Settings(data_dir=tmp_path / "var")
    given.data_dir.mkdir()
    shutil.copy(invented, given.warehouse)
    publish(given)
    return given


def change(data, sql):
    with open_warehouse(data.warehouse, now=NOW) as warehouse:
        warehouse.query(sql)
    publish(data)


def indexed(data):
    with open_index(data.search_file) as index:
        return index.versions()


def wanted(data):
    with open_warehouse(data.warehouse, now=NOW) as warehouse:
        return warehouse.searchable_versions()


def titles(data, question, filters=EVERYTHING):
    return [one.article.title for one in search(data, question, filters, 500).found]


def test_the_index_holds_every_article_once_and_then_nothing_is_done(data):
    assert bring_in_step(data) == len(wanted(data))
    assert indexed(data) == wanted(data)
    assert bring_in_step(data) == 0


def test_what_is_added_revised_and_dropped_follows(data):
    bring_in_step(data)
    change(data, "update core.article_texts set text = 'Quokkas met.', text_hash = 'q' where article_id = "
                 "(select min(article_id) from core.articles) and is_latest")  # fmt: skip
    assert len(titles(data, "quokkas")) == 1
    change(data, "update core.article_texts set text = null where text = 'Quokkas met.'")
    assert titles(data, "quokkas") == []
    assert indexed(data) == wanted(data)


def test_an_index_that_is_lost_damaged_or_worn_is_made_again(data, monkeypatch):
    before = titles(data, "forum")
    data.search_file.unlink()
    assert titles(data, "forum") == before
    content = bytearray(data.search_file.read_bytes())
    content[8192:] = b"\x00" * (len(content) - 8192)
    data.search_file.write_bytes(content)
    assert titles(data, "forum") == before
    monkeypatch.setattr(
        searching.SearchIndex, "is_worn", lambda index: index.fact("state") and index.n_articles() > 1
    )
    change(data, "update core.article_texts set text_hash = 'other' where article_id = "
                 "(select min(article_id) from core.articles) and is_latest")  # fmt: skip
    assert titles(data, "forum") == before


def test_a_kill_while_indexing_costs_nothing(data, monkeypatch):
    program = (
        "import sys; from flows import searching; from flows.settings import Settings; searching._CHUNK = 5\n"
        "print('ready', flush=True); searching.bring_in_step(Settings(data_dir=sys.argv[1]))"
    )
    chance = random.Random(12)
    for _ in range(3):
        command = [sys.executable, "-c", program, str(data.data_dir)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            time.sleep(chance.uniform(0.05, 0.5))
            process.kill()
    bring_in_step(data)
    assert indexed(data) == wanted(data)
    assert titles(data, "forum")


def test_filters_are_those_of_the_warehouse(data):
    found = search(data, "small firms", Filters(NOW - timedelta(days=40), True, "forum", "VN"), 500).found
    assert found
    for one in found:
        assert one.article.counted_at >= NOW - timedelta(days=40)
        assert (one.article.is_relevant, one.article.kind, "VN" in one.article.countries) == (True, "forum", True)
    everything = search(data, "small firms", EVERYTHING, 500).found
    assert len(found) < len(everything)
    assert [one.rank for one in everything] == sorted((one.rank for one in everything), reverse=True)


def test_the_macro_in_sql_finds_what_the_index_finds(data):
    with open_warehouse(data.warehouse, now=NOW) as warehouse:
        for question in ("forum türkiye", "small KENYA", "rain harbour", "nothing like it", ""):
            found = warehouse.query(f"select article_id from mart.search('{question}')").rows
            answer = search(data, question, EVERYTHING, 500)
            assert {row[0] for row in found} == {one.article.article_id for one in answer.found}


def test_the_command_answers_anything_in_words_and_in_json(data, tmp_path):
    run = QuickCli(tmp_path)
    assert "Türkiye" in run("search", "turkiye", "forum", "--relevant").stdout
    lines = run(
        "search", "small firms", "--economy", "jp", "--kind", "forum", "--json", "-n", "3"
    ).stdout.splitlines()
    assert len(lines) == 3
    assert all("JP" in json.loads(line)["countries"] for line in lines)
    for words in ('"', "'; drop table", "🙂", "( AND", "--", ""):
        done = run("search", "--", words)
        assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    assert "found" in run("search", "quokka").stdout.lower()


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [("2026-05-31", 3, "2026-02-28"), ("2028-05-31", 3, "2028-02-29"), ("2026-11-23", 12, "2025-11-23"),
     ("2026-01-31", 3, "2025-10-31"), ("2026-12-15", 24, "2024-12-15"), ("2026-03-30", 13, "2025-02-28")],
)  # fmt: skip
def test_months_before(moment, months, expected):
    assert months_before(datetime.fromisoformat(moment), months) == datetime.fromisoformat(expected)


def test_after_their_months_texts_go_and_everything_else_stays(data):
    bring_in_step(data)
    assert (retire_texts(data, NOW), titles(data, "agreed to meet again") != []) == (0, True)
    short = data.model_copy(update={"text_months": 3})
    before = everything_but_texts(data)
    n_dropped = retire_texts(short, NOW)
    assert n_dropped > 50
    assert retire_texts(short, NOW) == 0
    with open_warehouse(data.warehouse, now=NOW) as warehouse:
        left = warehouse.query(
            "select max(fetched_at) < '2026-08-23', count(*) from core.article_texts where text is null"
        ).rows
        noted = warehouse.query("select n_texts, fetched_before_at from ops.text_retirements").rows
        assert warehouse.failed_checks() == {}
    assert left == [(True, n_dropped)]
    assert noted == [(n_dropped, "2026-08-23T00:00:00Z")]
    assert everything_but_texts(data) == before
    with_text = {one.article.article_id for one in search(data, "agreed to meet again", EVERYTHING, 500).found}
    by_title = {one.article.article_id for one in search(data, "small firms", EVERYTHING, 500).found}
    assert by_title - with_text


def everything_but_texts(data):
    with open_warehouse(data.warehouse, now=NOW) as warehouse:
        kept = {table: "select *" for table in warehouse.base_tables() if table != "ops.text_retirements"}
        kept["core.article_texts"] = "select * exclude (text)"
        return {table: sorted(warehouse.query(f"{what} from {table}").rows, key=repr) for table, what in kept.items()}


def test_a_text_that_was_dropped_is_not_stored_again(data):
    short = data.model_copy(update={"text_months": 3})
    retire_texts(short, NOW)
    with open_warehouse(data.warehouse, now=NOW) as warehouse:
        counted = "select count(*), count(text) from core.article_texts"
        before = warehouse.query(counted).rows
        for number in range(2):
            warehouse.store_batch(replace(batch_again(), batch_id=f"again{number}"))
        assert warehouse.query(counted).rows == before


def batch_again():
    from warehouse.rows import Batch

    reports = [one for one in example_warehouse._reports(random.Random(47)) if one.seen_at < NOW]
    texts = tuple(example_warehouse._text(one) for one in reports[:40])
    return Batch("again", "run00", NOW, texts=texts)


def test_without_a_warehouse_there_is_nothing_to_do(tmp_path):
    empty = Settings(data_dir=tmp_path / "none", text_months=3)
    assert (bring_in_step(empty), retire_texts(empty, NOW)) == (0, 0)
    assert not empty.data_dir.exists()
    assert retiring.retire_texts(empty, NOW) == 0
