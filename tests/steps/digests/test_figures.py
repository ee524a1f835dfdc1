"""Figures: the same numbers the same bytes, fit for a page that allows no foreign style, with words for all of it."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from flows.steps.digests.figures import LIGHT, WIDTH, figures_of
from tests.steps.digests.issue_cases import MATRIX, TRENDS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawings():
    return {one.name: one for one in figures_of(TRENDS, MATRIX)}


@pytest.fixture(scope="module")
def drawn(drawings):
    return {name: one.svg() for name, one in drawings.items()}


def test_a_digest_has_a_figure_for_kinds_pairs_and_the_matrix(drawings):
    assert list(drawings) == ["kinds", "pairs", "matrix"]


def test_nothing_is_drawn_without_numbers():
    first_week = replace(TRENDS, total=replace(TRENDS.total, counts=(None,) * 11 + (3,)))
    assert figures_of(None, None) == ()
    assert figures_of(first_week, None) == ()


def test_drawing_twice_gives_the_same_bytes(drawings, drawn):
    for name, one in drawings.items():
        assert one.svg() == drawn[name]
        assert one.png() == one.png()


def test_a_vector_has_no_style_no_script_no_id_and_no_link(drawn):
    for svg in drawn.values():
        tree = etree.fromstring(svg)
        assert {element.tag for element in tree.iter()} <= {"svg", "path", "text"}
        names = {name for element in tree.iter() for name in element.attrib}
        assert names <= {
            *("viewBox", "role", "aria-label", "class", "d", "x", "y", "fill"),
            *("font-size", "font-weight", "text-anchor", "stroke-width"),
        }


def test_every_colour_of_a_vector_is_a_class_so_that_it_follows_the_scheme(drawn):
    parts = "|".join(LIGHT.__slots__)
    for svg in drawn.values():
        for element in etree.fromstring(svg).iter("path", "text"):
            assert re.fullmatch(rf"(fill|stroke)-({parts})( stroke-({parts}))?", element.get("class")), element.attrib
        assert "#" not in re.sub(r'aria-label="[^"]*"', "", svg)


def test_a_vector_is_as_wide_as_a_phone_and_nothing_in_it_reaches_beyond(drawn):
    for svg in drawn.values():
        tree = etree.fromstring(svg)
        _, _, width, height = map(float, tree.get("viewBox").split())
        assert width == WIDTH <= 360 - 2 * 16
        assert all(0 <= float(text.get("y")) <= height for text in tree.iter("text"))


def test_the_words_for_a_figure_state_its_numbers(drawings):
    assert "Agreements: 0, 1, –, 0, 1, 0, 1, 0, 1, 1, 0, 2" in drawings["kinds"].alt
    assert "All stories: 3, 5, –, 4, 6, 2, 8, 4, 5, 9, 7, 12" in drawings["kinds"].alt
    assert "2026-W36 to 2026-W47" in drawings["pairs"].alt
    assert "last 12 weeks, in stories. Japan – Viet Nam: 7; Japan – Democratic" in drawings["matrix"].alt


def test_every_number_stands_in_the_figure_and_a_week_without_polls_is_no_zero(drawn):
    texts = [text.text for text in etree.fromstring(drawn["kinds"]).iter("text")]
    assert texts.count("–") == 3  # one each: all stories, two kinds
    assert [text for text in texts if text == "12"] == ["12"]
    assert "0" not in texts


def test_labels_are_text_whatever_they_hold(drawings):
    """Matplotlib would take what stands between dollars for a formula, and markup must stay words."""
    names = ("Japan", "Viet Nam", "<b>$x^2$</b>")
    [hostile] = figures_of(None, replace(MATRIX, names=names))
    tree = etree.fromstring(hostile.svg())
    assert "<b>$x^2$</b>" in [text.text for text in tree.iter("text")]
    assert hostile.png().startswith(b"\x89PNG")


def test_pictures_for_mail_are_small(drawings):
    assert sum(len(one.png()) for one in drawings.values()) < 60_000


def test_an_economy_without_a_partner_among_those_shown_has_no_row():
    lonely = replace(MATRIX, counts=((0, 7, 0), (7, 0, 0), (0, 0, 0)))
    [one] = figures_of(None, lonely)
    assert [text.text for text in etree.fromstring(one.svg()).iter("text")] == [
        "JP",
        "Japan",
        "7",
        "VN",
        "Viet Nam",
        "7",
    ]
    assert figures_of(None, replace(MATRIX, counts=((0, 0, 0),) * 3)) == ()


def test_a_drawing_of_one_economy_pair_and_of_a_dozen_can_be_made():
    for n in (2, 12):
        codes = tuple(f"{i:02d}" for i in range(n))
        counts = tuple(tuple(int(i != j) for j in range(n)) for i in range(n))
        [one] = figures_of(None, replace(MATRIX, codes=codes, names=codes, counts=counts))
        assert one.svg()
