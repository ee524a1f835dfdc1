"""Where a site keeps its feeds: what a page says of them, then what it links to, then where they usually lie."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from flows.steps.text.charsets import decode
from flows.steps.text.texts import MAX_TITLE_CHARS, plain_text
from flows.steps.web.urls import clean_link

MOST_LINKS = 20  # of a page that are worth asking for
WELL_KNOWN = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "news.rss", "rss/news")

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_VAGUE_TYPES = ("application/xml", "text/xml", "application/json", "")
_FEED_ADDRESS = re.compile(
    r"\.(?:rss|atom|rdf)(?:$|\?)"
    r"|(?:^|[/_.-])(?:rss|atom|feeds?)(?:[_.-]?\d(?:\.\d)?)?(?:\.(?:xml|php|aspx?|json|rdf))?/?(?:$|\?)"
    r"|(?:^|[/_-])(?:rss|feed)[_.-]?[\w-]*\.(?:xml|json)(?:$|\?)"
    r"|(?:^|/)(?:rss|atom|feeds?)/[^?]*\.(?:xml|rss|json)(?:$|\?)"
    r"|[?&](?:feed|format|type|output)=(?:rss|atom|feed)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comm?ent|kom+entar|reacties|yorum", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """An address at which a page, or custom, says that there is a feed."""

    url: str
    title: str = ""  # as the page calls it, plain text
    origin: str = "linked"  # "linked": the page declares it; "mentioned": a link that looks like it; "usual": a guess


def feed_links(body: bytes, *, url: str, charset: str | None) -> list[FeedLink]:
    """The feeds a web page declares, then the links on it that look like feeds; each address once, at most 20.

    Feeds of comments come last. `url` is the page's address after redirects. Never raises, whatever the bytes.
    """
    root = _root(decode(body, charset))
    if root is None:
        return []
    base = clean_link(url, root.xpath("string(//base/@href)")) or url
    declared = list(_declared(root, base))
    mentioned = list(_mentioned(root, base))
    found: dict[str, FeedLink] = {}
    for link in [*_comments_last(declared, url), *_comments_last(mentioned, url)]:
        found.setdefault(link.url, link)
    found.pop(url, None)
    return list(found.values())[:MOST_LINKS]


def usual_addresses(url: str) -> list[FeedLink]:
    """Where feeds usually lie: in the page's own folder, then at the root of the site."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    is_file = "." in parts.path.rpartition("/")[2]
    folder = urljoin(url, "." if is_file or parts.path.endswith("/") else f"{parts.path}/")
    places = [urljoin(base, name) for base in dict.fromkeys((folder, root)) for name in WELL_KNOWN]
    return [FeedLink(place, origin="usual") for place in dict.fromkeys(places)]


def _root(text: str) -> html.HtmlElement | None:
    try:
        # The declaration of an encoding would be refused in text that is decoded already.
        return html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _declared(root: html.HtmlElement, base: str) -> Iterator[FeedLink]:
    for element in root.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        href = element.get("href") or ""
        is_feed = "feed" in relations or ("alternate" in relations and kind in _FEED_TYPES)
        # WordPress declares the page's own JSON, and shops their sitemaps, with types that say too little.
        if not is_feed and "alternate" in relations and kind in _VAGUE_TYPES:
            is_feed = bool(_FEED_ADDRESS.search(href))
        if is_feed and (link := clean_link(base, href)):
            yield FeedLink(link, plain_text(element.get("title") or "", max_chars=MAX_TITLE_CHARS))


def _mentioned(root: html.HtmlElement, base: str) -> Iterator[FeedLink]:
    for element in root.iter("a"):
        href = element.get("href") or ""
        if _FEED_ADDRESS.search(href.partition("#")[0]) and (link := clean_link(base, href)):
            title = " ".join((element.text_content() or element.get("title") or "").split())
            yield FeedLink(link, plain_text(title, max_chars=MAX_TITLE_CHARS), "mentioned")


def _comments_last(links: Iterable[FeedLink], page: str) -> list[FeedLink]:
    """WordPress keeps the comments on an article in a feed below the article's own address."""
    path = urlsplit(page).path.rstrip("/")

    def is_of_comments(link: FeedLink) -> bool:
        below = path.count("/") > 1 and urlsplit(link.url).path.startswith(f"{path}/")
        return below or bool(_COMMENTS.search(link.url) or _COMMENTS.search(link.title))

    return sorted(links, key=is_of_comments)
