"""trafilatura's rules read into Python find what its XPath finds, on made trees and on real pages."""

import csv
import gzip
from copy import copy
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.etree import SubElement, XPath
from lxml.html import Element
from trafilatura import bare_extraction, xpaths
from trafilatura.htmlprocessing import convert_tags, tree_cleaning
from trafilatura.settings import Extractor
from trafilatura.utils import load_html

from flows.steps.pages.pruning import SLOWEST, Rule, WordedOtherwise, quicken, quicker, read

WEB = Path(__file__).parents[3] / ".." / "shared" / "web"
EXSLT = {"re": "http://exslt.org/regular-expressions"}
BASELINE = import_module("trafilatura.baseline")

quicken()
RULES = [rule for rules in SLOWEST for rule in rules] + [xpaths.BODY_XPATH[0], BASELINE.BASIC_CLEAN_XPATH]

# Words that rules seek, and their like that they do not; in attributes that they ask, and in others.
VALUES = (
    *(
        "",
        "post",
        "post x",
        "entry-content",
        "article__body",
        "articleBody",
        "share-x",
        "Share",
        "shar",
        "Navigation",
    ),
    *(
        "nav",
        "navy",
        "footer",
        "Footer",
        "commentary",
        "Comments",
        "comment-list",
        "comol",
        "disqus_thread",
        "cookie",
    ),
    *("Cookie-Banner", "onetrust", "reply-1", "x-reply-1", "hidden", "x hidden", "display:none", "display: none"),
    *("true", "infinite-scroll", "mvp-post-add-box", "elementor-share-buttons", "ad-", "x ad-", "bad-", "widget\n"),
    *("post\n", "MostPopularStories", "mostpopularstories", "barn", "slide", "comments-title", "\nhide-"),
)
NAMES = (
    "id",
    "class",
    "role",
    "style",
    "itemprop",
    "aria-hidden",
    "data-component",
    "data-lp-replacement-content",
    "title",
)
TAGS = (
    "div",
    "section",
    "aside",
    "article",
    "main",
    "p",
    "span",
    "list",
    "item",
    "ul",
    "ol",
    "details",
    "h1",
    "footer",
)
NODE = st.tuples(
    st.sampled_from(TAGS),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=3, unique_by=lambda pair: pair[0]),
    st.integers(0, 1000),  # under which of those before it
)


def grown(nodes):
    """The tree of these nodes, each under one of those before it."""
    elements = [Element("body")]
    for tag, attributes, under in nodes:
        elements.append(SubElement(elements[under % len(elements)], tag, dict(attributes)))
    return elements[0]


def same(rule, tree):
    """Whether a rule and its XPath find the same; of the rule for the first, whether the first is the same."""
    found, expected = rule(tree), rule.xpath(tree)
    if any(branch.is_first for branch in rule.branches):
        return found == expected[:1]
    return len(found) == len(expected) and set(found) == set(expected)


def test_every_one_of_the_slowest_rules_is_read():
    assert [rule for rule in RULES if not isinstance(rule, Rule)] == []


@given(st.lists(NODE, max_size=30))
def test_a_rule_finds_what_its_xpath_finds(nodes):
    tree = grown(nodes)
    assert [rule.xpath.path for rule in RULES if not same(rule, tree)] == []


def test_a_rule_does_not_find_the_element_it_is_asked_below():
    tree = grown([("div", [("class", "footer")], 0), ("div", [("class", "footer")], 1)])
    assert xpaths.OVERALL_DISCARD_XPATH[0](tree[0]) == [tree[0][0]]


def test_of_two_attributes_the_first_of_the_element_counts():
    tree = grown([("div", [("id", "x"), ("class", "cookie")], 0), ("div", [("class", "cookie"), ("id", "x")], 0)])
    assert read(XPath(".//*[re:test(@id|@class, 'cookie')]", namespaces=EXSLT))(tree) == [tree[1]]


def test_an_element_of_two_branches_is_found_once():
    tree = grown([("footer", [("class", "onetrust")], 0)])
    assert BASELINE.BASIC_CLEAN_XPATH(tree) == [tree[0]]


@pytest.mark.parametrize(
    "path",
    [
        *(".//div[@class='a' and @id='b']", ".//div[2]", ".//div[@class='a'][2]", ".//div[@class='a'][position()<3]"),
        *("//div[@class='a']", ".//div/p[@class='a']", ".//div[not(@class)]", ".//div[string-length(@class)>3]"),
        *('.//div[@class="a"]', "(.//div[@class='a'])[1]", ".//div[translate(@class,'A','a')='a']", "./div"),
        *(".//div[contains(translate(@class,'AB','a'),'x')]", ".//div[contains(translate(@class,'N','n'),'Nav')]"),
        *(".//div[contains(translate(@class,'AB','cc'),'x')]", ".//div[self::p or self::div]"),
        *(".//div[@class|@id='a']", ".//div[.//p[@class='a']]", ".//div[text()='a']", ".//x:div[@class='a']"),
    ],
)
def test_what_is_worded_otherwise_stays_the_xpath_it_was(path):
    xpath = XPath(path, namespaces={"x": "urn:x"})
    with pytest.raises(WordedOtherwise):
        read(xpath)
    assert quicker(xpath) is xpath


def test_a_second_call_changes_nothing():
    quicken()
    assert [rule for rules in SLOWEST for rule in rules] == RULES[:-2]


# --- On real pages --------------------------------------------------------------------------------------------------


def real_pages():
    with (WEB / "pages.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            yield row["file"], gzip.decompress((WEB / "pages" / f"{row['file']}.gz").read_bytes())


@pytest.mark.skipif(not WEB.exists(), reason="needs the real pages in ../shared/web")
def test_rules_find_on_real_pages_what_their_xpath_finds_before_cleaning_and_after():
    options, wrong = Extractor(fast=True), []
    for name, body in real_pages():
        tree = load_html(body)
        cleaned = convert_tags(tree_cleaning(copy(tree), options), options, None)
        wrong += [(name, rule.xpath.path) for rule in RULES for each in (tree, cleaned) if not same(rule, each)]
    assert wrong == []


@pytest.fixture
def as_it_comes(monkeypatch):
    """A function that gives trafilatura its own rules back, until the test ends."""
    kept = [(rules, list(rules)) for rules in (*SLOWEST, xpaths.BODY_XPATH)]

    def give_back():
        for rules, _ in kept:
            rules[:] = [getattr(rule, "xpath", rule) for rule in rules]
        monkeypatch.setattr(BASELINE, "BASIC_CLEAN_XPATH", BASELINE.BASIC_CLEAN_XPATH.xpath)

    yield give_back
    for rules, ours in kept:
        rules[:] = ours


@pytest.mark.skipif(not WEB.exists(), reason="needs the real pages in ../shared/web")
def test_texts_of_real_pages_are_those_of_trafilatura_as_it_comes(as_it_comes):
    def texts():
        found = (bare_extraction(body, fast=True, include_comments=False) for _, body in real_pages())
        return [document and document.text for document in found]

    ours = texts()
    as_it_comes()
    assert texts() == ours
