"""Feeds, and the catalogues they come from."""

from dataclasses import dataclass

from flows.steps.web.urls import short_hash


@dataclass(frozen=True, slots=True)
class Feed:
    """One address that announces articles: RSS, Atom, JSON Feed or a news sitemap."""

    url: str
    title: str = ""
    outlet: str = ""  # the publisher as readers know it; the title where the catalogue names none
    country: str | None = None  # ISO 3166 alpha-2 of the publisher, "EU" or "INT"; null if unknown
    language: str | None = None  # BCP 47 primary tag such as "en"; null if unknown
    topic: str | None = None
    confidence: str | None = None  # A, B or C: how sure the catalogue is of the address; null if it says nothing

    @property
    def feed_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the address as catalogued."""
        return short_hash(self.url)
