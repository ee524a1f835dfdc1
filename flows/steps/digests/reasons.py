"""Why an article is in the digest, in words for people, from the model's evidence.

Evidence is a mix of whole sentences, which weigh most, and of short phrases, some of which say nothing to a reader
("for", "US$ 1"). A sentence that stands on the card already is pointed to, not repeated.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from flows.steps.digests.terms import COOPERATION, SMES
from flows.steps.digests.words import clean_line, clip

Why = Sequence[tuple[str, float]]
"""Phrase or sentence as it stands in the text, and its change of the log-odds."""

MAX_REASONS = 3  # three phrases are read, ten are not
MAX_DOUBTS, MAX_DOUBT_CHARS = 2, 90
_MAX_PHRASE_WORDS, _MAX_PHRASE_CHARS = 5, 60  # above: a sentence, or a headline
_MAX_WIDE_CHARS = 12  # the same in Chinese or Japanese, which set no words apart
_WORTH_NAMING = 0.15  # share of the strongest evidence; lighter phrases are words such as "side"
_MIN_DOUBT = 0.25  # log-odds; weaker counter-evidence is single words such as "Mr"
_MAX_EVIDENCE_CHARS = 300
_FUNCTION_WORDS = frozenset(
    {
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "s",
        "that",
        "the",
        "to",
        "with",
    }
    | {"its", "his", "her", "our", "your", "their", "this", "these", "each", "other", "more", "also", "not", "new"}
    | {"was", "were", "is", "are", "be", "been", "will", "would", "has", "have", "had", "said", "who", "which", "how"}
    | {"la", "le", "les", "un", "une", "des", "du", "de", "d'un", "d'une", "d’un", "d’une", "et", "pour"}
    | {"el", "los", "las", "una", "del", "y", "para", "que", "il", "lo", "di", "con", "o", "os", "as", "um", "uma"}
    | {"der", "die", "das", "den", "dem", "ein", "eine", "einer", "einem", "und", "mit", "für", "và", "của", "dan"}
)
_TELLING = re.compile(
    r"[^\W\d_]{3}|[A-Z]{2}(?!\$)|[\u2e80-\uffff]{2}"
)  # three letters, an acronym, two wide characters


def grounds(why: Why, headline: str, extract: str) -> tuple[str, ...]:
    """Which parts of the card carry evidence for relevance: "headline", "extract", both or none."""
    passages = [text.casefold() for text in _texts(why, for_relevance=True) if not _is_phrase(text)]
    shown = {"headline": headline.casefold(), "extract": extract.casefold()}
    return tuple(name for name, text in shown.items() if text and any(_meet(text, passage) for passage in passages))


def reasons(why: Why) -> tuple[str, ...]:
    """Short phrases that spoke for relevance, each once: "bank" says nothing beside "development bank".

    First the words of the topic in the strongest sentence that has any, then the phrases that weigh most themselves.
    """
    chosen: list[str] = []
    for text in (*_topic_words(why), *_weighty_phrases(why)):
        phrase = _trimmed(text)
        if not _is_phrase(phrase) or not _TELLING.search(phrase):
            continue
        if not any(_within(phrase, other) or _within(other, phrase) for other in chosen):
            chosen.append(phrase)
    return tuple(chosen[:MAX_REASONS])


def _topic_words(why: Why) -> Iterator[str]:
    for topic in (SMES, COOPERATION):
        matches = (topic.search(text) for text in _texts(why, for_relevance=True) if not _is_phrase(text))
        yield from (match[0] for match in islice(filter(None, matches), 1))


def _weighty_phrases(why: Why) -> Iterator[str]:
    strongest = max((weight for _, weight in why), default=0.0)
    yield from _texts(
        [(text, weight) for text, weight in why if weight >= _WORTH_NAMING * strongest], for_relevance=True
    )


def doubts(why: Why) -> tuple[str, ...]:
    """What spoke most against relevance, sentences cut to their beginning; empty if nothing did with any weight."""
    heavy = [(text, weight) for text, weight in why if weight <= -_MIN_DOUBT]
    return tuple(clip(text, MAX_DOUBT_CHARS) for text in _texts(heavy, for_relevance=False) if _TELLING.search(text))[
        :MAX_DOUBTS
    ]


def _texts(why: Why, *, for_relevance: bool) -> Iterator[str]:
    """The evidence on one side as clean lines, strongest first."""
    for text, weight in sorted(why, key=lambda item: (-abs(item[1]), item[0])):
        line = clean_line(text, _MAX_EVIDENCE_CHARS)
        if line and weight != 0 and (weight > 0) == for_relevance:
            yield line


def _meet(shown: str, passage: str) -> bool:
    """A passage of evidence is on the card, whole or cut, with or without its dateline."""
    inner = passage[30:80] if len(passage) > 80 else passage
    return inner in shown or shown.rstrip("….") in passage


def _is_phrase(text: str) -> bool:
    is_wide = sum(char >= "\u2e80" for char in text) > len(text) / 2
    return len(text) <= (_MAX_WIDE_CHARS if is_wide else _MAX_PHRASE_CHARS) and len(text.split()) <= _MAX_PHRASE_WORDS


def _trimmed(phrase: str) -> str:
    """Without function words at either end. Example: for Small and Medium -> Small and Medium."""
    words = phrase.split()
    while words and words[0].casefold() in _FUNCTION_WORDS:
        del words[0]
    while words and words[-1].casefold() in _FUNCTION_WORDS:
        del words[-1]
    return " ".join(words)


def _within(part: str, whole: str) -> bool:
    return part.casefold() in whole.casefold()
