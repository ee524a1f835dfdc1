import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.digests.stories import alone, by_near_equal_text, shingles
from tests.steps.digests.digest_cases import article

TEXT = (
    "officials from both countries said on monday that the fund would lend to small firms which sell abroad and to "
    "the chambers that advise them until the end of next year when a first review is due in the capital"
)
WORDS = TEXT.split()
OTHER = (
    "an unrelated report about the harvest of late apples in the hills and the price which growers got at the market"
)


def ids(stories):
    return [[member.article_id[-1] for member in story] for story in stories]


def test_reprints_with_a_changed_beginning_are_one_story_led_by_the_best():
    articles = [
        article(1, text=TEXT, score=0.7),
        article(2, text=OTHER, score=0.9),
        article(3, text=f"Our correspondent reports. {TEXT}", score=0.8),
    ]
    assert ids(by_near_equal_text(articles)) == [["2"], ["3", "1"]]


def test_reports_in_other_words_stay_apart():
    assert len(by_near_equal_text([article(1, text=TEXT), article(2, text=" ".join(reversed(WORDS)))])) == 2


def test_a_chain_of_reprints_is_one_story():
    middle = " ".join(WORDS[:-6])
    end = " ".join(WORDS[6:-6])
    articles = [article(1, text=TEXT), article(2, text=middle), article(3, text=end)]
    assert len(by_near_equal_text(articles)) == 1


def test_texts_without_words_are_not_each_others_reprints():
    assert len(by_near_equal_text([article(1, text=""), article(2, text=""), article(3, text="ok")])) == 3


def test_chinese_reprints_are_found_though_words_are_not_set_apart():
    text = (
        "两国政府星期一在河内签署协议，将在未来三年内支持四百家中小企业相互合作，"
        "并设立联合基金和培训中心，帮助企业进入对方市场。"
    )
    assert len(by_near_equal_text([article(1, text=text), article(2, text="本报讯：" + text)])) == 1


def test_shingles_ignore_case_and_punctuation():
    assert shingles("The fund, it lends!") == shingles("the FUND it lends")


def test_switched_off_every_article_is_its_own_story():
    assert ids(alone([article(1, text=TEXT, score=0.1), article(2, text=TEXT, score=0.2)])) == [["2"], ["1"]]


@pytest.mark.parametrize("grouping", [alone, by_near_equal_text])
@given(texts=st.lists(st.sampled_from([TEXT, OTHER, TEXT + " today", "", " ".join(WORDS[:30])]), max_size=12))
def test_every_article_is_in_exactly_one_story(grouping, texts):
    articles = [article(n, text=text, score=n / 20) for n, text in enumerate(texts)]
    told = [member.article_id for story in grouping(articles) for member in story]
    assert sorted(told) == sorted(item.article_id for item in articles)


def test_a_flood_of_copies_is_one_story():
    articles = [article(n, text=f"{TEXT} {OTHER} {TEXT}", score=1 - n / 1000) for n in range(300)]
    assert [len(story) for story in by_near_equal_text(articles)] == [300]
