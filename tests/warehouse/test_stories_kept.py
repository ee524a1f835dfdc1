"""Stories as the warehouse keeps them: ids last, articles never leave, and a late grouping changes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from warehouse.digest_rows import StoryArticleRow, StoryLeadRow, StoryMergeRow
from warehouse.errors import UnknownRow
from warehouse.rows import LabelRow

JOINED = (
    StoryArticleRow("article0", "s-old"),
    StoryArticleRow("article1", "s-old", "article0", 0.4),
    StoryArticleRow("article2", "s-new"),
)
LEADS = (
    StoryLeadRow("s-old", "article0", "the first of 2 reports"),
    StoryLeadRow("s-new", "article2", "the only report"),
)


@pytest.fixture
def grouped(filled, cases):
    assert filled.store_stories(0, JOINED, (), LEADS, cases.now)
    return filled


def stories(warehouse):
    return warehouse.query("select story_id, article_id, n_articles, lead_reason from mart.stories order by all").rows


def test_an_article_not_grouped_yet_is_a_story_of_its_own(grouped):
    assert stories(grouped) == [
        ("article3", "article3", 1, None),
        ("s-new", "article2", 1, "the only report"),
        ("s-old", "article0", 2, "the first of 2 reports"),
    ]
    assert [one.article_id for one in grouped.ungrouped_articles(10)] == ["article3"]
    assert grouped.failed_checks() == {}


def test_reports_of_one_event_are_unfolded_by_leaving_out_a_condition(grouped):
    folded = grouped.query("select count(*) from mart.story_articles where is_lead").rows
    unfolded = grouped.query("select count(*) from mart.story_articles").rows
    assert (folded, unfolded) == ([(3,)], [(4,)])


def test_the_same_grouping_twice_is_refused_whole(grouped, contents, cases):
    before = contents(grouped)
    assert not grouped.store_stories(0, JOINED, (StoryMergeRow("s-new", "s-old"),), LEADS, cases.now)
    assert contents(grouped) == before


def test_an_article_stays_in_its_story(grouped, cases):
    move = (StoryArticleRow("article0", "s-other"),)
    grouped.store_stories(grouped.stories_version(), move, (), (), cases.now)
    assert ("s-old", "article0", 2, "the first of 2 reports") in stories(grouped)


def test_a_merged_story_points_to_the_older_one_and_so_does_what_was_merged_into_it(grouped, cases):
    third = StoryArticleRow("article3", "s-third")
    lead = StoryLeadRow("s-new", "article2", "the first of 2 reports")
    grouped.store_stories(3, (third,), (StoryMergeRow("s-third", "s-new"),), (lead,), cases.now)
    lead = StoryLeadRow("s-old", "article1", "the fullest of 4 reports")
    grouped.store_stories(grouped.stories_version(), (), (StoryMergeRow("s-new", "s-old"),), (lead,), cases.now)
    assert stories(grouped) == [("s-old", "article1", 4, "the fullest of 4 reports")]
    merged = grouped.query(
        "select story_id, merged_into from core.stories where merged_into is not null order by all"
    )
    assert merged.rows == [("s-new", "s-old"), ("s-third", "s-old")]
    assert grouped.failed_checks() == {}


def test_stories_near_a_time_come_whole(grouped, cases):
    """article1 counts an hour before article0; the story is asked for by the later one only."""
    found = grouped.stories_near(cases.now, cases.now + timedelta(hours=1))
    assert [(one.article_id, one.story_id) for one in found] == [("article1", "s-old"), ("article0", "s-old")]
    assert {one.founded_at for one in found} == {cases.now}


def test_only_what_is_relevant_or_borderline_is_grouped_and_a_person_decides(empty, cases):
    cases.begin(empty)
    bands = ("sure", "borderline", "no", "no", "sure")
    verdicts = tuple(cases.verdict(n, band=band, is_relevant=band == "sure") for n, band in enumerate(bands))
    empty.store_batch(replace(cases.batch(5), verdicts=verdicts))
    empty.store_labels([LabelRow("article2", 1, "ann", cases.now), LabelRow("article4", 0, "ann", cases.now)])
    found = {one.article_id: one.score for one in empty.ungrouped_articles(10)}
    assert found == {"article0": 0.9, "article1": 0.9, "article2": 1.0, "article4": 0.0}
    assert [one.article_id for one in empty.ungrouped_articles(2)] == ["article4", "article2"]  # oldest first
    shown = {row[0] for row in empty.query("select article_id from mart.story_articles").rows}
    assert shown == {"article0", "article1", "article2"}


def test_a_story_of_an_unknown_article_is_refused_whole(filled, contents, cases):
    before = contents(filled)
    with pytest.raises(UnknownRow, match="article77"):
        filled.store_stories(0, (*JOINED, StoryArticleRow("article77", "s-x")), (), LEADS, cases.now)
    assert contents(filled) == before


def test_a_label_that_takes_the_lead_out_leaves_the_story_to_the_next_report(grouped, cases):
    grouped.store_labels([LabelRow("article0", 0, "ann", cases.now)])
    assert ("s-old", "article1", 1, None) in stories(grouped)


def test_stories_told_show_the_parties_of_the_next_report_where_the_lead_names_none(empty, cases):
    cases.begin(empty)
    nobody = cases.verdict(0, countries=(), blocs=())
    empty.store_batch(replace(cases.batch(2), verdicts=(nobody, cases.verdict(1))))
    empty.store_stories(0, JOINED[:2], (), LEADS[:1], cases.now)
    [row] = empty.query(
        "select article_id, countries, n_articles from mart.stories_told('UTC', '2026-11-16', '2026-11-23')"
    ).rows
    assert row == ("article0", ["CN", "JP"], 2)


def test_an_empty_grouping_is_stored_as_nothing(filled, contents, cases):
    before = contents(filled)
    assert filled.store_stories(0, (), (), (), cases.now)
    assert contents(filled) == before
