import json
import math

import pytest

from warehouse.errors import BadQuestion
from warehouse.opening import open_for_reading, open_warehouse
from warehouse.rows import Table


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("null", None),
        ("true", True),
        ("7", 7),
        ("1.5::decimal(4, 1)", 1.5),
        ("sum(3)", 3),
        ("2.5::double", 2.5),
        ("'nan'::double", None),
        ("'text'", "text"),
        ("timestamptz '2026-11-18 09:00:00+09'", "2026-11-18T00:00:00Z"),
        ("timestamp '2026-11-18 09:00:00'", "2026-11-18T09:00:00"),
        ("date '2026-11-18'", "2026-11-18"),
        ("time '10:30:00'", "10:30:00"),
        ("interval 90 minutes", 5400.0),
        ("interval 2 months", "P2MT0S"),
        ("'ab'::blob", "YWI="),
        ("['JP', 'VN']", ["JP", "VN"]),
        ("{a: 1, b: ['x']}", {"a": 1, "b": ["x"]}),
        ("map {'gone': 2}", {"gone": 2}),
        ("map {1: 2}", {"1": 2}),
        ("'{\"a\": 1}'::json", '{"a": 1}'),
        ("'1b4e28ba-2fa1-11d2-883f-0016d3cca427'::uuid", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
    ],
)
def test_every_type_becomes_a_plain_value(empty, expression, plain):
    answer = empty.query(f"select {expression} as value")
    assert answer == Table(("value",), [(plain,)])
    json.dumps(answer.rows, allow_nan=False)


def test_an_answer_is_cut_and_says_so(empty):
    assert empty.query("from range(100) as t(n)", max_rows=2) == Table(("n",), [(0,), (1,)], is_cut=True)
    assert empty.query("from range(2) as t(n)", max_rows=2).is_cut is False
    assert empty.query("select 1 as one").is_cut is False


def test_the_last_of_several_statements_is_answered(empty):
    sql = """
        create temp table t as select 1 as a; -- with comments; and semicolons
        from t;
        select a + 1 as b from t -- and no end
    """
    assert empty.query(sql) == Table(("b",), [(2,)])


def test_an_earlier_question_that_was_cut_does_not_block_the_next(empty):
    empty.query("from range(1_000_000)", max_rows=1)
    assert empty.query("select 1 as one").rows == [(1,)]


@pytest.mark.parametrize("nothing", ["", "  ", "-- only a comment"])
def test_no_statement_is_an_empty_answer(empty, nothing):
    assert empty.query(nothing) == Table((), [])


@pytest.mark.parametrize("sql", ["selct 1", "from mart.nothing", "select 1/'x'::int", "from range(1); selct"])
def test_a_wrong_question_is_answered_with_duckdbs_words(empty, sql):
    with pytest.raises(BadQuestion, match="Error"):
        empty.query(sql)


def test_a_question_does_not_see_our_variables(empty):
    rows = math.pi
    with pytest.raises(BadQuestion, match="rows"):
        empty.query("from rows")
    assert rows == math.pi


@pytest.mark.parametrize(
    "sql", ["delete from core.articles", "drop view mart.articles", "insert into ops.runs (run_id) values ('x')"]
)
def test_a_reader_asks_and_changes_nothing(path, cases, sql):
    with open_warehouse(path, now=cases.now):
        pass
    with open_for_reading(path) as warehouse, pytest.raises(BadQuestion, match="read-only"):
        warehouse.query(sql)


def test_a_failed_check_shows_at_most_twenty_rows(filled):
    filled.query("insert into core.article_urls select 'x' || n, 'nobody', 'redirect', now() from range(50) as t(n)")
    failed = filled.failed_checks()
    assert list(failed) == ["rows_have_parents"]
    assert (len(failed["rows_have_parents"].rows), failed["rows_have_parents"].is_cut) == (20, True)
