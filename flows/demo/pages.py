"""The demo's pages: a piece in its outlet's layout, and the pages that hold no piece."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from string import Template

from flows.demo.content import HERE, Outlet, Piece, moment

OVERSIZE_BYTES = 3_600_000  # above the 3 MiB that smewatch reads of a page


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a page is printed."""

    base: str  # scheme, host and port of the outlet, without a slash at the end
    now: datetime
    others: Sequence[Piece]  # pieces of the same outlet, from which related links are taken


def article_page(piece: Piece, setting: Setting) -> bytes:
    """A piece in its outlet's layout and charset; characters that the charset lacks become numeric references."""
    outlet = piece.outlet
    page = _layout(outlet.layout).substitute(
        _furniture(outlet, setting.base)
        | {
            "title": escape(piece.title),
            "summary": escape(piece.summary, quote=True),
            "section": escape(outlet.sections.get(piece.section, piece.section)),
            "canonical": setting.base + piece.path,
            "author": escape(piece.author or outlet.name),
            "body": body_html(piece),
            "related_list": _links(_related(piece, setting.others), setting.base),
        }
        | _dates(piece, setting)
    )
    return page.encode(outlet.charset, "xmlcharrefreplace")


def oversize_page(piece: Piece, setting: Setting) -> bytes:
    """The same page swollen by a script's data, as some publishing systems embed their whole archive."""
    page = article_page(piece, setting)
    filler = b'<script type="application/json">{"archive":"' + b"0" * OVERSIZE_BYTES + b'"}</script></body>'
    return page.replace(b"</body>", filler, 1)


def consent_page(outlet: Outlet, base: str) -> bytes:
    """The wall that stands before a page until a visitor has agreed to be followed."""
    return _layout("consent").substitute(_furniture(outlet, base)).encode(outlet.charset, "xmlcharrefreplace")


def missing_page(outlet: Outlet, base: str) -> bytes:
    """The body of a 404."""
    return _layout("missing").substitute(_furniture(outlet, base)).encode(outlet.charset, "xmlcharrefreplace")


def front_page(outlet: Outlet, setting: Setting) -> bytes:
    """The outlet's home: headlines, and its feeds in the head, where feed discovery looks for them."""
    feeds = "".join(
        f'<link rel="alternate" type="{_ALTERNATES[feed.format]}" title="{escape(feed.title)}" href="{feed.path}">'
        for feed in outlet.feeds
        if feed.format in _ALTERNATES
    )
    headlines = _links(setting.others, setting.base)
    page = _layout("front").substitute(_furniture(outlet, setting.base) | {"feeds": feeds, "headlines": headlines})
    return page.encode(outlet.charset, "xmlcharrefreplace")


_ALTERNATES = {
    "rss": "application/rss+xml",
    "rdf": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


def body_html(piece: Piece) -> str:
    """The paragraphs of a piece as HTML."""
    return "\n".join(_block(part) for part in piece.body)


def _block(part: str) -> str:
    if part.startswith("## "):
        return f"<h2>{escape(part[3:], quote=False)}</h2>"
    if part.startswith("> "):
        return f"<blockquote><p>{escape(part[2:], quote=False)}</p></blockquote>"
    if part.startswith("- "):
        items = "".join(f"<li>{escape(line[2:], quote=False)}</li>" for line in part.splitlines())
        return f"<ul>{items}</ul>"
    return f"<p>{escape(part, quote=False)}</p>"


def _furniture(outlet: Outlet, base: str) -> dict[str, str]:
    """What stands on every page of an outlet, whatever the piece."""
    sections = "".join(f'<li><a href="/{path}/">{escape(label)}</a></li>' for path, label in outlet.sections.items())
    words = {name: escape(text) for name, text in outlet.words.items()}
    own = {
        "outlet": escape(outlet.name),
        "language": outlet.language,
        "charset": outlet.charset,
        "home": base + "/",
        "sections": sections,
    }
    return own | words


def _dates(piece: Piece, setting: Setting) -> dict[str, str]:
    """Dates as JSON-LD, as meta tags and as text, empty for a piece that has none; a layout takes what it shows."""
    facts: dict[str, object] = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": piece.title}
    if piece.published is None:
        return {"json_ld": _json_ld(facts), "date_meta": "", "date_iso": "", "date_shown": ""}
    published = moment(piece.published, setting.now)
    updated = moment(piece.updated, setting.now) if piece.updated else published
    facts |= {"datePublished": published.isoformat(), "dateModified": updated.isoformat()}
    meta = f'<meta property="article:published_time" content="{published.isoformat()}">'
    return {
        "json_ld": _json_ld(facts),
        "date_meta": meta,
        "date_iso": published.isoformat(),
        "date_shown": published.strftime(piece.outlet.date_format),
    }


def _json_ld(facts: dict[str, object]) -> str:
    """In ASCII, and with `<` written as an escape, so that no headline can end the script element."""
    data = json.dumps(facts).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{data}</script>'


def _related(piece: Piece, others: Sequence[Piece]) -> list[Piece]:
    """The next three pieces of the same outlet, going round."""
    slugs = [other.slug for other in others]
    place = slugs.index(piece.slug)
    around = [*others[place + 1 :], *others[:place]]
    return around[:3]


def _links(some: Sequence[Piece], base: str) -> str:
    return "".join(f'<li><a href="{base}{piece.path}">{escape(piece.title)}</a></li>' for piece in some)


@cache
def _layout(name: str) -> Template:
    return Template((HERE / "layouts" / f"{name}.html").read_text(encoding="utf-8"))
