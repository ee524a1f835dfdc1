"""Plain text out of scraped markup: what a person may be shown and a model may read."""

import re
import unicodedata
from html import unescape

import nh3

from flows.steps.web.urls import short_hash

MAX_TITLE_CHARS = 500
MAX_SUMMARY_CHARS = 5_000
_MARKUP_PER_TEXT = 20  # characters of markup we look through for one of text, before cutting

# A tag that ends a line for a reader; nh3 drops tags without a trace, and "<li>Osaka<li>Kobe" must stay two words.
_BLOCK = re.compile(
    r"(?=</?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p"
    r"|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
# Some feeds escape their HTML twice. A text about HTML loses its examples by this; the summary is all it costs.
_ESCAPED_TWICE = re.compile(
    r"</(?:p|div|a|span|b|i|strong|em|li|ul)>|<br ?/?>|&(?:nbsp|amp|quot|#\d{2,5});", re.IGNORECASE
)
# Control characters, bidirectional overrides and isolates, byte order marks, non-characters, lone surrogates.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
_WIDE_SCRIPTS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f]"
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def clean(text: str) -> str:
    """The text in NFC, with one space for any white space, without characters that hide, control or reorder it."""
    return unicodedata.normalize("NFC", " ".join(_UNSEEN.sub("", text).split()))


def clean_lines(text: str) -> str:
    """As `clean`, keeping line breaks; empty lines go."""
    lines = (clean(line) for line in text.replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def plain_text(markup: str, *, max_chars: int) -> str:
    """Scraped HTML, or text with entities in it, as plain text of at most `max_chars` characters."""
    text = markup[: max_chars * _MARKUP_PER_TEXT]
    if "<" in text or "&" in text:
        text = _stripped(text)
    if _ESCAPED_TWICE.search(text):
        text = _stripped(text)
    return cut(clean(text), max_chars)


def _stripped(markup: str) -> str:
    return unescape(nh3.clean(_BLOCK.sub(" ", _UNSEEN.sub("", markup)), tags=set()))  # nh3 raises on lone surrogates


def plain_lines(markup: str, *, max_chars: int) -> str:
    """Scraped HTML as plain text, one line a paragraph; the markup beyond `max_chars` characters is not read."""
    flat = " ".join(_UNSEEN.sub("", markup[:max_chars]).split())
    return clean_lines(unescape(nh3.clean(_BLOCK.sub("\n", flat), tags=set())))


def cut(text: str, max_chars: int) -> str:
    """The text, or its beginning and an ellipsis if it is longer than `max_chars` characters."""
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def text_hash(text: str) -> str:
    """16 hex digits that are equal for the same words, whatever the white space and the Unicode form."""
    return short_hash(unicodedata.normalize("NFC", " ".join(text.split())))


def count_words(text: str) -> int:
    """Words of a text: by spaces for alphabets, characters / 2 for Chinese, Japanese, Thai and their like."""
    wide, rest = _WIDE_SCRIPTS.subn(" ", text)[::-1]
    return wide // 2 + len(_WORD.findall(rest))
