"""What counts as wrong: tables of cases, a pair on both sides of each limit."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.steps.service.findings import Group, Level, Limits, Signs, findings, is_silent, worst

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GIB = 2**30
EVEN, SHIFTED = (100,) * 20, (400,) * 5 + (0,) * 15

QUIET = [
    {},
    {"last_ingest_at": NOW - 6 * HOUR},
    {"digest_owed_since": NOW - 3 * HOUR},
    {"n_polls": 100, "n_failed_polls": 50},
    {"n_polls": 19, "n_failed_polls": 19},  # too few to say anything
    {"n_read": 100, "n_lost": 60},
    {"n_read": 49, "n_lost": 49},
    {"groups": (Group("DE", 5, 1, 300, 28.0),)},
    {"scores_before": EVEN, "scores_now": EVEN},
    {"n_spooled": 20, "spooled_since": NOW - 3 * HOUR},
    {"disk_free_bytes": 2 * GIB},
    {"unknown": "held by somebody"},
]
TROUBLE = [
    ({"last_ingest_at": NOW - 6.1 * HOUR}, "no-ingest", Level.CRITICAL),
    ({"digest_owed_since": NOW - 3.1 * HOUR}, "digest-owed", Level.CRITICAL),
    ({"n_polls": 100, "n_failed_polls": 51}, "polls-fail", Level.WARNING),
    ({"n_polls": 100, "n_failed_polls": 100}, "polls-fail", Level.CRITICAL),
    ({"n_read": 100, "n_lost": 61}, "entries-lost", Level.WARNING),
    ({"groups": (Group("DE", 5, 0, 300, 28.0),)}, "group-silent-DE", Level.WARNING),
    ({"scores_before": EVEN, "scores_now": SHIFTED}, "score-drift", Level.WARNING),
    ({"n_spooled": 21, "spooled_since": NOW}, "spool-grows", Level.WARNING),
    ({"n_spooled": 1, "spooled_since": NOW - 3.1 * HOUR}, "spool-grows", Level.WARNING),
    ({"n_unreadable": 1}, "spool-unreadable", Level.WARNING),
    ({"refusal": "news.duckdb is damaged. Restore a backup."}, "warehouse-refused", Level.CRITICAL),
    ({"disk_free_bytes": 2 * GIB - 1}, "disk-low", Level.WARNING),
    ({"disk_free_bytes": GIB // 2 - 1}, "disk-low", Level.CRITICAL),
]


@pytest.mark.parametrize("signs", QUIET, ids=str)
def test_up_to_the_limit_nothing_is_wrong(signs):
    assert findings(Signs(NOW, **signs), Limits()) == []


@pytest.mark.parametrize(("signs", "key", "level"), TROUBLE)
def test_beyond_the_limit_it_is_told_with_its_remedy(signs, key, level):
    (found,) = findings(Signs(NOW, **signs), Limits())
    assert (found.key, found.level) == (key, level)
    assert found.what.endswith(".")
    assert len(found.remedy) > 20


def test_the_worst_comes_first_and_gives_the_exit_code():
    signs = Signs(NOW, n_unreadable=1, last_ingest_at=NOW - 9 * HOUR)
    found = findings(signs, Limits())
    assert [one.key for one in found] == ["no-ingest", "spool-unreadable"]
    assert int(worst(found)) == 2
    assert int(worst([])) == 0


@pytest.mark.parametrize(
    ("group", "silent"),
    [
        # Usual 3.5 a day: two days without are expected once in e^7 = 1,097 spans.
        (Group("DE", 2, 0, 98, 28.0), True),
        (Group("DE", 2, 0, 95, 28.0), False),  # 3.4 a day: once in 886
        (Group("DE", 2, 1, 980, 28.0), False),  # one entry is a sign of life
        (Group("DE", 1, 0, 980, 28.0), False),  # a single feed is told by `feeds list`
        (Group("DE", 2, 0, 980, 1.5), False),  # nobody knows yet what is usual
    ],
)
def test_a_group_is_silent_when_chance_would_let_it_be_so_once_in_a_thousand_times(group, silent):
    assert is_silent(group, 2.0) is silent
