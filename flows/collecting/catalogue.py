"""The catalogue a run works on: what the command names, else the file of the settings, else the one in seeds/."""

import urllib.request
from collections.abc import Iterable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import overload

import seeds
from flows.settings import Settings
from flows.steps.feeds.catalogue import CatalogueError, read_catalogue
from flows.steps.feeds.feed import Feed

MAX_BYTES = 8 * 2**20
TIMEOUT_S = 20


class Unrecorded(Sequence[Feed]):
    """Feeds as the parameter of a flow. Prefect writes down what it can make JSON of, and refuses a run with over
    512 KB of it, some 2,500 feeds; of this it makes nothing.
    """

    __slots__ = ("_feeds",)

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds = tuple(feeds)

    def __len__(self) -> int:
        return len(self._feeds)

    @overload
    def __getitem__(self, place: int) -> Feed: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Feed]: ...

    def __getitem__(self, place: int | slice) -> Feed | Sequence[Feed]:
        return self._feeds[place]


def read_feeds(settings: Settings, named: str | None = None) -> list[Feed]:
    """Every feed of the catalogue. `named` is a path or an http(s) address that the user typed, and so trusts.

    Raises CatalogueError in words for whoever wrote the file.
    """
    if named and named.startswith(("http://", "https://")):
        return read_catalogue(_download(named), named)
    path = Path(named) if named else settings.feeds_file or seeds.FOLDER / "feeds.csv"
    try:
        return read_catalogue(path.read_bytes(), path.name)
    except OSError as problem:
        raise CatalogueError(str(path), f"cannot be read: {problem.strerror}") from problem


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310  # http(s), typed by the user
            return bytes(answer.read(MAX_BYTES + 1))
    except (OSError, ValueError, HTTPException) as problem:  # the last two: of an address that is none
        raise CatalogueError(address, f"cannot be read: {problem}") from problem
