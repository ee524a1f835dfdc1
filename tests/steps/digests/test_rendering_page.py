"""What the web page promises: well-formed, accessible, self-contained, and deaf to whatever was scraped."""

import base64
import hashlib
import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from flows.steps.digests.composing import compose
from flows.steps.digests.rendering import render_html
from tests.steps.digests.digest_cases import CASES, load_case

NAMED = sorted(path.stem for path in CASES.glob("*.json"))
VOID = {"meta", "link", "br", "hr", "img", "input"}


@pytest.fixture(scope="module", params=NAMED)
def case(request):
    digest = compose(**load_case(CASES / f"{request.param}.json"))
    page = render_html(digest)
    return digest, page, html.document_fromstring(page)


@pytest.fixture
def hostile():
    return html.document_fromstring(render_html(compose(**load_case(CASES / "hostile-week.json"))))


def test_every_tag_is_closed_where_it_was_opened(case):
    _, page, _ = case
    body = re.sub(r"<!DOCTYPE html>|<style>.*?</style>", "", page, flags=re.DOTALL)
    as_xml = re.sub(rf"<({'|'.join(VOID)})\b([^>]*)>", r"<\1\2/>", body).replace("&nbsp;", " ")
    etree.fromstring(as_xml)


def test_links_lead_to_the_web_or_within_the_page_and_each_target_exists(case):
    _, _, tree = case
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    for link in tree.iter("a"):
        address = link.get("href")
        if address.startswith("#"):
            assert address[1:] in ids
        else:
            assert urlsplit(address).scheme in {"http", "https"}
            assert link.get("rel") == "noopener noreferrer nofollow"
        assert link.text_content().strip()


def test_there_is_one_headline_link_for_each_story_that_has_an_address(case):
    digest, _, tree = case
    stories = [s for s in (digest.top, *(s for g in digest.groups for s in g.stories), *digest.borderline) if s]
    assert len(tree.findall(".//article")) == len(stories)
    assert [a.get("href") for a in tree.iterfind(".//h3/a")] == [story.link for story in stories if story.link]


def test_ids_are_unique(case):
    _, _, tree = case
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_headings_start_with_one_h1_and_skip_no_level(case):
    _, _, tree = case
    levels = [int(element.tag[1]) for element in tree.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_says_its_language_title_and_schemes(case):
    digest, _, tree = case
    assert tree.get("lang") == "en"
    assert tree.findtext(".//title") == digest.title
    assert tree.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]


def test_foreign_headlines_say_their_language_and_direction():
    tree = html.document_fromstring(render_html(compose(**load_case(CASES / "ordinary-week.json"))))
    foreign = {h3.get("lang"): h3.get("dir") for h3 in tree.iter("h3") if h3.get("lang")}
    assert foreign == {"ar": "auto", "fr": "auto", "ja": "auto"}


def test_every_header_cell_says_what_it_heads(case):
    _, _, tree = case
    assert {th.get("scope") for th in tree.iter("th")} <= {"col", "row"}
    for table in tree.iter("table"):
        assert len({len(row) for row in table.iter("tr")}) == 1


def test_nothing_is_loaded_and_nothing_is_run(case):
    _, page, tree = case
    assert list(tree.iter("script", "img", "iframe", "object", "embed", "form", "base", "video", "audio")) == []
    assert [link.get("href") for link in tree.iter("link")] == ["data:,"]
    assert "@import" not in page
    assert "url(" not in page
    assert not [
        name for element in tree.iter() for name in element.attrib if name.startswith("on") or name == "style"
    ]


def test_the_policy_allows_this_very_style_and_nothing_else(case):
    _, page, tree = case
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


class TestHostile:
    def test_markup_in_scraped_text_is_shown_as_text(self, hostile):
        words = hostile.text_content()
        for text in (
            "<script>alert('one')</script> SMEs & partners \"agree\"",
            "<b>Bold</b> & Sons",
            "<img src=x onerror=alert(1)>",
            "<i>agreed</i> to cooperate",
            "Twin <u>one</u>",
            "<ASEAN>",
            "Food & <drink>",
            "{{ 7 * 7 }} {% raw %} template words",
            "<script>alert(6)</script>",
            "<script>alert(7)</script>",
            "<b>odd</b>",
        ):
            assert text in words

    def test_addresses_that_are_no_web_pages_are_shown_and_not_linked(self, hostile):
        shown = [p.text_content() for p in hostile.iterfind(".//p[@class='address']")]
        assert "Address not linked: javascript:alert(document.cookie)" in shown
        assert "Address not linked: https://bank.example@evil.example/login" in shown
        assert not [a for a in hostile.iter("a") if "script:" in a.get("href") or "evil.example" in a.get("href")]

    def test_headlines_are_bounded_and_an_empty_one_has_a_stand_in(self, hostile):
        headlines = [h3.text_content() for h3 in hostile.iter("h3")]
        assert max(map(len, headlines)) <= 300
        assert "(no headline)" in headlines

    def test_no_character_reorders_its_surroundings(self, hostile):
        assert not set(hostile.text_content()) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x1b\x07")


def luminance(colour):
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, relative luminance and contrast ratio."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def palettes():
    """The custom colours of each scheme, as the page carries them."""
    page = render_html(compose(**load_case(CASES / "quiet-week.json")))
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2]]
    return dict(zip(("light", "dark"), found, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [(text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "card", "tint")]
    + [("warn", "paper"), ("warn", "card"), ("warn", "warn-tint")],
)
def test_text_stands_out_from_its_ground_in_both_schemes(palettes, scheme, text, ground):
    assert contrast(palettes[scheme][text], palettes[scheme][ground]) >= 4.5
