"""Questions and texts become words in the same way; every question is answered, none raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.steps.search.excerpts import EXCERPT_LETTERS, excerpt
from flows.steps.search.index import Indexed, open_index, remove_index
from flows.steps.search.words import MOST_TERMS, fold, for_index, match_expression, terms_of

TEXTS = {
    "en": (
        "Trade mission to Jordan",
        "Chambers of both sides met; the trade council, on a mission, agreed. Its café is shut.",
    ),
    "vi": ("Diễn đàn doanh nghiệp nhỏ và vừa", "Doanh nghiệp Việt Nam và Nhật Bản gặp nhau tại Đà Nẵng."),
    "zh": ("中小企業合作論壇", "日本與越南的中小企業簽署了協議。5G技術"),
    "ja": ("中小企業の商談会", "ｽﾗﾊﾞﾔで商談会を開いた。"),
    "ko": ("중소기업 협력 포럼", "한국과 베트남의 중소기업은 협약을 맺었다."),
    "th": ("ธุรกิจขนาดเล็ก", "ผู้ประกอบการไทยและเวียดนามพบกัน"),
    "tr": ("Küçük işletmeler", "İstanbul'da KOBİ forumu."),
    "ar": ("منتدى الشركات الصغيرة", "التقت شركات الأردن ومصر."),
}


@pytest.fixture
def index(tmp_path):
    with open_index(tmp_path / "deep" / "i.sqlite") as opened:
        opened.update([], [Indexed(name, "1", *words) for name, words in TEXTS.items()])
        yield opened


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("jordan", {"en"}), ("JORDAN TRADE", {"en"}), ("jordan sofia", set()), ('"trade mission"', {"en"}),
        ('"mission trade"', set()), ("trade AND council", {"en"}), ("cafe", {"en"}), ("chamb*", {"en"}),
        ("chamb", set()), ("jordan -council", set()), ("jordan -sofia", {"en"}), ("-jordan", set()),
        ("viet nam", {"vi"}), ("VIỆT NAM", {"vi"}), ("da nang", set()),
        ("中小企業", {"zh", "ja"}), ("越南", {"zh"}), ("越", {"zh"}), ("技術", {"zh"}), ("5G", {"zh"}),
        ("企業中小", set()), ("スラバヤ", {"ja"}), ("중소기업", {"ko"}), ("베트남", {"ko"}), ("ไทย", {"th"}),
        ("kobi", {"tr"}), ("kucuk", {"tr"}), ("الأردن", {"ar"}), ("", set()), ("...", set()), ("\"'`;--", set()),
        ('"trade mission', {"en"}), ("「商談会」", {"ja"}), ("title:jordan", set()), ("NEAR(trade council)", set()),
    ],
)  # fmt: skip
def test_a_question_finds_what_it_asks_for(index, question, found):
    assert {hit.article_id for hit in index.search(terms_of(question), 10)} == found


def test_the_d_with_a_stroke_is_a_letter_of_its_own(index):
    """Unicode does not part it into a d and an accent, nor does SQLite."""
    assert [hit.article_id for hit in index.search(terms_of("đa nang"), 10)] == ["vi"]


@given(question=st.text(max_size=60) | st.text(alphabet="\"'*-()^:+\\ANDORNEar中🙂 \x00", max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_question_raises(searched, question):
    searched.search(terms_of(question), 5)


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    with open_index(tmp_path_factory.mktemp("search") / "i.sqlite") as opened:
        opened.update([], [Indexed(name, "1", *words) for name, words in TEXTS.items()])
        yield opened


def test_a_page_pasted_into_a_question_is_cut():
    assert len(terms_of("word " * 10_000)) == MOST_TERMS


def test_what_is_quoted_needs_no_escape():
    expression = match_expression(terms_of('a -"b c" OR "d" ) NOT e* \' 中小企'))
    assert expression == '"a" AND "or" AND "d" AND "not" AND "e"* AND "中小 小企" NOT "b c"'


@given(text=st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_every_word_of_a_text_is_found_in_it(tmp_path_factory, text):
    words = terms_of(text.replace("-", " ").replace("*", " "))
    file = tmp_path_factory.getbasetemp() / "one.sqlite"
    remove_index(file)
    with open_index(file) as one:
        one.update([], [Indexed("it", "1", "", text)])
        for term in words:
            assert one.search([term], 1), (text, term)


def test_a_word_in_the_title_counts_more(tmp_path):
    with open_index(tmp_path / "i.sqlite") as index:
        index.update(
            [], [Indexed("text", "1", "News of the day", "forum"), Indexed("title", "1", "Forum of the day", "news")]
        )
        assert [hit.article_id for hit in index.search(terms_of("forum"), 2)] == ["title", "text"]


def test_only_those_among_whom_it_is_asked_answer(index):
    assert [hit.article_id for hit in index.search(terms_of("中小企業"), 10, among=["ja", "en"])] == ["ja"]


def test_what_changed_or_went_is_found_no_more_and_nothing_twice(index):
    index.update(["zh"], [Indexed("en", "2", "Trade mission to Oman", "Same words")])
    assert index.search(terms_of("jordan"), 10) == []
    assert [hit.article_id for hit in index.search(terms_of("oman"), 10)] == ["en"]
    assert [hit.article_id for hit in index.search(terms_of("中小企業"), 10)] == ["ja"]
    assert index.versions()["en"] == "2"
    assert index.n_articles() == len(TEXTS) - 1


def test_an_index_wears_out_when_a_tenth_is_dead_and_no_sooner_than_a_thousand(tmp_path):
    with open_index(tmp_path / "i.sqlite") as index:
        for version in range(1_001):
            index.update([], [Indexed("a", str(version), "word", "")])
        assert not index.is_worn()
        index.update([], [Indexed("a", "more", "word", ""), Indexed("b", "1", "word", "")])
        assert index.is_worn()


@pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\x00" + b"x" * 4000])
def test_a_file_that_is_no_index_is_replaced_by_one(tmp_path, damage):
    (tmp_path / "i.sqlite").write_bytes(damage)
    with open_index(tmp_path / "i.sqlite") as index:
        assert index.n_articles() == 0


def test_folding_and_pairs():
    assert fold("Ｖiệt CAFÉ ﬁrm ß") == "viet cafe firm ss"
    assert for_index("5G技術力 ok").split() == ["5g", "技術", "術力", "ok"]


def test_an_excerpt_shows_the_place_with_most_terms_and_marks_them():
    text = "Nothing here. " * 40 + "In Amman the trade mission met chambers of Jordan, and more. " + "End. " * 50
    shown = excerpt(text, terms_of('"trade mission" JORDAN'))
    assert [shown.text[a:b] for a, b in shown.marks] == ["trade mission", "Jordan"]
    assert shown.text.startswith("… ")
    assert len(shown.text) <= EXCERPT_LETTERS + 4


@given(text=st.text(max_size=600), question=st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_marks_lie_within_the_excerpt_in_order_and_apart(text, question):
    shown = excerpt(text, terms_of(question))
    places = [place for mark in shown.marks for place in mark]
    assert places == sorted(places)
    assert all(0 <= a < b <= len(shown.text) for a, b in shown.marks)


def test_words_of_very_many_texts_find_the_best_of_the_latest_or_the_latest_of_a_choice(index, monkeypatch):
    monkeypatch.setattr("flows.steps.search.index.MOST_RANKED", 3)
    index.update(
        [], [Indexed(f"n{n}", "1", "Forum", "the firm " * (n == 6) + "The mill of the town.") for n in range(10)]
    )
    everywhere, some = terms_of("the town"), ["n1", "n6", "n8"]
    assert {hit.article_id for hit in index.search(everywhere, 10)} == {"n7", "n8", "n9"}
    assert [hit.article_id for hit in index.search(everywhere, 2, some)] == ["n8", "n6"]
    assert [hit.article_id for hit in index.search(terms_of("firm"), 10)] == ["n6"]
