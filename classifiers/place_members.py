"""Members of a bloc where a text calls on all of them: "every ECOWAS state", "the five Central Asian republics".

A bloc named alone says nothing of its members: ASEAN may act through its secretariat. So a bloc is spelled out only
where the text says all, each or every, or gives a number that is the bloc's own. Five ASEAN countries remain unknown
ones; so do one of the ten, nearly all, and the members without a word of how many.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from classifiers.place_index import read_rows, variants
from classifiers.place_scan import Span

Roster = tuple[str, ...]  # codes of the members at one time
Rosters = Mapping[str, tuple[Roster, ...]]  # by the id of the bloc; today's members first

WINDOW_CHARACTERS = 60  # around the name of a bloc, where the words that count its members stand
REACH_CHARACTERS = (
    600  # how far back "all member states" may point to a bloc; a number that fits points as far as it likes
)

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBERS |= {"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16}
_NUMBER = rf"(?P<number>{'|'.join(_NUMBERS)}|1[0-6]|[2-9])"
_EVERY = rf"(?:(?P<all>all|each|every)\s(?:of\s)?)?(?:(?P<the>the|its|these)\s)?(?:{_NUMBER}\s)?"
_STATES = r"(?:states?|countr(?:y|ies)|nations?|econom(?:y|ies)|republics?|members?|governments)"
_MEMBERS = rf"(?:member\s)?{_STATES}(?!\w)"
_IN_ALL = rf"(?:in|across|throughout|within)\sthe\s{_NUMBER}[-\s](?:country|nation|member|state)\s"
_GROUP = r"(?:bloc|union|community|group|grouping|association|alliance|organi[sz]ation)"
_NOT_WHO = "(?!(?:participating|remaining|other|selected|least|poorest)\\s)"

_BEFORE_NAME = re.compile(rf"(?<![\w-]){_EVERY}\Z", re.IGNORECASE)  # every | ECOWAS state
_AFTER_NAME = re.compile(rf"(?:['\u2019]s?)?\s{_MEMBERS}", re.IGNORECASE)
_NAME_WITH_NOUN = re.compile(rf"{_STATES}\Z", re.IGNORECASE)  # the three | Baltic states
_OF_NAME = re.compile(  # the eight developing countries of the | D-8
    rf"(?<![\w-]){_EVERY}{_NOT_WHO}(?:\w+\s)?{_MEMBERS}\s(?:of|in)\s(?:the\s)?\Z", re.IGNORECASE
)
_UNION_NAME = re.compile(
    rf"(?<![\w-]){_IN_ALL}(?:{_GROUP},?\s)?\Z", re.IGNORECASE
)  # in the eight-country union, | WAEMU
_POINTING = re.compile(  # of a bloc named before: all 15 member states; all ten members of the bloc
    rf"(?<![\w-])(?:{_EVERY}(?:member\s{_STATES}|{_STATES}\sof\sthe\s{_GROUP})"
    rf"|{_IN_ALL.replace('number', 'size')}{_GROUP})(?!\w|\sof\s)",
    re.IGNORECASE,
)
_A_PART = re.compile(  # not all, nearly every; one of the five, the largest of all; Among the ten, Laos ...
    rf"(?:\b(?:not|nearly|almost|virtually|practically|than|unlike|except|outside|(?-i:Among))"
    rf"|\b(?:one|{'|'.join(_NUMBERS)}|\d+|most|some|many|any|none|several|few|half|majority|minority|\w+est|first|last|only"
    r"|parts?|share|third|quarter|cent)\s(?:out\sof|of|among))\s\Z",
    re.IGNORECASE,
)


class _Call(NamedTuple):
    """Words that count members, from character `start` up to, not including, `end`."""

    start: int
    end: int
    number: int | None  # null: none is said, but all are meant
    is_definite: bool  # "all", "the", "its": a number that is no longer the bloc's is believed


def read_rosters(folder: Path) -> dict[str, tuple[Roster, ...]]:
    """The members in blocs.csv, of the blocs and regions that have a list."""
    rows = ((row["id"], variants(row.get("members") or "")) for row in read_rows(folder / "blocs.csv"))
    return {bloc: tuple(tuple(roster.split()) for roster in rosters) for bloc, rosters in rows if rosters}


def members_called(whole: str, spans: Sequence[Span], rosters: Rosters) -> list[Span]:
    """A span of kind "member" for each economy of each bloc that the text calls on as a whole.

    It covers the words that do so, so an economy may have several there, and they overlap the bloc's own.
    """
    blocs = [span for span in spans if span.kind in ("bloc", "region")]
    if not any(span.code in rosters for span in blocs):
        return []
    called = [*_called_by_name(whole, blocs, rosters), *_called_by_pointing(whole, spans, rosters)]
    return [Span(call.start, call.end, code, "member") for call, roster in called for code in roster]


def _called_by_name(whole: str, blocs: Sequence[Span], rosters: Rosters) -> Iterator[tuple[_Call, Roster]]:
    for span in blocs:
        call = _call_around(whole, span) if span.code in rosters else None
        roster = _roster(rosters[span.code], call) if call else None
        if call and roster:
            yield call, roster


def _call_around(whole: str, span: Span) -> _Call | None:
    """The words around a bloc's name that count its members."""
    window = max(0, span.start - WINDOW_CHARACTERS)
    noun = _AFTER_NAME.match(whole, span.end)
    if noun or _NAME_WITH_NOUN.search(whole, span.start, span.end):
        found = _BEFORE_NAME.search(whole, window, span.start)
    else:
        found = _OF_NAME.search(whole, window, span.start) or _UNION_NAME.search(whole, window, span.start)
    return _call(whole, found, noun.end() if noun else span.end) if found else None


def _called_by_pointing(whole: str, spans: Sequence[Span], rosters: Rosters) -> Iterator[tuple[_Call, Roster]]:
    """Members of the bloc that was named last, the EU being one without a list."""
    named = [span for span in spans if span.kind == "bloc" or span.code == "EU"]
    starts = [span.start for span in named]
    for found in _POINTING.finditer(whole):
        place, call = bisect_left(starts, found.start()) - 1, _call(whole, found, found.end())
        if place < 0 or call is None or named[place].code not in rosters:
            continue
        roster = _roster(rosters[named[place].code], call)
        is_near = call.number is not None or found.start() - named[place].end <= REACH_CHARACTERS
        if roster and is_near:
            yield call, roster


def _call(whole: str, found: re.Match[str], end: int) -> _Call | None:
    """What the words found say; null if they say nothing of how many, or speak of a part."""
    said = found.groupdict()
    written = (said.get("number") or said.get("size") or "").lower()
    number = _NUMBERS.get(written) or (int(written) if written else None)
    is_all = bool(said.get("all"))
    is_part = _A_PART.search(whole, max(0, found.start() - WINDOW_CHARACTERS), found.start())
    if is_part or (number is None and not is_all):
        return None
    is_definite = is_all or bool(said.get("the")) or "all" not in said or bool(said.get("size"))
    return _Call(found.start(), end, number, is_definite)


def _roster(rosters: Sequence[Roster], call: _Call) -> Roster | None:
    """The members meant: today's where no number is said, else those of the time when there were so many.

    "Five EAC countries" are any five; "the five EAC countries" are those of 2010. Null if there were never so many.
    """
    if call.number is None:
        return rosters[0]
    believed = rosters if call.is_definite else rosters[:1]
    return next((roster for roster in believed if len(roster) == call.number), None)
