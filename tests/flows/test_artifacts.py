"""What a run leaves in Prefect's pages."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from flows import artifacts
from flows.ingest import IngestReport
from flows.settings import Settings
from warehouse.vitals import FeedTrouble

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def made(monkeypatch):
    """What was handed to Prefect, by key."""
    found = {}
    for name in ("create_markdown_artifact", "create_table_artifact"):
        monkeypatch.setattr(artifacts, name, lambda content, key, **_: found.__setitem__(key, content))
    return found


def test_the_summary_of_a_run_adds_up():
    report = IngestReport("r1", n_articles=5, n_relevant=2)
    report.polls.update({"read": 3, "unchanged": 4})
    report.ends.update({"stored": 5, "known": 12, "gone": 1})
    text = artifacts.ingest_markdown(report)
    for heading, counts in (("Feeds polled", report.polls), ("Entries announced", report.ends)):
        ((total, table),) = re.findall(rf"## {heading}: (\d+)\n\n.*\n.*\n((?:\|.*\n)+)", text)
        rows = {name: int(n) for n, name, _ in re.findall(r"\| (\d+) \| (.+?) \| (.+) \|", table)}
        assert Counter(rows) == counts
        assert int(total) == sum(rows.values())
    assert "tried again" not in text
    assert "5 new articles, 2 relevant." in text


def test_what_servers_say_is_no_markup_in_the_summary():
    report = IngestReport("r1", problems=["# <script>alert(1)</script> [a](javascript:b)\n| x"])
    (line,) = [line for line in artifacts.ingest_markdown(report).splitlines() if line.startswith("- ")]
    assert r"\<script\>" in line
    assert r"\[a\]\(javascript:b\)" in line
    assert r"\| x" in line


def test_a_feed_in_trouble_is_a_row_with_what_it_answered_and_since_when():
    trouble = FeedTrouble(
        "Daily", "https://a.test/f", "active", 3, "gone", "410\x1b[2J", NOW - timedelta(days=2), None
    )
    row = artifacts.trouble_row(trouble, NOW)
    assert (row["outlet"], row["feed"], row["failures in a row"]) == ("Daily", "https://a.test/f", 3)
    assert row["last poll"].startswith("gone 410")
    assert "\x1b" not in row["last poll"]
    assert row["last good poll"] == "2 d ago"


def test_the_card_of_the_model_in_use_is_shown_as_it_stands(with_model, made, tmp_path):
    settings = Settings(data_dir=with_model(tmp_path / "var"))
    artifacts.tell_model(settings)
    (folder,) = [one for one in settings.models_dir.iterdir() if one.is_dir()]
    assert made == {"model-card": (folder / "card.md").read_text(encoding="utf-8")}


def test_without_a_warehouse_the_summary_is_shown_all_the_same(made, tmp_path):
    artifacts.tell_ingest(IngestReport("r1"), Settings(data_dir=tmp_path), NOW)
    assert list(made) == ["ingest"]


def test_an_artifact_that_cannot_be_made_fails_no_run(monkeypatch, tmp_path, caplog):
    def fail(*_, **__):
        raise RuntimeError("the server is silent")

    monkeypatch.setattr(artifacts, "create_markdown_artifact", fail)
    artifacts.tell_ingest(IngestReport("r1"), Settings(data_dir=tmp_path), NOW)
    assert "tell_ingest made no artifact" in caplog.text
