"""Who acts: the rules over weights, and the forms of datelines."""

from pathlib import Path

import pytest

from classifiers.gazetteer import Gazetteer
from classifiers.place_cues import dateline_end
from classifiers.places import acting_economies, read_places

GAZETTEER = Gazetteer.load(Path(__file__).parents[2] / "seeds/places")


@pytest.mark.parametrize(
    ("weights", "fore", "acting"),
    [
        pytest.param({}, set(), set(), id="nobody is named"),
        pytest.param(
            {"KE": 1.0, "UG": 1.0, "PE": 0.5}, {"KE", "UG"}, {"KE", "UG"}, id="two act, a third is mentioned"
        ),
        pytest.param({"KE": 2.0, "UG": 0.5}, {"KE"}, {"KE", "UG"}, id="one acts, so a second is looked for"),
        pytest.param({"KE": 2.0, "UG": 0.4}, {"KE"}, {"KE"}, id="one acts, and the other is an example"),
        pytest.param({"KE": 0.5, "UG": 0.5}, set(), {"KE", "UG"}, id="equals come together"),
        pytest.param({"HK": 20.0, "AE": 6.0, "OM": 1.5}, {"HK", "AE"}, {"HK", "AE"}, id="a bystander of a long text"),
        pytest.param({"HK": 20.0, "AE": 6.0, "OM": 1.5}, {"HK", "AE", "OM"}, {"HK", "AE", "OM"}, id="no bystander"),
    ],
)
def test_the_weights_decide_who_acts(weights, fore, acting):
    assert acting_economies(weights, fore) == acting


@pytest.mark.parametrize(
    ("text", "dateline"),
    [
        ("HANOI (VNA) – Small firms met.", "HANOI (VNA) –"),
        ("SEOUL, June 7 (Yonhap) -- Small firms met.", "SEOUL, June 7 (Yonhap) --"),
        ("Jakarta (ANTARA) - Small firms met.", "Jakarta (ANTARA) -"),
        ("Madrid, 19 abr. - Small firms met.", "Madrid, 19 abr. -"),
        ("Post Report\nKATHMANDU: Small firms met.", "Post Report\nKATHMANDU:"),
        ("新华社北京11月12日电 中小企业会面。", "新华社北京11月12日电"),
        ("(서울=연합뉴스) 박상돈 기자 = 중소기업이 만났다.", "(서울=연합뉴스) 박상돈 기자 ="),
        ("Small firms of Kenya (MSMEs) met.", ""),
        ("Japan – Viet Nam forum opens.", ""),
        ("Paris, Madrid, Berlin: three capitals in three days.", ""),
        ("Nairobi and Kampala have signed an accord.", ""),
        ("", ""),
    ],
)
def test_a_dateline_ends_where_the_story_begins(text, dateline):
    whole = f"Title\n{text}"
    spans = GAZETTEER.spans(whole)
    assert whole[6 : dateline_end(whole, 6, spans)] == dateline


def test_without_cues_every_naming_is_one_of_a_party():
    whole = "\nUnlike Peru, Kenya and Uganda met."
    spans = GAZETTEER.spans(whole, language="en")
    assert set(read_places("", whole, spans).countries) == {"PE", "KE", "UG"}
    assert set(GAZETTEER.places("", whole, spans).countries) == {"KE", "UG"}
