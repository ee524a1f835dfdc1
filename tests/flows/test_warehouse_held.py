"""Runs that find the warehouse held: they go on, what they find waits in the spool, and a later run stores it all."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from flows.collecting import access, intake, spool, web
from flows.collecting.intake import Read
from flows.ingest import ingest
from flows.settings import Settings
from flows.steps.feeds.catalogue import read_catalogue
from tests.flows.feed_rounds import rounds
from tests.flows.small_web import N_FEEDS, conditional, page, rss, small_web
from tests.flows.tools import failed_checks, held, rows
from warehouse.errors import NotCopied, WarehouseBusy

__all__ = ["rounds"]

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


# --- Without Prefect ------------------------------------------------------------------------------------------------


def urls(catalogue):
    return [feed.url for feed in read_catalogue(catalogue.read_bytes(), "a catalogue")]


def read_run(runs, now, settings):
    """A run up to its stores: the run and its batches."""
    run = runs.begin(now)
    with web.open_harvester(settings, {}) as harvester:
        polled = [harvester.poll(batch, now, lambda: None) for batch in intake.batches(run)]
        chosen = [intake.choose(run, polls) for polls in polled]
        return run, [Read(one, tuple(harvester.read(one.to_read, now, lambda _: None)), {}) for one in chosen]


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_results_are_spooled_from_the_first_store_that_finds_the_warehouse_held(how, rounds, tmp_path):
    with small_web(tmp_path) as (_, catalogue):
        runs = rounds(*urls(catalogue), feeds_per_batch=2, warehouse_wait_s=0.2)
        run, batches = read_run(runs, NOW, runs.settings)
        assert len(batches) == 3
        assert intake.store(run, batches[0])
        with held(runs.settings.warehouse, how) as holder:
            assert intake.store(run, batches[1])  # settled by the stand-in
            assert str(holder.pid) in str(run.held)
        assert intake.store(run, batches[2])  # the warehouse is free, but the order counts
        assert run.n_spooled == 2
        intake.finish(run, [])
        assert [file.name[-9:] for file in spool.waiting(runs.settings.spool_dir)] == [
            "0002.json",
            "0003.json",
            "-end.json",
        ]
        assert runs.ask("select count(*) from raw.fetches") == [(2,)]
        assert runs.begin(LATER).caught_up == spool.CaughtUp(2)
        assert runs.ask("select count(*) from raw.fetches") == [(N_FEEDS,)]
        assert runs.ask("from ops.feed_leases") == []
        assert runs.ask("select status from ops.runs order by started_at") == [("completed",), ("running",)]
    assert failed_checks(runs.settings.data_dir) == {}
    assert list(runs.settings.spool_dir.iterdir()) == []


def pages_asked(server):
    return [asked for asked in server.seen if not asked.path.endswith((".xml", ".txt"))]


def test_a_run_that_finds_the_warehouse_held_at_its_beginning_knows_what_waits_in_the_spool(rounds, tmp_path):
    with small_web(tmp_path) as (server, catalogue):
        runs = rounds(*urls(catalogue), warehouse_wait_s=0.2)
        with runs.open():
            pass
        with held(runs.settings.warehouse):
            runs.run(NOW)
            n_pages = len(pages_asked(server))
            runs.run(LATER, every_feed=True)
            assert len(pages_asked(server)) == n_pages
        assert runs.ask("from ops.runs") == []
        runs.begin(LATER + timedelta(hours=1))
        assert runs.ask("select status from ops.runs order by started_at") == [
            ("completed",),
            ("completed",),
            ("running",),
        ]
        assert runs.ask("select count(*) from raw.fetches") == [(2 * N_FEEDS,)]
    assert failed_checks(runs.settings.data_dir) == {}
    assert list(runs.settings.spool_dir.iterdir()) == []


def no_room(live, target):
    raise NotCopied(target, "No space left on device")


def test_without_room_for_a_stand_in_a_run_that_finds_the_warehouse_held_polls_nothing(rounds, tmp_path, monkeypatch):
    monkeypatch.setattr(access, "duplicate", no_room)
    with small_web(tmp_path) as (server, catalogue):
        runs = rounds(*urls(catalogue), warehouse_wait_s=0.2)
        runs.begin(NOW)
        with held(runs.settings.warehouse), pytest.raises(WarehouseBusy):
            runs.run(LATER)
        assert server.seen == []


def test_without_room_for_a_stand_in_a_batch_is_given_up_and_its_feeds_are_due_again(rounds, tmp_path, monkeypatch):
    monkeypatch.setattr(access, "duplicate", no_room)
    with small_web(tmp_path) as (_, catalogue):
        runs = rounds(*urls(catalogue), warehouse_wait_s=0.2)
        run = runs.begin(NOW)
        with web.open_harvester(runs.settings, {}) as harvester:
            polls = harvester.poll(intake.batches(run)[0], NOW, lambda: None)
        with held(runs.settings.warehouse):
            with pytest.raises(WarehouseBusy):
                intake.choose(run, polls)
            assert intake.retries(run).to_read == ()
            intake.finish(run, ["WarehouseBusy"])
        assert len(runs.begin(LATER).due) == N_FEEDS
        assert runs.ask("select status from ops.runs order by started_at") == [("failed",), ("running",)]


def test_without_room_for_a_stand_in_batches_that_were_read_wait_in_the_spool(rounds, tmp_path, monkeypatch):
    monkeypatch.setattr(access, "duplicate", no_room)
    with small_web(tmp_path) as (_, catalogue):
        runs = rounds(*urls(catalogue), feeds_per_batch=2, warehouse_wait_s=0.2)
        run, batches = read_run(runs, NOW, runs.settings)
        with held(runs.settings.warehouse):
            assert intake.store(run, batches[0]) is None
        assert intake.store(run, batches[1]) is None  # the order counts
        intake.finish(run, [])
        assert runs.begin(LATER).caught_up == spool.CaughtUp(2)


# --- Real runs ------------------------------------------------------------------------------------------------------

SAME = (
    "select article_id, url, title from core.articles order by all",
    "select article_id, text_version, text_hash from core.article_texts order by all",
    "select article_id, text_version, model_id, round(score, 6) from core.verdicts order by all",
    "select article_id, feed_id from core.article_feeds order by all",
    "select article_id, url_key from core.article_urls order by all",
    "select feed_id, entry_key, if(outcome = 'known', 'stored', outcome), article_id from raw.entries order by all",
)


def contents(data_dir):
    assert failed_checks(data_dir) == {}
    return [rows(data_dir, sql) for sql in SAME]


N_MORE = 4
IN_HASTE = {"SMEWATCH_HOST_DELAY_S": "0", "SMEWATCH_WAREHOUSE_WAIT_S": "1", "SMEWATCH_FEEDS_PER_BATCH": "2"}


def announce(server, n_more):
    """The last feed announces `n_more` pages more than usual."""
    more = [f"/5/more{n}" for n in range(n_more)]
    server.scripts |= {path: [0.0, page(path, 200 + n)] for n, path in enumerate(more)}
    links = [server.url(path) for path in (*(f"/5/{n}" for n in range(4)), "/5/gone", "/private/5", *more)]
    server.scripts["/5/feed.xml"] = conditional(rss(links), f'"5 {n_more}"')


def keep_waiting(server):
    """Two events: the first is set once a page is asked for, and pages are answered once the second is."""
    asked, answering = threading.Event(), threading.Event()

    def waiting(script):
        def play(seen):
            asked.set()
            answering.wait(60)
            return script

        return play

    pages = [path for path in server.scripts if path.count("/") == 2 and not path.endswith("feed.xml")]
    server.scripts |= {path: waiting(server.scripts[path][1]) for path in pages}
    return asked, answering


def run_calmly(data_dir, catalogue):
    """One run that nobody disturbs."""
    settings = Settings(data_dir=data_dir, allow_private_addresses=True, host_delay_s=0, feeds_per_batch=2)
    return ingest(settings, read_catalogue(catalogue.read_bytes(), "a catalogue"), now=NOW)


def report(done):
    """What a run that went well says as JSON."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.server
def test_a_warehouse_held_by_a_reader_for_the_length_of_five_runs_costs_nothing(
    cli_with_server, with_model, tmp_path
):
    """The reader comes while the first run reads, and goes after the fifth. News go on; each is read once."""
    calm, data_dir = with_model(tmp_path / "calm"), with_model(tmp_path / "var")
    with small_web(tmp_path) as (server, catalogue):
        announce(server, N_MORE)
        assert run_calmly(calm, catalogue).n_articles > N_MORE
        announce(server, 0)
        run = ("run", "--all", "--feeds", catalogue, "--allow-private", "--data-dir", "var", "--json")
        asked, answering = keep_waiting(server)
        with cli_with_server.start(*run, **IN_HASTE) as first:
            assert asked.wait(120)
            with held(data_dir / "warehouse.duckdb"):
                answering.set()
                out, err = first.communicate(timeout=120)
                assert (first.returncode, json.loads(out)["n_spooled"] >= 1) == (0, True), err
                for n_more in range(1, N_MORE + 1):
                    announce(server, n_more)
                    told = report(cli_with_server(*run, **IN_HASTE))
                    assert told["n_articles"] == 1
                    assert "wait in" in told["notes"][0]
        assert "waited in the spool" in report(cli_with_server(*run, **IN_HASTE))["notes"][0]
    assert contents(data_dir) == contents(calm)
    assert not list((data_dir / "spool").iterdir())
    assert rows(data_dir, "select count(*), count(distinct status) from ops.runs") == [(6, 1)]
