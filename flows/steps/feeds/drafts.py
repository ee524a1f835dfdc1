"""What the readers of the feed formats agree on: an entry as its document wrote it, before identity and bounds."""

from dataclasses import dataclass

MAX_ENTRIES = 2_000  # the longest real feed met has 195; a news sitemap may have 1,000


@dataclass(frozen=True, slots=True)
class Draft:
    """One item in the words of its document. Every text may be hostile; "" where the document says nothing."""

    guid: str = ""
    link: str = ""  # as written, perhaps relative
    title: str = ""  # markup
    summary: str = ""  # markup
    content: str = ""  # markup of the full text
    published: str = ""
    updated: str = ""
    author: str = ""
    language: str = ""

    @property
    def says_something(self) -> bool:
        """Whether there is anything to know the item by; a document that breaks off leaves an item without."""
        return any((self.guid, self.link, self.title, self.summary, self.content))


@dataclass(frozen=True, slots=True)
class Document:
    """A feed in the words of its document."""

    format: str  # "rss", "rdf", "atom", "json", "sitemap"
    title: str
    language: str
    drafts: tuple[Draft, ...]
    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    is_malformed: bool = False
    is_cut: bool = False
    next_archive_url: str = ""
    site_url: str = ""  # what relative links of RSS lie under: the site may be elsewhere than its feed
