"""What holds of any document: nothing raises, everything can be written, the same gives the same."""

import json
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.steps.feeds.parsing import NotAFeed, ParsedFeed
from tests.steps.feeds.parsing_cases import NOW, item, parse, rss


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(body):
    assert isinstance(parse(body), ParsedFeed | NotAFeed)


PIECES = """
<rss> <channel> <item> </item> <title> </title> <link> </link> <guid> </guid> < <![CDATA[ ]]> &amp; &#x110000; <div>
&#99999999999; &#xD83D; &#56832; <!-- --> <pubDate>Fri,20Nov2026</pubDate> <feed> <entry> <a\tb='c <urlset> <url>
<loc> http://[::1
http://a.test/ ü \x00 \ud800 <content\ttype='xhtml'> <base\thref='//'> <content\ttype='text/plain'>
"""
MARKUP = st.lists(st.sampled_from(PIECES.replace("\n", " ").split(" ")), max_size=30)


@settings(deadline=None)
@given(MARKUP)
def test_no_markup_raises(pieces):
    body = "".join(["<rss><channel>", *pieces])
    feed = parse(body.encode("utf-8", "surrogatepass"))
    assert isinstance(feed, ParsedFeed | NotAFeed)
    assert parse(body.encode("utf-8", "surrogatepass")) == feed


STRINGS = st.text(st.characters() | st.sampled_from("<&\ud83d"))  # JSON can write half a character


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | STRINGS, lambda x: st.lists(x) | st.dictionaries(STRINGS, x)
    )
)
@example("R&D talks \ud83d")
def test_no_json_raises_and_all_of_its_entries_can_be_written(items):
    keys = ("id", "url", "title", "summary", "content_html", "content_text")
    document = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [items, dict.fromkeys(keys, items)]})
    feed = parse(document)
    assert isinstance(feed, ParsedFeed)
    said = [(one.title, one.summary, one.guid, one.link, one.author, one.content_html) for one in feed.entries]
    assert json.dumps(said, ensure_ascii=False).encode()


@settings(deadline=None)
@given(st.text(max_size=50), st.text(max_size=50))
def test_the_same_document_gives_the_same_entries_whenever_it_is_read(title, text):
    escaped = [value.replace("&", "&amp;").replace("<", "&lt;") for value in (title, text)]
    body = rss(item(title=escaped[0], text=escaped[1])).encode("utf-8", "replace")
    first, second = parse(body), parse(body, seen_at=NOW.replace(year=2027))
    assert [replace(e, published=None) for e in first.entries] == [replace(e, published=None) for e in second.entries]
