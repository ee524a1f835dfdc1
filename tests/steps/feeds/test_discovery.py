import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.feeds.discovery import MOST_LINKS, FeedLink, feed_links, usual_addresses

URL = "https://news.test/section/page.html"


def found(page, url=URL, charset="utf-8"):
    return feed_links(page.encode(charset or "utf-8"), url=url, charset=charset)


def urls(page, **more):
    return [link.url for link in found(page, **more)]


DECLARED = [
    ('<link rel="alternate" type="application/rss+xml" href="/rss">', "https://news.test/rss"),
    ('<link rel="alternate" type="application/atom+xml" href="atom.xml">', "https://news.test/section/atom.xml"),
    ('<LINK REL="Alternate" TYPE="Application/RSS+XML; charset=utf-8" HREF="/rss">', "https://news.test/rss"),
    ("<link rel='feed alternate' type='text/html' href='/x'>", "https://news.test/x"),
    ('<link rel="alternate" type="application/feed+json" href="/feed.json">', "https://news.test/feed.json"),
    ('<link rel="alternate" type="text/xml" href="/rss/all.xml">', "https://news.test/rss/all.xml"),
    ('<link rel="alternate" type="text/xml" href="/rss.xml">', "https://news.test/rss.xml"),
    ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">', None),
    ('<link rel="alternate" type="application/json+oembed" href="/feed">', None),
    ('<link rel="alternate" hreflang="de" href="/de/">', None),
    ('<link rel="stylesheet" type="application/rss+xml" href="/rss">', None),
    ('<link rel="alternate" type="application/rss+xml" href="">', None),
    ('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">', None),
    ('<link rel="alternate" type="application/rss+xml" href="feed://news.test/rss">', None),
    ('<link rel="alternate" type="application/rss+xml" href="http://2130706433/rss">', None),
    ('<base href="https://cdn.test/a/"><link rel="alternate" type="application/rss+xml" href="b">', "https://cdn.test/a/b"),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "expected"), DECLARED)
def test_a_page_declares_its_feeds(tag, expected):
    assert urls(f"<html><head>{tag}</head><body>Text</body></html>") == ([expected] if expected else [])


FEEDS = """
/rss /rss/ /news.rss /feed /feeds/ /atom.xml /rss.php?id=3 /rss_news.xml /en/rss2.0.xml /?feed=rss /rss-feed.xml
/index.php?format=feed&type=rss /rss/en/all.xml https://feeds.other.test/x/rss"""
NO_FEEDS = """
/feedback /feeds/how-to /about-our-feeds.html /grass /atomic-energy /news#rss mailto:rss@news.test
/feed-the-world/ /sitemap.xml"""
MENTIONED = [*((href, True) for href in FEEDS.split()), *((href, False) for href in NO_FEEDS.split())]


@pytest.mark.parametrize(("href", "is_feed"), MENTIONED)
def test_links_that_look_like_feeds_are_mentioned(href, is_feed):
    assert [link.origin for link in found(f"<body><a href='{href}'>News</a></body>")] == ["mentioned"] * is_feed


def test_what_is_declared_comes_before_what_is_mentioned_and_comments_last():
    page = """<html><head>
        <link rel="alternate" type="application/rss+xml" title="Site &raquo; Comments Feed" href="/comments/feed/">
        <link rel="alternate" type="application/rss+xml" title="Site &raquo; <b>Feed</b>" href="/feed/">
        </head><body><a href="/feed/">again</a><a href="/rss">More</a></body></html>"""
    assert found(page) == [
        FeedLink("https://news.test/feed/", "Site » Feed"),
        FeedLink("https://news.test/comments/feed/", "Site » Comments Feed"),
        FeedLink("https://news.test/rss", "More", "mentioned"),
    ]


@pytest.mark.parametrize(
    ("page", "path", "is_last"),
    [
        ("https://a.test/2026/11/story/", "/2026/11/story/feed/", True),
        ("https://a.test/blog/", "/blog/feed/", False),
        ("https://a.test/", "/feed/", False),
        ("https://a.test/x", "/kommentare/feed", True),
        ("https://a.test/x", "/comentarios.rss", True),
    ],
)
def test_feeds_of_comments_come_last(page, path, is_last):
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in (path, "/main"))
    assert urls(links, url=page).index("https://a.test/main") == (0 if is_last else 1)


def test_a_page_that_lists_a_thousand_feeds_gives_twenty():
    assert len(urls("".join(f"<a href='/{n}/rss'>{n}</a>" for n in range(1000)))) == MOST_LINKS


def test_the_page_itself_is_not_among_its_feeds():
    assert urls(f"<a href='{URL}?x'>a</a><a href='/rss'>b</a>", url="https://news.test/rss") == []


@pytest.mark.parametrize("body", [b"", b"\x00", b"<?xml version='1.0' encoding='utf-8'?><html/>", b"{}", b"<" * 9999])
def test_what_is_no_page_has_no_feeds(body):
    assert feed_links(body, url=URL, charset=None) == []


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<link {text}><a {text}>".encode()))
def test_no_bytes_break_it(body):
    for link in feed_links(body, url=URL, charset=None):
        assert link.url.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("url", "first", "n"),
    [
        ("https://news.test", "https://news.test/feed", 9),
        ("https://news.test/", "https://news.test/feed", 9),
        ("https://news.test/blog", "https://news.test/blog/feed", 18),
        ("https://news.test/blog/index.html", "https://news.test/blog/feed", 18),
        ("https://news.test/index.html", "https://news.test/feed", 9),
        ("https://news.test/blog/?a=b", "https://news.test/blog/feed", 18),
    ],
)
def test_usual_addresses_are_those_of_the_folder_and_of_the_site(url, first, n):
    places = [link.url for link in usual_addresses(url)]
    assert places[0] == first
    assert len(places) == len(set(places)) == n
    assert "https://news.test/rss.xml" in places
