"""Pages by example: tests/data/pages holds each page beside what it must become, an article or a named loss."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.steps.feeds.parsing import Entry
from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.pages.extracting import MAX_PAGE_BYTES, MIN_FEED_WORDS, article_from_entry, extract_article
from flows.steps.text.dates import Published
from flows.steps.web.fetching import Loss, Page

PAGES = Path(__file__).parents[2] / "data" / "pages"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTRY = Entry("f", "k", "h", "https://news.test/a", "", "", None)
DOCUMENTS = sorted(PAGES.glob("*.html"))
STORY = (PAGES / "article-json-ld.html").read_text(encoding="utf-8")


def page(body, **how):
    body = body.encode() if isinstance(body, str) else body
    asked = Page("https://news.test/a", "https://news.test/a", 200, body, "text/html", None, len(body), NOW)
    return replace(asked, **how)


def extract(body, entry=ENTRY, **how):
    return extract_article(page(body, **how), entry, seen_at=NOW)


def story(head="", title="Ferry"):
    """A page with text enough to be an article."""
    text = (PAGES / "article-short.html").read_text().partition("<p>")[2]
    return f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1><p>{text}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_page_becomes_what_is_written_beside_it(path):
    expected = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    found = extract(path.read_bytes())
    if "outcome" in expected:
        assert isinstance(found, Loss), found
        assert found.outcome == expected["outcome"], found.detail
        return
    assert isinstance(found, Article), found
    assert [words for words in expected.pop("has", []) if words not in found.text] == []
    assert [words for words in expected.pop("lacks", []) if words in found.text] == []
    date = found.published
    shown = {"published": date and date.at.isoformat(), "date_source": date and date.source}
    assert {key: shown[key] if key in shown else getattr(found, key) for key in expected} == expected


# --- What is no page of text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n\x1a\n", "text/html"),
        (b"\xff\xd8\xff\xe0", "text/html"),
        (b"PK\x03\x04", ""),
        (b"\n\n%PDF-1.4", "text/html"),
        (b"some text", "application/pdf"),
        (b"{}", "application/json"),
        (b"x", "video/mp4"),
    ],
)
def test_what_is_no_html_is_told_by_its_bytes_and_its_type(body, content_type):
    assert extract(body, content_type=content_type).outcome is Outcome.NOT_HTML


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xhtml+xml", "application/octet-stream"])
def test_html_under_another_type_is_read(content_type):
    assert isinstance(extract(STORY, content_type=content_type), Article)


def test_a_page_over_the_limit_is_not_parsed():
    assert extract(b" " * (MAX_PAGE_BYTES + 1)).outcome is Outcome.TOO_LARGE


def test_a_loss_keeps_the_status():
    assert extract("", status=200).http_status == 200


def test_a_story_that_leads_to_the_home_page_is_gone():
    assert (
        extract(STORY, url="https://news.test/2026/story", final_url="https://www.news.test/").outcome
        is Outcome.SOFT_404
    )


def test_the_home_page_itself_may_be_asked_for():
    assert isinstance(extract(STORY, url="https://news.test/", final_url="https://www.news.test/"), Article)


def test_a_redirect_to_a_consent_host_is_a_consent_wall():
    found = extract(STORY, final_url="https://consent.news.test/collect?to=x")
    assert found.outcome is Outcome.CONSENT_WALL


# --- Address


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://news.test/canonical", "https://news.test/canonical"),
        ("/relative", "https://news.test/relative"),
        ("https://www.news.test/a", "https://www.news.test/a"),
        ("https://other.test/a", "https://news.test/a"),
        ("https://news.test/", "https://news.test/a"),
        ("https://news.test/en/", "https://news.test/a"),
        ("https://news.test/index.html", "https://news.test/a"),
        ("javascript:alert(1)", "https://news.test/a"),
        ("", "https://news.test/a"),
    ],
)
def test_a_canonical_address_counts_on_the_same_site_and_below_its_home_page(canonical, url):
    assert extract(story(f'<link rel="canonical" href="{canonical}">')).url == url


@pytest.mark.parametrize(
    ("asked", "canonical", "url"),
    [
        ("/detail.php?id=33", "/detail.php", "/detail.php?id=33"),
        ("/detail.php?id=33&lang=en", "/detail.php?id=33", "/detail.php?id=33"),
        ("/detail?utm_source=rss", "/detail", "/detail"),
        ("/yards-of-two-coasts?ref=rss", "/yards-of-two-coasts", "/yards-of-two-coasts"),
        ("/world/yards-1.7287711?from=rss", "/world/yards-1.7287711", "/world/yards-1.7287711"),
        ("/news/33", "/news/", "/news/33"),
        ("/news/33", "/news", "/news/33"),
        ("/news/33/amp", "/news/33", "/news/33"),
        ("/news/33", "/newsroom/33", "/newsroom/33"),
        ("/news", "/news/33", "/news/33"),
        ("/news/33", "/?p=33", "/?p=33"),
    ],
)
def test_a_canonical_address_that_is_the_pages_own_cut_short_is_a_mistake(asked, canonical, url):
    """It names all pages of a template, or a whole section: their articles would be revisions of one."""
    found = extract(story(f'<link rel="canonical" href="{canonical}">'), final_url=f"https://news.test{asked}")
    assert found.url == f"https://news.test{url}"


# --- Title and author


@pytest.mark.parametrize(
    ("announced", "title"),
    [
        ("As the feed says", "As the feed says"),
        ("", "Yards of two coasts join hands"),
        ("Yards of two…", "Yards of two coasts join hands"),
        ("Yards of two...", "Yards of two coasts join hands"),
        ("Something else …", "Something else …"),
    ],
)
def test_the_feed_gives_the_title_unless_it_breaks_off(announced, title):
    assert extract(STORY, replace(ENTRY, title=announced)).title == title


def test_the_feed_gives_the_author_where_the_page_names_none():
    assert extract(story(), replace(ENTRY, author="Jo")).author == "Jo"


@pytest.mark.parametrize("author", ["https://a.test/jo", "jo@a.test"])
def test_addresses_are_no_authors(author):
    assert extract(story(f'<meta name="author" content="{author}">')).author is None


# --- Date


@pytest.mark.parametrize(
    ("head", "source"),
    [
        (
            '<script type="application/ld+json">[{"@type":"Report","datePublished":"2026-11-20T10:00:00Z"}]</script>',
            "json-ld",
        ),
        (
            '<script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle",'
            '"datePublished":"2026-11-19"}]}</script><meta name="date" content="2026-11-20">',
            "meta",
        ),
        # What the rules for linked data do not read, the search of the whole page may.
        ('<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-20</script>', "page"),
        ('<script type="application/ld+json">{"a" "datePublished" : "2026-11-20T10:00:00Z"}</script>', "json-ld"),
        ('<script type="application/ld+json">{"@type":"VideoObject","uploadDate":"2026-11-19"}</script>', None),
        ('<script type="application/ld+json">' + "[" * 20_000 + "</script>", None),
        ('<meta property="article:published_time" content="2026-11-20T10:00:00Z">', "meta"),
        ('<meta itemprop="datePublished" content="2026-11-20">', "meta"),
        ('<meta name="DATE" content="20.11.2026">', "meta"),
        ('<meta name="date" content="soon">', None),
    ],
)
def test_a_page_may_say_when_it_was_published(head, source):
    found = extract(story(head)).published
    assert (found and found.source) == source
    assert found is None or found.at.date().isoformat() == "2026-11-20"


def test_a_page_dated_in_the_future_is_flagged():
    found = extract(story('<meta property="article:published_time" content="2027-11-20T10:00:00Z">')).published
    assert found.in_future


def test_the_feeds_date_is_believed_first():
    date = Published(datetime(2026, 11, 20, 1, tzinfo=UTC), "feed", "second")
    assert extract(STORY, replace(ENTRY, published=date)).published == date


def test_a_feed_that_dates_everything_today_is_overruled_by_the_page():
    date = Published(NOW, "feed", "second")
    old = STORY.replace("2026-11-20T09:15:00+09:00", "2026-03-20T09:15:00+09:00")
    assert extract(old, replace(ENTRY, published=date)).published.source == "json-ld"


# --- Text


def test_the_hash_is_of_the_words_not_of_the_white_space():
    spaced = STORY.replace("</p>\n<p>", "</p>\n\n\n <p> ")
    assert extract(spaced).text_hash == extract(STORY).text_hash
    assert extract(STORY.replace("Nine family yards", "Ten family yards")).text_hash != extract(STORY).text_hash


def test_hidden_and_reordering_characters_go():
    found = extract(STORY.replace("Nine family", "N\u202ei\u200bne\x00 fam\u00adily"))
    assert "Nine fam" in found.text
    assert not set(found.text) & set("\u202e\u200b\x00")


def test_every_meta_tag_of_a_name_may_reserve_an_article_or_a_loss():
    head = '<meta name="robots" content="max-image-preview:large"><meta name="ROBOTS" content="noai">'
    for found in (extract(story(head)), extract(f"<html><head>{head}</head><body>Soon.</body></html>")):
        assert found.reservations == ("meta: robots noai",)


def test_half_a_character_in_linked_data_costs_itself_alone():
    linked = {"@type": "Article", "headline": "R&D talks \ud83d", "author": {"name": "A. & B. \udc00"}}
    found = extract(story(f'<script type="application/ld+json">{json.dumps(linked)}</script>'))
    assert (found.title, found.author) == ("R&D talks", "A. & B.")


def test_a_date_that_cannot_be_costs_no_text():
    found = extract(story().replace("<p>", '<time datetime="2026-11-20T10:00:00+99:99">x</time><p>', 1))
    assert (type(found), found.published) == (Article, None)


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_raise(body):
    assert isinstance(extract(body), Article | Loss)


PIECES = """
<p> </p> < <html> <head> <body> <!-- --> { </script> <script\ttype='application/ld+json'> <table><tr><td> '> ü <svg>
<time\tdatetime=' &#0; &#xD800; <link\trel=canonical\thref='//[::1'> <meta\tname='date'\tcontent=' <base\thref='
<?xml\tversion='1.0'\tencoding='x'?>
"""
MARKUP = st.lists(st.sampled_from(["word " * 30, *PIECES.split(" ")]), max_size=25)


@settings(deadline=None)
@given(MARKUP)
@example(["<body>", "<html>", "<script\ttype='application/ld+json'>"])
def test_no_markup_raises(pieces):
    assert isinstance(extract("".join(pieces)), Article | Loss)


# --- Articles out of feeds

PARAGRAPH = "<p>Nine family yards on the coast will build ferries with eleven yards of another coast.</p>"


def entry(content="", summary="", **how):
    return replace(ENTRY, title="T", content_html=content or None, summary=summary, **how)


def from_feed(entry, **how):
    return article_from_entry(entry, "https://feeds.test/feed", **how)


def test_a_feed_with_the_whole_text_spares_the_page():
    found = from_feed(entry(PARAGRAPH * 10))
    assert (found.source, found.title, found.url, found.language) == ("feed", "T", "https://news.test/a", "en")
    assert found.text.count("\n") == 9
    assert found.n_words >= MIN_FEED_WORDS


@pytest.mark.parametrize(
    "content",
    [
        "",
        PARAGRAPH * 3,
        PARAGRAPH * 10 + "<p>And so on …</p>",
        PARAGRAPH * 10 + "<p>And so on [...]</p>",
        PARAGRAPH * 10 + '<p><a href="x">Continue reading the full story</a></p>',
        PARAGRAPH * 10 + "<a>Weiterlesen</a>",
        "<script>" + PARAGRAPH * 10 + "</script>",
    ],
)
def test_a_short_text_or_one_that_breaks_off_does_not(content):
    assert from_feed(entry(content)) is None


def test_the_footer_of_a_blog_is_no_text():
    footer = '<p>The post <a href="x">T</a> appeared first on <a href="y">Blog</a>.</p>'
    assert "appeared first" not in from_feed(entry(PARAGRAPH * 10 + footer)).text


@pytest.mark.parametrize(
    "given_text", [{"content": PARAGRAPH * 10 + "<p>And …</p>"}, {"summary": "word " * 150 + "…"}]
)
def test_as_a_fallback_a_long_beginning_will_do(given_text):
    assert from_feed(entry(**given_text)) is None
    assert from_feed(entry(**given_text), is_fallback=True).source == "feed"


def test_as_a_fallback_a_short_summary_will_not_do():
    assert from_feed(entry(summary="word " * 30), is_fallback=True) is None


def test_an_entry_without_a_link_is_known_by_its_feed_and_key():
    one, other = (from_feed(entry(PARAGRAPH * 10, link=None, entry_key=key)) for key in ("k1", "k2"))
    assert one.url == "https://feeds.test/feed#k1"
    assert one.url_key != other.url_key
