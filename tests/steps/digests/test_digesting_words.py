import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.digests.words import clean_line, clip, counted, language_tag, listed, safe_link


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (" two \n lines\tand\u00a0space ", "two lines and space"),
        ("bell\x07 null\x00 escape\x1b[31m", "bell null escape[31m"),
        ("over\u202eride\u202c \u2066iso\u2069", "override iso"),
        ("soft\u00adhyphen \u200bzero \ufeffbom", "softhyphen zero bom"),
        ("half a pair \ud83d here", "half a pair here"),
        ("emoji 👩🏽‍🏭 stays", "emoji 👩🏽‍🏭 stays"),
        ("می‌خواهم", "می‌خواهم"),  # Persian needs its zero-width non-joiner
    ],
)
def test_a_scraped_line_is_made_safe_to_show(raw, clean):
    assert clean_line(raw, 100) == clean


@given(st.text(), st.integers(10, 60))
def test_a_clean_line_is_bounded_encodable_and_without_controls(text, bound):
    line = clean_line(text, bound)
    assert len(line) <= bound
    line.encode("utf-8")
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in line)
    assert clean_line(line, bound) == line


@pytest.mark.parametrize(
    ("text", "bound", "cut"),
    [
        ("short", 10, "short"),
        ("several words in a row", 16, "several words…"),
        ("x" * 20, 10, "x" * 9 + "…"),
        ("a comma, then more", 9, "a comma…"),
    ],
)
def test_a_text_is_cut_between_words_where_there_are_any(text, bound, cut):
    assert clip(text, bound) == cut


@pytest.mark.parametrize(
    "url", ["https://news.example/a?b=1#c", "http://xn--bcher-kva.example/", "https://例え.example/道"]
)
def test_web_addresses_are_linked(url):
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//no-scheme.example/",
        "/relative",
        "",
        "https://",
        "https:///path",
        "https://bank.example@evil.example/",
        "https://with space.example/",
        "https://[bad/",
        "https://long.example/" + "a" * 3000,
        "https://hidden.example/\u202egpj.exe",
    ],
)
def test_everything_else_is_not(url):
    assert safe_link(url) is None


@pytest.mark.parametrize(
    ("language", "tag"), [("ja", "ja"), ("fil", "fil"), ("en", None), (None, None), ('x"><script>', None), ("", None)]
)
def test_a_language_tag_is_well_formed_or_absent(language, tag):
    assert language_tag(language) == tag


def test_numbers_and_lists_are_said_as_people_say_them():
    assert (counted(1, "story", "stories"), counted(1204, "article")) == ("1 story", "1,204 articles")
    assert (listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])) == (
        "",
        "a",
        "a and b",
        "a, b and c",
    )
