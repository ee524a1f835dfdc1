"""A digest as JSON and back: what the warehouse keeps of an edition, so that it can be shown again as it was.

    Digest -> to_json -> from_json -> the same Digest

Fields are written under their own names. One that a newer version added is read from older JSON as its default.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Union, get_args, get_origin, get_type_hints

from flows.steps.digests.content import Digest, Story
from flows.steps.digests.issues import stories_of


def to_json(digest: Digest) -> str:
    """One line of JSON; equal digests give equal text."""
    return json.dumps(as_plain(digest), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Digest:
    """The digest that `to_json` wrote. Raises ValueError if it is none."""
    try:
        digest = _revived_fields(json.loads(text), Digest)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"this is no digest that can be read here: {problem!r}") from problem
    assert isinstance(digest, Digest)
    return digest


def as_plain(digest: Digest) -> dict[str, Any]:
    """The digest in dictionaries, lists, texts and numbers; times as ISO 8601 with their offset."""
    plain = _plain(asdict(digest))
    assert isinstance(plain, dict)
    return plain


def facts_sha256(digest: Digest) -> str:
    """Hash of what an issue says of the world: while it is the same, the edition that is out stands as it is.

    That is its stories: their reports, headlines, addresses, kinds and parties, in whatever order. Left out are
    numbers that go on moving after an issue is out (polls, late entries, weeks before), and what is ours alone: a new
    score, another extract or a better phrase corrects nothing, and must not reach every reader as a correction.
    """
    facts = [digest.stories, *sorted(map(_facts, (*stories_of(digest), *digest.late)))]
    return sha256(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _facts(story: Story) -> list[Any]:
    places = [place.code for place in story.places]
    return [sorted(story.article_ids), story.title, story.outlet, story.address, story.kind or "", places]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case datetime():
            return value.isoformat()
    return value


def _revived(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, types.UnionType):  # X | None
        return _revived(value, next(part for part in get_args(hint) if part is not type(None)))
    if get_origin(hint) is tuple:
        return tuple(_revived_items(value, get_args(hint)))
    if isinstance(hint, type) and is_dataclass(hint):
        return _revived_fields(value, hint)
    return datetime.fromisoformat(value) if hint is datetime else value


def _revived_items(values: list[Any], hints: tuple[Any, ...]) -> list[Any]:
    """Items of a tuple[X, ...] or of a tuple[X, Y]."""
    if len(hints) == 2 and hints[1] is Ellipsis:
        return [_revived(item, hints[0]) for item in values]
    return [_revived(item, hint) for item, hint in zip(values, hints, strict=True)]


def _revived_fields(values: Mapping[str, Any], kind: type) -> Any:
    hints = _hints(kind)
    return kind(
        **{item.name: _revived(values[item.name], hints[item.name]) for item in fields(kind) if item.name in values}
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
