"""What is a word to the index, and what a person's question asks of it.

The index parts words at anything that is no letter or digit, and does not tell case or accents apart. Scripts written
without blanks, and Korean, whose particles cling to words, are cut into overlapping pairs, found as a phrase:
中小企業 -> 中小 小企 企業. (SQLite's own trigrams would miss words of two characters, as most Chinese words are.)
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

# Thai, Lao; Myanmar; Khmer; Japanese kana; Chinese characters; Korean syllables.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(rf"[^\W{_UNSPACED}_]+|[{_UNSPACED}]+")
# A quoted phrase (the closing quote may be missing), or whatever stands between blanks.
_PIECE = re.compile(r"(?P<minus>-?)(?:[\"“”„«»「](?P<phrase>[^\"“”«»」]*)[\"“”«»」]?|(?P<word>[^\s\"“”„«»「」]+))")
MOST_TERMS = 32  # of a question; a whole page pasted into it would take SQLite seconds


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a question asks for: words that stand one after the other."""

    words: tuple[str, ...]  # folded, in order; one of an unspaced script is its whole run
    is_excluded: bool = False
    is_prefix: bool = False  # the last word may go on


def fold(text: str) -> str:
    """Small letters without accents, wide forms as their plain ones. Example: Ｖiệt Nam, CAFÉ -> viet nam, cafe."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    for mark in filter(unicodedata.combining, set(parted)):  # few: at most 8 in a text of 185 real pages
        parted = parted.replace(mark, "")
    return unicodedata.normalize("NFC", parted)


def for_index(text: str) -> str:
    """The words of a text, folded, unspaced runs as pairs; SQLite has nothing left to part that we would not."""
    return " ".join(map(_indexed, _WORD.findall(fold(text))))


def terms_of(question: str) -> list[Term]:
    """What a question asks for. Any text is a question. Of other programs' operators, AND is ignored.

    Examples: forum jordan -> both words; "trade mission" -> the phrase; -summit -> not that; chamb* -> chamber, too.
    """
    terms = [_term(piece) for piece in _PIECE.finditer(question) if piece[0] != "AND"]
    return [term for term in terms if term.words][:MOST_TERMS]


def match_expression(terms: list[Term]) -> str | None:
    """The question in FTS5's language, every word quoted; null if there is nothing to look for."""
    wanted = [_quoted(term) for term in terms if not term.is_excluded]
    unwanted = [_quoted(term) for term in terms if term.is_excluded]
    if not wanted:
        return None
    return " AND ".join(wanted) + "".join(f" NOT {term}" for term in unwanted)


def _term(piece: re.Match[str]) -> Term:
    said = piece["phrase"] if piece["phrase"] is not None else piece["word"]
    words = tuple(_WORD.findall(fold(said)))
    return Term(words, is_excluded=bool(piece["minus"]), is_prefix=piece["phrase"] is None and said.endswith("*"))


def _quoted(term: Term) -> str:
    """Words have no quotes in them, so that quoting them needs no escaping."""
    indexed = " ".join(map(_indexed, term.words))
    # One character of an unspaced script stands at the beginning of some pair, or is all there is.
    is_alone = len(term.words[-1]) == 1 and _RUN.fullmatch(term.words[-1])
    return f'"{indexed}"' + ("*" if term.is_prefix or is_alone else "")


def _indexed(word: str) -> str:
    """A word as it stands in the index. Examples: firm -> firm; 中小企業 -> 中小 小企 企業; 茶 -> 茶."""
    if word.isascii() or len(word) == 1 or not _RUN.fullmatch(word):
        return word
    return " ".join(a + b for a, b in pairwise(word))
