"""The ingest over the demo's newspapers: what every entry ends as, and that a second run finds nothing left to do."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from flows.demo.content import outlets, pieces
from flows.demo.web import DemoWeb
from flows.digest import digest
from flows.ingest import ingest
from flows.settings import Settings
from flows.steps.feeds.catalogue import read_catalogue
from flows.steps.feeds.feed import Feed
from tests.flows.tools import failed_checks, rows

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = "2026-W46"


@dataclass
class Story:
    """Three ingests of one data folder, the demo's web moving on before the third."""

    settings: Settings
    url_of: dict  # slug -> address
    catalogue: list
    reports: list
    digests: list
    held: list  # what the warehouse held after each

    def ask(self, sql):
        return rows(self.settings.data_dir, sql)


HOLDINGS = ("core.articles", "core.article_texts", "core.verdicts", "core.digests", "raw.entries")


def holdings(settings):
    return {table: rows(settings.data_dir, f"select count(*) from {table}")[0][0] for table in HOLDINGS}


@pytest.fixture(scope="module")
def story(prefect_api, with_model, tmp_path_factory):
    data_dir = with_model(tmp_path_factory.mktemp("story") / "var")
    settings = Settings(data_dir=data_dir, allow_private_addresses=True, host_delay_s=0, feeds_per_batch=5)
    reports, digests, held = [], [], []
    with DemoWeb(NOW) as web:
        catalogue = read_catalogue(web.catalogue_csv, "the demo's catalogue")
        for hours in range(3):
            if hours == 2:
                web.show_second_edition()
            now = NOW + hours * HOUR
            reports.append(ingest(settings, catalogue, every_feed=True, resolve=web.resolve, now=now))
            if hours < 2:
                digests.append(digest.fn(settings, WEEK, now=now))
            held.append(holdings(settings))
        urls = {piece.slug: web.url_of(piece) for piece in pieces(2)}
    return Story(settings, urls, catalogue, reports, digests, held)


# --- The first poll -------------------------------------------------------------------------------------------------

ENDS = {"missing": {"gone"}, "consent wall": {"consent wall"}, "oversize": {"too large"}}


def expected_ends(piece):
    """An article of two feeds is stored for one of them and known to the other."""
    if piece.path.startswith(piece.outlet.disallow):
        return {"refused by robots"}
    n_feeds = sum(piece.is_in(feed) for feed in piece.outlet.feeds)
    return ENDS.get(piece.page, {"stored", "known"} if n_feeds > 1 else {"stored"})


def test_every_piece_ends_as_it_should(story):
    ended = {}
    for link, outcome in story.ask("select link, outcome from raw.entries"):
        ended.setdefault(link, set()).add(outcome)
    announced = [piece for piece in pieces(2) if any(piece.is_in(feed) for feed in piece.outlet.feeds)]
    revised = story.url_of["kazakhstan-turkey-chambers"]
    expected = {story.url_of[piece.slug]: expected_ends(piece) for piece in announced if _is_readable(piece)}
    assert ended == expected | {revised: {"revised"}}


def _is_readable(piece):
    """Whether some feed that is one announces it."""
    return any(piece.is_in(feed) and feed.format != "none" for feed in piece.outlet.feeds)


def test_the_first_poll_meets_every_kind_of_trouble(story):
    first = story.reports[0]
    assert first.polls == {"read": 12, "not a feed": 1}
    troubles = {name: n for name, n in first.ends.items() if name not in ("stored", "known")}
    assert troubles == {"gone": 1, "consent wall": 1, "too large": 1, "refused by robots": 1}
    assert first.ends["stored"] >= 70
    assert first.exit_code == 0


def test_the_broken_feed_says_why(story):
    (broken,) = [f for outlet in outlets() for f in outlet.feeds if f.format == "none"]
    said = story.ask(f"select last_outcome, last_detail from mart.feed_health where title = '{broken.title}'")
    assert said[0][0] == "not a feed"
    assert "web page" in said[0][1]


def test_an_article_of_two_feeds_is_stored_once_and_linked_to_both(story):
    twice = {story.url_of[piece.slug] for piece in pieces(2) if len(piece.feeds) == 2}
    assert twice
    linked = story.ask(
        "select url, count(distinct article_id), count(*) from core.articles join core.article_feeds "
        "using (article_id) group by url having count(*) > 1"
    )
    assert {url: (n_articles, n_feeds) for url, n_articles, n_feeds in linked} == dict.fromkeys(twice, (1, 2))


def test_every_entry_that_brought_or_met_an_article_leads_to_it(story):
    assert (
        story.ask(
            "select link, outcome from raw.entries "
            "where outcome in ('stored', 'revised', 'known', 'same text') and article_id is null"
        )
        == []
    )


def test_a_feed_with_full_content_spares_its_pages(story):
    (full,) = [outlet for outlet in outlets() if any(feed.full for feed in outlet.feeds)]
    texts = "select count(*), count(*) filter (source = 'feed') from core.article_texts join core.articles"
    n_texts, n_from_feed = story.ask(f"{texts} using (article_id) where url like '%{full.host}%'")[0]
    assert n_texts == n_from_feed > 0


def test_dates_that_are_missing_or_ahead_are_told(story):
    undated = [story.url_of[piece.slug] for piece in pieces(2) if piece.published is None]
    ahead = [story.url_of[piece.slug] for piece in pieces(2) if (piece.published or "").startswith("in ")]
    assert story.ask("select url from core.articles where published_at is null") == [(url,) for url in undated]
    assert story.ask("select link from raw.entries where is_published_in_future") == [(url,) for url in ahead]


def test_every_text_has_a_verdict_with_its_model(story):
    assert (
        story.ask(
            "select article_id from core.article_texts anti join core.verdicts using (article_id, text_version)"
        )
        == []
    )
    assert len(story.ask("select distinct model_id from core.verdicts")) == 1


# --- Law 1: the counts add up ---------------------------------------------------------------------------------------


def test_the_counts_add_up_for_every_feed_and_every_run(story):
    assert failed_checks(story.settings.data_dir) == {}
    assert story.ask("select count(*) from mart.entry_ends where not is_balanced") == [(0,)]
    announced = story.ask("select run_id, sum(n_entries) from raw.fetches group by run_id")
    ended = story.ask("select run_id, sum(n_ended) from mart.entry_ends group by run_id")
    assert sorted(announced) == sorted(ended)


@pytest.mark.parametrize("which", range(3))
def test_a_report_tells_what_was_stored(story, which):
    report = story.reports[which]
    run = f"where run_id = '{report.run_id}'"
    polls = story.ask(f"select outcome, count(*) from raw.fetches {run} group by outcome")
    ends = Counter()
    for (of_one_poll,) in story.ask(f"select ends from mart.entry_ends {run}"):
        ends.update(of_one_poll)
    articles = story.ask(f"select count(*) from core.articles {run}")
    assert (dict(polls), ends, articles) == (report.polls, report.ends, [(report.n_articles,)])


def test_every_run_is_told_to_have_ended(story):
    runs = story.ask("select flow, status, n_polls, ended_at > started_at from mart.runs order by started_at")
    assert [run for run in runs if run[0] == "ingest"] == [("ingest", "completed", len(story.catalogue), True)] * 3


# --- Law 2: the same again ------------------------------------------------------------------------------------------


def test_a_second_run_stores_nothing_new(story):
    second = story.reports[1]
    assert (second.n_articles, set(second.ends)) == (0, {"known"} if second.ends else set())
    assert story.held[1] == story.held[0]


def test_the_same_digest_again_is_no_new_edition(story):
    first, second = story.digests
    assert (first.edition, first.is_new) == (1, True)
    assert (second.edition, second.is_new) == (1, False)


def test_a_second_poll_sends_validators_and_is_told_that_nothing_changed(story):
    assert story.reports[1].polls == {"unchanged": 12, "not a feed": 1}


# --- What changes between two polls ---------------------------------------------------------------------------------


def test_new_pieces_are_stored_and_the_revised_one_becomes_a_second_version(story):
    new = {story.url_of[piece.slug] for piece in pieces(2)} - {story.url_of[piece.slug] for piece in pieces(1)}
    third = story.reports[2]
    stored = story.ask(f"select url from core.articles where run_id = '{third.run_id}'")
    assert {url for (url,) in stored} == new
    assert third.ends["revised"] == 1
    versions = story.ask(
        "select url, max(text_version) from core.articles join core.article_texts using (article_id) "
        "group by url having count(*) > 1"
    )
    assert versions == [(story.url_of["kazakhstan-turkey-chambers"], 2)]


def test_both_versions_of_a_text_keep_their_verdicts(story):
    verdicts = story.ask(
        "select text_version from core.verdicts join core.articles using (article_id) "
        f"where url = '{story.url_of['kazakhstan-turkey-chambers']}' order by text_version"
    )
    assert verdicts == [(1,), (2,)]


# --- What is due ----------------------------------------------------------------------------------------------------


def test_feeds_that_are_not_due_are_left_alone(story):
    soon = NOW + 2 * HOUR + timedelta(minutes=5)
    n_polls = story.ask("select count(*) from raw.fetches")
    report = ingest(story.settings, story.catalogue, now=soon)  # nobody listens any more: a poll would be a failure
    assert (report.polls, report.exit_code) == (Counter(), 0)
    assert story.ask("select count(*) from raw.fetches") == n_polls


def test_a_feed_that_left_the_catalogue_is_not_polled_and_keeps_its_past(prefect_api, with_model, tmp_path):
    settings = Settings(data_dir=with_model(tmp_path / "var"), allow_private_addresses=True)
    closed = [Feed(f"http://127.0.0.1:9/{name}") for name in "ab"]
    ingest(settings, closed, now=NOW)
    report = ingest(settings, closed[:1], every_feed=True, now=NOW + HOUR)
    assert report.polls == {"unreachable": 1}
    health = rows(settings.data_dir, "select url, is_active, n_polls from mart.feed_health order by url")
    assert health == [(closed[0].url, True, 2), (closed[1].url, False, 1)]
