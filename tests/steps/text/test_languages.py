import json
import sys
from pathlib import Path

import pytest

from flows.steps.text import languages
from flows.steps.text.languages import LANGUAGES, MIN_WORDS, language_of, primary_tag

# One sentence in each language, by its code.
TEXTS = json.loads((Path(__file__).parents[2] / "data" / "languages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", TEXTS)
def test_the_language_of_a_sentence_is_told(code):
    assert language_of(TEXTS[code]) == code


@pytest.mark.parametrize("code", TEXTS)
def test_the_same_text_has_always_the_same_language(code):
    assert len({language_of(TEXTS[code]) for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("", False),
        ("word " * (MIN_WORDS - 1), False),
        ("word " * MIN_WORDS, True),
        ("字" * (2 * MIN_WORDS - 1), False),
        ("字" * 2 * MIN_WORDS, True),
        ("1 2 3 4 5 - - - ??? " * 2, False),
    ],
)
def test_a_text_too_short_has_none(text, is_told):
    assert (language_of(text) is not None) is is_told


def test_chinese_with_a_name_in_kana_is_chinese():
    assert language_of(TEXTS["zh"] * 2 + "トヨタ") == "zh"


def test_a_long_text_is_judged_by_its_beginning():
    assert language_of(TEXTS["de"] * 20 + TEXTS["en"] * 500) == "de"


def test_plain_english_needs_no_identifier(monkeypatch):
    monkeypatch.setitem(sys.modules, "flows.steps.text.identifier", None)  # importing it raises
    assert language_of("The firms of the two countries have agreed to meet in the spring. " * 2) == "en"


@pytest.mark.parametrize("code", sorted(set(TEXTS) - {"en"}))
def test_no_other_language_is_taken_for_plain_english(code):
    assert not languages._is_plainly_english(TEXTS[code] * 3)


def test_a_text_in_another_script_with_an_english_line_is_left_to_the_identifier():
    assert language_of("This is the page of the firm. " + TEXTS["ru"] * 5) == "ru"


def test_only_languages_we_list_are_named():
    assert (
        language_of(
            "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam " * 2
        )
        in LANGUAGES
    )


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *(("en", "en"), ("en-GB", "en"), ("EN_us", "en"), ("zh-Hant-TW", "zh"), (" de ", "de"), ("nb-NO", "no")),
        *(("iw", "he"), ("fil", "tl"), ("US", None), ("", None), (None, None), ("english", None), ("x" * 99, None)),
        *(("en;q=0.5", None), ("e", None), ("-en", None)),
    ],
)
def test_a_tag_names_a_language_or_none(tag, code):
    assert primary_tag(tag) == code
