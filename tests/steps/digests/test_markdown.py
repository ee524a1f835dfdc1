"""A digest as Markdown: what was scraped is read as text, by a reader that follows CommonMark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from flows.steps.digests.issues import stories_of
from flows.steps.digests.markdown import marked, render_markdown
from tests.steps.digests.issue_cases import corrected, digest_named

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.parametrize("name", ["ordinary-week", "hostile-week", "quiet-week"])
def test_every_headline_is_there_as_text_with_its_link(name):
    digest = corrected(digest_named(name))
    tree = html.document_fromstring(READER.render(render_markdown(digest)))
    stories = [*stories_of(digest), *digest.borderline]
    assert len(tree.findall(".//h1")) == 1
    words = " ".join(tree.text_content().split())
    assert [story.title for story in stories if " ".join(story.title.split()) not in words] == []
    assert list(tree.iter("script", "img", "b", "i")) == []
    assert len(list(tree.iter("a"))) == len([story for story in stories if story.link])
    assert "One story was added." in words


@given(st.text(max_size=80))
def test_no_text_becomes_markup(text):
    line = " ".join(text.split())
    shown = READER.render(f"- x\n\n  {marked(text)}\n") if line else ""
    tree = html.fragment_fromstring(shown, "div")
    assert {element.tag for element in tree.iter()} <= {"div", "ul", "li", "p"}


def test_an_address_cannot_leave_its_brackets():
    tree = html.document_fromstring(READER.render(render_markdown(digest_named("hostile-week"))))
    assert {link.get("href").partition(":")[0] for link in tree.iter("a")} <= {"https", "http"}
