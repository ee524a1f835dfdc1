"""What a page comes down to, or a feed that carries the text whole. Its makers and their libraries are elsewhere."""

from dataclasses import dataclass

from flows.steps.text.dates import Published


@dataclass(frozen=True, slots=True)
class Article:
    """The readable part of a page, or of a feed entry that carries it whole."""

    url: str  # for people: canonical address where the page names one on its own site, else the final address
    url_key: str  # the normal form under which we know it (flows/steps/web/urls.py)
    title: str
    text: str  # paragraphs separated by a newline, NFC
    text_hash: str  # 16 hex digits of the normalised text: equal for the same words whatever the white space
    language: str | None  # of the text, ISO 639-1; null if too short to tell
    published: Published | None
    author: str | None
    source: str  # "page" or "feed"
    extractor: str  # name and version, e.g. "trafilatura 2.3.1 fast"
    n_words: int  # words for alphabets, characters / 2 for Chinese, Japanese and Thai
    reservations: tuple[
        str, ...
    ] = ()  # what the page says against machine learning (flows/steps/web/reservations.py)
