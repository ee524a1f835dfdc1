import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.digests.reasons import doubts, grounds, reasons

SENTENCE = (
    "The two chambers signed an agreement under which small firms of both countries will meet twice a year in Hanoi."
)
HEADLINE = "Chambers of two countries sign agreement for their small firms"


@pytest.mark.parametrize(
    ("why", "phrases"),
    [
        (
            [("SMEs", 0.4), ("cooperation agreement", 2.0), ("cooperation", 1.5), ("JETRO", 1.0)],
            ("cooperation agreement", "JETRO", "SMEs"),
        ),
        ([("for SMEs", 0.5), ("of the", 0.4), ("US$ 1", 0.3), ("s", 0.2)], ("SMEs",)),  # nothing that says nothing
        ([("tariffs", -3.0), ("loan", 0.1), ("zero", 0.0)], ("loan",)),  # nothing that spoke against it
        # A sentence gives the words of the topic; a phrase must weigh something beside it.
        ([(SENTENCE, 3.0), (HEADLINE, 2.0), ("Hanoi", 0.6), ("meet", 0.1)], ("small firms", "agreement", "Hanoi")),
        ([("両国の中小企業が展示会で協力することに合意したと発表した", 3.0)], ("中小企業", "協力")),
        ([("中小企业", 1.0), ("合作", 0.5), ("的", 0.4)], ("中小企业", "合作")),
        ([("one two", 1.0), ("three", 0.9), ("four", 0.8), ("five", 0.7)], ("one two", "three", "four")),
        ([], ()),
    ],
)
def test_reasons_are_the_strongest_telling_phrases_each_once(why, phrases):
    assert reasons(why) == phrases


@pytest.mark.parametrize(
    ("why", "extract", "parts"),
    [
        ([(SENTENCE, 2.0)], SENTENCE, ("extract",)),
        ([("HANOI, Nov 18 (VNA) – " + SENTENCE, 2.0)], SENTENCE, ("extract",)),
        ([(SENTENCE, 2.0)], SENTENCE[:90] + "…", ("extract",)),
        ([(HEADLINE, 1.0), (SENTENCE, 2.0)], SENTENCE, ("headline", "extract")),
        ([(HEADLINE, 1.0)], SENTENCE, ("headline",)),
        ([(SENTENCE, -2.0)], SENTENCE, ()),
        ([("small firms", 1.0)], SENTENCE, ()),
        ([(SENTENCE, 2.0)], "", ()),
    ],
)
def test_evidence_that_stands_on_the_card_is_pointed_to(why, extract, parts):
    assert grounds(why, HEADLINE, extract) == parts


def test_doubts_are_what_weighed_against_it_not_noise():
    why = [("Mr", -0.13), (SENTENCE, -0.9), ("tariffs", -0.4), ("SMEs", 2.0)]
    assert doubts(why) == (
        "The two chambers signed an agreement under which small firms of both countries will meet…",
        "tariffs",
    )


@given(st.lists(st.tuples(st.text(max_size=80), st.floats(-5, 5)), max_size=12))
def test_reasons_do_not_depend_on_the_order_of_the_evidence(why):
    assert reasons(why) == reasons(list(reversed(why)))
    assert doubts(why) == doubts(list(reversed(why)))
