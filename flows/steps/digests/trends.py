"""Twelve weeks in numbers: what is more than last week, what is usual, what stands out, who acts with whom.

Everything is counted in stories. Articles would not do: one agency report, reprinted thirty times, would look like
thirty events, and no rule about chance would hold for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp
from statistics import median

from flows.steps.digests.content import Matrix, Series, Trends
from flows.steps.digests.inputs import WeekStories
from flows.steps.digests.terms import KIND_HEADINGS, OTHER_HEADING
from flows.steps.digests.weeks import IsoWeek
from flows.steps.digests.words import change, clean_line, counted

SHOWN_WEEKS = 12  # the digest's own among them
USUAL_WEEKS = 8  # "usual" is what these many weeks before were like
MIN_WEEKS = 4  # of those on record, or nothing is said
MIN_BURST = 4  # stories; below that any week looks like a burst
BURST_TAIL, SERIES_TAIL = 0.01, 0.001  # a dozen kinds and pairs are looked at each week, so each must be rarer
MAX_PAIRS, MAX_ECONOMIES = 8, 10
_MAX_NAME_CHARS = 80
RULE = (
    f"A number stands out if it is {MIN_BURST} or more and, at the mean of the {USUAL_WEEKS} weeks before (of which "
    f"{MIN_WEEKS} must be on record), a Poisson chance would bring so many in fewer than 1 week of 100; for a single "
    "kind or pair, of 1,000."
)


def trends_of(weeks: Sequence[WeekStories], week: IsoWeek, economy_name: Mapping[str, str]) -> Trends | None:
    """The weeks up to `week`; null if none of them is on record."""
    shown = shown_weeks(week)
    known = {one.week: one for one in weeks if one.week in shown}
    if not known:
        return None
    rows = [known.get(one) for one in shown]
    kinds = [*KIND_HEADINGS, *sorted({kind for one in known.values() for kind in one.kinds} - set(KIND_HEADINGS))]
    return Trends(
        weeks=tuple(one.label for one in shown),
        total=_series("All stories", (), [one.stories if one else None for one in rows], BURST_TAIL),
        kinds=tuple(
            _series(
                KIND_HEADINGS.get(kind, OTHER_HEADING),
                (kind,),
                [one.kinds.get(kind, 0) if one else None for one in rows],
            )
            for kind in kinds
            if any(one.kinds.get(kind) for one in known.values())
        ),
        pairs=tuple(
            _series(
                " – ".join(_names(pair, economy_name)),
                pair,
                [one.pairs.get(pair, 0) if one else None for one in rows],
            )
            for pair in _leading_pairs(known.values(), known.get(week), economy_name)
        ),
        rule=RULE,
    )


def matrix_of(weeks: Sequence[WeekStories], week: IsoWeek, economy_name: Mapping[str, str]) -> Matrix | None:
    """Who acts with whom in the weeks of the trends; null if nobody does."""
    shown = shown_weeks(week)
    met: Counter[tuple[str, str]] = Counter()
    for one in weeks:
        if one.week in shown:
            met.update(one.pairs)
    partnerships: Counter[str] = Counter()
    for pair, number in met.items():
        partnerships.update(dict.fromkeys(pair, number))
    if not partnerships:
        return None
    shown_codes = _of_leading_pairs(met, economy_name)
    codes = tuple(sorted(shown_codes, key=lambda code: (-partnerships[code], _name(code, economy_name), code)))
    return Matrix(
        weeks=len(shown),
        codes=codes,
        names=tuple(_name(code, economy_name) for code in codes),
        counts=tuple(tuple(met[min(a, b), max(a, b)] for b in codes) for a in codes),
        economies_more=len(partnerships) - len(codes),
    )


def _of_leading_pairs(met: Mapping[tuple[str, str], int], economy_name: Mapping[str, str]) -> set[str]:
    """The economies of the pairs met most often, as many as a matrix holds: nobody stands there without a partner."""
    codes: set[str] = set()
    for pair in sorted(met, key=lambda pair: (-met[pair], *(_name(code, economy_name) for code in pair), pair)):
        if len(codes | set(pair)) <= MAX_ECONOMIES:
            codes.update(pair)
    return codes


def comparison(stories: int, weeks: Sequence[WeekStories], week: IsoWeek) -> list[str]:
    """The week's stories against last week and the usual. Example: +5, up from 9 last week."""
    earlier = {one.week: one.stories for one in weeks if one.week < week}
    words = [change(stories, earlier[week.previous()])] if week.previous() in earlier else []
    usual = _usual(earlier, week)
    if len(usual) > 1:
        words.append(f"median of {len(usual)} weeks before: {median(usual):g}")
    return words or ["no earlier week to compare with"]


def trend_words(stories: int, weeks: Sequence[WeekStories], week: IsoWeek) -> str:
    """Whether the week as a whole stands out."""
    usual = _usual({one.week: one.stories for one in weeks}, week)
    if len(usual) < MIN_WEEKS:
        return f"Too few weeks on record ({len(usual)}) to say whether this is many or few."
    if is_burst(stories, usual, BURST_TAIL):
        return (
            f"More than chance: at the mean of the {len(usual)} weeks before ({sum(usual) / len(usual):.1f}), "
            f"{stories:,} or more would come by chance in under 1 week of 100."
        )
    return f"Within the usual: the {len(usual)} weeks before had {min(usual):,} to {max(usual):,}."


def bursts_words(trends: Trends | None) -> str:
    """The kinds and pairs that stand out, as a sentence; "" if none does."""
    if trends is None:
        return ""
    found = [f"{one.label} ({one.burst})" for one in (*trends.kinds, *trends.pairs) if one.burst]
    return "Stands out: " + "; ".join(found) + "." if found else ""


def is_burst(count: int, usual: Sequence[int], tail: float) -> bool:
    """Whether so many are more than chance would bring, by `RULE`.

    The mean is taken to be at least one in all the weeks before: where nothing ever happened, we do not know how
    rare it is.
    """
    if count < MIN_BURST or len(usual) < MIN_WEEKS:
        return False
    return poisson_tail(count, max(1, sum(usual)) / len(usual)) < tail


def poisson_tail(count: int, mean: float) -> float:
    """Probability of `count` or more where `mean` are expected. Example: 4 or more at a mean of 1.0 -> 0.019."""
    term = exp(-mean)
    below = 0.0
    for k in range(count):
        below += term
        term *= mean / (k + 1)
    return max(0.0, 1.0 - below)


def shown_weeks(week: IsoWeek) -> list[IsoWeek]:
    """The weeks of the trends, oldest first, `week` last."""
    weeks = [week]
    while len(weeks) < SHOWN_WEEKS:
        weeks.append(weeks[-1].previous())
    return weeks[::-1]


def _usual(stories: Mapping[IsoWeek, int], week: IsoWeek) -> list[int]:
    """Of the usual weeks before this one, those on record, latest first."""
    return [stories[one] for one in reversed(_before(week)) if one in stories]


def _before(week: IsoWeek) -> list[IsoWeek]:
    return shown_weeks(week)[-1 - USUAL_WEEKS : -1]


def _series(label: str, key: tuple[str, ...], counts: list[int | None], tail: float = SERIES_TAIL) -> Series:
    usual = [count for count in counts[-1 - USUAL_WEEKS : -1] if count is not None]
    count = counts[-1] or 0
    mean = sum(usual) / max(1, len(usual))
    burst = (
        f"{counted(count, 'story', 'stories')} where {mean:.1f} a week are usual"
        if is_burst(count, usual, tail)
        else ""
    )
    return Series(label, key, tuple(counts), burst)


def _leading_pairs(
    weeks: Iterable[WeekStories], last: WeekStories | None, economy_name: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The pairs with most stories in all the weeks; of equals those with more in the last one.

    A pair that met once has no trend.
    """
    met: Counter[tuple[str, str]] = Counter()
    for one in weeks:
        met.update(one.pairs)
    now = last.pairs if last else {}
    again = [pair for pair, number in met.items() if number > 1]
    again.sort(key=lambda pair: (-met[pair], -now.get(pair, 0), _names(pair, economy_name), pair))
    return again[:MAX_PAIRS]


def _names(pair: tuple[str, str], economy_name: Mapping[str, str]) -> tuple[str, str]:
    first, second = sorted(_name(code, economy_name) for code in pair)
    return first, second


def _name(code: str, economy_name: Mapping[str, str]) -> str:
    return clean_line(economy_name.get(code, code), _MAX_NAME_CHARS)
