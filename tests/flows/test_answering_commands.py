"""Commands that answer: `sql` from the warehouse, `classify` and `evaluate` from a model; or a sentence says why."""

import csv
import gzip
import io
import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.flows.tools import QuickCli, loaded, said_in_a_sentence
from warehouse.opening import open_warehouse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

# --- SQL ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """`smewatch` in a folder that holds an empty warehouse."""
    folder = tmp_path_factory.mktemp("asking")
    with open_warehouse(folder / "var" / "warehouse.duckdb", now=NOW):
        pass
    return QuickCli(folder)


QUESTION = "select 1 as n, 'a, \"b\"' as said, null as nothing, timestamptz '2026-11-20 12:00:00+09' as at"


def test_sql_prints_a_table(asking):
    header, row = asking("sql", QUESTION).stdout.splitlines()
    assert header.split() == ["n", "said", "nothing", "at"]
    assert row.split() == ["1", "a,", '"b"', "2026-11-20T03:00:00Z"]


def test_sql_prints_csv(asking):
    read = list(csv.reader(io.StringIO(asking("sql", "--csv", QUESTION).stdout)))
    assert read == [["n", "said", "nothing", "at"], ["1", 'a, "b"', "", "2026-11-20T03:00:00Z"]]


def test_sql_prints_a_json_object_a_row(asking):
    done = asking("sql", "--json", QUESTION + " union all " + QUESTION)
    expected = {"n": 1, "said": 'a, "b"', "nothing": None, "at": "2026-11-20T03:00:00Z"}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [expected, expected]


def test_columns_of_one_name_are_refused_where_json_would_lose_all_but_one(asking):
    question = "select 1 as a, 2 as a, 3 as b"
    assert "columns called a: rename" in said_in_a_sentence(asking("sql", "--json", question), 1)
    assert asking("sql", "--csv", question).stdout == "a,a,b\n1,2,3\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--data-dir", "taken/x"),
        ("sql", "select 1", "--data-dir", "taken/x"),
        ("search", "firms", "--data-dir", "taken/x"),
        ("export", "taken/x"),
        ("dictionary", "--out", "taken/x"),
        ("sql", "-f", "taken"),
    ],
    ids=" ".join,
)
def test_a_file_or_folder_that_cannot_be_used_is_named(arguments, asking):
    (asking.folder / "taken").write_bytes(b"\xff\xfe")
    assert "Error: taken" in said_in_a_sentence(asking(*arguments), 1)


def test_sql_reads_a_file(asking):
    (asking.folder / "question.sql").write_text("-- A comment.\n" + QUESTION + ";\n")
    for form in ("--csv", "--json"):
        assert asking("sql", form, "-f", "question.sql").stdout == asking("sql", form, QUESTION).stdout


def test_a_long_table_is_cut_and_says_so_and_csv_is_not(asking):
    question = "select * from range(250)"
    table = asking("sql", question)
    assert len(table.stdout.splitlines()) == 1 + 200
    assert "--csv" in table.stderr
    assert len(asking("sql", "--csv", question).stdout.splitlines()) == 1 + 250


@pytest.mark.parametrize(
    ("question", "named"),
    [("selct 1", "selct"), ("select * from mart.no_such_view", "no_such_view"), ("select 1/'x'", "x")],
)
def test_wrong_sql_ends_with_a_sentence(question, named, asking):
    done = asking("sql", question)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert named in done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "delete from core.articles",
        "insert into ops.runs (run_id, flow, started_at, status) values ('x', 'x', now(), 'running')",
        "create table mart.mine as select 1",
        "drop view mart.articles",
    ],
)
def test_sql_changes_nothing_in_the_warehouse(statement, asking):
    done = asking("sql", statement)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "read-only" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("select 1", "-f", "question.sql")], ids=["neither", "both"])
def test_sql_wants_a_query_or_a_file(arguments, asking):
    (asking.folder / "question.sql").write_text("select 1")
    said_in_a_sentence(asking("sql", *arguments), 2)


def test_without_a_warehouse_sql_says_how_to_get_one(quick):
    assert "smewatch run" in said_in_a_sentence(quick("sql", "select 1"), 1)


def test_the_queries_the_demo_recommends_run(asking):
    from flows.reports import DEMO_QUERIES

    for query in DEMO_QUERIES:
        done = asking("sql", query)
        assert done.returncode == 0, done.stderr


def test_the_queries_a_digest_shows_run(asking):
    from flows.briefing import queries_of
    from flows.steps.digests.weeks import IsoWeek

    for query in queries_of(IsoWeek.at(NOW, ZoneInfo("Asia/Tokyo")), ZoneInfo("Asia/Tokyo"), NOW):
        done = asking("sql", query.sql)
        assert done.returncode == 0, done.stderr


# --- Judging --------------------------------------------------------------------------------------------------------

TEXT = {
    "id": "a1",
    "title": "Kazakh and Turkish chambers open desks for small firms",
    "text": "The chambers of commerce of Almaty and Bursa signed a cooperation agreement. Each will keep a desk for "
    "small and medium-sized enterprises in the other's building, look for partners and hold matchmaking meetings. "
    * 3,
    "language": "en",
}
OTHER = {"id": 7, "title": "Rain", "text": "Rain is expected in the north on Thursday, with wind from the west. " * 8}


@pytest.fixture(scope="module")
def judging(with_model, tmp_path_factory):
    """`smewatch` in a folder that has a model."""
    folder = tmp_path_factory.mktemp("judging")
    with_model(folder / "var")
    return QuickCli(folder)


def write(folder, *some, name="some.jsonl"):
    (folder / name).write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in some))
    return name


def test_classify_writes_a_line_for_each_text_in_order(judging):
    done = judging("classify", write(judging.folder, TEXT, "\n", OTHER))
    assert done.returncode == 0, done.stderr
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert (first["id"], second["id"]) == ("a1", 7)
    for answer in (first, second):
        assert {"id", "score", "relevant", "kind", "countries", "why"} <= set(answer)
        assert 0 <= answer["score"] <= 1
        assert isinstance(answer["relevant"], bool)
        assert all(re.fullmatch(r"[A-Z]{2}", code) for code in answer["countries"])
    assert (first["relevant"], second["relevant"]) == (True, False)
    assert set(first["countries"]) == {"KZ", "TR"}
    whole = f"{TEXT['title']}\n{TEXT['text']}"
    assert first["why"]
    assert all(one["phrase"] in whole for one in first["why"])


def test_classify_writes_to_a_file(judging):
    name = write(judging.folder, TEXT)
    assert judging("classify", name, "-o", "out.jsonl").stdout == ""
    assert (judging.folder / "out.jsonl").read_text() == judging("classify", name).stdout


def test_classify_of_nothing_is_nothing(judging):
    done = judging("classify", write(judging.folder))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("command", ["classify", "evaluate"])
@pytest.mark.parametrize(
    "bad",
    ["{not json}\n", '"a text"\n', json.dumps({"id": 1}) + "\n", json.dumps({"id": 1, "text": 7}) + "\n"],
    ids=["no json", "no object", "no text", "text is a number"],
)
def test_a_bad_line_is_named_by_its_number(command, bad, judging):
    labelled = TEXT | {"label": 1, "kind": "agreement"}
    done = judging(command, write(judging.folder, labelled, "\n", bad))
    assert "line 3" in said_in_a_sentence(done, 1)


def test_evaluate_leaves_out_the_borderline(judging):
    texts = [TEXT | {"label": 1, "kind": "agreement"}, OTHER | {"label": 0, "kind": "general"}]
    unsure = OTHER | {"id": "unsure", "label": -1, "kind": "general"}
    done = judging("evaluate", write(judging.folder, *texts, unsure), "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["texts"], answer["relevant"], answer["left_out"]) == (2, 1, 1)
    assert {"average_precision", "precision", "recall", "threshold"} <= set(answer)
    for_people = judging("evaluate", write(judging.folder, *texts, unsure)).stdout
    assert "average precision" in for_people.lower()


@pytest.mark.parametrize("label", [{}, *({"label": bad} for bad in (3, "yes", True, 1.0, [1]))], ids=repr)
def test_evaluate_wants_a_label(label, judging):
    done = judging("evaluate", write(judging.folder, TEXT | {"label": 1}, TEXT | label))
    assert "line 2" in said_in_a_sentence(done, 1)


@pytest.mark.parametrize("command", ["classify", "stories", "evaluate"])
def test_a_file_that_is_no_utf_8_is_named(command, judging):
    (judging.folder / "latin.jsonl").write_bytes(b'{"id": 1, "text": "caf\xe9"}\n')
    assert "latin.jsonl cannot be read: 'utf-8'" in said_in_a_sentence(judging(command, "latin.jsonl"), 1)


def test_background_that_is_not_the_gzip_it_is_called_is_named(judging):
    for content in (b"{}", gzip.compress(b"{}" * 99)[:-9]):
        (judging.folder / "background.gz").write_bytes(content)
        done = judging("evaluate", write(judging.folder, TEXT | {"label": 1}), "--background", "background.gz")
        assert "background.gz cannot be read" in said_in_a_sentence(done, 1)


def test_evaluate_of_nothing_is_told(judging):
    said_in_a_sentence(judging("evaluate", write(judging.folder, TEXT | {"label": -1})), 1)


@pytest.mark.parametrize("command", ["classify", "evaluate"])
def test_a_folder_that_is_no_model_is_told(command, judging):
    (judging.folder / "empty").mkdir(exist_ok=True)
    name = write(judging.folder, TEXT | {"label": 1})
    said_in_a_sentence(judging(command, name, "--model", "empty"), 1)


@pytest.mark.parametrize("command", ["classify", "evaluate"])
def test_a_file_that_is_not_there_is_told(command, judging):
    said_in_a_sentence(judging(command, "nowhere.jsonl"), 2)


def test_judging_needs_neither_prefect_nor_a_warehouse(with_model, tmp_path):
    with_model(tmp_path / "var")
    assert loaded(tmp_path, ["classify", write(tmp_path, TEXT)], {"prefect", "trafilatura", "aiohttp"}) == []
    assert not (tmp_path / "var" / "warehouse.duckdb").exists()
