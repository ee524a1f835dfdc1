from hypothesis import given
from hypothesis import strategies as st

from flows.steps.digests.stories import told
from tests.steps.digests.digest_cases import article


def ids(stories):
    return ["".join(member.article_id[-1] for member in story) for story in stories]


def test_articles_of_one_story_stand_together_led_by_the_chosen_one():
    found = told(
        [
            article(1, story_id="s-1", score=0.99),
            article(2, story_id="s-2", score=0.9),
            article(3, story_id="s-1", score=0.7, is_story_lead=True),
        ]
    )
    assert ids(found.relevant) == ["2", "31"]  # stories by the score of their lead


def test_without_a_story_each_article_is_its_own():
    assert ids(told([article(1, score=0.1), article(2, score=0.2)]).relevant) == ["2", "1"]


def test_a_chosen_lead_that_is_only_borderline_does_not_lead_a_story_that_is_told():
    close = article(1, story_id="s-1", band="borderline", score=0.4, is_story_lead=True)
    found = told([close, article(2, story_id="s-1", score=0.8)])
    assert (ids(found.relevant), found.borderline) == (["21"], ())


def test_a_late_report_of_a_told_story_stands_under_it_and_one_told_before_is_no_news():
    found = told(
        [
            article(1, story_id="s-1"),
            article(2, story_id="s-1", is_late=True),
            article(3, story_id="s-3", is_late=True),
            article(4, story_id="s-4", is_late=True, told_before="2026-W46"),
        ]
    )
    assert (ids(found.relevant), ids(found.late)) == (["12"], ["3"])


def test_a_story_told_before_is_told_again_where_it_has_a_report_of_this_week():
    assert ids(told([article(1, story_id="s-1", told_before="2026-W46")]).relevant) == ["1"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "s-1", "s-2"]), st.sampled_from(["sure", "borderline"]), st.booleans()),
        max_size=12,
    )
)
def test_every_article_is_in_exactly_one_story_whatever_the_order(rows):
    articles = [article(n, story_id=s, band=b, is_late=late, score=n / 20) for n, (s, b, late) in enumerate(rows)]
    found = told(articles)
    stories = [*found.relevant, *found.borderline, *found.late]
    assert sorted(one.article_id for story in stories for one in story) == [one.article_id for one in articles]
    assert told(reversed(articles)) == found
