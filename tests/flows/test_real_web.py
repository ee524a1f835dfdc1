"""Real pages of 138 publishers, collected by a real `smewatch run` over HTTP."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.digest import digest
from flows.settings import Settings
from tests.flows.tools import Cli, failed_checks, rows

WEB = Path(__file__).parents[3] / "shared" / "web"
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not (WEB / "serve.py").exists(), reason="the folder ../shared/web is not here"),
]

N_FEEDS, N_PAGES = 138, 185
HOLDINGS = ("core.articles", "core.article_texts", "core.verdicts", "raw.entries")


@dataclass
class TwoRuns:
    """Two runs over the same web, and what the warehouse held after each."""

    data_dir: Path
    first: dict
    second: dict
    held: list
    codes: list


@pytest.fixture(scope="module")
def catalogue():
    with subprocess.Popen([sys.executable, WEB / "serve.py"], stdout=subprocess.PIPE, text=True) as server:
        yield json.loads(server.stdout.readline())["catalogue"]
        server.terminate()


@pytest.fixture(scope="module")
def two_runs(catalogue, prefect_api, with_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real-web")
    data_dir = with_model(folder / "var")
    cli = Cli(folder, PREFECT_API_URL=prefect_api, SMEWATCH_HOST_DELAY_S="0")
    reports, held, codes = [], [], []
    for _ in range(2):
        done = cli("run", "--feeds", catalogue, "--allow-private", "--all", "--json", "--data-dir", data_dir)
        assert done.stdout, done.stderr
        reports.append(json.loads(done.stdout))
        codes.append(done.returncode)
        held.append({table: rows(data_dir, f"select count(*) from {table}")[0][0] for table in HOLDINGS})
    return TwoRuns(data_dir, *reports, held, codes)


def test_every_feed_answers(two_runs):
    assert two_runs.first["polls"] == {"read": N_FEEDS}
    assert two_runs.codes == [0, 0]


def test_every_page_has_text_and_is_stored(two_runs):
    assert rows(two_runs.data_dir, "select link, outcome, detail from raw.entries where outcome <> 'stored'") == []
    assert two_runs.first["ends"] == {"stored": N_PAGES}
    assert two_runs.first["n_articles"] == N_PAGES


def test_the_counts_of_both_runs_add_up(two_runs):
    assert failed_checks(two_runs.data_dir) == {}
    assert rows(two_runs.data_dir, "select sum(n_announced), sum(n_ended) from mart.entry_ends") == [
        (N_PAGES, N_PAGES)
    ]


def test_every_text_is_judged(two_runs):
    assert rows(two_runs.data_dir, "select count(*) from core.article_texts") == rows(
        two_runs.data_dir, "select count(*) from core.verdicts"
    )


def test_the_second_run_stores_nothing_new(two_runs):
    assert two_runs.second["polls"] == {"unchanged": N_FEEDS}
    assert two_runs.second["n_articles"] == 0
    assert two_runs.held[1] == two_runs.held[0]


def test_the_same_digest_twice_is_one_edition(two_runs):
    settings, now = Settings(data_dir=two_runs.data_dir), datetime.now(UTC)
    week = f"{now:%G-W%V}"
    first, second = (digest.fn(settings, week, now=now) for _ in range(2))
    assert (first.edition, first.is_new) == (1, True)
    assert (second.edition, second.is_new) == (1, False)
    assert rows(two_runs.data_dir, "select count(*) from core.digests") == [(1,)]
