"""What people say while somebody holds the warehouse waits in the spool and is stored once."""

import shutil
from datetime import timedelta

import pytest

from flows.collecting.spool import CaughtUp, store_spooled, waiting
from flows.labelling import keep_label
from flows.publish import publish
from flows.settings import Settings
from tests.warehouse import example_warehouse
from warehouse.errors import UnknownRow
from warehouse.opening import open_warehouse
from warehouse.rows import LabelRow

NOW = example_warehouse.END


@pytest.fixture
def settings(share, tmp_path):
    settings = Settings(data_dir=tmp_path, warehouse_wait_s=0)
    shutil.copy(example_warehouse.once(share), settings.warehouse)
    publish(settings)
    return settings


def article_of(warehouse):
    return warehouse.query("select min(article_id) from core.articles").rows[0][0]


def labels(warehouse):
    return warehouse.query("select label, author, note from core.labels where author = 'me' order by all").rows


def test_a_label_goes_into_a_free_warehouse_at_once(settings):
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        row = LabelRow(article_of(warehouse), 1, "me", NOW, note="yes")
    assert keep_label(settings, row) is None
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        assert labels(warehouse) == [(1, "me", "yes")]


def test_labels_that_find_the_warehouse_held_wait_and_are_stored_in_order_once(settings):
    with open_warehouse(settings.warehouse, now=NOW) as held:
        article_id = article_of(held)
        for n in range(2):
            told = keep_label(settings, LabelRow(article_id, n, "me", NOW + timedelta(seconds=n)))
            assert "the next run stores it" in told
            assert "held by this very process" in told
        assert labels(held) == []
        kept = [(file, file.read_bytes()) for file in waiting(settings.spool_dir)]
        assert len(kept) == 2
    for _ in range(2):
        with open_warehouse(settings.warehouse, now=NOW) as warehouse:
            assert store_spooled(warehouse, settings.spool_dir) == CaughtUp(0)
            assert [row[0] for row in labels(warehouse)] == [0, 1]
        assert waiting(settings.spool_dir) == []
        for file, content in kept:  # as after a crash between the storing and the deletion
            file.write_bytes(content)


def test_a_label_on_an_unknown_article_is_refused_while_the_warehouse_is_held(settings):
    with open_warehouse(settings.warehouse, now=NOW), pytest.raises(UnknownRow, match="nobody"):
        keep_label(settings, LabelRow("nobody", 1, "me", NOW))
    assert waiting(settings.spool_dir) == []
