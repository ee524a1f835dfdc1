"""Law 2 under stress: whatever stops a run, one more run ends with what an undisturbed one has."""

import json
import random
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from flows.collecting import intake
from flows.ingest import ingest
from flows.settings import Settings
from flows.steps.feeds.catalogue import read_catalogue
from tests.faults.server import FaultServer, answer
from tests.flows.small_web import N_FEEDS, N_PAGES, SHARED, conditional, page, rss, small_web
from tests.flows.tools import failed_checks, held, rows

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
# What must be equal. Which of two feeds brings a shared article first is chance: "stored" and "known" count as one.
SAME = (
    "select article_id, url, title from core.articles order by all",
    "select article_id, text_version, text_hash, n_words from core.article_texts order by all",
    "select article_id, text_version, model_id, round(score, 6) from core.verdicts order by all",
    "select article_id, feed_id from core.article_feeds order by all",
    "select feed_id, entry_key, if(outcome = 'known', 'stored', outcome), article_id, next_attempt_at is null, "
    "from raw.entries order by all",
)
N_ARTICLES = N_FEEDS * N_PAGES + 1


def contents(data_dir):
    return [rows(data_dir, sql) for sql in SAME]


@pytest.fixture
def settings(with_model, tmp_path):
    return Settings(
        data_dir=with_model(tmp_path / "var"),
        allow_private_addresses=True,
        host_delay_s=0,
        pages_per_host=8,
        feeds_per_batch=2,
        worker_processes=1,
        warehouse_wait_s=20,
    )


def feeds_of(catalogue):
    return read_catalogue(catalogue.read_bytes(), catalogue.name)


# --- A part of a run fails ------------------------------------------------------------------------------------------


@pytest.fixture
def undisturbed(with_model, tmp_path):
    """A function: what a run over a catalogue stores if nothing happens."""

    def run(catalogue, settings):
        calm = settings.model_copy(update={"data_dir": with_model(tmp_path / "calm")})
        assert ingest(calm, feeds_of(catalogue), now=NOW).exit_code == 0
        assert failed_checks(calm.data_dir) == {}
        return contents(calm.data_dir)

    return run


def fail_once(monkeypatch, module, name):
    """Let the second call of a function raise, and no other."""
    real, calls, lock = getattr(module, name), [], threading.Lock()

    def failing(*args, **kwargs):
        with lock:
            calls.append(1)
            is_second = len(calls) == 2
        if is_second:
            raise ZeroDivisionError("a fault of ours")
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, failing)


@pytest.mark.parametrize("where", ["read_and_judge", "_harvester.poll"])
def test_a_batch_that_fails_harms_no_other_and_the_next_run_does_it(
    where, prefect_api, settings, undisturbed, monkeypatch, tmp_path
):
    from flows.steps.harvesting import Harvester

    with small_web(tmp_path) as (_, catalogue):
        calm = undisturbed(catalogue, settings)
        with monkeypatch.context() as fault:
            fail_once(fault, *((Harvester, "poll") if where == "_harvester.poll" else (intake, where)))
            ended = ingest(settings, feeds_of(catalogue), now=NOW, return_state=True)
        report = ended.result(raise_on_failure=False).report
        assert report.exit_code == 1
        assert ended.is_failed()  # so Prefect's pages, and whoever they alert, know it too
        assert "a part of the run failed and is done again by the next one: ZeroDivisionError" in ended.message
        assert report.problems == ["ZeroDivisionError: a fault of ours"]
        assert rows(settings.data_dir, "select status, detail from ops.runs") == [("failed", report.problems[0])]
        assert rows(settings.data_dir, "select count(distinct feed_id) from raw.fetches") == [(N_FEEDS - 2,)]
        assert failed_checks(settings.data_dir) == {}
        assert ingest(settings, feeds_of(catalogue), now=LATER).exit_code == 0
    assert contents(settings.data_dir) == calm


def test_a_run_that_breaks_down_is_written_down_as_failed(prefect_api, settings, monkeypatch, tmp_path):
    monkeypatch.setattr(intake, "store", lambda run, done: 1 / 0)
    with small_web(tmp_path) as (_, catalogue), pytest.raises(ZeroDivisionError):
        ingest(settings, feeds_of(catalogue), now=NOW)
    assert rows(settings.data_dir, "select status, detail from ops.runs") == [
        ("failed", "ZeroDivisionError: division by zero")
    ]
    assert rows(settings.data_dir, "select count(*) from core.articles") == [(0,)]


# --- Tries and twins ------------------------------------------------------------------------------------------------


def test_a_page_that_could_not_be_had_is_tried_again_when_due_though_its_feed_says_unchanged(
    prefect_api, settings, tmp_path
):
    with small_web(tmp_path) as (server, catalogue):
        server.scripts["/3/2"], good = answer(503), server.scripts["/3/2"]
        first = ingest(settings, feeds_of(catalogue), now=NOW)
        early = ingest(settings, feeds_of(catalogue), now=NOW + timedelta(minutes=40), every_feed=True)
        server.scripts["/3/2"] = good
        late = ingest(settings, feeds_of(catalogue), now=NOW + timedelta(minutes=50), every_feed=True)
    assert first.ends["unreachable"] == 1
    assert (early.polls, early.retries) == ({"unchanged": N_FEEDS}, {})
    assert late.polls == {"unchanged": N_FEEDS}
    assert late.retries == {"stored": 1, "refused by robots": N_FEEDS}  # robots.txt may change its mind
    assert rows(settings.data_dir, "select count(*) from core.articles") == [(N_ARTICLES,)]
    assert rows(settings.data_dir, "select outcome, n_attempts from raw.entries where link like '%/3/2'") == [
        ("stored", 2)
    ]
    assert failed_checks(settings.data_dir) == {}


@pytest.mark.parametrize("feeds_per_batch", [1, 2])
def test_an_article_of_two_feeds_is_linked_to_both_in_one_run(feeds_per_batch, prefect_api, settings, tmp_path):
    settings = settings.model_copy(update={"feeds_per_batch": feeds_per_batch})
    with small_web(tmp_path) as (server, catalogue):
        ingest(settings, feeds_of(catalogue), now=NOW)
        assert server.paths().count(SHARED) == 1
    linked = rows(
        settings.data_dir, "select article_id, count(*) from core.article_feeds group by all order by 2 desc"
    )
    assert [n for _, n in linked[:2]] == [2, 1]


@pytest.mark.parametrize("feeds_per_batch", [1, 2])
def test_a_text_that_a_run_has_stored_is_not_stored_again_by_it_in_this_batch_or_another(
    feeds_per_batch, prefect_api, settings
):
    settings = settings.model_copy(update={"feeds_per_batch": feeds_per_batch})
    with FaultServer({}) as server:
        for n in range(2):
            server.scripts[f"/{n}/feed"] = conditional(rss([server.url(f"/{n}/page")]), '"1"')
            server.scripts[f"/{n}/page"] = page("page", 1)
        feeds = "".join(server.url(f"/{n}/feed") + "\n" for n in range(2))
        report = ingest(settings, read_catalogue(f"url\n{feeds}".encode(), "a catalogue"), now=NOW)
    assert report.ends == {"stored": 1, "same text": 1}
    assert rows(settings.data_dir, "select count(*), count(distinct article_id) from core.article_texts") == [(1, 1)]
    assert failed_checks(settings.data_dir) == {}


def test_a_twin_whose_page_was_lost_has_a_try_of_its_own(prefect_api, settings, tmp_path):
    with small_web(tmp_path) as (server, catalogue):
        server.scripts[SHARED] = answer(404)
        ingest(settings, feeds_of(catalogue), now=NOW)
    ended = rows(settings.data_dir, f"select outcome, article_id from raw.entries where link like '%{SHARED}'")
    assert ended == [("gone", None)] * 2
    assert failed_checks(settings.data_dir) == {}


def test_a_text_that_goes_back_to_what_it_was_is_a_third_version(prefect_api, settings):
    with FaultServer({}) as server:
        catalogue = read_catalogue(f"url\n{server.url('/feed')}\n".encode(), "a catalogue")
        for edition, number in enumerate((1, 2, 1)):
            server.scripts["/page"] = page("page", number)
            items = rss([server.url("/page")]).replace(b"</item>", b"<description>%d</description></item>" % edition)
            server.scripts["/feed"] = conditional(items, f'"{edition}"')
            report = ingest(settings, catalogue, every_feed=True, now=NOW + edition * timedelta(hours=2))
            assert report.ends == {"stored" if edition == 0 else "revised": 1}
    versions = rows(settings.data_dir, "select text_version, text_hash from core.article_texts order by 1")
    assert [version for version, _ in versions] == [1, 2, 3]
    assert versions[0][1] == versions[2][1] != versions[1][1]
    assert rows(settings.data_dir, "select count(*) from core.verdicts") == [(3,)]


# --- Somebody else is at work ---------------------------------------------------------------------------------------


def run_arguments(catalogue):
    return "run", "--feeds", catalogue, "--allow-private", "--data-dir", "var", "--json"


def test_a_second_ingest_at_the_same_time_does_nothing_and_says_so(cli_with_server, settings, tmp_path):
    cli, release = cli_with_server, threading.Event()
    with small_web(tmp_path) as (server, catalogue):

        def play(seen):
            release.wait(300)
            return page("held", 1)

        server.scripts["/0/0"] = play
        patience = {"SMEWATCH_READ_TIMEOUT_S": "300", "SMEWATCH_TOTAL_TIMEOUT_S": "300"}
        with cli.start(*run_arguments(catalogue), SMEWATCH_HOST_DELAY_S="0", **patience) as first:
            try:
                wait_until(lambda: "/0/0" in server.paths(), first)
                second = cli(*run_arguments(catalogue))
            finally:
                release.set()
            out, _ = first.communicate(timeout=300)
    assert second.returncode == 3
    assert "another ingest is at work" in second.stderr
    assert second.stdout == ""
    assert first.returncode == 0
    assert json.loads(out)["n_articles"] == N_ARTICLES


def test_a_warehouse_held_by_another_process_is_waited_for_then_named_and_gone_around(
    cli_with_server, settings, tmp_path
):
    with small_web(tmp_path) as (_, catalogue):
        with held(settings.warehouse, "writing") as holder:
            done = cli_with_server(
                *run_arguments(catalogue), SMEWATCH_WAREHOUSE_WAIT_S="1", SMEWATCH_HOST_DELAY_S="0"
            )
        again = cli_with_server(*run_arguments(catalogue), SMEWATCH_HOST_DELAY_S="0")
    said = " ".join(json.loads(done.stdout)["notes"])
    assert str(holder.pid) in said
    assert "waited 1." in said
    assert (done.returncode, again.returncode) == (0, 0)
    assert rows(settings.data_dir, "select count(*) from core.articles") == [(N_ARTICLES,)]


# --- Kill -9 --------------------------------------------------------------------------------------------------------


def wait_until(is_so, process):
    while not is_so():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)


def test_a_run_killed_at_any_moment_and_then_run_again_has_lost_and_doubled_nothing(
    cli_with_server, settings, undisturbed, with_model, tmp_path
):
    chance = random.Random(20261120)
    with small_web(tmp_path, latency_s=0.05) as (server, catalogue):
        calm = undisturbed(catalogue, settings)
        n_requests = len(server.seen)
        for attempt in range(3):
            data_dir = with_model(tmp_path / f"killed-{attempt}")
            fatal = len(server.seen) + chance.randint(1, n_requests)
            arguments = ("run", "--feeds", catalogue, "--allow-private", "--data-dir", data_dir)
            speed = {"SMEWATCH_HOST_DELAY_S": "0", "SMEWATCH_FEEDS_PER_BATCH": "2"}
            with cli_with_server.start(*arguments, **speed) as process:
                wait_until(lambda fatal=fatal: len(server.seen) >= fatal, process)
                time.sleep(chance.uniform(0, 1.0))  # judging and storing come after the last answer
                process.kill()
                process.communicate()
            changed = settings.model_copy(update={"data_dir": data_dir})
            assert ingest(changed, feeds_of(catalogue)).exit_code == 0
            assert contents(data_dir) == calm
            assert failed_checks(data_dir) == {}
            statuses = rows(data_dir, "select status from ops.runs order by started_at")
            assert statuses in ([("crashed",), ("completed",)], [("completed",)] * 2)
