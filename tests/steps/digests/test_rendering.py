"""The forms of a digest, byte for byte. tests/data/digests/README.md says how to write the expected files anew."""

import os
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.steps.digests.composing import compose
from flows.steps.digests.rendering import TEXT_COLUMNS, render_html, render_text, wrap
from tests.steps.digests.digest_cases import BERLIN, CASES, MODEL, NAMES, WEEK, article, counts, load_case

FORMS = {"html": render_html, "txt": render_text}
NAMED = sorted(path.stem for path in CASES.glob("*.json"))


def digest_of(name):
    return compose(**load_case(CASES / f"{name}.json"))


def all_stories(digest):
    top = [digest.top] if digest.top else []
    return [*top, *(story for group in digest.groups for story in group.stories), *digest.borderline]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMED)
def test_the_form_is_the_expected_one_byte_for_byte(name, form):
    expected = CASES / f"{name}.{form}"
    got = FORMS[form](digest_of(name))
    if os.environ.get("WRITE_EXPECTED"):
        expected.write_text(got, "utf-8")
    assert got.encode() == expected.read_bytes()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_rendering_twice_gives_the_same_bytes(form):
    digest = digest_of("ordinary-week")
    assert form(digest) == form(digest)


@pytest.mark.parametrize("name", NAMED)
def test_plain_text_carries_every_headline_and_every_link(name):
    digest = digest_of(name)
    text = render_text(digest)
    unwrapped = "".join(text.split())
    for story in all_stories(digest):
        assert "".join(story.title.split()) in unwrapped
        assert story.link is None or f"] {story.link}\n" in text


@pytest.mark.parametrize("name", NAMED)
def test_plain_text_keeps_to_72_columns_but_for_addresses_and_sql(name):
    sql = render_text(digest_of(name)).split("HOW THIS WAS MADE")[0]
    # Wide characters count twice, so no line has more than 72 characters either.
    assert [line for line in sql.splitlines() if len(line) > TEXT_COLUMNS] == []


@pytest.mark.parametrize("name", NAMED)
def test_plain_text_holds_no_control_characters(name):
    text = render_text(digest_of(name))
    assert [char for char in text if ord(char) < 32 and char != "\n"] == []


def test_a_number_in_the_text_is_the_number_in_the_list():
    articles = [article(1), article(2)]
    text = render_text(compose(articles, counts(articles), MODEL, WEEK, BERLIN, NAMES))
    assert "* Headline 1 [1]" in text
    assert "[1] https://outlet1.example/story" in text
    assert "* Headline 2 [2]" in text
    assert "[2] https://outlet2.example/story" in text


@given(st.text(max_size=300))
@example("0" * 70 + "\u0300")
def test_wrapped_lines_fit_and_lose_nothing(text):
    wrapped = wrap(text, first="* ", rest="  ")
    # Marks that stand on another character, such as accents, fill no cell of their own.
    seen = "".join(char for char in wrapped if unicodedata.category(char) not in {"Cf", "Me", "Mn"})
    assert all(len(line) <= TEXT_COLUMNS for line in seen.split("\n"))
    assert "".join(wrapped[2:].split()) == "".join(text.split())


def test_wide_characters_fill_two_columns():
    assert [len(line) for line in wrap("中" * 80).split("\n")] == [36, 36, 8]


@pytest.mark.parametrize(("stories", "budget"), [(25, 80_000), (60, 95_000)])
def test_the_page_keeps_its_budget_of_bytes(stories, budget):
    title = "Chambers of commerce of two countries agree to open a joint help desk for small exporters at the border"
    text = (
        "Small and medium-sized enterprises of Viet Nam and Japan will cooperate, ministers of both said on Tuesday. "
    )
    why = (("small and medium-sized enterprises", 2.0), ("will cooperate", 1.0), ("ministers of both", 0.5))
    articles = [article(n, title=f"{title} ({n})", text=text * 6, why=why) for n in range(stories)]
    page = render_html(compose(articles, counts(articles), MODEL, WEEK, BERLIN, NAMES))
    assert page.count("<article") == stories
    assert len(page.encode()) < budget
