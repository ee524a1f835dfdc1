"""Article texts made again from the archive: without the web, as new versions, and nothing the second time."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from flows.ingest import ingest
from flows.locks import AlreadyRunning, one_at_a_time
from flows.reextract import reextract
from flows.settings import Settings
from flows.steps.feeds.catalogue import read_catalogue
from flows.steps.pages.archiving import archive_files
from flows.steps.pages.extracting import PAGE_EXTRACTOR
from tests.faults.server import FaultServer, answer
from tests.flows.small_web import N_FEEDS, N_PAGES, conditional, page, rss, small_web
from tests.flows.tools import failed_checks, rows
from warehouse.opening import open_warehouse

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
N_ARTICLES = N_FEEDS * N_PAGES + 1
TEXTS = "select article_id, text_version, text_hash, extractor, fetched_at from core.article_texts order by all"


def settings_in(data_dir, **changes):
    return Settings(data_dir=data_dir, allow_private_addresses=True, host_delay_s=0, worker_processes=2, **changes)


def collect(settings, catalogue, now=NOW):
    return ingest(settings, read_catalogue(catalogue.read_bytes(), "a catalogue"), every_feed=True, now=now)


def as_an_old_extractor_had_it(settings, where):
    """Change some latest texts into what another extractor made of the same pages; how many."""
    with open_warehouse(settings.warehouse, now=NOW) as warehouse:
        changed = warehouse._connection.execute(
            "update core.article_texts set text = 'old ' || text, text_hash = 'old' || text_hash[4:], "
            f"extractor = 'trafilatura 1.0' where is_latest and {where}"
        ).fetchone()
    return changed[0]


@pytest.fixture(scope="module")
def collected(prefect_api, with_model, tmp_path_factory):
    """A data folder after an ingest of the small web, which is gone by now."""
    folder = tmp_path_factory.mktemp("reextract")
    settings = settings_in(with_model(folder / "var"))
    with small_web(folder) as (_, catalogue):
        assert collect(settings, catalogue).ends["stored"] == N_ARTICLES
    return settings


def test_an_unchanged_extractor_changes_nothing(collected):
    before = rows(collected.data_dir, TEXTS)
    report = reextract(collected, now=LATER)
    assert report.ends == {"same": N_ARTICLES}
    assert (report.n_pages, report.n_stored, report.broken) == (N_ARTICLES, 0, [])
    assert rows(collected.data_dir, TEXTS) == before
    assert rows(collected.data_dir, "select status, detail from ops.runs where flow = 'reextract'") == [
        ("completed", f"0 texts by {PAGE_EXTRACTOR}; of articles: same {N_ARTICLES}")
    ]


def test_what_differs_becomes_a_new_version_and_the_second_run_stores_nothing(collected):
    n_old = as_an_old_extractor_had_it(collected, "article_id[1] < '8'")
    assert 0 < n_old < N_ARTICLES
    before = rows(collected.data_dir, TEXTS)
    dry = reextract(collected, is_dry=True, now=LATER)
    assert dry.ends == {"same": N_ARTICLES - n_old, "different": n_old}
    assert dry.n_stored == 0
    assert rows(collected.data_dir, TEXTS) == before
    report = reextract(collected, now=LATER)
    assert report.ends == dry.ends
    assert (report.n_stored, report.n_judged) == (n_old, n_old)
    after = rows(collected.data_dir, TEXTS)
    assert set(before) < set(after)
    new = set(after) - set(before)
    assert {(version, extractor, at) for _, version, _, extractor, at in new} == {(2, PAGE_EXTRACTOR, before[0][4])}
    again = reextract(collected, now=LATER + timedelta(hours=1))
    assert (again.ends, again.n_stored) == ({"same": N_ARTICLES}, 0)
    assert rows(collected.data_dir, TEXTS) == after
    unjudged = "select count(*) from core.article_texts anti join core.verdicts using (article_id, text_version)"
    assert rows(collected.data_dir, unjudged) == [(0,)]
    assert failed_checks(collected.data_dir) == {}


def test_only_pages_fetched_since_a_moment_are_read(collected):
    assert reextract(collected, since=NOW, is_dry=True, now=LATER).n_pages == N_ARTICLES
    assert reextract(collected, since=NOW + timedelta(seconds=1), is_dry=True, now=LATER).n_pages == 0


def test_nothing_is_done_while_an_ingest_is_at_work(collected):
    with one_at_a_time(collected), pytest.raises(AlreadyRunning):
        reextract(collected, now=LATER)


def test_the_command_reports_in_json_and_survives_a_file_that_was_cut_off(collected, cli_with_server):
    (file,) = archive_files(collected.archive_dir)
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    try:
        done = cli_with_server("reextract", "--data-dir", collected.data_dir, "--dry-run", "--json")
    finally:
        file.write_bytes(whole)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["n_pages"] == N_ARTICLES - 1
    assert report["ends"] == {"same": N_ARTICLES - 1}
    assert len(report["broken"]) == 1
    assert "cut off" in report["broken"][0]


def test_superseded_pages_and_twins_leave_the_texts_alone(prefect_api, with_model, tmp_path):
    """Two editions of a page, and another publisher's copy of the second."""
    settings = settings_in(with_model(tmp_path / "var"))
    with FaultServer({}) as server:
        catalogue = tmp_path / "feeds.csv"
        catalogue.write_text(f"url\n{server.url('/feed')}\n")
        for edition in (1, 2):
            server.scripts["/page"] = page("page", edition)
            server.scripts["/gone"] = answer(404)
            links = [server.url("/page"), server.url("/gone")]
            if edition == 2:
                server.scripts["/copy"] = page("page", edition)
                links.append(server.url("/copy"))
            items = rss(links).replace(b"</item>", b"<description>%d</description></item>" % edition)
            server.scripts["/feed"] = conditional(items, f'"{edition}"')
            report = collect(settings, catalogue, NOW + edition * timedelta(hours=2))
    assert report.ends == {"revised": 1, "same text": 1, "gone": 1}
    before = rows(settings.data_dir, TEXTS)
    done = reextract(settings, now=NOW + timedelta(hours=9))
    assert (done.n_pages, done.n_superseded, done.n_without_article) == (3, 1, 1)
    assert done.ends == {"same": 1}
    assert as_an_old_extractor_had_it(settings, "true") == 1
    assert reextract(settings, now=NOW + timedelta(hours=10)).n_stored == 1
    assert rows(settings.data_dir, TEXTS)[-1][2] == before[-1][2]
    assert failed_checks(settings.data_dir) == {}


def test_without_an_archive_there_is_nothing_to_do(prefect_api, with_model, tmp_path):
    settings = settings_in(with_model(tmp_path / "var"), archive_pages=False)
    with small_web(tmp_path) as (_, catalogue):
        assert collect(settings, catalogue).n_articles == N_ARTICLES
    assert not settings.archive_dir.exists()
    report = reextract(settings, now=LATER)
    assert (report.n_pages, report.ends) == (0, {})


def test_the_ingest_deletes_pages_past_their_days(prefect_api, with_model, tmp_path):
    settings = settings_in(with_model(tmp_path / "var"), archive_days=30)
    with FaultServer({"/page": page("page", 1)}) as server:
        catalogue = tmp_path / "feeds.csv"
        catalogue.write_text(f"url\n{server.url('/feed')}\n")
        server.scripts["/feed"] = conditional(rss([server.url("/page")]), '"1"')
        collect(settings, catalogue)
        (file,) = archive_files(settings.archive_dir)
        assert file.name.startswith("20261120T120000Z-")
        collect(settings, catalogue, NOW + timedelta(days=29))
        assert archive_files(settings.archive_dir) == [file]
        collect(settings, catalogue, NOW + timedelta(days=31))
    assert list(settings.archive_dir.iterdir()) == []
