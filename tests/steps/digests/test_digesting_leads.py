import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.digests.leads import MAX_LEAD_CHARS, lead_of, sentences
from flows.steps.digests.words import clean_line
from tests.steps.digests.digest_cases import NAMES, article

SCENE = "It was a bright morning at the convention centre, and the hall filled slowly with guests and flowers."
POINT = (
    "Viet Nam and Japan signed an agreement under which 40 small and medium-sized enterprises of both countries will "
    "meet buyers abroad through business matching every spring."
)
CLOSE = "A dinner of local dishes closed the day for all who had come."


def lead(text, **changes):
    return lead_of(article(1, text=text, **changes), NAMES)


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("One came. Two left! Did three stay? Yes.", ["One came.", "Two left!", "Did three stay?", "Yes."]),
            ("Dr. Ha met Mr. Sato. They spoke.", ["Dr. Ha met Mr. Sato.", "They spoke."]),
            ("The U.S. Department agreed. So did J. Smith.", ["The U.S. Department agreed.", "So did J. Smith."]),
            ("It cost 3.5 million on Nov. 18 alone.", ["It cost 3.5 million on Nov. 18 alone."]),
            ("“We agree.” The hall rose.", ["“We agree.”", "The hall rose."]),
            ("A line\nanother  line", ["A line", "another line"]),
            ("中小企業を支援する。両国が協力！よい？", ["中小企業を支援する。", "両国が協力！", "よい？"]),
            ("وقعت الشركات الاتفاق. حضر الوزير؟ نعم", ["وقعت الشركات الاتفاق.", "حضر الوزير؟", "نعم"]),
            ("", []),
        ],
    )
    def test_a_text_is_split_as_a_reader_would(self, text, expected):
        assert sentences(text) == expected

    @given(st.text(max_size=400))
    def test_no_word_is_lost_or_doubled(self, text):
        assert "".join("".join(sentences(text)).split()) == "".join(clean_line(text, 1000).split())


class TestLead:
    def test_the_sentence_that_carries_the_topic_is_chosen_not_the_first(self):
        assert POINT in lead(f"{SCENE} {POINT}\n{CLOSE}")
        assert SCENE not in lead(f"{SCENE} {POINT}\n{CLOSE}")

    def test_the_models_evidence_decides_between_equals(self):
        one, two = (
            f"The two sides opened a {thing} for visitors from the whole region on Monday."
            for thing in ("fair", "laboratory")
        )
        text = f"{SCENE} {one} {two}"
        assert lead(text, why=(("laboratory", 3.0),), title="x").count("laboratory") == 1
        assert lead(text, why=(("fair for visitors", 3.0),), title="x").startswith(one)

    def test_a_sentence_that_hangs_on_the_one_before_does_not_stand_alone(self):
        hanging = (
            "He said the programme would help small and medium-sized enterprises of Viet Nam and Japan to cooperate."
        )
        assert not lead(f"{hanging}\n{SCENE} {POINT}").startswith("He said")

    def test_the_headline_is_not_repeated(self):
        title = "Viet Nam and Japan open a forum for small firms"
        assert lead(f"{title}\n{POINT}", title=title) == POINT

    def test_a_dateline_is_left_out(self):
        assert lead(f"HANOI, Nov 18 (VNA) – {POINT}") == POINT
        assert lead(f"Hanoi (VNA) – {POINT}") == POINT
        assert lead(f"DUBLIN (Meridian business information) - {POINT}") == POINT
        assert lead(f"(18 March) — {POINT}") == POINT

    def test_captions_are_no_leads(self):
        assert (
            lead(f"Photo: small firms of Viet Nam and Japan at the business matching forum in Hanoi.\n{POINT}")
            == POINT
        )

    def test_an_overlong_sentence_is_cut_at_a_word(self):
        text = "Small firms of Viet Nam and Japan cooperate " + "and cooperate " * 60 + "again."
        cut = lead(text)
        assert len(cut) <= MAX_LEAD_CHARS
        assert cut.endswith(("and…", "cooperate…"))

    @pytest.mark.parametrize("text", ["", "Too short.", "\n\n", "   "])
    def test_a_text_without_a_sentence_fit_to_show_has_no_lead(self, text):
        assert lead(text) == ""

    @given(
        st.lists(
            st.sampled_from(
                [SCENE, POINT, CLOSE, "Photo: x.", "“Yes,” he said.", "国际合作论坛在河内举行，中小企业参加。"]
            ),
            max_size=8,
        )
    )
    def test_a_lead_is_one_or_two_passages_of_the_text_within_the_bound(self, parts):
        found = lead(" ".join(parts))
        assert len(found) <= MAX_LEAD_CHARS
        # Chinese sentences are joined without the blank that the text may have between them.
        assert all(part.replace(" ", "") in "".join(parts).replace(" ", "") for part in found.split(" … "))
