"""Which economies act together in an article: mentions, where they stand, and what they weigh.

    spans -> what each weighs (title, lead or body; name or city; party or example) -> sums -> economies that act

The weights were chosen on the training stories by halves of their events; see seeds/places/README.md for the numbers.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from classifiers.place_cues import NO_CUES, Cues, dateline_end, in_closing_lines
from classifiers.place_scan import Span

ECONOMY_KINDS = frozenset({"name", "demonym", "capital", "province", "city", "organisation"})  # what names an economy

LEAD_CHARACTERS = 650  # a hundred words. Single namings: 78 of 100 act when before this, 40 of 100 after it
ACTS_FROM = 1.0  # named in the title or lead, or twice in the body
LATE_SHARE = 0.2  # of the strongest: what is named late only must weigh as much, or long texts collect bystanders
CUE_CHARACTERS = 40  # how far before a name a cue may begin
SECOND_FROM = 0.5  # where fewer than two act, one naming in the body is enough: cooperation has two sides

_WHERE_WEIGHT = {"title": 1.5, "lead": 1.0, "body": 0.5}
_KIND_WEIGHT = {
    "name": 1.0,
    "demonym": 1.0,
    "organisation": 0.8,
    "capital": 0.7,  # Manila is also where the Asian Development Bank sits, Geneva where the UN does
    "province": 0.9,
    "city": 0.9,
    "company": 0.3,
    "member": 1.0,  # of a bloc that is called on as a whole
}
_PASSING_WEIGHT = 0.5
_SEAT_WEIGHT = 0.3
_EU_WEIGHT = (
    0.7  # as funder, market and rule-maker it is named in passing more often than as a party: 12 of 23 lead namings
)

_JOINS = re.compile(
    r"[\s,;&、和與与及]*(?:(?:and|or|the|as well as|y|e|et|und|ed|dan|và|и|و|ou|o|la|le|les|der|die)\b[\s,;]*)*"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of an economy or bloc; characters `start` up to, not including, `end` in title, newline, text."""

    code: str  # ISO 3166-1 alpha-2, "EU", or the id of a bloc
    start: int
    end: int
    surface: str
    role: str  # actor, mentioned, dateline, bloc
    where: str  # title, lead, body
    kind: str  # name, demonym, capital, province, city, organisation, company, bloc, member (of a bloc)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one article."""

    countries: tuple[str, ...]  # economies that act, strongest first; ISO 3166-1 alpha-2 and "EU"
    blocs: tuple[str, ...]  # blocs named, strongest first; the EU is here too if it acts
    mentions: tuple[Mention, ...]  # all of economies and blocs, also of those that do not act, in order


def read_places(title: str, whole: str, spans: Sequence[Span], cues: Cues = NO_CUES) -> Places:
    """The places of an article from the spans found in `whole` = title + newline + text, those of members among them.

    Without cues every naming is taken as one of a party; `Gazetteer.places` gives those of seeds/places/cues.csv.
    """
    body = len(title) + 1
    dateline = range(body, dateline_end(whole, body, spans))
    evidence = _evidence(whole, body, dateline, spans, cues)
    weights, blocs = _sums(spans, evidence)
    fore = {
        span.code for span, weight in zip(spans, evidence, strict=True) if weight and _where(span, body) != "body"
    }
    acting = acting_economies(weights, fore)
    if "EU" in acting:
        blocs["EU"] = weights["EU"]
    mentions = tuple(
        Mention(
            span.code,
            span.start,
            span.end,
            whole[span.start : span.end],
            _role(span, acting, dateline),
            _where(span, body),
            span.kind,
        )
        for span in spans
        if span.kind in _KIND_WEIGHT or span.kind == "bloc"
    )
    in_order = tuple(sorted(mentions, key=lambda mention: mention.start))
    return Places(_strongest(weights, acting), _strongest(blocs, blocs), in_order)


def acting_economies(weights: Mapping[str, float], fore: Set[str]) -> set[str]:
    """The economies whose weight makes them parties; if fewer than two, the strongest of the others join.

    `fore` are those named in the title or lead.
    """
    share = LATE_SHARE * max(weights.values(), default=0.0)
    acting = {code for code, weight in weights.items() if weight >= ACTS_FROM and (code in fore or weight >= share)}
    others = {code: weight for code, weight in weights.items() if weight >= SECOND_FROM and code not in acting}
    if len(acting) < 2 and others:
        strongest = max(others.values())
        acting |= {code for code, weight in others.items() if weight == strongest}
    return acting


def _evidence(whole: str, body: int, dateline: range, spans: Sequence[Span], cues: Cues) -> list[float]:
    """What each span weighs, in the order of the spans."""
    silent = in_closing_lines(whole, body, spans, cues)
    silent |= {at for at, span in enumerate(spans) if span.start in dateline or _names_no_party(whole, span, cues)}
    passing = _passing(whole, spans, cues)
    weights = []
    for at, span in enumerate(spans):
        weight = 0.0 if at in silent else _WHERE_WEIGHT[_where(span, body)] * _KIND_WEIGHT.get(span.kind, 1.0)
        if at in passing and span.start >= body:
            weight *= _PASSING_WEIGHT
        if cues.seat.match(whole, span.end) or cues.rule.match(whole, span.end):
            weight *= _SEAT_WEIGHT
        weights.append(weight)
    return weights


def _sums(spans: Sequence[Span], evidence: Sequence[float]) -> tuple[dict[str, float], dict[str, float]]:
    weights: defaultdict[str, float] = defaultdict(float)
    blocs: defaultdict[str, float] = defaultdict(float)
    for span, weight in zip(spans, evidence, strict=True):
        if span.kind == "bloc":
            blocs[span.code] += weight
        elif span.kind in _KIND_WEIGHT:
            weights[span.code] += weight * (_EU_WEIGHT if span.code == "EU" else 1.0)
    return dict(weights), dict(blocs)


def _names_no_party(whole: str, span: Span, cues: Cues) -> bool:
    """True for "US dollars", "speak French" and "in French."."""
    if cues.currency.match(whole, span.end):
        return True
    if span.kind != "demonym":
        return False
    in_language = whole[max(0, span.start - 4) : span.start] == " in " and whole[span.end : span.end + 1] in ".,:;)"
    before = max(0, span.start - CUE_CHARACTERS)
    return in_language or cues.language.search(whole, before, span.start) is not None


def _passing(whole: str, spans: Sequence[Span], cues: Cues) -> set[int]:
    """Positions of spans that are examples or comparisons.

    "Such as" holds for a whole enumeration, "unlike" up to the comma (unlike Germany, Finland and Estonia agreed).
    """
    examples: set[int] = set()
    passing: set[int] = set()
    for at, span in enumerate(spans):
        before = max(0, span.start - CUE_CHARACTERS)
        join = _JOINS.fullmatch(whole, spans[at - 1].end, span.start) if at else None
        if cues.example.search(whole, before, span.start) or (join and at - 1 in examples):
            examples.add(at)
        elif cues.passing.search(whole, before, span.start) or (
            join and at - 1 in passing and "," not in join.group()
        ):
            passing.add(at)
    return examples | passing


def _where(span: Span, body: int) -> str:
    if span.start < body:
        return "title"
    return "lead" if span.start < body + LEAD_CHARACTERS else "body"


def _role(span: Span, acting: set[str], dateline: range) -> str:
    if span.kind == "bloc":
        return "bloc"
    if span.start in dateline:
        return "dateline"
    return "actor" if span.code in acting else "mentioned"


def _strongest(weights: Mapping[str, float], wanted: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(wanted, key=lambda code: (-weights[code], code)))
