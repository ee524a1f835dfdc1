"""Archived pages read again: which of them count, and when a text is another one."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from flows.steps.feeds.parsing import Entry
from flows.steps.pages import rereading
from flows.steps.pages.archiving import Archive, Archived, archive_file, archived_pages
from flows.steps.pages.article import Article
from flows.steps.pages.extracting import extract_article
from flows.steps.pages.rereading import BROKEN, DIFFERENT, FAILED, MOST_PAGES, SAME, Rereading, current_pages, reread
from flows.steps.web.fetching import Page

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = Entry("f1", "e1", "h1", "https://news.test/a", "A title", "", None)


def page(text, hours=0, url="https://news.test/a"):
    words = " ".join(f"Line {n} of {text} speaks of small firms that work across borders." for n in range(6))
    body = f"<html><head><title>T</title></head><body><article><p>{words}</p></article></body></html>".encode()
    return Page(url, url, 200, body, "text/html", "utf-8", 0, NOW + hours * HOUR)


def empty(hours=0):
    return Page(ENTRY.link, ENTRY.link, 200, b"<html><body></body></html>", "text/html", None, 0, NOW + hours * HOUR)


def text_of(some_page):
    article = extract_article(some_page, ENTRY, seen_at=NOW)
    assert isinstance(article, Article)
    return article.text_hash


@pytest.fixture
def archived(tmp_path):
    """A function: where pages lie that were kept in this order."""

    def keep(*pages):
        async def all_of_them(archive):
            for one in pages:
                await archive.keep(one)

        with Archive(archive_file(tmp_path, "20261120T120000Z-abc123")) as archive:
            asyncio.run(all_of_them(archive))
        return tuple(archived_pages(tmp_path, None, pytest.fail))

    return keep


def at(hours, offset=0):
    return Archived("file", offset, ENTRY.link, NOW + hours * HOUR)


@pytest.mark.parametrize(
    ("pages", "current"),
    [
        ([at(0)], [at(0)]),
        ([at(-1), at(0), at(1)], [at(1), at(0)]),
        ([at(-1)], []),
        ([at(0, 10), at(0, 30), at(0, 20)], [at(0, 30), at(0, 20), at(0, 10)]),
        ([at(hours) for hours in range(9)], [at(8), at(7), at(6), at(5)][:MOST_PAGES]),
    ],
)
def test_pages_count_that_are_not_older_than_the_text_the_latest_first(pages, current):
    assert current_pages(pages, NOW) == tuple(current)


def test_a_page_that_gives_the_text_we_have_is_the_same(archived):
    pages = archived(page("one"))
    again = reread(Rereading("a1", ENTRY, text_of(page("one")), pages))
    assert (again.end, again.article, again.fetched_at) == (SAME, None, None)


def test_a_page_that_gives_another_text_brings_it_with_the_time_of_its_fetch(archived):
    pages = archived(page("one", hours=3))
    again = reread(Rereading("a1", ENTRY, "the text of an old extractor", pages))
    assert (again.end, again.article.text_hash, again.fetched_at) == (DIFFERENT, text_of(page("one")), NOW + 3 * HOUR)


@pytest.mark.parametrize("had", ["one", "two"])
def test_of_two_pages_either_may_hold_the_text_we_have(had, archived):
    pages = current_pages(archived(page("one"), page("two")), NOW)
    assert reread(Rereading("a1", ENTRY, text_of(page(had)), pages)).end == SAME


def test_of_two_pages_with_other_texts_the_latest_counts(archived):
    pages = current_pages(archived(page("one", hours=2), page("two", hours=1)), NOW)
    assert reread(Rereading("a1", ENTRY, "old", pages)).article.text_hash == text_of(page("one"))


def test_a_later_page_without_a_text_does_not_take_the_text_away(archived):
    pages = current_pages(archived(page("one"), empty(hours=1)), NOW)
    assert reread(Rereading("a1", ENTRY, text_of(page("one")), pages)).end == SAME
    assert reread(Rereading("a1", ENTRY, "old", pages)).article.text_hash == text_of(page("one"))


def test_a_page_that_gives_no_text_today_ends_under_its_name(archived):
    pages = archived(empty())
    assert reread(Rereading("a1", ENTRY, "old", pages)) == rereading.Reread("a1", "no text")


def test_a_record_that_is_broken_by_now_ends_as_such(archived):
    pages = archived(page("one"))
    pages[0].file.write_bytes(b"")
    assert reread(Rereading("a1", ENTRY, "old", pages)).end == BROKEN
    pages[0].file.unlink()
    assert reread(Rereading("a1", ENTRY, "old", pages)).end == BROKEN


def test_a_page_that_breaks_the_reader_ends_alone(archived, monkeypatch, caplog):
    pages = archived(page("one"))
    monkeypatch.setattr(rereading, "extract_article", lambda *_, **__: 1 / 0)
    assert reread(Rereading("a1", ENTRY, "old", pages)).end == FAILED
    assert "article a1 could not be read again" in caplog.text
