"""The digest over a warehouse: every number is its query's, an issue stands once it is out, stories last.

The articles are examples with more than one report of an event, dated by us; verdicts are the examples' own labels.
"""

import json
from collections import Counter
from datetime import timedelta

import pytest

from classifiers.story_keeping import regroup
from classifiers.verdict import Verdict
from flows import grouping
from flows.briefing import model_note, sector_name
from flows.collecting.pending import pend
from flows.collecting.spool import spool_batch
from flows.collecting.spooled import waiting
from flows.digest import digest, issue, load
from flows.grouping import keep_stories
from flows.locks import one_at_a_time
from flows.settings import Settings
from flows.steps.digests.issues import stories_of
from flows.steps.digests.keeping import from_json
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.parsing import Entry
from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.selecting import Ending
from flows.steps.text.dates import Published
from tests.flows.digest_cases import CARD, END, FEEDS, MONDAY, START, WEEK, ZONE, Report, ask, examples, store
from warehouse.errors import WarehouseBusy
from warehouse.opening import open_warehouse
from warehouse.rows import (
    Batch,
    FeedRow,
    FetchRow,
    LabelRow,
    ModelRow,
)


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var", zone=ZONE)


@pytest.fixture
def filled(settings):
    """Three weeks: stories with several reports, borderline and other articles; one feed fails in the last."""
    relevant, others = examples()
    hour = timedelta(hours=1)
    earlier = [Report(row, START - timedelta(days=9) + n * 9 * hour) for n, row in enumerate(relevant[24:40])]
    told = [Report(row, START + n * 6 * hour, 0.95 - n / 1000) for n, row in enumerate(relevant[:24])]
    close = [Report(row, START + n * 20 * hour, 0.5) for n, row in enumerate(others[:8])]
    far = [Report(row, START + n * 10 * hour, 0.1) for n, row in enumerate(others[8:20])]
    store(settings, "b1", earlier)
    store(settings, "b2", [*told, *close, *far], failing=("feed2",))
    return settings


def content_of(settings, now=MONDAY):
    keep_stories(settings, now)
    return issue(settings, WEEK, now)[0]


def test_every_number_of_a_digest_is_what_its_printed_query_answers(filled):
    content = content_of(filled)
    asked = {question: ask(filled, sql) for question, sql in content.method.queries}
    cards = stories_of(content)
    figures = {figure.label: figure.value for figure in content.figures}

    told = {row["story_id"]: row for row in asked["Stories"]}
    assert len(told) == len(cards) == content.stories == figures["Stories"] > 8
    for card in cards:
        row = told[card.story_id]
        assert (row["title"], row["url"], row["kind"]) == (card.title, card.link, card.kind)
        assert row["countries"] == [place.code for place in card.places if not place.is_bloc]

    [seen] = asked["Articles"]
    judged = seen["n_articles"] - seen["n_unjudged"]
    funnel = [row.count for row in content.account.funnel]
    assert funnel == [
        *(seen["n_entries"], seen["n_articles"], seen["n_undated"], seen["n_unjudged"], judged),
        *(judged - seen["n_relevant"] - seen["n_borderline"], seen["n_borderline"], seen["n_relevant"]),
    ]
    assert (figures["Relevant articles"], figures["Articles judged"]) == (seen["n_relevant"], judged)
    assert sum(row.count for row in content.near_misses) == seen["n_borderline"] == 8

    ends = {row["outcome"]: row["n_entries"] for row in asked["Ends of entries"]}
    assert {row.label: row.count for row in content.account.endings} == ends
    assert content.account.announced == sum(ends.values())

    polls = asked["Feeds polled and in trouble"]
    assert figures["Feeds polled"] == len(polls) == 3
    troubled = [row["feed"] for row in polls if row["is_in_trouble"]]
    assert [one.feed for one in content.account.troubles] == troubled == ["Outlet 2"]


def test_every_number_of_the_trends_is_what_its_printed_query_answers(filled):
    content = content_of(filled)
    asked = {question: ask(filled, sql) for question, sql in content.method.queries}
    weeks = content.trends.weeks
    kinds, totals = Counter(), Counter()
    for row in asked["Trends"]:
        kinds[row["kind"], row["week"]] = row["n_stories"]
        totals[row["week"]] += row["n_stories"]
    known = [week for week, count in zip(weeks, content.trends.total.counts, strict=True) if count is not None]
    assert known == ["2026-W45", "2026-W46", "2026-W47"]
    assert content.trends.total.counts[-3:] == tuple(totals[week] for week in known)
    assert sum(totals.values()) > 16
    for series in content.trends.kinds:
        assert series.counts[-3:] == tuple(kinds[series.key[0], week] for week in known)
    assert {series.key[0] for series in content.trends.kinds} == {kind for kind, _ in kinds}

    pairs = {
        (row["week"], row["country"], row["partner"]): row["n_stories"]
        for row in asked["Pairs and who acts with whom"]
    }
    met = Counter()
    for (_, *pair), number in pairs.items():
        met[tuple(pair)] += number
    for series in content.trends.pairs:
        assert series.counts[-3:] == tuple(pairs.get((week, *series.key), 0) for week in known)
    for place, code in enumerate(content.matrix.codes):
        for other, number in zip(content.matrix.codes, content.matrix.counts[place], strict=True):
            assert number == met[min(code, other), max(code, other)]
    for pair in content.pairs:
        assert pairs["2026-W47", *pair.codes] == pair.stories
    assert len(content.pairs) + content.pairs_more == len([key for key in pairs if key[0] == "2026-W47"])


def test_the_same_week_and_warehouse_give_the_same_bytes(filled):
    first = digest.fn(filled, WEEK.label, now=MONDAY)
    pages = {path: path.read_bytes() for path in filled.digests_dir.rglob("*") if path.is_file()}
    before = ask(filled, "from core.digests"), ask(filled, "from core.story_articles order by article_id")
    second = digest.fn(filled, WEEK.label, now=MONDAY + timedelta(days=2))
    assert (first.edition, first.is_new, second.edition, second.is_new) == (1, True, 1, False)
    assert {path: path.read_bytes() for path in filled.digests_dir.rglob("*") if path.is_file()} == pages
    assert (ask(filled, "from core.digests"), ask(filled, "from core.story_articles order by article_id")) == before
    assert first.html.read_text("utf-8").count('class="story') == len(first.headlines) + 5


def test_a_digest_that_finds_the_warehouse_held_says_by_whom_and_comes_once_it_is_free(filled):
    in_a_hurry = filled.model_copy(update={"warehouse_wait_s": 0.2})
    with (
        open_warehouse(filled.warehouse, now=MONDAY),
        pytest.raises(WarehouseBusy, match=r"held by this very process; waited 0\.\d s\. Close that program"),
    ):
        digest.fn(in_a_hurry, WEEK.label, now=MONDAY)
    assert not filled.digests_dir.exists()
    written = digest.fn(in_a_hurry, WEEK.label, now=MONDAY)
    assert (written.edition, written.is_new) == (1, True)


def spool_report(settings, at):
    """A relevant report waits in the spool, of a run that found the warehouse held."""
    row, link = examples()[0][50], "https://o.test/spooled"
    when = Published(at, "feed", "second", in_future=False)
    article = Article(link, "o.test/spooled", row["title"], row["text"], "f" * 16, "en", when, None, "page", "x", 99)
    feed = Feed("https://outlet9.test/rss", "Outlet 9")
    with open_warehouse(settings.warehouse, now=at) as warehouse:
        warehouse.sync_feeds([*FEEDS, FeedRow(feed.feed_id, feed.url, "", "Outlet 9")], at)
    entry = Entry(feed.feed_id, "e1", "h", link, row["title"], "", when)
    verdict = Verdict("m1", 0.95, "sure", True, row["kind"], 0.7, tuple(row["countries"]), (), ())
    frame = Batch("b9", "r1", at, fetches=(FetchRow("b9/9", feed.feed_id, at, 0.1, "read", 200, n_entries=1),))
    ending = Ending(entry, Outcome.STORED, article, n_attempts=1)
    spool_batch(settings.spool_dir, pend(frame, [ending], {"f" * 16: verdict}, {}, {feed.feed_id: feed}))
    return row["title"]


def test_a_digest_tells_what_waits_in_the_spool(filled):
    title = spool_report(filled, END - timedelta(hours=2))
    written = digest.fn(filled, WEEK.label, now=MONDAY)
    assert title in written.text.read_text("utf-8").replace("\n", " ")
    assert list(filled.spool_dir.iterdir()) == []


def test_a_digest_leaves_the_spool_to_an_ingest_at_work_and_the_next_issue_tells_what_was_in_it(filled):
    title = spool_report(filled, END - timedelta(hours=2))
    with one_at_a_time(filled):
        written = digest.fn(filled, WEEK.label, now=MONDAY)
        assert len(waiting(filled.spool_dir)) == 1
    digest.fn(filled, WEEK.next().label, now=MONDAY + timedelta(days=7))
    following = issue(filled, WEEK.next(), MONDAY + timedelta(days=7))[0]
    assert title not in written.headlines
    assert [story.title for story in following.late] == [title]


def test_what_a_digest_leaves_in_the_warehouse_is_what_the_comments_say(filled):
    digest.fn(filled, WEEK.label, now=MONDAY)
    comment = "select comment from duckdb_columns() where table_name = '{}' and column_name = '{}'"
    for table, column in (("digest_items", "section"), ("digest_counts", "count_name")):
        kept = ask(filled, f"select distinct {column} as name from core.{table}")
        assert kept
        for told in ask(filled, comment.format(table, column)):
            assert [row["name"] for row in kept if row["name"] not in told["comment"]] == []


def test_nothing_counted_arrived_after_the_moment_an_issue_names(filled):
    late = Report({**examples()[1][30], "id": "unlike"}, END - timedelta(hours=1), 0.1, END + timedelta(minutes=17))
    store(filled, "b3", [late])
    said = " ".join(content_of(filled).method.sentences)
    assert "Nothing that arrived after 23 November 2026, 00:17 is in this issue." in said


def test_a_label_after_the_issue_is_out_makes_a_second_edition_that_says_what_changed(filled):
    first = content_of(filled)
    wrong = stories_of(first)[-1]
    labels = [LabelRow(article_id, 0, "ann", MONDAY) for article_id in wrong.article_ids]
    with open_warehouse(filled.warehouse, now=MONDAY) as warehouse:
        warehouse.store_labels(labels)
    second = content_of(filled, MONDAY + timedelta(days=2))
    assert (second.edition.number, second.edition.corrected) == (2, "25 November 2026")
    assert second.edition.changes[0] == f"Taken out: “{wrong.title}” ({wrong.outlet})."
    assert content_of(filled, MONDAY + timedelta(days=3)) == second
    kept = ask(filled, "select content from mart.digests order by edition")
    assert [from_json(row["content"]) for row in kept] == [first, second]


def test_a_poll_after_the_issue_is_out_corrects_nothing(filled):
    first = content_of(filled)
    store(filled, "b3", [Report({**examples()[1][30], "id": "new"}, END - timedelta(hours=1), 0.1, MONDAY)])
    assert content_of(filled, MONDAY + timedelta(days=1)) == first


def test_what_comes_late_is_in_the_next_issue_and_a_story_says_who_told_it_before(filled):
    first = content_of(filled)
    relevant, _ = examples()
    tuesday = MONDAY + timedelta(days=1)
    told = stories_of(first)[-1]  # the latest: a follow-up comes within a week
    again = next(row for row in relevant if row["id"] in told.article_ids)
    late = Report({**relevant[50], "id": "late"}, END - timedelta(days=1), seen_at=tuesday)
    follow_up = Report({**again, "id": "follow-up"}, tuesday)
    store(filled, "b3", [late, follow_up])
    keep_stories(filled, tuesday)
    material = load(filled, WEEK.next(), tuesday + timedelta(days=6))
    assert {one.article_id: (one.is_late, one.told_before) for one in material.articles} == {
        "late": (True, ""),
        "follow-up": (False, "2026-W47"),
    }
    following, _ = issue(filled, WEEK.next(), tuesday + timedelta(days=6))
    assert [story.article_ids for story in following.late] == [("late",)]
    assert [(s.story_id, s.told_before) for s in stories_of(following)] == [(told.story_id, "2026-W47")]


def test_stories_are_grouped_before_they_are_told_and_stay_what_they_are(filled):
    content = content_of(filled)
    assert max(len(story.article_ids) for story in stories_of(content)) >= 2
    before = ask(filled, "select article_id, story_id from mart.story_articles order by all")
    assert keep_stories(filled, MONDAY) == 0
    late = Report({**examples()[0][0], "id": "another-report"}, START + timedelta(days=1))
    store(filled, "b3", [late])
    assert keep_stories(filled, MONDAY) == 1
    after = ask(filled, "select article_id, story_id from mart.story_articles order by all")
    assert [row for row in after if row["article_id"] != "another-report"] == before
    [same] = [row["story_id"] for row in after if row["article_id"] == "another-report"]
    assert same in {row["story_id"] for row in before}


def test_a_page_of_years_ago_among_todays_meets_no_story_between(filled, monkeypatch):
    n_stories, met = keep_stories(filled, MONDAY), []

    def note(new, standing, **how):
        met.append(([article.id for article in new], sum(len(story.articles) for story in standing)))
        return regroup(new, standing, **how)

    monkeypatch.setattr(grouping, "regroup", note)
    relevant, _ = examples()
    days = (0, 62, 62 + 63)  # a story may be near the first two, for it reaches 31 days to both sides
    old = [START - timedelta(days=2000) + timedelta(days=n) for n in days]
    reports = [Report({**relevant[50 + n], "id": f"old{n}"}, at, seen_at=MONDAY) for n, at in enumerate(old)]
    store(filled, "b3", [*reports, Report({**relevant[53], "id": "new"}, MONDAY)])
    assert keep_stories(filled, MONDAY) == 4
    assert met == [(["old0", "old1"], 0), (["old2"], 0), (["new"], n_stories)]


def test_a_report_in_the_last_hour_of_a_week_is_told_and_counted_in_it_where_clocks_changed_their_rules(settings):
    """British Columbia kept summer time from 2026 on, which a machine's own zones may not know yet."""
    there = settings.model_copy(update={"zone": "America/Vancouver"})
    relevant, (_, end) = examples()[0], WEEK.bounds(there.tz)
    times = (end - timedelta(days=4), end - timedelta(minutes=30))
    store(there, "b1", [Report(relevant[30 * n], at) for n, at in enumerate(times)])
    assert content_of(there, end + timedelta(hours=6)).stories == 2


def test_sectors_are_shown_as_people_write_them():
    assert [sector_name(name) for name in ("agri-food", "wood-and-furniture")] == ["agri-food", "wood and furniture"]


def test_a_digest_tells_invented_texts_from_labelled_ones():
    def trained_on(**more):
        card = json.dumps(CARD | {"counts": CARD["counts"] | more})
        return model_note(ModelRow("m1", START, "models/m1", "a" * 64, "b" * 64, card)).trained_on

    assert trained_on() == "5 seed documents and 12 labelled texts (9 of them relevant)"
    told = trained_on(invented_relevant_texts=4, invented_other_texts=3)
    assert told == "5 seed documents, 12 labelled texts (9 of them relevant) and 7 invented ones"


def test_a_quiet_week_shows_proof_of_life(settings):
    store(settings, "b1", [Report(row, START + timedelta(hours=1), 0.1) for row in examples()[1][:3]])
    report = digest.fn(settings, WEEK.label, now=MONDAY)
    assert report.title == "Nothing on SME cooperation in 3 articles read (week 47)"
    assert "3 feeds polled and 3 articles read" in report.text.read_text("utf-8")
