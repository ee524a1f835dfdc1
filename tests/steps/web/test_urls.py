from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.steps.web.urls import (
    MAX_URL_CHARS,
    TRACKING_PARAMETERS,
    clean_link,
    host_of,
    registrable_domain,
    same_site,
    short_hash,
    url_key,
)

KEYS = [
    ("HTTPS://News.test:443/a/?utm_source=x&id=7#top", "https://news.test/a?id=7"),
    ("http://news.test:80/a", "https://news.test/a"),
    ("http://news.test:8080/a", "https://news.test:8080/a"),
    ("https://news.test", "https://news.test/"),
    ("https://news.test./a", "https://news.test/a"),
    ("https://user:pw@news.test/a", "https://news.test/a"),
    ("https://news.test/a///", "https://news.test/a"),
    ("https://news.test/a/./b/../c", "https://news.test/a/c"),
    ("https://news.test/%7Ejo/caf%c3%a9", "https://news.test/~jo/caf%C3%A9"),
    ("https://news.test/caf\u00e9", "https://news.test/caf%C3%A9"),
    ("https://m\u00fcnchen.test/", "https://xn--mnchen-3ya.test/"),
    ("https://news.test/?b=2&a=1", "https://news.test/?a=1&b=2"),
    ("https://news.test/?id=33", "https://news.test/?id=33"),
    ("https://news.test/?page=2&lang=vi", "https://news.test/?lang=vi&page=2"),
    ("https://news.test/?ref=home", "https://news.test/?ref=home"),
    ("https://news.test/a?fbclid=1&gclid=2&mc_cid=3&utm_anything=4&UTM_Medium=5", "https://news.test/a"),
    ("https://news.test/a/amp/", "https://news.test/a"),
    ("https://news.test/a/amp?id=1", "https://news.test/a?id=1"),
    ("https://news.test/a.amp.html", "https://news.test/a.html"),
    ("https://news.test/a?amp=1", "https://news.test/a"),
    ("https://news.test/a?amp", "https://news.test/a"),
    ("https://news.test/a?outputType=amp", "https://news.test/a"),
    ("https://news.test/a?amp=watt", "https://news.test/a?amp=watt"),
    ("https://news.test/amp", "https://news.test/amp"),
    ("https://news.test/amplifier", "https://news.test/amplifier"),
    ("https://news.test/guitar/champ", "https://news.test/guitar/champ"),
    ("https://news-test.cdn.ampproject.org/c/s/news.test/a/amp?x=1", "https://news.test/a?x=1"),
    ("https://www.google.com/amp/s/news.test/a", "https://news.test/a"),
    ("https://www.google.com/amp/", "https://www.google.com/amp"),
    ("mailto:a@news.test", "mailto:a@news.test"),
    ("not an address", "not an address"),
    ("http://[::1", "http://[::1"),
    ("", ""),
]


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_key_of_an_address(url, key):
    assert url_key(url) == key


@pytest.mark.parametrize("name", sorted(TRACKING_PARAMETERS))
def test_listed_parameter_does_not_tell_pages_apart(name):
    assert url_key(f"https://news.test/a?{name}=1&id=7") == "https://news.test/a?id=7"


hosts = st.sampled_from(
    ["news.test", "News.Test", "a.b.co.uk", "xn--9ca.fr", "\u00e9.fr", "127.0.0.1", "[::1]", "x.test."]
)
paths = st.text(alphabet="abAB/.%~;:@!$&'()*+,=-_ \u00e9\u65e5?#[]|\\amp", max_size=30)
addresses = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    paths,
)


@example("http://news.test/?%AA")  # a byte that is no UTF-8 once could not be written out again
@given(addresses)
def test_key_of_a_key_is_itself(url):
    assert url_key(url_key(url)) == url_key(url)


@given(st.text(max_size=80))
def test_any_text_has_a_key_that_is_its_own(text):
    assert url_key(url_key(text)) == url_key(text)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.text(min_size=1, max_size=8), max_size=5),
    st.randoms(use_true_random=False),
)
def test_unknown_parameters_are_never_lost(parameters, random):
    from urllib.parse import parse_qsl, urlencode

    kept = {name: value for name, value in parameters.items() if name not in TRACKING_PARAMETERS and name != "amp"}
    pairs = [*kept.items(), ("utm_source", "x")]
    random.shuffle(pairs)
    key = url_key("https://news.test/a?" + urlencode(pairs))
    assert dict(parse_qsl(urlsplit(key).query, keep_blank_values=True)) == kept


LINKS = [
    ("https://news.test/a", "https://news.test/a"),
    ("/a?b=c", "http://base.test/a?b=c"),
    ("a", "http://base.test/dir/a"),
    ("../a", "http://base.test/a"),
    ("//other.test/a", "http://other.test/a"),
    ("?page=2", "http://base.test/dir/feed.xml?page=2"),
    ("  https://news.test/a\n", "https://news.test/a"),
    ("https://news.test/a b", "https://news.test/a%20b"),
    ("https://news.test/a%20b", "https://news.test/a%20b"),
    ("https://news.test/\u65e5\u672c", "https://news.test/%E6%97%A5%E6%9C%AC"),
    ("https://\u00e9.fr/", "https://xn--9ca.fr/"),
    ("https://user:pw@news.test/a", "https://news.test/a"),
    ("HTTPS://News.Test/A", "https://news.test/A"),
    ("https://news.test:8443/", "https://news.test:8443/"),
    ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
    ("http://[::1]:8000/a", "http://[::1]:8000/a"),
    ("https://news.test/a#part", "https://news.test/a#part"),
    ("", None),
    ("   ", None),
    ("javascript:alert(1)", None),
    ("JaVaScRiPt:alert(1)", None),
    ("data:text/html,hi", None),
    ("mailto:a@news.test", None),
    ("file:///etc/passwd", None),
    ("ftp://news.test/", None),
    ("https://news.test/a\nb", None),
    ("https://news.test/a\r\nX: y", None),
    ("https://news.test/\x00", None),
    ("https://news.test/\x1b[31m", None),
    ("https://news.test/\u2028", None),
    ("https:////host/a", None),
    ("http://", None),
    ("http:///a", None),
    ("http://[::1", None),
    ("http://news.test:99999/", None),
    ("http://news.test:http/", None),
    ("http://good.test\\@evil.test/", None),
    ("http://a b.test/", None),
    ("http://0x7f.1/", None),
    ("http://2130706433/", None),
    ("http://\u2460\u2461\u2466.0.0.1/", None),
    ("http://[fe80::1%25eth0]/", None),
    ("http://" + "a" * 64 + ".test/", "http://" + "a" * 64 + ".test/"),
    ("https://news.test/" + "a" * MAX_URL_CHARS, None),
]


@pytest.mark.parametrize(("href", "link"), LINKS)
def test_link_of_a_feed(href, link):
    assert clean_link("http://base.test/dir/feed.xml", href) == link


@pytest.mark.parametrize("href", ["https:////host/a", "https:/a", "https:a", "https://", "https:"])
def test_address_without_a_host_does_not_get_the_feeds_own(href):
    assert clean_link("https://base.test/dir/feed.xml", href) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_link_is_an_absolute_address_or_nothing(base, href):
    link = clean_link(base, href)
    if link is not None:
        assert link.startswith(("http://", "https://"))
        assert link.isascii()
        assert link.isprintable()
        assert " " not in link
        assert host_of(link)
        assert len(link) <= MAX_URL_CHARS
        assert clean_link("", link) == link


DOMAINS = [
    ("www.meti.go.jp", "meti.go.jp"),
    ("news.bbc.co.uk", "bbc.co.uk"),
    ("news.test", "news.test"),
    ("a.b.news.test", "news.test"),
    ("WWW.News.Test.", "news.test"),
    ("localhost", "localhost"),
    ("co.uk", "co.uk"),
    ("a.github.io", "a.github.io"),
    ("127.0.1.7", "127.0.1.7"),
    ("::1", "::1"),
    ("[::1]", "[::1]"),
    ("", ""),
]


@pytest.mark.parametrize(("host", "domain"), DOMAINS)
def test_registrable_domain(host, domain):
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("http://www.news.test/a", "https://news.test:8443/b", True),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://a.github.io/", "https://b.github.io/", False),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("https://news.test/", "/a", False),
        ("", "", False),
        ("http://[::1", "http://[::1", False),
    ],
)
def test_same_site(a, b, same):
    assert same_site(a, b) is same


def test_hash_is_16_hex_digits_of_sha_256():
    assert short_hash("abc") == "ba7816bf8f01cfea"  # FIPS 180-2, appendix B.1
    assert len(short_hash("\ud800")) == 16
