"""Pages in, articles out.

Page | is it HTML | decode | parse | facts | date | text | walls | Article or Loss
"""

import logging
import re
from datetime import datetime, timedelta
from importlib.metadata import version

from htmldate import find_date
from lxml.etree import ElementDefaultClassLookup, strip_elements
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction
from trafilatura import bare_extraction
from trafilatura.utils import HTML_PARSER, load_html

from flows.steps.feeds.parsing import Entry
from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.pages.metadata import Facts, read_facts
from flows.steps.pages.pruning import quicken
from flows.steps.pages.walls import Sight, wall_of
from flows.steps.text.charsets import decode
from flows.steps.text.dates import EARLIEST, Published, best_date, parse_date
from flows.steps.text.languages import language_of, primary_tag
from flows.steps.text.texts import clean_lines, count_words, cut, plain_lines, text_hash
from flows.steps.web.fetching import Loss, Page
from flows.steps.web.urls import url_key

MAX_PAGE_BYTES = 3_000_000  # trafilatura is super-linear: 10 MB can run for minutes
MAX_TEXT_CHARS = 500_000  # a long report; the longest real article met has 42,000
MIN_PAGE_WORDS = 25
MIN_FEED_WORDS = 120  # of a feed's own text, to be taken for the article

PAGE_EXTRACTOR = f"trafilatura {version('trafilatura')} fast"
FEED_EXTRACTOR = "feed 1"

# It warns about every page without text; we return that as a value.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


# lxml.html looks up the class of every element in Python, for the sake of forms; nobody here asks a form for its
# fields. Known at once, they make extraction 7 % faster, and the same.
HTML_PARSER.set_element_class_lookup(
    ElementDefaultClassLookup(HtmlElement, HtmlComment, HtmlProcessingInstruction, HtmlEntity)
)
quicken()


def extract_article(page: Page, entry: Entry, *, seen_at: datetime) -> Article | Loss:
    """The article on a page that `entry` announced, or the name under which it is lost.

    Losses: NOT_HTML, TOO_LARGE (over 3 MB), CONSENT_WALL, PAYWALL, NEEDS_JAVASCRIPT, SOFT_404, and NO_TEXT under 25
    words. CPU time grows faster than the page and hostile ones can take minutes: call it through `workers.Pool`.
    """
    if (refusal := _refusal(page)) is not None:
        return refusal
    html = decode(page.body, page.charset).replace("\x00", "")
    tree = _parsed(html)
    if tree is None:
        return Loss(Outcome.NO_TEXT, "an empty page", page.status)
    facts = read_facts(tree, url=page.final_url, seen_at=seen_at)
    published = _published(tree, facts, entry, page.final_url, seen_at)
    text = _text(tree, page.final_url)
    n_words = count_words(text)
    said = (*page.reservations, *facts.reservations)
    if (wall := wall_of(_sight(page, facts, html, text, n_words))) is not None:
        return Loss(wall.outcome, wall.detail, page.status, reservations=said)
    if n_words < MIN_PAGE_WORDS:
        return Loss(Outcome.NO_TEXT, f"{n_words} words", page.status, reservations=said)
    url = facts.canonical_url or page.final_url
    return Article(
        url=url,
        url_key=url_key(url),
        title=_title(entry.title, facts, text),
        text=text,
        text_hash=text_hash(text),
        language=language_of(text),
        published=published,
        author=facts.author or entry.author,
        source="page",
        extractor=PAGE_EXTRACTOR,
        n_words=n_words,
        reservations=said,
    )


def article_from_entry(entry: Entry, feed_url: str, *, is_fallback: bool = False) -> Article | None:
    """The article a feed entry carries whole, or null if it carries too little (under 120 words) or only a beginning.

    A whole article spares the fetch of its page. As a fallback, when the page could not be had, a long summary and a
    text that breaks off will do as well. An entry without a link is known by the feed's address and its own key.
    """
    markup = entry.content_html or ""
    text = plain_lines(markup, max_chars=MAX_TEXT_CHARS * 2)[:MAX_TEXT_CHARS]
    text = _FOOTER.sub("", text).strip()
    if is_fallback and len(entry.summary) > len(text):
        text = entry.summary
    n_words = count_words(text)
    if n_words < MIN_FEED_WORDS or (not is_fallback and _BREAKS_OFF.search(text)):
        return None
    own_address = f"{feed_url}#{entry.entry_key}"
    return Article(
        url=entry.link or own_address,
        url_key=url_key(entry.link) if entry.link else own_address,
        title=entry.title or _first_words(text),
        text=text,
        text_hash=text_hash(text),
        language=language_of(text) or primary_tag(entry.language),
        published=entry.published,
        author=entry.author,
        source="feed",
        extractor=FEED_EXTRACTOR,
        n_words=n_words,
    )


# What blogs put under the text of every entry, and how a text says that it goes on elsewhere.
_FOOTER = re.compile(r"\n(?:The post .{1,600} (?:appeared first on|first appeared on) .{1,200}|Advertisements?)\s*$")
_BREAKS_OFF = re.compile(
    r"(?:…|\.\.\.)\W{0,5}$"
    r"|(?:continue reading|read (?:more|on|the (?:full|rest))|full (?:story|article)|weiterlesen|mehr lesen"
    r"|lire la suite|leer más|seguir leyendo|leggi tutto|lees (?:verder|meer)|ler mais"
    r"|続きを読む|阅读全文|閱讀全文|더 보기).{0,80}$",
    re.IGNORECASE,
)

# --- Page to text ---------------------------------------------------------------------------------------------------

_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"})
_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "RIFF",
    b"PK\x03\x04": "ZIP or office document",
    b"\xd0\xcf\x11\xe0": "office document",
    b"\x1f\x8b": "gzip",
    b"\x00\x00\x00\x18ftyp": "MP4",
    b"\x00\x00\x00 ftyp": "MP4",
    b"ID3": "MP3",
}


def _refusal(page: Page) -> Loss | None:
    if len(page.body) > MAX_PAGE_BYTES:
        return Loss(Outcome.TOO_LARGE, f"{len(page.body)} bytes", page.status)
    head = page.body[:512].lstrip()
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return Loss(Outcome.NOT_HTML, f"{kind} served as {page.content_type or 'nothing'}", page.status)
    if page.content_type not in _HTML_TYPES and b"<html" not in head.lower():
        return Loss(Outcome.NOT_HTML, page.content_type, page.status)
    return None


def _parsed(html: str) -> HtmlElement | None:
    """The tree of a page, or null if there is nothing in it that could be one."""
    try:
        return load_html(html) if html.strip() else None
    except (ValueError, AssertionError):  # lxml, on documents of nothing but processing instructions or comments
        return None


def _text(tree: HtmlElement, url: str) -> str:
    document = bare_extraction(_without_code(tree), url=url, fast=True, include_comments=False, with_metadata=False)
    text = getattr(document, "text", None) or ""
    return clean_lines(text)[:MAX_TEXT_CHARS]


def _without_code(tree: HtmlElement) -> HtmlElement:
    """The tree, cut down in place: less what trafilatura copies three times and never reads. The text is the same.

    Linked data stays, for its baseline. So do pictures in SVG: one of 185 real pages lost line breaks with them.
    """
    for script in tree.iter("script"):
        if "ld+json" not in script.get("type", "").lower():
            script.tag = "style"
    strip_elements(tree, "style", "link", "meta", with_tail=False)
    return tree


def _sight(page: Page, facts: Facts, html: str, text: str, n_words: int) -> Sight:
    return Sight(
        asked_url=page.url,
        final_url=page.final_url,
        title=f"{facts.window_title}\n{facts.headline}",
        text=text,
        n_words=n_words,
        html=html,
        is_free=facts.is_free,
    )


def _title(announced: str, facts: Facts, text: str) -> str:
    """The feed's title, which has no name of the site in it, unless it is missing or breaks off."""
    stem = announced.rstrip("….\u200b ")
    if announced and not announced.endswith(("…", "...")):
        return announced
    for title in (facts.headline, facts.window_title):
        if title and title.startswith(stem):
            return title
    return announced or facts.headline or facts.window_title or _first_words(text)


def _first_words(text: str) -> str:
    return cut(text.partition("\n")[0], 100)


def _published(tree: HtmlElement, facts: Facts, entry: Entry, url: str, seen_at: datetime) -> Published | None:
    found = best_date((entry.published, *facts.dates))
    if found is not None and not found.in_future:
        return found
    return _searched_date(tree, url, seen_at) or found


def _searched_date(tree: HtmlElement, url: str, seen_at: datetime) -> Published | None:
    """What htmldate finds on the whole page, for a third of the extraction's time: only where nobody else knows.

    Its extensive search stays off, for that makes 1 January of any year it finds.
    """
    earliest, latest = EARLIEST.strftime("%Y-%m-%d"), (seen_at + timedelta(days=1)).strftime("%Y-%m-%d")
    try:
        raw = find_date(tree, url=url, original_date=True, extensive_search=False, min_date=earliest, max_date=latest)
    except (AssertionError, ValueError, OverflowError):  # a page that is one script; a time zone of 99 hours
        return None
    return parse_date(raw, source="page", seen_at=seen_at) if raw else None
