"""JSON Feed 1 and 1.1 (jsonfeed.org)."""

import json
from html import escape
from typing import Any

from flows.steps.feeds.drafts import MAX_ENTRIES, Document, Draft

_VERSION = "https://jsonfeed.org/version/"


def read_json_feed(text: str) -> Document | str:
    """The feed a JSON text holds, or why it holds none. Items that are no objects are left out."""
    try:
        feed = json.loads(text)
    except ValueError:
        return "JSON that does not parse"
    except RecursionError:
        return "JSON nested too deeply"
    if not isinstance(feed, dict) or not _text(feed, "version").startswith(_VERSION):
        return "JSON, but no JSON Feed"
    items = feed.get("items")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    language = _text(feed, "language")
    return Document(
        format="json",
        title=escape(_text(feed, "title")),
        language=language,
        drafts=tuple(_draft(item, language) for item in items[:MAX_ENTRIES]),
        is_cut=len(items) > MAX_ENTRIES,
        next_archive_url=_text(feed, "next_url"),
    )


def _draft(item: dict[str, Any], feed_language: str) -> Draft:
    content_text = _text(item, "content_text")
    return Draft(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=escape(_text(item, "title")),  # plain text by the specification; our drafts hold markup
        summary=escape(_text(item, "summary")),
        content=_text(item, "content_html") or _paragraphs(content_text),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        author=_author(item),
        language=_text(item, "language") or feed_language,
    )


def _text(item: dict[str, Any], key: str) -> str:
    """A member as text. Ids are often numbers, and the specification asks to take those as strings.

    JSON can write half a surrogate pair, which is no character and can be stored nowhere: it goes.
    """
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).encode(errors="ignore").decode()


def _author(item: dict[str, Any]) -> str:
    authors = item.get("authors")  # 1.1
    people = authors if isinstance(authors, list) else [item.get("author")]  # 1.0
    return ", ".join(name for person in people if isinstance(person, dict) and (name := _text(person, "name")))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
