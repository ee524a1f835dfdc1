"""What a page says about itself: linked data (JSON-LD), meta tags, title, canonical address."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from flows.steps.text.dates import Published, date_in_url, parse_date
from flows.steps.text.texts import MAX_TITLE_CHARS, clean, plain_text
from flows.steps.web.reservations import of_metas
from flows.steps.web.urls import clean_link, same_site, url_key

MAX_AUTHOR_CHARS = 200
_MAX_SCRIPTS = 30
_MAX_NODES = 2_000  # objects looked at in all linked data of a page; the richest real page met has 312
_ARTICLE_TYPES = re.compile(r"(?:Article|Posting|Report|Blog|NewsStory|Review|PressRelease)$", re.IGNORECASE)
_OTHER_PAGES = frozenset(
    {"itemListElement", "mentions", "citation", "comment", "isRelatedTo"}
)  # lists of related ones
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "AboutPage", "CreativeWork"})
_SAYS_WHICH = re.compile(r"\d{3}|(?:[^\W_]+-){3}")  # a number or a headline, in the last part of a path
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,60})"')
_META_DATES = (  # names of meta tags for the first publication, best first; compared in lower case
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "sailthru.date",
    "publication_date",
    "publish-date",
    "publish_date",
    "publishdate",
    "pubdate",
    "pub_date",
    "published",
    "published_at",
    "published-date",
    "date.published",
    "article.published",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dc:date",
    "dcterms.date",
    "citation_publication_date",
    "citation_online_date",
    "rnews:datepublished",
    "bt:pubdate",
    "displaydate",
    "originalpublicationdate",
    "article_date_original",
    "article.created",
    "og:pubdate",
    "datecreated",
    "date",
    "og:regdate",
    "regdate",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page claims about its article. Texts are plain; null or "" where it claims nothing."""

    headline: str  # of the linked data, else og:title, else its only h1
    window_title: str  # of the title element, often with the name of the site
    author: str | None
    canonical_url: str | None  # on the same registrable domain; not its home page, nor the page's address cut short
    is_free: bool | None  # schema.org isAccessibleForFree
    dates: tuple[Published, ...]
    reservations: tuple[str, ...] = ()  # what its meta tags say against machine learning


def read_facts(tree: HtmlElement, *, url: str, seen_at: datetime) -> Facts:
    """What a parsed page claims; `url` is its address after redirects."""
    nodes = list(_linked_data(tree))
    articles = [n for n in nodes if _has_type(n, _ARTICLE_TYPES)] or [
        n for n in nodes if _type_names(n) & _PAGE_TYPES
    ]
    tags = list(_metas(tree))
    metas = dict(reversed(tags))  # the first of a name counts
    return Facts(
        headline=_headline(tree, articles, metas),
        window_title=_element_text(tree, ".//title"),
        author=_author(articles, metas),
        canonical_url=_canonical(tree, url),
        is_free=_is_free(nodes),
        dates=tuple(_dates(tree, articles, metas, url=url, seen_at=seen_at)),
        reservations=of_metas(tags),
    )


# --- Linked data ----------------------------------------------------------------------------------------------------


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every object in the page's JSON-LD, outer before inner, at most _MAX_NODES."""
    scripts = tree.xpath(".//script[contains(translate(@type, 'LD', 'ld'), 'ld+json')]")
    queue: list[Any] = [_json(script.text or "") for script in scripts[:_MAX_SCRIPTS]]
    looked_at = 0
    while queue and looked_at < _MAX_NODES:
        looked_at += 1
        value = queue.pop(0)
        if isinstance(value, dict):
            yield value
            queue.extend(v for key, v in value.items() if isinstance(v, dict | list) and key not in _OTHER_PAGES)
        elif isinstance(value, list):
            queue.extend(v for v in value if isinstance(v, dict | list))


def _json(text: str) -> Any:
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        # A stray quote in one headline must not cost the date of the page.
        found = _LD_DATE.search(text)
        return {"@type": "Article", "datePublished": found[1]} if found else None


def _type_names(node: dict[str, Any]) -> set[str]:
    kinds = node.get("@type")
    return {k.rpartition("/")[2] for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)}


def _has_type(node: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in _type_names(node))


def _strings(articles: list[dict[str, Any]], key: str) -> Iterator[str]:
    for article in articles:
        value = article.get(key)
        if isinstance(value, str) and value.strip():
            yield value


def _is_free(nodes: list[dict[str, Any]]) -> bool | None:
    values = [str(node["isAccessibleForFree"]).lower() for node in nodes if "isAccessibleForFree" in node]
    return None if not values else "false" not in values


# --- Title, author, address -----------------------------------------------------------------------------------------


def _metas(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Name, in lower case, and content of the page's meta tags, in their order."""
    for meta in tree.iterfind(".//meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = (meta.get("content") or "").strip()
        if name and content:
            yield name.strip().lower(), content


def _headline(tree: HtmlElement, articles: list[dict[str, Any]], metas: dict[str, str]) -> str:
    written = next(_strings(articles, "headline"), "") or metas.get("og:title", "") or metas.get("twitter:title", "")
    if written:
        title = plain_text(written, max_chars=MAX_TITLE_CHARS)
        site = re.escape(clean(metas.get("og:site_name", ""))[:100])
        return re.sub(rf"\s+[-–—|:»]\s+{site}$", "", title) if site else title
    return _element_text(tree, ".//h1") if len(tree.findall(".//h1")) == 1 else ""


def _element_text(tree: HtmlElement, path: str) -> str:
    element = tree.find(path)
    return "" if element is None else clean(" ".join(element.itertext())[: MAX_TITLE_CHARS * 4])[:MAX_TITLE_CHARS]


def _author(articles: list[dict[str, Any]], metas: dict[str, str]) -> str | None:
    names = [name for article in articles[:1] for name in _names(article.get("author"))]
    written = ", ".join(dict.fromkeys(names)) or metas.get("author", "") or metas.get("article:author", "")
    author = plain_text(written, max_chars=MAX_AUTHOR_CHARS)
    return author if author and "://" not in author and "@" not in author else None


def _names(author: Any) -> Iterator[str]:
    for person in author if isinstance(author, list) else [author]:
        name = person.get("name") if isinstance(person, dict) else person
        if isinstance(name, str) and name.strip():
            yield name.strip()


def _canonical(tree: HtmlElement, url: str) -> str | None:
    """The address by which the page wants to be known.

    One on another site, the home page, and the page's own cut short are mistakes of templates.
    """
    for link in tree.iterfind(".//link[@rel][@href]"):
        if "canonical" in link.get("rel", "").lower().split():
            found = clean_link(url, link.get("href", ""))
            is_ours = found and same_site(found, url) and not is_home_page(found) and not _is_cut_short(found, url)
            return found if is_ours else None
    return None


def _is_cut_short(canonical: str, url: str) -> bool:
    """Whether an address is a folder in which the page lies, or the page's without the query that says which it is.

    By such a one all the articles of `/news/`, or of `detail.php?id=...`, would be revisions of one. Where the path
    has a number or a headline, the query says who sent the reader: so on 3 of 185 real pages (`?ref=rss`).
    """
    short, whole = urlsplit(url_key(canonical)), urlsplit(url_key(url))
    if short.query:
        return False
    if short.path == whole.path:
        return bool(whole.query) and not _SAYS_WHICH.search(short.path.rpartition("/")[2])
    return whole.path.startswith(f"{short.path.rstrip('/')}/")


def is_home_page(url: str) -> bool:
    """Whether an address is the front of a site, or of one language of it (/en/)."""
    parts = urlsplit(url)
    path = parts.path.strip("/").lower()
    return not parts.query and (
        not path or re.fullmatch(r"[a-z]{2}(?:[-_][a-z]{2})?|(?:index|home)(?:\.\w+)?", path) is not None
    )


# --- Dates ----------------------------------------------------------------------------------------------------------


def _dates(
    tree: HtmlElement, articles: list[dict[str, Any]], metas: dict[str, str], *, url: str, seen_at: datetime
) -> Iterator[Published]:
    """One claim from each source that makes a readable one; the visible page is searched if no other is plausible."""
    linked = chain(_strings(articles, "datePublished"), _strings(articles, "dateCreated"))
    tagged = (metas[name] for name in _META_DATES if name in metas)
    claims = [
        _first_date(linked, source="json-ld", seen_at=seen_at),
        _first_date(tagged, source="meta", seen_at=seen_at),
        date_in_url(url, seen_at=seen_at),
    ]
    if all(claim is None or claim.in_future or claim.source == "url" for claim in claims):
        claims.append(_first_date(_shown(tree), source="page", seen_at=seen_at))
    yield from (claim for claim in claims if claim is not None)


def _first_date(raws: Iterable[str], *, source: str, seen_at: datetime) -> Published | None:
    claims = (parse_date(raw, source=source, seen_at=seen_at) for raw in raws)
    return next((claim for claim in claims if claim is not None), None)


_MARKS = "translate(concat(@class, ' ', @id), 'DATEPUBLISHM', 'datepublishm')"
_OUTSIDE = "not(ancestor::footer or ancestor::aside or ancestor::nav)"
_SHOWN_PATHS = (
    f".//*[@itemprop='datePublished'][{_OUTSIDE}]",
    f".//time[@pubdate][{_OUTSIDE}]",
    f".//article//time[{_OUTSIDE}]",
    f".//main//time[{_OUTSIDE}]",
    f".//header//time[{_OUTSIDE}]",
    f".//time[{_OUTSIDE}]",
    # Where sites write the date as text: class="date", id="publish-time", class="byline-date".
    f".//*[self::p or self::span or self::div or self::li or self::em][contains({_MARKS}, 'date')"
    f" or contains({_MARKS}, 'publish') or contains({_MARKS}, 'time')][string-length(.) < 60][{_OUTSIDE}]",
)


def _shown(tree: HtmlElement) -> Iterator[str]:
    for path in _SHOWN_PATHS:
        for element in tree.xpath(path)[:5]:
            yield element.get("content") or element.get("datetime") or clean(" ".join(element.itertext())[:200])
