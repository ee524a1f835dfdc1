"""Dates of publication: what was claimed, by whom, how precisely; always UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A date of publication that somebody claimed. No date is `None`, never a made-up one."""

    at: datetime  # aware, UTC
    source: str  # "feed", "json-ld", "meta", "page", "url": who claimed it
    precision: str  # "second", "minute", "day", "month"
    in_future: bool = False  # more than 48 h after the moment we saw it: kept, flagged, not believed
