"""The archive: complete, deterministic, and every link in it leads somewhere within its folder."""

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import PurePosixPath

import feedparser
import pytest
from lxml import etree, html

from flows.steps.digests.keeping import as_plain
from flows.steps.digests.rendering import render_html, render_text
from flows.steps.digests.site import files_of, write_files
from flows.steps.digests.syndication import LATEST, atom_feed, issue_id, json_feed
from flows.steps.feeds.parsing import parse_feed
from tests.steps.digests.issue_cases import MONDAY, corrected, issues

HEADERS = {"content-location": "https://example.org/d/atom.xml", "content-type": "application/atom+xml"}
RELATIVE = re.compile(r"(?!\w+:|#)")


@pytest.fixture(scope="module")
def shelf():
    return issues()


@pytest.fixture(scope="module")
def files(shelf):
    return dict(files_of(shelf))


@pytest.fixture(scope="module")
def front(files):
    return html.document_fromstring(files["index.html"].decode())


# --- Files ----------------------------------------------------------------------------------------------------------


def test_every_issue_has_its_pages_and_every_edition_its_own(files):
    forms = {"index.html", "digest.txt", "digest.json"}
    first = {"edition-1.html", "edition-1.txt", "edition-1.json"}
    second = {name.replace("1", "2") for name in first}
    wanted = {f"2025-W52/{name}" for name in forms | first} | {f"2026-W46/{name}" for name in forms | first}
    wanted |= {f"2026-W47/{name}" for name in forms | first | second}
    assert set(files) == wanted | {"index.html", "atom.xml", "feed.json"}


def test_the_same_issues_in_any_order_give_the_same_bytes(shelf, files):
    assert dict(files_of(list(reversed(shelf)))) == files


def test_no_file_is_written_before_those_it_links_to(files):
    """A reader, or a crash, in the middle of a rebuild meets no dead link."""
    order = list(files)
    assert order[-3:] == ["index.html", "feed.json", "atom.xml"]


def test_an_edition_that_was_published_never_changes(shelf, files):
    """What stands for good has no neighbours: next week's issue would change it."""
    before = dict(files_of(shelf[:2]))
    assert {name: body for name, body in before.items() if "/edition-" in name}.items() <= files.items()
    assert before["2026-W46/index.html"] != files["2026-W46/index.html"]


def test_an_edition_is_the_very_page_whose_hash_the_warehouse_keeps(shelf, files):
    for issue in shelf:
        for digest in issue.editions:
            name = f"{issue.week}/edition-{digest.edition.number}"
            assert files[f"{name}.html"].decode() == render_html(digest)
            assert files[f"{name}.txt"].decode() == render_text(digest)


def test_only_the_weeks_asked_for_are_made_but_always_the_index(shelf):
    made = set(dict(files_of(shelf, ["2026-W46"])))
    assert {PurePosixPath(name).parts[0] for name in made} == {"2026-W46", "index.html", "atom.xml", "feed.json"}


def test_writing_twice_writes_once_and_leaves_no_draft(shelf, files, tmp_path):
    assert write_files(tmp_path, iter(files.items())) == len(files)
    assert write_files(tmp_path, iter(files.items())) == 0
    (tmp_path / "2026-W46" / "digest.txt").write_text("torn")
    assert write_files(tmp_path, iter(files.items())) == 1
    found = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert found == files


def test_a_week_without_issues_is_no_error():
    made = dict(files_of([]))
    assert b"No issue has been written yet" in made["index.html"]
    assert feedparser.parse(made["atom.xml"]).bozo is False


# --- Links ----------------------------------------------------------------------------------------------------------


def test_every_link_within_the_archive_leads_to_a_file_and_to_a_place_in_it(files):
    ids = {
        name: set(html.document_fromstring(body.decode()).xpath("//@id"))
        for name, body in files.items()
        if name.endswith(".html")
    }
    for name, body in files.items():
        if name.endswith(".html"):
            for href in html.document_fromstring(body.decode()).xpath("//a/@href | //link/@href"):
                if RELATIVE.match(href):
                    path, _, anchor = href.partition("#")
                    target = _resolved(PurePosixPath(name).parent / path)
                    assert target in files, f"{name}: {href}"
                    assert not anchor or anchor in ids[target], f"{name}: {href}"


def _resolved(path):
    parts = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def test_issues_stand_between_their_neighbours(shelf, files):
    for earlier, later in pairwise(shelf):
        page = html.document_fromstring(files[f"{earlier.week}/index.html"].decode())
        assert page.xpath("//a[@rel='next']/@href") == [f"../{later.week}/index.html"]
        page = html.document_fromstring(files[f"{later.week}/index.html"].decode())
        assert page.xpath("//a[@rel='prev']/@href") == [f"../{earlier.week}/index.html"]


def test_a_corrected_issue_leads_to_its_first_edition(files):
    page = html.document_fromstring(files["2026-W47/index.html"].decode())
    assert "edition-1.html" in page.xpath("//nav[@class='issues']/a/@href")


# --- The index ------------------------------------------------------------------------------------------------------


def test_the_index_lists_every_issue_latest_first_with_its_finding_and_counts(front, shelf):
    titles = [title.replace("\u2060", "").replace("\xa0", " ") for title in front.xpath("//h3//text()")]
    assert titles == [issue.digest.title for issue in reversed(shelf)]
    numbers = [f"{figure.value:,} {figure.label.lower()}" for figure in shelf[-1].digest.figures]
    assert " · ".join(numbers) in front.text_content()


def test_the_index_holds_every_headline_as_text_without_any_script(front, shelf):
    shown = [" ".join(link.text_content().split()) for link in front.xpath("//*[@class='headlines']//a")]
    assert sorted(shown) == sorted(" ".join(story.title.split()) for issue in shelf for story in issue.stories)
    assert front.xpath("//*[@class='finder']/@hidden")  # what only the script can do, only the script shows


def test_the_index_allows_its_own_script_and_style_and_nothing_else(files):
    page = files["index.html"].decode()
    policy = html.document_fromstring(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        assert f"{kind} 'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.count("<script>") == 1


# --- JSON and feeds -------------------------------------------------------------------------------------------------


def test_the_json_form_holds_everything_under_a_versioned_schema(shelf, files):
    for issue in shelf:
        found = json.loads(files[f"{issue.week}/digest.json"])
        head = {name: found.pop(name) for name in ("schema", "schema_version", "published_at")}
        assert head == {
            "schema": "smewatch digest",
            "schema_version": 1,
            "published_at": issue.published_at[-1].isoformat(),
        }
        assert found == as_plain(issue.digest)


def test_the_atom_feed_is_read_back_as_it_was_meant(shelf, files):
    feed = feedparser.parse(files["atom.xml"], response_headers=HEADERS)
    assert feed.bozo is False
    assert feed.version == "atom10"
    newest = feed.entries[0]
    assert [entry.title for entry in feed.entries] == [issue.digest.title for issue in reversed(shelf)]
    assert newest.link == "https://example.org/d/2026-W47/index.html"
    assert newest.published == MONDAY.isoformat()
    assert newest.updated == feed.feed.updated == shelf[-1].published_at[-1].isoformat()
    assert newest.summary == shelf[-1].digest.summary


def test_the_atom_feed_has_what_its_standard_demands_of_each_entry(files):
    """RFC 4287, 4.1.1 and 4.1.2: id, title, updated; an author; ids that no other entry has."""
    space = {"a": "http://www.w3.org/2005/Atom"}
    feed = etree.fromstring(files["atom.xml"])
    assert feed.xpath("count(a:id) = 1 and count(a:title) = 1 and count(a:updated) = 1", namespaces=space)
    assert feed.xpath("a:author/a:name/text()", namespaces=space)
    ids = feed.xpath("//a:id/text()", namespaces=space)
    assert len(set(ids)) == len(ids)
    for entry in feed.xpath("a:entry", namespaces=space):
        assert entry.xpath("count(a:id) = 1 and count(a:title) = 1 and count(a:updated) = 1", namespaces=space)


def test_hostile_headlines_are_text_in_the_feed(files):
    hostile = feedparser.parse(files["atom.xml"], sanitize_html=False).entries[1].content[0].value
    assert "<script" not in hostile
    assert "&lt;script&gt;alert('one')" in hostile.replace("&#39;", "'")
    assert "javascript:" not in "".join(html.fragment_fromstring(hostile, "div").xpath("//@href"))


def test_a_correction_keeps_the_id_and_moves_the_date(shelf):
    first, later = shelf[-1], shelf[-1].__class__((shelf[-1].digest,), (MONDAY,))
    assert issue_id(first) == issue_id(later)
    assert corrected(first.digest).edition.number == 2


def test_a_feed_holds_half_a_year(shelf):
    [one] = [issue for issue in shelf if issue.week == "2025-W52"]
    many = [one] * (LATEST + 10)
    assert len(feedparser.parse(atom_feed(many)).entries) == LATEST
    assert len(json.loads(json_feed(many))["items"]) == LATEST


@pytest.mark.parametrize("name", ["atom.xml", "feed.json"])
def test_our_own_reader_reads_both_feeds(name, shelf, files):
    url = f"https://example.org/d/{name}"
    read = parse_feed(files[name], url=url, feed_id="own", content_type="", charset="utf-8", seen_at=MONDAY)
    assert [entry.title for entry in read.entries] == [issue.digest.title for issue in reversed(shelf)]
    assert read.entries[0].link == "https://example.org/d/2026-W47/index.html"
    assert read.entries[0].entry_key != read.entries[1].entry_key
