from datetime import timedelta

import pytest

from warehouse.errors import UnknownRow


def runs(warehouse):
    return warehouse.query("select run_id, status, ended_at, detail from ops.runs order by started_at, run_id").rows


def test_a_run_begins_and_ends(empty, cases):
    empty.begin_run("r1", "ingest", cases.now)
    assert runs(empty) == [("r1", "running", None, None)]
    empty.finish_run("r1", "completed", "4 articles", cases.now + timedelta(minutes=2))
    assert runs(empty) == [("r1", "completed", "2026-11-18T09:02:00Z", "4 articles")]
    assert empty.query("select duration_s from mart.runs").rows == [(120.0,)]


def test_a_run_begun_twice_is_one_run(empty, cases):
    empty.begin_run("r1", "ingest", cases.now)
    assert empty.begin_run("r1", "ingest", cases.now + timedelta(hours=1)) == 0
    assert len(runs(empty)) == 1


def test_a_run_that_never_ended_is_crashed_when_the_next_of_its_flow_begins(empty, cases):
    empty.begin_run("dead", "ingest", cases.now)
    empty.begin_run("other flow", "digest", cases.now)
    assert empty.begin_run("next", "ingest", cases.now + timedelta(hours=1)) == 1
    found = {run_id: (status, detail) for run_id, status, _, detail in runs(empty)}
    assert found["dead"] == ("crashed", "still running when run next began")
    assert found["other flow"][0] == found["next"][0] == "running"


def test_a_run_taken_for_crashed_that_was_only_slow_has_the_last_word(empty, cases):
    empty.begin_run("slow", "ingest", cases.now)
    empty.begin_run("next", "ingest", cases.now)
    empty.finish_run("slow", "completed", None, cases.now)
    assert ("slow", "completed") in [row[:2] for row in runs(empty)]


def test_a_run_that_never_began_cannot_end(empty, cases):
    with pytest.raises(UnknownRow, match="ghost"):
        empty.finish_run("ghost", "completed", None, cases.now)


def test_a_run_shows_what_it_did(filled):
    [found] = filled.query(
        "select n_polls, n_failed_polls, n_announced, n_articles, n_texts, n_verdicts from mart.runs"
    ).rows
    assert found == (2, 0, 5, 4, 4, 4)
