"""The guard against changed ids: a publisher's new software must not make a feed's whole past look new.

announced -> look new? -> the same link, or the same title and date? -> known under new keys
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from flows.steps.feeds.parsing import Entry
from flows.steps.selecting import KnownEntry
from flows.steps.web.urls import url_key

_T = TypeVar("_T")
SHARE = 0.6  # below this a few ids changed, and each entry is looked at by itself


@dataclass(frozen=True, slots=True)
class Earlier:
    """An entry that the feed announced at an earlier poll."""

    entry_key: str
    url_key: str | None
    title: str
    published_at: datetime | None
    known: KnownEntry


def rekeyed(announced: Sequence[Entry], earlier: Sequence[Earlier]) -> dict[str, Earlier]:
    """New key -> the entry of an earlier poll that it stands for; empty unless most of the feed changed its ids.

    `announced` is the whole of one feed's document, `earlier` what is known of that feed. More than 60 % of the
    document must look new, and as much of it match: by a link that is unique among both, or by a unique title with
    the same date of publication or the very same content. A title alone is not enough: "Exchange rates of the day"
    comes again every day. What does not match is new.
    """
    known_keys = {one.entry_key for one in earlier}
    announced_keys = {entry.entry_key for entry in announced}
    new = [entry for entry in announced if entry.entry_key not in known_keys]
    if len(new) <= SHARE * len(announced):
        return {}
    left = [one for one in earlier if one.entry_key not in announced_keys]
    found: dict[str, Earlier] = {}
    for name_new, name_earlier in _NAMES:
        fresh = [entry for entry in new if entry.entry_key not in found]
        taken = {one.entry_key for one in found.values()}
        found |= _matched(fresh, [one for one in left if one.entry_key not in taken], name_new, name_earlier)
    return found if len(found) > SHARE * len(announced) else {}


def as_known(entry: Entry, earlier: Earlier) -> KnownEntry:
    """What is known of an entry under its new key: how it ended, and that it has not changed."""
    return replace(earlier.known, entry_hash=entry.entry_hash)


def _matched(
    new: Sequence[Entry],
    earlier: Sequence[Earlier],
    name_new: Callable[[Entry], Hashable],
    name_earlier: Callable[[Earlier], Hashable],
) -> dict[str, Earlier]:
    homes = _unique(earlier, name_earlier)
    fresh = _unique(new, name_new)
    return {entry.entry_key: homes[name] for name, entry in fresh.items() if name in homes}


def _unique(items: Collection[_T], name: Callable[[_T], Hashable]) -> dict[Hashable, _T]:
    names = [name(item) for item in items]
    counts = Counter(names)
    return {n: item for n, item in zip(names, items, strict=True) if n is not None and counts[n] == 1}


def _title(text: str) -> str:
    return " ".join(text.casefold().split())


def _dated(title: str, published_at: datetime | None) -> Hashable:
    return (_title(title), published_at) if title and published_at else None


def _same(title: str, entry_hash: str) -> Hashable:
    return (_title(title), entry_hash) if title else None


_NAMES: tuple[tuple[Callable[[Entry], Hashable], Callable[[Earlier], Hashable]], ...] = (
    (lambda entry: url_key(entry.link) if entry.link else None, lambda one: one.url_key),
    (
        lambda entry: _dated(entry.title, entry.published.at if entry.published else None),
        lambda one: _dated(one.title, one.published_at),
    ),
    (lambda entry: _same(entry.title, entry.entry_hash), lambda one: _same(one.title, one.known.entry_hash)),
)
