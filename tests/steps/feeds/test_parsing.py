"""Feeds by example: tests/data/feeds holds each document beside what it must be read as."""

import json
from pathlib import Path
from unicodedata import normalize

import pytest

from flows.steps.feeds.drafts import MAX_ENTRIES
from flows.steps.feeds.parsing import MAX_CONTENT_CHARS, NotAFeed, ParsedFeed
from flows.steps.text.texts import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS
from tests.steps.feeds.parsing_cases import item, parse, rss

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
DOCUMENTS = sorted(path for path in FEEDS.iterdir() if path.with_name(f"{path.name}.json").exists())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_document_is_read_as_written_beside_it(path):
    expected = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    feed = parse(path.read_bytes())
    if "refused" in expected:
        assert isinstance(feed, NotAFeed)
        assert expected["refused"] in feed.detail
        return
    assert isinstance(feed, ParsedFeed), feed
    for key in expected.keys() - {"entries"}:
        found = getattr(feed, key)
        assert (sorted(found) if isinstance(found, frozenset) else found) == expected[key], key
    shown = [shown_like(entry, like) for entry, like in zip(feed.entries, expected["entries"], strict=True)]
    assert shown == expected["entries"]


def shown_like(entry, like):
    """The entry as a JSON object with the members that `like` has."""
    date = entry.published
    found = {"published": date and date.at.isoformat(), "precision": date and date.precision}
    return {key: found[key] if key in found else getattr(entry, key) for key in like}


def test_every_example_has_its_expected_result():
    inputs = {path.name for path in FEEDS.iterdir() if not path.with_suffix("").exists()}
    assert inputs == {path.name for path in DOCUMENTS}


# --- Document types


@pytest.mark.parametrize("word", ["DOCTYPE", "doctype", "DocType"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_document_types_are_refused_in_any_letter_case_and_encoding(word, encoding):
    bomb = f'<?xml version="1.0"?>\n<!{word} rss [<!ENTITY a "aaaa">]>{rss("<item><title>&a;</title></item>")[21:]}'
    feed = parse(bomb.encode(encoding))
    assert isinstance(feed, NotAFeed)
    assert "document type declaration" in feed.detail


@pytest.mark.parametrize("says_so", ["header", "declaration"])
def test_utf_7_cannot_hide_a_document_type(says_so):
    declaration = '<?xml version="1.0" encoding="UTF-7"?>'
    body = declaration + '+ADwAIQ-DOCTYPE rss +AFsAPAAh-ENTITY a "b"+AD4AXQA+ADw-rss+AD4-'
    feed = parse(body, charset="utf-7" if says_so == "header" else None)
    assert isinstance(feed, NotAFeed)


@pytest.mark.parametrize("says_so", ["header", "declaration"])
@pytest.mark.parametrize(
    "charset",
    ["undefined", "hex", "base64", "zlib", "rot13", "unicode-escape", "Unicode_Escape", "raw-unicode-escape"],
)
def test_what_is_no_charset_of_documents_is_not_believed(charset, says_so):
    declaration = f'<?xml version="1.0" encoding="{charset}"?>' if says_so == "declaration" else ""
    body = f"{declaration}<rss><channel><item><title>Zürich \\x3cb</title></item></channel></rss>".encode("latin-1")
    feed = parse(body, charset=charset if says_so == "header" else None)
    assert feed.entries[0].title == "Zürich \\x3cb"


@pytest.mark.parametrize(
    ("written", "read"),
    [("&bomb; &amp; co", "&bomb; & co"), ("R&D", "R&D"), ("a&nbsp;b&eacute;", "a bé"), ("&#8364;&#x20AC;", "€€")],
)
def test_entities_of_html_are_characters_and_unknown_ones_are_text(written, read):
    feed = parse(rss(f"<item><title>{written}</title></item>"))
    assert feed.entries[0].title == read


def test_ampersands_in_cdata_are_left_alone():
    feed = parse(rss("<item><title><![CDATA[R&D &amp; co]]></title><description>R&D</description></item>"))
    assert (feed.entries[0].title, feed.entries[0].summary) == ("R&D & co", "R&D")


# --- Charsets


CHARSETS = [
    ("gb18030", "中小企业国际合作论坛在北京举行，来自四十个国家的代表参加了会议并签署了合作协议"),
    ("big5", "中小企業國際合作論壇在台北舉行，來自四十個國家的代表參加會議並簽署合作協議"),
    ("shift_jis", "中小企業の国際協力フォーラムが東京で開かれ、四十か国の代表が参加して協定に署名した"),
    ("euc-jp", "中小企業の国際協力フォーラムが東京で開かれ、四十か国の代表が参加して協定に署名した"),
    ("euc-kr", "중소기업 국제협력 포럼이 서울에서 열려 사십 개국 대표가 참석하고 협약에 서명했다"),
    ("windows-1251", "В Москве прошёл форум международного сотрудничества малых и средних предприятий"),
    # This charset writes tone marks apart from their letters; what is read is composed.
    (
        "windows-1258",
        "Ca\u0301c doanh nghiê\u0323p nho\u0309 hô\u0323i nhâ\u0323p quô\u0301c tê\u0301 ta\u0323i Viê\u0323t Nam",
    ),
    ("windows-1252", "Ein Forum für die Zusammenarbeit kleiner Unternehmen in Düsseldorf – größer als je"),
]


@pytest.mark.parametrize("told_by", ["header", "declaration"])
@pytest.mark.parametrize(("charset", "title"), CHARSETS)
def test_a_charset_is_believed_when_it_fits(charset, title, told_by):
    declaration = f'<?xml version="1.0" encoding="{charset}"?>' if told_by == "declaration" else ""
    body = f"{declaration}<rss><channel><item><title>{title}</title></item></channel></rss>".encode(charset)
    feed = parse(body, charset=charset if told_by == "header" else None)
    assert feed.entries[0].title == normalize("NFC", title)


@pytest.mark.parametrize(("charset", "title"), [c for c in CHARSETS if c[0] != "windows-1252"])
def test_a_charset_declared_as_utf_8_is_detected(charset, title):
    items = "".join(f"<item><title>{n} {title}</title></item>" for n in range(8))
    body = f'<?xml version="1.0" encoding="utf-8"?><rss><channel>{items}</channel></rss>'.encode(charset)
    assert parse(body, charset="utf-8").entries[0].title == normalize("NFC", f"0 {title}")


def test_utf_8_labelled_as_latin_1_is_read_as_utf_8():
    assert parse(rss("<item><title>Zürich</title></item>"), charset="iso-8859-1").entries[0].title == "Zürich"


def test_a_byte_order_mark_outranks_the_header():
    body = rss("<item><title>Zürich</title></item>").encode("utf-16")
    assert parse(body, charset="utf-8").entries[0].title == "Zürich"


def test_one_broken_byte_costs_one_character():
    body = rss(f"<item><title>Zür\x00ich {'text ' * 300}</title></item>").encode().replace(b"\x00", b"\xff")
    assert parse(body).entries[0].title.startswith("Zür\ufffdich text")


# --- Text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\x00b", "ab"),
        ("a\ufffeb\uffff", "ab"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("a\u2066b\u2069c", "abc"),
        ("  a \n\t b  ", "a b"),
        ("e\u0301", "\u00e9"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # the joiner is part of Persian spelling
        ("&lt;img src=x onerror=alert(1)&gt;Firm", "Firm"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Firm", "Firm"),
        ("&lt;!-- unclosed Firm", ""),
        ("profit &lt; loss", "profit < loss"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&amp;lt;p&amp;gt;Escaped&amp;lt;/p&amp;gt; twice", "Escaped twice"),
    ],
)
def test_titles_are_plain_text(written, read):
    assert parse(rss(f"<item><title>{written}</title></item>")).entries[0].title == read


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("a &#xD83D;&#xDE00; b", "a 😀 b"),
        ("a &#55357;&#56832; b", "a 😀 b"),
        ("<![CDATA[a &#xd83d;&#xde00; b]]>", "a 😀 b"),
        ("R&D &#xD83D; talks &#xDE00;", "R&D talks"),
        ("&#55000;&#xB098;", "훘나"),
    ],
)
def test_characters_written_as_two_halves_are_joined_and_a_single_half_goes(written, title):
    feed = parse(rss(f"<item><guid>1</guid><title>{written}</title></item>"))
    assert [entry.title for entry in feed.entries] == [title]


def test_texts_are_bounded():
    item = f"<title>{'t' * 9_999}</title><description>{'s ' * 9_999}</description>"
    content = f"<content:encoded>{'c' * (MAX_CONTENT_CHARS + 1)}</content:encoded>"
    entry = parse(rss(f"<item>{item}{content}</item>")).entries[0]
    assert len(entry.title) == MAX_TITLE_CHARS
    assert len(entry.summary) <= MAX_SUMMARY_CHARS
    assert entry.summary.endswith("…")
    assert len(entry.content_html) == MAX_CONTENT_CHARS


# --- Identity


def keys(*items, **how):
    return [entry.entry_key for entry in parse(rss("".join(items)), **how).entries]


@pytest.mark.parametrize("document", [p for p in DOCUMENTS if p.name != "refused"], ids=lambda p: p.name)
def test_keys_are_unique_in_a_document(document):
    feed = parse(document.read_bytes())
    found = [entry.entry_key for entry in feed.entries] if isinstance(feed, ParsedFeed) else []
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("change", [{"title": "u"}, {"link": "https://a.test/2"}, {"text": "y"}])
def test_the_guid_alone_is_the_key(change):
    assert keys(item()) == keys(item(**change))


def test_without_a_guid_the_link_is_the_key():
    assert keys(item(guid="")) == keys(item(guid=" ", title="u"))
    assert keys(item(guid="")) != keys(item(guid="", link="https://a.test/2"))


def test_neighbours_do_not_change_a_key():
    assert keys(item("1", link="https://a.test/1"), item("2")) == keys(item("1"))[:1] + keys(item("2"))


def test_a_guid_of_10_kb_is_a_key_like_any_other():
    entry = parse(rss(item(guid="x" * 10_240))).entries[0]
    assert len(entry.entry_key) == 16
    assert len(entry.guid) == 1_000


def entry_hash(**change):
    return parse(rss(item(**change))).entries[0].entry_hash


@pytest.mark.parametrize(("change", "changes"), [("title", True), ("text", True), ("guid", False), ("link", False)])
def test_the_hash_changes_with_what_is_said(change, changes):
    assert (entry_hash() != entry_hash(**{change: "https://other.test/"})) is changes


def test_the_hash_changes_with_the_date_of_update():
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>t</title><updated>{}</updated></entry></feed>"
    first, second = (parse(atom.format(date)).entries[0] for date in ("2026-11-20T10:00Z", "2026-11-21T10:00Z"))
    assert first.entry_key == second.entry_key
    assert first.entry_hash != second.entry_hash


# --- Schedule hints


@pytest.mark.parametrize(
    ("ttl", "ttl_s"),
    [
        ("60", 3_600),
        ("0", None),
        ("-1", None),
        ("abc", None),
        ("", None),
        ("1e9", 6e10),
        ("inf", None),
        ("nan", None),
    ],
)
def test_ttl_is_minutes_or_nothing(ttl, ttl_s):
    assert parse(rss("", head=f"<ttl>{ttl}</ttl>")).ttl_s == ttl_s


@pytest.mark.parametrize(
    ("period", "frequency", "ttl_s"),
    [("hourly", "2", 1_800), ("daily", "", 86_400), ("daily", "0", None), ("fortnightly", "1", None)],
)
def test_the_syndication_module_gives_a_period(period, frequency, ttl_s):
    head = f"<sy:updatePeriod>{period}</sy:updatePeriod><sy:updateFrequency>{frequency}</sy:updateFrequency>"
    document = rss("", head=head).replace("<rss ", '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" ')
    assert parse(document).ttl_s == ttl_s


@pytest.mark.parametrize(
    ("hours", "skipped"),
    [(range(24), set(range(24))), ([24], {0}), ([25], set()), ([], set())],
)
def test_skip_hours_are_hours_of_the_day(hours, skipped):
    block = "".join(f"<hour>{hour}</hour>" for hour in hours)
    assert parse(rss("", head=f"<skipHours>{block}</skipHours>")).skip_hours == skipped


# --- Bounds, and documents that are none


@pytest.mark.parametrize("announced", [MAX_ENTRIES, MAX_ENTRIES + 1])
@pytest.mark.parametrize("kind", ["rss", "json", "sitemap"])
def test_at_most_2000_entries_are_read_in_document_order(kind, announced):
    numbers = range(announced)
    if kind == "rss":
        document = rss("".join(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in numbers))
    elif kind == "json":
        items = [{"id": n, "title": str(n)} for n in numbers]
        document = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items})
    else:
        urls = (f"<url><loc>https://a.test/{n}</loc><title>{n}</title></url>" for n in numbers)
        document = f"<urlset>{''.join(urls)}</urlset>"
    feed = parse(document)
    assert [entry.title for entry in feed.entries] == [str(n) for n in range(MAX_ENTRIES)]
    assert feed.is_cut is (announced > MAX_ENTRIES)
    assert not feed.is_malformed


@pytest.mark.parametrize("name", ["lastmod", "publication_date"])
def test_of_a_longer_sitemap_the_latest_addresses_are_read(name):
    urls = [
        f"<url><loc>https://a.test/{n}</loc><{name}>{1990 + n // 100}-01-01</{name}></url>"
        for n in range(MAX_ENTRIES + 100)  # the oldest first, as in many
    ]
    feed = parse(f"<urlset>{''.join(urls)}</urlset>")
    assert [entry.link for entry in feed.entries] == [f"https://a.test/{n}" for n in range(100, MAX_ENTRIES + 100)]
    assert feed.is_cut


@pytest.mark.parametrize(
    "document",
    [
        "",
        " \n",
        "<",
        "<!--",
        "<?xml",
        "<rss",
        "not found",
        "{",
        "[]",
        '{"version": 1}',
        "\x00" * 99,
        "<<<<",
        "<a/>",
        "%PDF-1.7",
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(document):
    feed = parse(document)
    if isinstance(feed, ParsedFeed):
        assert (document, feed.entries) == ("<rss", ())
    else:
        assert feed.detail


def test_a_refusal_names_what_the_server_called_it():
    assert parse("<html></html>", content_type="text/html").detail == "a web page (served as text/html)"


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/octet-stream", "image/png"])
def test_a_feed_is_a_feed_under_any_content_type(content_type):
    assert parse(rss(item()), content_type=content_type).entries[0].title == "t"


def test_json_nested_too_deeply_is_refused():
    assert isinstance(parse('{"items": ' + "[" * 100_000), NotAFeed)


def test_a_sitemap_that_breaks_off_gives_what_came_before():
    feed = parse("<urlset><url><loc>https://a.test/1</loc></url><url><loc>https://a.te")
    assert [entry.link for entry in feed.entries] == ["https://a.test/1"]
    assert feed.is_malformed
