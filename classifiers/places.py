"""Which economies act together in an article: mentions, where they stand, and what they weigh.

spans -> mentions (actor, mentioned, dateline, bloc; in title, lead or body) -> weight per economy -> those that act
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifiers.place_scan import Span

ECONOMY_KINDS = frozenset({"name", "demonym", "capital", "province", "city", "organisation"})

LEAD_CHARACTERS = 400  # about two sentences: who does what with whom stands there
LIST_FROM = 5  # economies in a row; from here on a list names examples rather than parties
ACTS_FROM = 2.0

_WHERE_WEIGHT = {"title": 3.0, "lead": 2.0, "body": 1.0}
_KIND_WEIGHT = {
    "name": 1.0,
    "demonym": 1.0,
    "organisation": 0.8,
    "capital": 0.7,
    "province": 0.7,
    "city": 0.6,
    "company": 0.3,
}
_LIST_WEIGHT = 0.5

_DATELINE = re.compile(
    r"\A[^\n]{0,120}?(?:\([^)\n]{2,40}\)\s*[-\u2013\u2014:]+"  # HANOI (VNA) –
    r"|[A-Z][^\n.!?]{1,60}?\s(?:[\u2013\u2014]|--)\s"  # Washington, D.C. —
    r"|[A-Z]{3,}[A-Z ,.]*:\s)"  # AURANGABAD:
)
_JOINS = re.compile(r"[\s,;&]*(?:(?:and|or|the|y|et|und|e|i|dan|và)\b[\s,;]*)*")


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of an economy or bloc; characters `start` up to, not including, `end` in title, newline, text."""

    code: str  # ISO 3166-1 alpha-2, "EU", or the id of a bloc
    start: int
    end: int
    surface: str
    role: str  # actor, mentioned, dateline, bloc
    where: str  # title, lead, body
    kind: str  # name, demonym, capital, province, city, organisation, company, bloc


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one article."""

    countries: tuple[str, ...]  # economies that act, strongest first; ISO 3166-1 alpha-2 and "EU"
    blocs: tuple[str, ...]  # blocs named, strongest first; never turned into members; the EU is here too if it acts
    mentions: tuple[Mention, ...]  # all of economies and blocs, also of those that do not act, in order


def read_places(title: str, whole: str, spans: Sequence[Span]) -> Places:
    """The places of an article from the spans found in `whole` = title + newline + text."""
    body = len(title) + 1
    lead_ends = body + LEAD_CHARACTERS
    dateline = dateline_end(whole, body)
    listed = in_lists(whole, spans)
    weights: defaultdict[str, float] = defaultdict(float)
    blocs: defaultdict[str, float] = defaultdict(float)
    for at, span in enumerate(spans):
        where = place_in_article(span, body, lead_ends)
        if span.kind == "bloc":
            blocs[span.code] += _WHERE_WEIGHT[where]
        elif span.kind in _KIND_WEIGHT and not body <= span.start < dateline:
            weights[span.code] += (
                _WHERE_WEIGHT[where] * _KIND_WEIGHT[span.kind] * (_LIST_WEIGHT if at in listed else 1.0)
            )
    acting = {code for code, weight in weights.items() if weight >= ACTS_FROM}
    if "EU" in acting:
        blocs["EU"] += weights["EU"]
    mentions = tuple(
        Mention(
            span.code,
            span.start,
            span.end,
            whole[span.start : span.end],
            _role(span, acting, body <= span.start < dateline),
            place_in_article(span, body, lead_ends),
            span.kind,
        )
        for span in spans
        if span.kind in _KIND_WEIGHT or span.kind == "bloc"
    )
    return Places(_strongest(weights, acting), _strongest(blocs, blocs), mentions)


def place_in_article(span: Span, body: int, lead_ends: int) -> str:
    """title, lead or body."""
    if span.start < body:
        return "title"
    return "lead" if span.start < lead_ends else "body"


def dateline_end(whole: str, body: int) -> int:
    """Where the text starts after "HANOI (VNA) –"; `body` if it has no dateline."""
    found = _DATELINE.match(whole[body : body + 200])
    return body + found.end() if found else body


def in_lists(whole: str, spans: Sequence[Span]) -> frozenset[int]:
    """Positions of spans that stand in an enumeration of at least LIST_FROM economies."""
    listed: set[int] = set()
    run: list[int] = []
    for at, span in enumerate(spans):
        if run and not _JOINS.fullmatch(whole, spans[run[-1]].end, span.start):
            listed.update(run if len(run) >= LIST_FROM else ())
            run = []
        run.append(at)
    listed.update(run if len(run) >= LIST_FROM else ())
    return frozenset(listed)


def _role(span: Span, acting: set[str], is_dateline: bool) -> str:
    if span.kind == "bloc":
        return "bloc"
    if is_dateline:
        return "dateline"
    return "actor" if span.code in acting else "mentioned"


def _strongest(weights: dict[str, float], wanted: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(wanted, key=lambda code: (-weights[code], code)))
