from dataclasses import replace
from datetime import timedelta

import pytest

from warehouse.rows import LabelRow
from warehouse.sql import migrations

VIEWS = sorted(
    line.split()[2] for step in migrations() for line in step.sql.splitlines() if line.startswith("create view ")
)


def test_all_views_are_tried_here(empty):
    found = empty.query("select schema_name || '.' || view_name from duckdb_views() where not internal order by all")
    assert [row[0] for row in found.rows] == VIEWS


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_an_empty_warehouse_is_empty(empty, view):
    assert empty.query(f"from {view}").rows == []


# What fills these is told where it is tested: digests, mail, stories, moves of feeds, entries given up.
ELSEWHERE = {
    "core.story_articles_in_force",
    "mart.digest_deliveries",
    "mart.digest_items",
    "mart.digests",
    "mart.quarantine",
    "ops.feed_addresses_in_force",
}


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in ELSEWHERE])
def test_a_view_of_a_filled_warehouse_has_rows(filled, cases, view):
    filled.store_labels([LabelRow("article0", 0, "anna", cases.now)])
    assert filled.query(f"from {view}").rows


@pytest.mark.parametrize(
    ("view", "grain"),
    [
        ("mart.articles", "article_id"),
        ("mart.relevant_articles", "article_id"),
        ("mart.entries", "feed_id, entry_key"),
        ("mart.entry_ends", "run_id, feed_id"),
        ("mart.feed_health", "feed_id"),
        ("mart.runs", "run_id"),
        ("mart.country_pairs", "country, partner"),
        ("mart.kinds_by_week", "week, kind"),
        ("mart.weekly_counts", "week"),
        ("mart.article_sectors", "article_id, sector"),
        ("mart.article_organisations", "article_id, organisation"),
        ("mart.article_blocs", "article_id, bloc"),
        ("mart.article_feeds", "article_id, feed_id"),
        ("mart.sectors_by_week", "week, sector"),
        ("mart.model_performance", "model_id"),
        ("mart.data_quality", "subject, finding"),
    ],
)
def test_a_view_has_the_grain_it_states(filled, cases, view, grain):
    filled.store_batch(cases.batch(6, batch_id="b2", run_id="r2"))
    [(rows, different)] = filled.query(f"select count(*), count(distinct ({grain})) from {view}").rows
    assert rows == different > 0


def test_pairs_of_economies_are_counted_once_an_article(filled):
    found = filled.query("select country, partner, n_articles from mart.country_pairs order by all").rows
    assert found == [("CN", "JP", 1), ("EU", "JP", 1), ("EU", "VN", 1), ("JP", "VN", 3)]


def test_an_articles_places_are_those_of_the_text_it_shows(filled):
    [(shown,)] = filled.query("select sum(len(countries)) from mart.articles").rows
    [(rows,)] = filled.query("select count(*) from mart.article_countries").rows
    assert shown == rows


def test_sectors_and_organisations_are_those_of_the_verdict_in_force(filled, cases):
    later = cases.now + timedelta(hours=1)
    filled.register_model(replace(cases.model, model_id="m2"), later)
    filled.store_verdicts(
        [cases.verdict(1, model_id="m2", judged_at=later, sectors=("energy",), organisations=())], "r2"
    )
    sectors = "select article_id, sector from mart.article_sectors order by all"
    bodies = (
        "select organisation, organisation_kind, country_code from mart.article_organisations where article_id = $1"
    )
    assert filled.query(sectors).rows == [("article1", "textiles"), ("article2", "textiles"), ("article2", "tourism")]
    assert filled.query(bodies.replace("$1", "'article1' order by organisation_rank")).rows == [
        ("JETRO", "trade-promotion", "JP"),
        ("UNIDO", "international", None),
    ]
    filled.promote_model("m2", later)
    assert filled.query(sectors).rows == [("article1", "energy")]
    assert filled.query(bodies.replace("$1", "'article1'")).rows == []
    assert filled.failed_checks() == {}


def test_the_performance_of_a_model_is_its_agreement_with_people(filled, cases):
    filled.store_verdicts([cases.verdict(3, model_id="m1")], "r1")
    for n, label in enumerate((1, 0, -1)):
        filled.store_labels([LabelRow(f"article{n}", label, "anna", cases.now)])
    [row] = filled.query(
        "select n_labelled, n_found, n_false_alarms, n_missed, precision, recall from mart.model_performance"
    ).rows
    assert row == (2, 1, 1, 0, 0.5, 1.0)  # -1, borderline, is neither


def test_a_finding_about_the_data_counts_what_it_names(filled, cases):
    def found():
        rows = filled.query("select subject || ' ' || finding, n, n_all from mart.data_quality").rows
        return {name: counts for name, *counts in rows}

    before = found()
    assert before["entries that led to no article"] == [1, 5]
    undated = cases.article(9, published_at=None, published_at_source=None, published_at_precision=None)
    filled.store_batch(
        replace(cases.batch(0, batch_id="b2"), articles=(undated,), texts=(cases.text(9, text_hash="text0"),))
    )
    after = found()
    assert after["articles without a date of publication"] == [1, 5]
    assert after["articles with the very text of another article"] == [2, 5]
    assert after["articles without a verdict of the model in force"] == [1, 5]
    assert "articles without a verdict of the model in force" not in before


def test_a_change_stored_late_is_told_to_who_asks_again_for_some_days_as_the_comment_says(filled, path, cases):
    filled.store_labels([LabelRow("article0", 1, "ann", cases.now + timedelta(minutes=12))])  # the latest one has
    late = replace(cases.batch(1, batch_id="late", start=7), fetches=(), fetch_ends=())  # of a run that began before
    filled.store_batch(late)
    since = "select article_id from mart.changes_since('{}') order by all"
    latest = cases.now + timedelta(minutes=12)
    assert filled.query(since.format(latest.isoformat())).rows == [("article0",)]
    assert ("article7",) in filled.query(since.format((latest - timedelta(days=3)).isoformat())).rows
    asked = "select comment from duckdb_functions() where function_name = 'changes_since'"
    [(comment,)] = filled.query(asked).rows
    assert "ask again for some days before the latest you have" in comment


def test_changes_since_a_moment_are_told_once_each_by_what_they_are(filled, cases):
    later = cases.now + timedelta(hours=1)
    filled.store_batch(
        replace(
            cases.batch(0, batch_id="b2"),
            articles=(cases.article(7, first_seen_at=later),),
            texts=(cases.text(7, fetched_at=later), cases.text(0, text_hash="other", fetched_at=later)),
            verdicts=(cases.verdict(7, judged_at=later), cases.verdict(0, text_hash="other", judged_at=later)),
        )
    )
    filled.store_labels([LabelRow("article1", 0, "anna", later)])
    changes = "select change, article_id, detail from mart.changes_since('{}') order by all"
    assert filled.query(changes.format(later.isoformat())).rows == [
        ("label", "article1", "anna: not relevant"),
        ("new article", "article7", None),
        ("new text", "article0", "version 2"),
        ("new verdict", "article0", "m1: sure"),
    ]
    assert filled.query(changes.format((later + timedelta(hours=1)).isoformat())).rows == []
