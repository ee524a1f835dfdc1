import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.steps.feeds.catalogue import (
    MAX_CATALOGUE_BYTES,
    MAX_OUTLINE_DEPTH,
    CatalogueError,
    catalogue_to_csv,
    catalogue_to_opml,
    neutral_cell,
    read_catalogue,
)
from flows.steps.feeds.feed import Feed

WHOLE = Feed(
    url="https://a.test/feed",
    title="A & <B> – “C”",
    outlet="The A",
    country="JP",
    language="ja",
    topic="trade; small firms",
    confidence="B",
)
BARE = Feed(url="http://b.test/rss?x=1&y=2", title="", outlet="")


def read(content):
    return read_catalogue(content, "feeds.csv")


# --- CSV


def test_only_the_address_is_required():
    assert read("url\nhttps://a.test/feed\n") == [Feed(url="https://a.test/feed")]


def test_every_column_is_read_and_unknown_ones_are_not():
    row = "https://a.test/feed,A,The A,jp,ja-JP,trade,b,whatever"
    assert read(f"url,title,outlet,country,language,topic,confidence,note\n{row}\n") == [
        Feed("https://a.test/feed", "A", "The A", "JP", "ja", "trade", "B")
    ]


def test_the_title_stands_in_for_the_outlet():
    assert read("url,title\nhttps://a.test/feed,A\n")[0].outlet == "A"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_may_be_parted_by_comma_semicolon_or_tab(mark):
    lines = [["title", "url"], ["A", "https://a.test/feed"]]
    assert read("\n".join(mark.join(cells) for cells in lines))[0].title == "A"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_spreadsheets_save_in_several_charsets(encoding):
    content = "url,title\r\nhttps://a.test/feed,Zürich – Köln\r\n".encode(encoding)
    assert read(content)[0].title == "Zürich – Köln"


def test_blank_lines_and_short_rows_are_no_feeds():
    assert len(read("url,title\n\nhttps://a.test/feed\n , \n")) == 1


def test_an_address_listed_twice_is_one_feed_with_what_either_line_knew():
    content = "url,title,country,topic\nhttps://a.test/f,,JP,\nhttps://b.test/f,B,,\nhttps://a.test/f,A,KR,trade\n"
    assert read(content) == [
        Feed("https://a.test/f", title="A", outlet="A", country="JP", topic="trade"),
        Feed("https://b.test/f", title="B", outlet="B"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("", 1, "`url`"),
        ("url\n", None, "no feed"),
        ("address\nhttps://a.test/\n", 1, "`url`"),
        ("url,title\nhttps://a.test/f,A\nftp://b.test/f,B\n", 3, "'ftp://b.test/f' is no http(s) address"),
        ("url\nfile:///etc/passwd\n", 2, "no http(s) address"),
        ("url\njavascript:alert(1)\n", 2, "no http(s) address"),
        ("url\n/feed\n", 2, "no http(s) address"),
        ("url,title\n,A\n", 2, "no address"),
        ('url,title\n"https://a.test/f,A\n', 2, "unexpected end"),
        ("url\n" + "x" * 200_000, 2, "field larger than"),
    ],
)
def test_a_mistake_is_named_with_its_line(content, line, says):
    with pytest.raises(CatalogueError) as caught:
        read(content)
    assert caught.value.line == line
    assert says in str(caught.value)
    assert str(caught.value).startswith("feeds.csv")


def test_a_file_of_any_size_is_refused_before_it_is_read():
    with pytest.raises(CatalogueError, match="bytes"):
        read(b"u" * (MAX_CATALOGUE_BYTES + 1))


# --- OPML


OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Chambers">
  <outline type="rss" text="Zürich &amp; Co" xmlUrl="https://a.test/feed" htmlUrl="https://a.test/"/>
  <outline type="rss" text="Zürich &amp; Co" xmlUrl="https://a.test/feed"/>
  <outline text="no feed" htmlUrl="https://site.test/"/>
</outline>
<outline type="include" url="https://lists.test/mine.opml" text="a list that includes itself"/>
</body></opml>"""


def test_opml_gives_titles_and_folders():
    assert read(OPML) == [Feed("https://a.test/feed", "Zürich & Co", "Zürich & Co", topic="Chambers")]


def test_lists_that_opml_includes_are_not_fetched():
    with pytest.raises(CatalogueError, match="no feed"):
        read('<opml version="2.0"><body><outline type="include" url="https://a.test/me" text="x"/></body></opml>')


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.test/f", "javascript:alert(1)"])
def test_opml_with_other_addresses_is_refused(url):
    with pytest.raises(CatalogueError, match="no http"):
        read(OPML.replace("https://a.test/feed", url))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('<!DOCTYPE opml [<!ENTITY a "b">]>' + OPML[38:], "document type"),
        (OPML.replace("<head>", "\n<!entity a 'b'><head>"), "document type"),
        ("<opml><body>" + '<outline text="x">' * (MAX_OUTLINE_DEPTH + 1), "nested deeper"),
        ("<opml><body>" + '<outline text="x">' * 100_000, "nested deeper"),
        ("<rss><channel></channel></rss>", "neither"),
        ("<html></html>", "neither"),
        ("<", "neither"),
    ],
)
def test_opml_that_is_none_or_means_harm_is_refused(content, says):
    with pytest.raises(CatalogueError, match=says):
        read(content)


# --- There and back


@pytest.mark.parametrize("write", [catalogue_to_csv, catalogue_to_opml])
def test_what_is_written_is_read_back(write):
    feeds = [WHOLE, BARE]
    assert read(write(feeds)) == [WHOLE, Feed(BARE.url, **titles_of_nameless(write))]


def titles_of_nameless(write):
    """OPML's `text` is required, so a feed without a title is written with its address."""
    title = BARE.url if write is catalogue_to_opml else ""
    return {"title": title, "outlet": title}


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+cmd|x", "-2+3", "@SUM(A1)", "\tx", "\r\nx", " =1", "＝1"])
def test_no_cell_is_taken_for_a_formula(text):
    assert neutral_cell(text) == f"'{text}"
    written = catalogue_to_csv([Feed("https://a.test/f", title=text, outlet="O")])
    assert f"'{text.splitlines()[0] if text.splitlines()[0] else ''}" in written
    assert read(written)[0].title == " ".join(text.split())


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn")), max_size=30).map(
    lambda text: " ".join(text.split())
)


@settings(deadline=None)
@given(WORDS, WORDS, WORDS)
def test_texts_survive_the_way_there_and_back(title, outlet, topic):
    (feed,) = read(catalogue_to_csv([Feed("https://a.test/f", title=title, outlet=outlet, topic=topic or None)]))
    assert read(catalogue_to_csv([feed])) == [feed]
    assert read(catalogue_to_opml([feed]))[0].topic == feed.topic


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content):
    with contextlib.suppress(CatalogueError):
        assert read(b"url\nhttps://a.test/f\n" + content)[0].url == "https://a.test/f"


# --- The catalogues we have


@pytest.mark.parametrize("path", ["../shared/feeds-catalogue.tsv", "seeds/feeds.csv"])
def test_our_own_catalogue_is_read_whole(path):
    file = Path(__file__).parents[3] / path
    if not file.exists():
        pytest.skip(f"needs {path}")
    feeds = read(file.read_bytes())
    assert len(feeds) >= 80
    assert all(feed.outlet and feed.language and feed.confidence in ("A", "B", "C") for feed in feeds)
