"""The one or two sentences that stand for an article: its own words, chosen for what they carry.

A card must show at a glance why the article is there. The first sentence often does not: datelines, scene setting,
quotes. So each sentence is weighed by the model's evidence in it, by whether it names small firms, cooperation and
the parties together, by the headline's words in it, and only then by its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.steps.digests.inputs import DigestArticle
from flows.steps.digests.terms import COOPERATION, SMES
from flows.steps.digests.words import clean_line, clip

MAX_LEAD_CHARS = 360  # two sentences of a news agency; five lines of a card on a telephone
_ENOUGH_CHARS = 170  # a sentence this long stands alone
_MIN_CHARS, _MIN_WIDE_CHARS = 40, 16  # below: captions and crumbs. Chinese, Japanese and Korean say more in less
_MAX_TEXT_CHARS, _MAX_SENTENCES = 20_000, 80  # what an article is about is said before that
_MAX_TITLE_CHARS = 300

_WEIGHTS = {"evidence": 2.0, "concept": 0.5, "headline": 1.2, "position": 0.8, "adjacent": 0.25}
_WORTH_ADDING = 0.45  # of the best sentence's score, for a second one

# A stop, closing quotes, then a new sentence; in scripts without spaces the stop itself ends it.
_BREAK = re.compile(r"(?<=[.!?…؟।])([\"'”’»)\]]*)\s+(?=[^\s\d.,;a-zà-ÿ]|\d)|(?<=[。！？])(?![」』”）])")
_ABBREVIATION = re.compile(
    r"[\s(](?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Sen|Gov|Rep|Hon|St|No|Nos|vs|approx|Inc|Ltd|Co|Corp|Bros|"
    r"Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|U\.S|U\.K|U\.N|E\.U|[A-Z])\.$"
)
# Example: "HANOI, March 3 (VNA) – The fund ..." loses all before "The".
_DATELINE = re.compile(r"^[A-ZÀ-Þ(][^.!?]{1,60}?(?:\([^)]{2,40}\)\s*)?[–—-]{1,2}\s+(?=[A-Z\"“‘])")
_AGENCY = re.compile(r"^\([^)]+\)|\([A-Z][\w./ -]{1,38}\)|^[A-ZÀ-Þ .,'-]{3,30}[,–—-]|\b[A-Z][a-z]{2,8}\.? \d{1,2}\b")
_CRUMB = re.compile(
    r"(?i)^\W*(?:photo|image|picture|illustration|read (?:more|also)|also read|related|advert|source:)"
)
_DANGLING = re.compile(
    r"^[\"“‘'«]?(?:He|She|It|They|We|I|This|That|These|Those|But|And|However|Meanwhile|Moreover|Also|Such|Both|His|Her|"
    r"Their|Its|Another|Earlier|Later|According|Elles?|Ils?|Cel[aà]|Ce(?:tte|t|s)?|Él|Ell[oa]s?|Est[oae]s?|Es[oa]s?|"
    r"Sie|Er|Es|Dies\w*|Dabei|Damit|Isso|Est[ae]s?|Eles?|Elas?|Questo|Questa|Esso|Он[аи]?|Это|これ|それ|这|此)"
    r"(?:\b|(?<=[\u2e80-\uffff]))"
)

_COMMON_IN_NAMES = frozenset(
    {"United", "Republic", "South", "North", "East", "West", "New", "The", "Democratic", "People's", "Federation"}
    | {"of", "and", "Saint"}
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, as it stands there but for folded white space."""

    index: int  # position in the text, from 0
    text: str
    score: float


def lead_of(article: DigestArticle, economy_name: Mapping[str, str]) -> str:
    """One or two sentences of the text, at most `MAX_LEAD_CHARS`; "" where no sentence is fit to show.

    Sentences that do not follow each other are joined by an ellipsis; one that is too long is cut at a word.
    """
    ranked = sorted(_weighed(article, economy_name), key=lambda s: (-s.score, s.index))
    if not ranked:
        return ""
    best = ranked[0]
    if len(best.text) >= _ENOUGH_CHARS:
        return clip(best.text, MAX_LEAD_CHARS)
    room = MAX_LEAD_CHARS - len(best.text) - len(" … ")
    worth = [s for s in ranked[1:] if len(s.text) <= room and s.score >= _WORTH_ADDING * best.score]
    # "He agreed" may follow the sentence that says who he is, and no other.
    seconds = [
        s for s in worth if s.text != best.text and (s.index == best.index + 1 or _DANGLING.match(s.text) is None)
    ]
    if not seconds:
        return best.text
    second = max(seconds, key=lambda s: (s.score + _WEIGHTS["adjacent"] * (abs(s.index - best.index) == 1), -s.index))
    return _joined(best, second)


def sentences(text: str) -> list[str]:
    r"""A text's sentences in order: white space folded, abbreviations respected, paragraphs never joined.

    Example: "Dr. Ha came.\nHe spoke. 中文。好" -> ["Dr. Ha came.", "He spoke.", "中文。", "好"]
    """
    found: list[str] = []
    for paragraph in text[:_MAX_TEXT_CHARS].splitlines():
        line = clean_line(paragraph, _MAX_TEXT_CHARS)
        found.extend(_split(line))
    return found[:_MAX_SENTENCES]


def _split(line: str) -> Iterator[str]:
    start = 0
    for match in _BREAK.finditer(line):
        head = line[start : match.end(1) if match[1] is not None else match.start()]
        # Only the end is looked at: a text of nothing but "U.S. U.S." would else be searched again and again.
        if _ABBREVIATION.search((" " + head)[-12:]):
            continue
        yield head.strip()
        start = match.end()
    if line[start:].strip():
        yield line[start:].strip()


def _weighed(article: DigestArticle, economy_name: Mapping[str, str]) -> Iterator[Sentence]:
    title = _words(clean_line(article.title, _MAX_TITLE_CHARS))
    parties = _party_patterns(article.countries, economy_name)
    for index, text in enumerate(sentences(article.text)):
        body = _without_dateline(text)
        words = _words(body)
        if not _is_fit(body) or words <= title:
            continue
        headline = len(words & title) / max(1, len(title))
        content = _content(body, article.why, parties) + _WEIGHTS["headline"] * headline
        yield Sentence(index, body, content + _WEIGHTS["position"] / (1 + index / 3) - _faults(body))


def _content(text: str, why: Sequence[tuple[str, float]], parties: Sequence[re.Pattern[str]]) -> float:
    concepts = (SMES.search(text) is not None) + (COOPERATION.search(text) is not None)
    named = sum(pattern.search(text) is not None for pattern in parties)
    return _WEIGHTS["evidence"] * _evidence(text, why) + _WEIGHTS["concept"] * (concepts + min(named, 2) * 0.75)


def _faults(text: str) -> float:
    """What makes a sentence a poor one to quote alone."""
    score = 0.8 * (_DANGLING.match(text) is not None)  # out of its context, "He" is nobody
    score += 0.3 * (text[0] in "\"“‘'«")
    score += 0.5 * (text.count("“") != text.count("”") or text.count('"') % 2)  # half a quotation
    score += 0.6 * (text.rstrip('"”’»')[-1:] in "?？؟")  # a question promises what the next sentence says
    score += 0.5 * (text[-1] not in '.!?…。！？؟।"”’»)')  # a heading, a list item, a caption
    return score + 0.4 * max(0.0, len(text) / MAX_LEAD_CHARS - 1)


def _evidence(text: str, why: Sequence[tuple[str, float]]) -> float:
    """Share of the positive evidence that stands in the sentence, 0..1."""
    folded = text.casefold()
    total = sum(weight for _, weight in why if weight > 0)
    if total <= 0:
        return 0.0
    held = (weight for phrase, weight in why if weight > 0 and _overlap(clean_line(phrase, 300).casefold(), folded))
    return sum(held) / total


def _overlap(phrase: str, sentence: str) -> bool:
    """Evidence may be a phrase of the sentence, or, as a passage, hold it."""
    return bool(phrase) and (phrase in sentence or (len(sentence) >= _MIN_CHARS and sentence in phrase))


def _party_patterns(countries: Sequence[str], economy_name: Mapping[str, str]) -> list[re.Pattern[str]]:
    """Beginnings of the parties' names: "Japa" finds Japan and Japanese. Rough, and only one voice of many."""
    patterns = []
    for code in countries:
        telling = [word for word in economy_name.get(code, code).split() if word not in _COMMON_IN_NAMES]
        stem = telling[0][:4] if telling else code
        patterns.append(re.compile(rf"\b{re.escape(stem)}"))
    return patterns


def _is_fit(text: str) -> bool:
    wide = sum(char >= "\u2e80" for char in text[:60]) > len(text[:60]) / 3
    return len(text) >= (_MIN_WIDE_CHARS if wide else _MIN_CHARS) and _CRUMB.match(text) is None


def _without_dateline(text: str) -> str:
    text = text.lstrip("*•▪■–—- ")
    match = _DATELINE.match(text)
    return text[match.end() :] if match and _AGENCY.search(match[0]) else text


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _joined(one: Sentence, other: Sentence) -> str:
    first, second = sorted((one, other), key=lambda s: s.index)
    if second.index > first.index + 1:
        return f"{first.text} … {second.text}"
    return first.text + ("" if first.text.endswith(("。", "！", "？")) else " ") + second.text
