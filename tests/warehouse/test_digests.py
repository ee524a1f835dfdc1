from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from warehouse.digest_rows import DigestItemRow, DigestRow, Edition, FeedTrouble, KindCount, Reprint, StoryArticleRow
from warehouse.errors import EditionTaken, UnknownRow
from warehouse.rows import Batch, EvidenceRow, FetchEndRow, LabelRow

START, END = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
DIGEST = DigestRow(
    week="2026-W47",
    zone="Asia/Tokyo",
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
    model_id="m1",
    html_sha256="h" * 64,
    text_sha256="t" * 64,
    html_path="x.html",
    edition=1,
    facts_sha256="f" * 64,
    content='{"title": "Four stories", "stories": 4}',
    counts={"seen": 4},
)
ITEMS = (DigestItemRow(1, "article0", "forum"), DigestItemRow(2, "article1", "borderline"))


def week_ids(warehouse, start=START, end=END):
    return [article.article_id for article in warehouse.week_articles(start, end)]


def test_a_week_article_carries_all_a_digest_shows(filled):
    first = next(one for one in filled.week_articles(START, END) if one.article_id == "article2")
    assert (first.title, first.outlet, first.outlet_country, first.band, first.kind) == (
        "Title 2",
        "Outlet 0",
        "JP",
        "sure",
        "forum",
    )
    assert first.countries == ("EU", "JP", "VN")
    assert first.blocs == ("ASEAN",)
    assert first.evidence == (EvidenceRow("small firms", 1.5), EvidenceRow("weather", -0.5))
    assert first.text.startswith("Text 2. ")
    assert first.also_in == ()


@pytest.mark.parametrize(
    ("published", "in_future", "counts"),
    [
        (START, False, True),
        (START - timedelta(seconds=1), False, False),
        (END - timedelta(seconds=1), False, True),
        (END, False, False),
        (END + timedelta(days=30), True, True),  # not believed: it counts when it was first seen
        (None, False, True),  # nobody dated it: it counts when it was first seen
    ],
)
def test_an_article_counts_by_its_date_or_else_by_when_it_was_seen(empty, cases, published, in_future, counts):
    cases.begin(empty)
    source = {"published_at_source": "feed", "published_at_precision": "second"} if published else {}
    undated = cases.article(0, published_at=None, published_at_source=None, published_at_precision=None)
    dated = replace(undated, published_at=published, is_published_in_future=in_future, **source)
    empty.store_batch(replace(cases.batch(1), articles=(dated,)))
    assert bool(week_ids(empty)) is counts
    assert empty.week_counts(START, END).n_articles == int(counts)
    assert empty.failed_checks() == {}


def test_relevant_articles_come_first_then_by_score(empty, cases):
    cases.begin(empty)
    verdicts = (
        cases.verdict(0, score=0.4, band="borderline", is_relevant=False),
        cases.verdict(1, score=0.7, band="likely"),
        cases.verdict(2, score=0.9, band="sure"),
        cases.verdict(3, score=0.1, band="no", is_relevant=False, kind=None, kind_score=None),
        cases.verdict(4, score=0.5, band="unjudged", is_relevant=False, kind=None, kind_score=None),
    )
    empty.store_batch(replace(cases.batch(6), verdicts=verdicts))
    assert week_ids(empty) == ["article2", "article1", "article0"]
    counts = empty.week_counts(START, END)
    assert (counts.n_articles, counts.n_relevant, counts.n_borderline, counts.n_unjudged) == (6, 2, 1, 2)
    assert counts.n_without_verdict == 1


def test_what_a_person_called_irrelevant_is_left_out_and_what_they_called_relevant_is_in(filled, cases):
    filled.register_model(replace(cases.model, model_id="m2"), cases.now)
    filled.promote_model("m2", cases.now)
    no = [cases.verdict(n, model_id="m2", score=0.1, band="no", is_relevant=False) for n in range(2)]
    sure = [cases.verdict(n, model_id="m2") for n in range(2, 4)]
    filled.store_verdicts(no + sure, "r1")
    labels = [("article0", 1), ("article2", 0), ("article3", -1)]
    filled.store_labels([LabelRow(article_id, value, "ann", cases.now) for article_id, value in labels])
    assert [(one.article_id, one.is_relevant) for one in filled.week_articles(START, END)] == [
        ("article0", True),
        ("article3", False),
    ]


def test_an_article_tells_where_else_its_text_stands(filled, cases):
    twin = cases.entry(
        9,
        feed_id="feed1",
        outcome="same text",
        article_id="article0",
        link="https://other.test/9",
        title="Same story",
    )
    known = cases.entry(0, feed_id="feed1", entry_key="again", outcome="known")
    filled.store_batch(Batch("b2", "r1", cases.now, entries=(twin, known)))
    [found] = [one for one in filled.week_articles(START, END) if one.article_id == "article0"]
    assert found.also_in == (Reprint("Outlet 1", "https://other.test/9", "Same story"),)


def test_the_entries_of_a_week_are_counted_by_how_they_ended(filled):
    counts = filled.week_counts(START, END)
    assert counts.n_entries == 5
    assert dict(counts.ends) == {"stored": 4, "unreachable": 1}
    assert (counts.n_polls, counts.n_feeds_polled, counts.feeds_in_trouble) == (2, 2, ())


def test_a_feed_is_in_trouble_if_its_last_poll_of_the_span_failed(filled, cases):
    fetch = cases.batch().fetches[0]
    later, next_week = cases.now + timedelta(hours=1), END + timedelta(hours=1)
    failed = replace(fetch, fetch_id="f3", started_at=later, outcome="unreachable", n_entries=0)
    mended = replace(fetch, fetch_id="f4", started_at=next_week, n_entries=1)
    ends = (FetchEndRow("f4", "known", 1),)
    filled.store_batch(Batch("b2", "r1", later, fetches=(failed, mended), fetch_ends=ends))
    assert filled.week_counts(START, END).feeds_in_trouble == (FeedTrouble("Outlet 0", "unreachable"),)
    assert (filled.week_counts(START, END).n_polls, filled.week_counts(START, END).n_feeds_polled) == (3, 2)
    later_counts = filled.week_counts(START, END, polled_until=END + timedelta(days=1))
    assert (later_counts.n_polls, later_counts.feeds_in_trouble) == (4, ())


def test_a_week_without_polls_is_absent_not_zero(filled, cases):
    before = cases.now - timedelta(weeks=2)
    quiet = replace(cases.batch().fetches[0], fetch_id="quiet", started_at=before, n_entries=0, outcome="unchanged")
    filled.store_batch(Batch("b2", "r1", cases.now, fetches=(quiet,)))
    since = START - timedelta(weeks=11)
    assert {one.week: one.n_stories for one in filled.week_stories("UTC", since, END) if one.kind is None} == {
        "2026-W47": 4,
        "2026-W45": 0,
    }
    assert filled.week_stories("UTC", since, START) == [KindCount("2026-W45", None, 0)]


def test_a_week_is_one_of_a_zone(filled):
    """2026-11-22 23:30 in London is Monday 08:30 in Tokyo, and so already the next week there."""
    monday = "timestamptz '2026-11-22 23:30:00+00'"
    question = f"select mart.iso_week({monday}, 'Europe/London'), mart.iso_week({monday}, 'Asia/Tokyo')"
    assert filled.query(question).rows == [("2026-W47", "2026-W48")]


def test_the_first_days_of_a_year_can_belong_to_the_last_week_of_the_one_before(empty):
    assert empty.query("select mart.iso_week(timestamptz '2027-01-01 12:00:00+00', 'UTC')").rows == [("2026-W53",)]


def test_pairs_are_counted_once_a_story_and_week(filled):
    filled.store_stories(0, [StoryArticleRow("article0", "s-1"), StoryArticleRow("article3", "s-1")], [], [], END)
    assert [(one.country, one.partner, one.n_stories) for one in filled.week_pairs("UTC", START, END)] == [
        ("JP", "VN", 2),  # article0 and article3 are one story
        ("CN", "JP", 1),
        ("EU", "JP", 1),
        ("EU", "VN", 1),
    ]


FOLLOWING = END, END + timedelta(days=7)
SECOND = FOLLOWING[1], FOLLOWING[1] + timedelta(days=7)
TOLD = tuple(DigestItemRow(n + 1, f"article{n}", "story") for n in range(4))


def late_in(warehouse, week, zone="UTC"):
    return sorted(one.article_id for one in warehouse.week_articles(*week, zone) if one.is_late)


@pytest.fixture
def issued(filled, cases):
    """An issue told its week's four articles; two more are stored when it is out, one by a run that began before."""
    filled.store_digest(replace(DIGEST, zone="UTC", created_at=END + timedelta(hours=6)), TOLD)
    before, after = END + timedelta(hours=5, minutes=58), END + timedelta(hours=7)
    articles = (cases.article(8, first_seen_at=after), cases.article(9, first_seen_at=before))
    texts, verdicts = (cases.text(8), cases.text(9)), (cases.verdict(8), cases.verdict(9))
    filled.store_batch(Batch("b2", "r1", after, articles=articles, texts=texts, verdicts=verdicts))
    return filled


def test_a_late_arrival_is_one_stored_when_the_issue_of_its_week_was_out_whenever_its_run_began(issued):
    assert late_in(issued, FOLLOWING) == ["article8", "article9"]
    assert late_in(issued, FOLLOWING, "Asia/Tokyo") == []  # there was no issue in that zone
    assert late_in(issued, (START, END)) == []


def test_a_late_arrival_is_told_once(issued):
    late = (DigestItemRow(1, "article8", "late"),)
    issued.store_digest(replace(DIGEST, week="2026-W48", zone="UTC", created_at=FOLLOWING[1]), late)
    assert late_in(issued, SECOND) == ["article9"]  # the issue that should have told it did not: it comes after all
    correction = replace(DIGEST, zone="UTC", edition=2, facts_sha256="g" * 64, created_at=SECOND[0])
    issued.store_digest(correction, (*TOLD, DigestItemRow(5, "article9", "story")))
    assert late_in(issued, FOLLOWING) == ["article8", "article9"]  # it has been told so, and stays
    assert late_in(issued, SECOND) == []


def test_what_a_new_model_or_a_person_calls_relevant_afterwards_did_not_come_late(issued, cases):
    new = [cases.article(n, first_seen_at=END - timedelta(days=1)) for n in (10, 11)]
    no = [cases.verdict(n, score=0.1, band="no", is_relevant=False, kind=None, kind_score=None) for n in (10, 11)]
    texts = (cases.text(10), cases.text(11))
    issued.store_batch(Batch("b3", "r1", END, articles=tuple(new), texts=texts, verdicts=tuple(no)))
    issued.store_labels([LabelRow("article10", 1, "ann", END + timedelta(days=1))])
    issued.register_model(replace(cases.model, model_id="m2"), END)
    issued.promote_model("m2", END + timedelta(days=1))
    issued.store_verdicts([cases.verdict(n, model_id="m2") for n in (8, 9, 11)], "r1")
    assert late_in(issued, FOLLOWING) == ["article8", "article9"]


def test_what_an_issue_had_no_room_for_did_not_come_late(filled):
    content = '{"title": "Many stories", "stories": 104, "stories_left_out": 3}'
    filled.store_digest(replace(DIGEST, zone="UTC", content=content), TOLD[:1])
    assert late_in(filled, FOLLOWING) == []


def test_a_story_knows_the_issue_that_told_it(filled):
    filled.store_stories(0, [StoryArticleRow("article0", "s-1"), StoryArticleRow("article2", "s-1")], [], [], END)
    items = (DigestItemRow(1, "article0", "story"), DigestItemRow(2, "article1", "borderline"))
    filled.store_digest(DIGEST, items)
    assert filled.stories_told_before("Asia/Tokyo", "2026-W48") == {"s-1": "2026-W47"}
    assert filled.stories_told_before("Asia/Tokyo", "2026-W47") == {}
    assert filled.stories_told_before("UTC", "2026-W48") == {}


def test_digest_numbers_are_query_numbers(filled):
    counts = filled.week_counts(START, END)
    [row] = filled.query("from mart.weekly_counts where week = '2026-W47'").rows
    assert row == (
        "2026-W47",
        counts.n_articles,
        counts.n_relevant,
        counts.n_borderline,
        counts.n_unjudged,
        counts.n_undated,
        counts.n_in_future,
        counts.n_outlets,
    )
    [(relevant,)] = filled.query("select count(*) from mart.relevant_articles where week = '2026-W47'").rows
    assert relevant == sum(one.is_relevant for one in filled.week_articles(START, END))


def test_a_digest_that_states_the_same_facts_is_no_new_edition(filled, contents):
    assert filled.store_digest(DIGEST, ITEMS) == Edition("2026-W47.1@Asia/Tokyo", 1, is_new=True)
    before = contents(filled)
    again = replace(DIGEST, edition=2, created_at=DIGEST.created_at + timedelta(days=1), html_sha256="n" * 64)
    assert filled.store_digest(again, ITEMS) == Edition("2026-W47.1@Asia/Tokyo", 1, is_new=False)
    assert contents(filled) == before
    assert filled.failed_checks() == {}


def test_a_corrected_digest_is_the_next_edition_and_leaves_the_first_alone(filled):
    filled.store_digest(DIGEST, ITEMS)
    corrected = replace(DIGEST, edition=2, facts_sha256="g" * 64, content='{"title": "Three stories"}')
    assert filled.store_digest(corrected, ITEMS[:1]).edition == 2
    assert filled.store_digest(replace(DIGEST, zone="UTC"), ITEMS).digest_id == "2026-W47.1@UTC"
    found = filled.query("select zone, edition, count(*) from mart.digest_items group by all order by all").rows
    assert found == [("Asia/Tokyo", 1, 2), ("Asia/Tokyo", 2, 1), ("UTC", 1, 2)]
    assert filled.query("select distinct count_name, n from core.digest_counts").rows == [("seen", 4)]
    assert filled.latest_edition("2026-W47", "Asia/Tokyo").content == '{"title": "Three stories"}'
    assert [(one.zone, one.edition) for one in filled.editions()] == [
        ("Asia/Tokyo", 1),
        ("Asia/Tokyo", 2),
        ("UTC", 1),
    ]
    shown = filled.query(
        "select edition, is_in_force, title, n_stories from mart.digests where zone <> 'UTC' order by 1"
    )
    assert shown.rows == [(1, False, "Four stories", 4), (2, True, "Three stories", None)]


def test_of_two_that_write_the_same_edition_only_one_does(filled, contents):
    filled.store_digest(DIGEST, ITEMS)
    before = contents(filled)
    with pytest.raises(EditionTaken, match=r"Edition 1 of 2026-W47"):
        filled.store_digest(replace(DIGEST, facts_sha256="g" * 64), ITEMS)
    assert contents(filled) == before


def test_an_empty_digest_is_a_digest(empty):
    assert empty.store_digest(replace(DIGEST, model_id=None, counts={}), ()).is_new


def test_a_digest_of_an_unknown_article_is_refused_whole(filled, contents):
    before = contents(filled)
    with pytest.raises(UnknownRow, match="article77"):
        filled.store_digest(DIGEST, (DigestItemRow(1, "article77", "forum"),))
    assert contents(filled) == before
