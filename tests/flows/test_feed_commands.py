"""`smewatch feeds` as people and scripts meet it, against a real server on loopback."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.steps.feeds.catalogue import read_catalogue
from flows.steps.feeds.feed import Feed
from tests.faults.server import FaultServer, answer
from tests.flows.small_web import rss
from tests.flows.tools import rows


@pytest.fixture
def server():
    with FaultServer({"/robots.txt": answer(404)}) as running:
        running.scripts["/well"] = answer(200, rss([running.url("/page")]), ETag='"1"')
        yield running


class Smewatch:
    """`smewatch` in this process, with a catalogue of its own."""

    def __init__(self, folder, catalogue):
        self.data_dir = folder / "var"
        self.environment = {
            "SMEWATCH_FEEDS_FILE": str(catalogue),
            "SMEWATCH_DATA_DIR": str(self.data_dir),
            "SMEWATCH_HOST_DELAY_S": "0",
            "SMEWATCH_WORKER_PROCESSES": "1",
            "COLUMNS": "220",
        }

    def __call__(self, *arguments, code=0):
        done = CliRunner().invoke(main, ["feeds", *map(str, arguments)], env=self.environment, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done

    def json(self, *arguments, code=0):
        lines = self(*arguments, "--json", code=code).stdout
        return [json.loads(line) for line in lines.splitlines()]

    def listed(self):
        return {one["url"]: one for one in self.json("list", "--all")}


@pytest.fixture
def smewatch(tmp_path, server):
    """Two feeds stand in the catalogue: one that is well, one that is gone."""
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text(f"url,title\n{server.url('/well')},The well\n{server.url('/gone')},The gone\n")
    return Smewatch(tmp_path, catalogue)


# --- add ------------------------------------------------------------------------------------------------------------


def page(*declared):
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}" title="T">' for href in declared)
    return answer(200, f"<html><head>{links}</head></html>".encode(), Content_Type="text/html")


def test_a_feed_is_added_by_way_of_its_page_and_stays(smewatch, server):
    server.scripts |= {"/": page("/news.xml", "/sport.xml"), "/news.xml": server.scripts["/well"]}
    done = smewatch("add", server.url("/"), "--allow-private", "--outlet", "Mine", "--country", "de")
    assert done.stdout == f"Added: {server.url('/news.xml')}  Small news\n"
    assert f"Also named there: {server.url('/sport.xml')}" in done.stderr
    mine = smewatch.listed()[server.url("/news.xml")]
    assert (mine["title"], mine["outlet"], mine["country"], mine["is_user_added"]) == (
        "Small news",
        "Mine",
        "DE",
        True,
    )
    assert mine["confirmed_at"]
    assert len(smewatch.listed()) == 3, "the catalogue is there too"
    again = smewatch("add", server.url("/news.xml/"), "--allow-private", code=1)
    assert "No feed with entries was found" in again.stderr
    server.scripts["/news.xml/"] = server.scripts["/news.xml"]
    assert smewatch("add", server.url("/news.xml/"), "--allow-private").stdout.startswith("Known already")
    assert len(smewatch.listed()) == 3


def test_where_nothing_is_found_nothing_is_added(smewatch, server):
    done = smewatch("add", server.url("/nothing"), "--allow-private", code=1)
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("Error: No feed with entries was found at")
    assert len(smewatch.listed()) == 2


def test_a_private_address_is_not_asked_without_leave(smewatch, server):
    smewatch("add", server.url("/well"), code=1)
    assert server.seen == []


@pytest.mark.parametrize("url", ["ftp://a.test/", "http://", "https://[", "javascript:alert(1)"])
def test_what_is_no_address_is_a_wrong_use(smewatch, url):
    assert "no http(s) address" in smewatch("add", url, code=2).stderr


def test_a_dry_run_adds_nothing_and_tells_all(smewatch, server):
    (found,) = smewatch.json("add", server.url("/well"), "--allow-private", "--dry-run")
    assert (found["result"], found["n_entries"], found["is_good"]) == ("found", 1, True)
    assert not smewatch.data_dir.exists()


def test_a_feed_that_moved_is_added_at_its_new_address(smewatch, server):
    server.scripts["/old"] = answer(301, Location="/well2")
    server.scripts["/well2"] = server.scripts["/well"]
    (added,) = smewatch.json("add", server.url("/old"), "--allow-private")
    assert added["result"] == "added"
    assert server.url("/well2") in smewatch.listed()


# --- import, export, remove -----------------------------------------------------------------------------------------


def test_feeds_are_imported_and_exported_without_loss(smewatch, tmp_path, server):
    mine = "url,title,outlet,country,language,topic,confidence\nhttps://a.test/rss,The A,Outlet A,FR,fr,trade,A\n"
    (tmp_path / "mine.csv").write_text(mine + f"{server.url('/well')},Another title,,,,,\n")
    assert smewatch.json("import", tmp_path / "mine.csv", "--dry-run") == [{"read": 2, "added": 0, "known": 0}]
    assert smewatch.json("import", tmp_path / "mine.csv") == [{"read": 2, "added": 1, "known": 1}]
    assert smewatch("import", tmp_path / "mine.csv").stdout == "2 feeds read, 0 added, 2 known already.\n"
    expected = {
        Feed("https://a.test/rss", "The A", "Outlet A", "FR", "fr", "trade", "A"),
        Feed(server.url("/well"), "The well", "The well"),
        Feed(server.url("/gone"), "The gone", "The gone"),
    }
    for form in ("--csv", "--opml"):
        assert set(read_catalogue(smewatch("export", form).stdout, "export")) == expected
    assert smewatch("export").stdout == smewatch("export", "--csv").stdout
    smewatch("remove", "https://a.test/rss")
    left = csv.DictReader(io.StringIO(smewatch("export").stdout))
    assert [row["url"] for row in left] == [server.url("/gone"), server.url("/well")]


@pytest.mark.parametrize("name", ["none.csv", "empty.csv"])
def test_a_file_that_is_no_catalogue_is_told(smewatch, tmp_path, name):
    (tmp_path / "empty.csv").touch()
    assert smewatch("import", tmp_path / name, code=1).stderr.startswith("Error: ")


def test_a_feed_of_the_catalogue_cannot_be_removed(smewatch, server):
    assert "No feed is known at" in smewatch("remove", server.url("/well"), code=1).stderr


# --- pause, resume --------------------------------------------------------------------------------------------------


def test_a_paused_feed_says_so_until_it_is_resumed(smewatch, server):
    assert smewatch("pause", server.url("/well")).stdout == f"Paused: {server.url('/well')}\n"
    assert [one["url"] for one in smewatch.json("list", "--state", "paused")] == [server.url("/well")]
    assert "paused" in smewatch("list").stdout
    smewatch("resume", server.url("/well"))
    assert smewatch.json("list", "--state", "paused") == []


def test_of_several_feeds_one_unknown_stops_all(smewatch, server):
    done = smewatch("pause", server.url("/well"), server.url("/wel"), code=1)
    assert f"Did you mean {server.url('/well')} ?" in done.stderr
    assert smewatch.json("list", "--state", "paused") == []


def test_entries_that_were_given_up_are_tried_again_on_demand(smewatch, server):
    assert smewatch("retry", server.url("/well")).stdout == "0 entries are tried again by the next run.\n"
    assert "No feed is known at" in smewatch("retry", "https://nowhere.test/rss", code=1).stderr


# --- probe ----------------------------------------------------------------------------------------------------------


def test_a_probe_stores_nothing_but_that_a_feed_is_good(smewatch, server):
    well, gone = smewatch.json("probe", server.url("/well"), server.url("/gone"), "--allow-private", code=1)
    assert (well["is_good"], well["format"], well["robots"]) == (True, "rss", "feed allowed, pages allowed")
    assert (gone["is_good"], gone["http_status"], gone["outcome"]) == (False, 404, "gone")
    known = smewatch.listed()
    assert known[server.url("/well")]["confirmed_at"]
    assert known[server.url("/gone")]["confirmed_at"] is None
    assert known[server.url("/well")]["last_polled_at"] is None
    assert rows(smewatch.data_dir, "select count(*) from raw.fetches") == [(0,)]


def test_a_dry_probe_of_all_feeds_writes_nothing(smewatch, server):
    assert len(smewatch.json("probe", "--all", "--dry-run", "--allow-private", code=1)) == 2
    assert not smewatch.data_dir.exists()


def test_a_probe_of_an_address_that_is_no_feed_of_ours_is_only_shown(smewatch, server):
    server.scripts["/other"] = server.scripts["/well"]
    (found,) = smewatch.json("probe", server.url("/other"), "--allow-private")
    assert (found["feed_id"], found["is_good"]) == (None, True)
    assert not smewatch.data_dir.exists()
    assert "yes" in smewatch("probe", server.url("/other"), "--allow-private").stdout


def test_a_probe_of_nothing_is_a_wrong_use(smewatch):
    smewatch("probe", code=2)


# --- list, show -----------------------------------------------------------------------------------------------------


@pytest.fixture
def polled(smewatch, server, monkeypatch):
    """One run, half an hour ago."""
    from datetime import UTC, datetime, timedelta

    from flows import models
    from tests.flows.feed_rounds import Rounds, local_settings

    monkeypatch.setattr(models, "register", lambda *_: None)
    feeds = [Feed(server.url("/well"), "The well"), Feed(server.url("/gone"), "The gone")]
    runs = Rounds(local_settings(smewatch.data_dir), feeds)
    runs.run(datetime.now(UTC) - timedelta(minutes=30))
    return smewatch


def test_troubles_are_listed_with_what_to_do(polled, server):
    said = polled("list", "--trouble").stdout.splitlines()
    assert said[0] == "The gone"
    assert said[1].strip() == server.url("/gone")
    assert said[2].strip().startswith("gone, 1 time, since 30 min ago")
    assert "smewatch feeds add" in said[3]
    assert [one["title"] for one in polled.json("list", "--trouble")] == ["The gone"]


def test_without_trouble_the_list_says_that_all_is_well(smewatch):
    assert smewatch("list", "--trouble").stdout == "All 2 feeds are well, or not polled yet.\n"


def test_the_list_tells_the_next_poll_and_why(polled, server):
    lines = {line[:8]: line for line in polled("list").stdout.splitlines()}
    assert "its own pace, every 6 h" in lines["The well"]
    assert "after 1 failure in a row" in lines["The gone"]
    well = polled.listed()[server.url("/well")]
    assert (well["next_poll_reason"], well["next_ask_why"]) == ("adaptive", "its own pace, every 6 h")
    assert well["next_ask_at"].endswith("Z")


def test_show_tells_all_of_a_feed(polled, server):
    said = polled("show", server.url("/well")).stdout
    for word in ('"1"', "its own pace, every 6 h", "1 gone", "News of page at 0", "200"):
        assert word in said
    (shown,) = [json.loads(polled("show", server.url("/gone"), "--json").stdout)]
    assert (shown["trouble"][:4], shown["polls"][0]["http_status"]) == ("gone", 404)
    assert shown["advice"].startswith("The address is gone.")


@pytest.mark.parametrize("variant", ["/well/", "/well?utm_source=x"])
def test_show_finds_a_feed_by_what_a_person_is_likely_to_type(polled, server, variant):
    assert server.url("/well") in polled("show", server.url(variant)).stdout


def test_show_before_the_first_run_knows_the_catalogue(smewatch, server):
    assert "never asked" in smewatch("show", server.url("/well")).stdout


# --- backfill -------------------------------------------------------------------------------------------------------


def archived(server, links, prev):
    document = rss([server.url(link) for link in links]).replace(
        b"<rss ", b"<rss xmlns:a='http://www.w3.org/2005/Atom' "
    )
    prev_link = f"<a:link rel='prev-archive' href='{prev}'/>".encode() if prev else b""
    return answer(200, document.replace(b"<item>", prev_link + b"<item>", 1), Content_Type="application/rss+xml")


BACKFILLS = [
    ("to its beginning", {1: "/2", 2: "/3", 3: None}, 10, [1, 2, 3], "That is where the archive begins."),
    ("as far as wanted", {1: "/2", 2: "/3", 3: None}, 2, [1, 2], "There may be more than 2 pages."),
    ("round in a circle", {1: "/2", 2: "/1"}, 10, [1, 2], "leads back to"),
    ("back to the feed", {1: "/well"}, 10, [1], "leads back to"),
    ("to another site", {1: "http://127.0.0.99/x"}, 10, [1], "leads to another site"),
]


@pytest.mark.server
@pytest.mark.parametrize(
    ("prevs", "n", "read", "end"), [case[1:] for case in BACKFILLS], ids=[c[0] for c in BACKFILLS]
)
def test_an_archive_is_read_page_by_page(cli, with_model, server, tmp_path, prevs, n, read, end):
    from tests.flows.small_web import page as article

    data_dir = with_model(tmp_path / "var")
    server.scripts["/well"] = archived(server, ["/new"], "/1")
    for number, prev in prevs.items():
        server.scripts[f"/{number}"] = archived(server, [f"/old-{number}"], prev)
        server.scripts[f"/old-{number}"] = article(f"/old-{number}", number)
    (tmp_path / "mine.csv").write_text(f"url\n{server.url('/well')}\n")
    quick = {"SMEWATCH_FEEDS_FILE": "mine.csv", "SMEWATCH_HOST_DELAY_S": "0"}
    arguments = ("feeds", "backfill", server.url("/well"), "--pages", n, "--allow-private", "--data-dir", data_dir)
    done = cli(*arguments, "--json", **quick)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["n_pages"], report["ends"], report["n_articles"]) == (len(read), {"stored": len(read)}, len(read))
    assert end in report["end"]
    urls = {url for (url,) in rows(data_dir, "select url from core.articles")}
    assert urls == {server.url(f"/old-{number}") for number in read}
    assert rows(data_dir, "select count(*) from ops.feed_states") == [(0,)], "the schedule stays as it is"
    assert rows(data_dir, "select flow, status from ops.runs") == [("backfill", "completed")]


@pytest.mark.server
def test_a_feed_without_an_archive_says_so(cli, with_model, server, tmp_path):
    with_model(tmp_path / "var")
    (tmp_path / "mine.csv").write_text(f"url\n{server.url('/well')}\n")
    done = cli("feeds", "backfill", server.url("/well"), "--allow-private", SMEWATCH_FEEDS_FILE="mine.csv")
    assert done.returncode == 1
    assert "names no archive" in done.stdout
