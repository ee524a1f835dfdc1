"""The archive: every issue under its week, an index that can be searched without a server, feeds of it all.

    issues -> files_of -> path and bytes of each file -> write_files

    index.html atom.xml feed.json
    2026-W47/index.html digest.txt digest.json    the edition in force, between its neighbours
    2026-W47/edition-1.html ...                   each edition as it stands for good

All links are relative: the folder works from a disk, from any web server and under any path of it.
"""

import json
import os
from base64 import b64encode
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from flows.steps.digests.content import Digest
from flows.steps.digests.issues import Issue
from flows.steps.digests.keeping import as_plain
from flows.steps.digests.rendering import Shelf, render_html, render_text, style_of, templates
from flows.steps.digests.syndication import atom_feed, json_feed

JSON_SCHEMA = 1  # goes up when a field of digest.json changes its meaning or leaves; new fields may join any time


def files_of(issues: Sequence[Issue], weeks: Collection[str] | None = None) -> Iterator[tuple[str, bytes]]:
    """Path below the archive's folder and content of each file, in an order that leaves no link without its page.

    `weeks` are those whose folders are made, by default all; the index always is. `issues` may come in any order.
    """
    issues = sorted(issues, key=lambda issue: issue.week)
    labels = [issue.week for issue in issues]
    for place, issue in enumerate(issues):
        if weeks is None or issue.week in weeks:
            before = labels[place - 1] if place else None
            yield from _issue_files(issue, before, labels[place + 1] if place + 1 < len(labels) else None)
    yield "index.html", render_index(issues).encode()
    yield "feed.json", json_feed(issues).encode()
    yield "atom.xml", atom_feed(issues)


def _issue_files(issue: Issue, before: str | None, after: str | None) -> Iterator[tuple[str, bytes]]:
    folder, numbers = issue.week, tuple(digest.edition.number for digest in issue.editions)
    for digest, published_at in zip(issue.editions, issue.published_at, strict=True):
        # Without a shelf: these are the bytes whose hash the warehouse keeps, and they know no later issue.
        name = f"{folder}/edition-{digest.edition.number}"
        yield f"{name}.html", render_html(digest).encode()
        yield f"{name}.txt", render_text(digest).encode()
        yield f"{name}.json", render_json(digest, published_at).encode()
    yield f"{folder}/digest.txt", render_text(issue.digest).encode()
    yield f"{folder}/digest.json", render_json(issue.digest, issue.published_at[-1]).encode()
    shelf = Shelf(before, after, editions=numbers, edition=numbers[-1])
    yield f"{folder}/index.html", render_html(issue.digest, shelf).encode()


def render_json(digest: Digest, published_at: datetime) -> str:
    """All of a digest for programs, its fields under the names and with the meanings of `content.Digest`."""
    head = {"schema": "smewatch digest", "schema_version": JSON_SCHEMA, "published_at": published_at.isoformat()}
    return json.dumps(head | as_plain(digest), ensure_ascii=False, indent=1) + "\n"


def render_index(issues: Sequence[Issue]) -> str:
    """The archive's front page, latest issue first. Complete without its script, which only adds the search."""
    css, script = style_of("digest.css", "archive.css"), _script()
    return (
        templates()
        .get_template("archive.html.j2")
        .render(
            issues=sorted(issues, key=lambda issue: issue.week, reverse=True),
            css=Markup(css),  # noqa: S704 - our own files, and escaping would change what the hash allows
            script=Markup(script),  # noqa: S704 - likewise
            css_hash=_csp_hash(css),
            script_hash=_csp_hash(script),
        )
    )


def write_files(folder: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write what is new or different, each file whole or not at all; the number of files written."""
    written = 0
    for name, content in files:
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        written += 1
    return written


def _csp_hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


@cache
def _script() -> str:
    environment = templates()
    assert environment.loader is not None
    return environment.loader.get_source(environment, "archive.js")[0]
