import pytest

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


@pytest.mark.parametrize(
    "view",
    [
        view
        for view in VIEWS
        if view not in ("mart.digest_items", "core.latest_labels", "ops.feed_addresses_in_force")
    ],
)
def test_a_view_of_a_filled_warehouse_has_rows(filled, view):
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
