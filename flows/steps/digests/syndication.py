"""The archive as feeds: Atom (RFC 4287) and JSON Feed 1.1, the latest half year of issues.

Links are relative, to the feed's own address, as RFC 4287 (section 2) allows: a folder does not know where it is
published. Ids are made from week, zone and the moment of the first edition: no correction and no move changes them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from flows.steps.digests.issues import Issue
from flows.steps.digests.rendering import templates

LATEST = 26
TITLE = "smewatch: weekly briefings on the international cooperation of small and medium-sized enterprises"
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00+00:00"  # a feed without issues still has to say when it was updated


def atom_feed(issues: Sequence[Issue]) -> bytes:
    """An Atom document, one entry an issue, latest first; a corrected issue is an entry with a later `updated`."""
    feed = etree.Element("feed", nsmap={None: _ATOM})
    latest = _latest(issues)
    _add(feed, "id", _feed_id(issues))
    _add(feed, "title", TITLE)
    _add(feed, "updated", max((_moment(issue.published_at[-1]) for issue in issues), default=_NEVER))
    _add(_add(feed, "author"), "name", "smewatch")
    _add(feed, "link", rel="alternate", type="text/html", href="index.html")
    for issue in latest:
        entry = _add(feed, "entry")
        _add(entry, "id", issue_id(issue))
        _add(entry, "title", issue.digest.title)
        _add(entry, "published", _moment(issue.published_at[0]))
        _add(entry, "updated", _moment(issue.published_at[-1]))
        _add(entry, "link", rel="alternate", type="text/html", href=f"{issue.week}/index.html")
        _add(entry, "link", rel="related", type="application/json", href=f"{issue.week}/digest.json")
        _add(entry, "summary", issue.digest.summary)
        _add(entry, "content", _body(issue), type="html")
    etree.indent(feed)
    return bytes(etree.tostring(feed, encoding="utf-8", xml_declaration=True))


def json_feed(issues: Sequence[Issue]) -> str:
    """The same as JSON Feed; each item points to its `digest.json`, which holds everything."""
    items = [
        {
            "id": issue_id(issue),
            "url": f"{issue.week}/index.html",
            "title": issue.digest.title,
            "summary": issue.digest.summary,
            "content_html": _body(issue),
            "date_published": _moment(issue.published_at[0]),
            "date_modified": _moment(issue.published_at[-1]),
            "attachments": [{"url": f"{issue.week}/digest.json", "mime_type": "application/json"}],
        }
        for issue in _latest(issues)
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": TITLE, "home_page_url": "index.html"}
    return json.dumps(feed | {"items": items}, ensure_ascii=False, indent=1) + "\n"


def issue_id(issue: Issue) -> str:
    """A name for the issue that no other has. Example: urn:uuid:1b4e28ba-..."""
    return _urn(issue.digest.zone, issue.week, _moment(issue.published_at[0]))


def _feed_id(issues: Sequence[Issue]) -> str:
    first = min(issues, key=lambda issue: issue.week, default=None)
    return _urn("archive", issue_id(first) if first else "empty")


def _urn(*parts: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, ':'.join(('smewatch', *parts)))}"


def _latest(issues: Sequence[Issue]) -> list[Issue]:
    return sorted(issues, key=lambda issue: issue.week, reverse=True)[:LATEST]


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _body(issue: Issue) -> str:
    """The stories as a short list of plain HTML; a feed reader's own style does the rest."""
    return templates().get_template("feed_entry.html.j2").render(digest=issue.digest, stories=issue.stories)


def _add(parent: "etree._Element", name: str, text: str | None = None, **attributes: str) -> "etree._Element":
    child = etree.SubElement(parent, name, **attributes)
    child.text = text
    return child
