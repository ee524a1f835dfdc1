"""A week's articles and counts in, the content of its digest out.

    articles -> stories -> cards -> the top one, groups by kind, borderline, late arrivals
    counts -> figures, trends, matrix, account; model -> method

Nothing here reads a clock, a file or a database, and nothing depends on the order of its inputs: the same week from
the same warehouse is the same digest.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from zoneinfo import ZoneInfo

from flows.steps.digests.account import account, figures, method, near_misses
from flows.steps.digests.cards import card
from flows.steps.digests.content import Digest, Group, Method, Pair, Row, Story
from flows.steps.digests.inputs import (
    DigestArticle,
    FeedTrouble,
    Measure,
    ModelNote,
    Query,
    Reprint,
    WeekCounts,
    WeekStories,
)
from flows.steps.digests.stories import Reports, Told, story_key
from flows.steps.digests.stories import told as stories_of_issue
from flows.steps.digests.terms import KIND_HEADINGS, OTHER_HEADING
from flows.steps.digests.trends import bursts_words, matrix_of, trend_words, trends_of
from flows.steps.digests.weeks import IsoWeek
from flows.steps.digests.words import clip, counted, listed

__all__ = [
    "Digest",
    "DigestArticle",
    "FeedTrouble",
    "Measure",
    "ModelNote",
    "Query",
    "Reprint",
    "WeekCounts",
    "WeekStories",
    "compose",
]

MAX_CARDS = 25  # stories shown with extract; the others as briefs: a minister reads five minutes
MAX_STORIES = 100  # what one page holds; a week beyond that says so and points to the warehouse
MAX_BORDERLINE = 5
MAX_LATE = 10
MAX_PAIRS = 8
MAX_PREHEADER_CHARS = 100
_WORDS_PER_MINUTE = 220


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every card of an issue is made with."""

    week: IsoWeek
    zone: ZoneInfo
    economy_name: Mapping[str, str]
    feedback_mail: str

    def cards(self, stories: Sequence[Reports], with_leads: int = MAX_CARDS) -> list[Story]:
        """Cards in the order given. The first ones with their sentences, the rest as briefs."""
        return [
            card(
                members,
                self.week,
                self.zone,
                self.economy_name,
                lead=place < with_leads,
                feedback_mail=self.feedback_mail,
            )
            for place, members in enumerate(stories)
        ]


def compose(
    articles: Sequence[DigestArticle],
    counts: WeekCounts,
    model: ModelNote,
    week: IsoWeek,
    zone: ZoneInfo,
    economy_name: Mapping[str, str],
    feedback_mail: str = "",
) -> Digest:
    """The digest of a week from all its relevant and borderline articles, and late ones of the weeks before.

    `economy_name` maps ISO 3166 alpha-2 (and "EU") to names for people; a code it lacks is shown as it is. Raises
    ValueError if the articles given are not the ones counted, or belong to another band: a digest whose numbers and
    stories disagree must not be sent.
    """
    desk = _Desk(week, zone, economy_name, feedback_mail)
    told = stories_of_issue(articles)
    _check(articles, counts, week, len(told.relevant))
    missed = near_misses(articles, {story_key(members[0]) for members in told.relevant})
    return _issue(desk, told, counts, missed, method(counts, model, week, zone))


def _issue(desk: _Desk, told: Told, counts: WeekCounts, missed: tuple[Row, ...], made: Method) -> Digest:
    week = desk.week
    stories = desk.cards(told.relevant)
    shown, close = stories[:MAX_STORIES], desk.cards(told.borderline[:MAX_BORDERLINE])
    pairs = _pairs(stories, desk.economy_name)
    trends = trends_of(counts.weeks, week, desk.economy_name)
    return Digest(
        week=week.label,
        dates=week.dates,
        zone=desk.zone.key,
        title=_title(stories, pairs, counts, week),
        preheader=_preheader(shown, counts),
        summary=_summary(stories, counts),
        reading_minutes=_reading_minutes(shown, close),
        figures=figures(counts, week, len(stories), _outlets(stories), len(_economies(stories))),
        trend=f"{trend_words(len(stories), counts.weeks, week)} {bursts_words(trends)}".strip(),
        top=shown[0] if shown else None,
        groups=_groups(shown),
        stories=len(stories),
        stories_left_out=len(stories) - len(shown),
        pairs=pairs[:MAX_PAIRS],
        pairs_more=max(0, len(pairs) - MAX_PAIRS),
        borderline=tuple(close),
        borderline_more=len(told.borderline) - len(close),
        account=account(counts, len(stories)),
        method=made,
        trends=trends,
        matrix=matrix_of(counts.weeks, week, desk.economy_name),
        late=tuple(desk.cards(told.late[:MAX_LATE], with_leads=0)),
        late_more=max(0, len(told.late) - MAX_LATE),
        near_misses=missed,
    )


def _check(articles: Sequence[DigestArticle], counts: WeekCounts, week: IsoWeek, stories: int) -> None:
    bands = Counter(article.band for article in articles if not article.is_late)
    if others := set(bands) - {"sure", "likely", "borderline"}:
        raise ValueError(f"articles of band {', '.join(sorted(others))} do not belong into a digest")
    of_this_week = next((one.stories for one in counts.weeks if one.week == week), stories)
    for name, given, counted_ in (
        ("relevant articles", bands["sure"] + bands["likely"], counts.relevant),
        ("borderline articles", bands["borderline"], counts.borderline),
        ("stories", stories, of_this_week),
    ):
        if given != counted_:
            raise ValueError(f"{given} {name} given, but {counted_} counted: the numbers would contradict the page")


def _groups(stories: Sequence[Story]) -> tuple[Group, ...]:
    """All but the top story by kind, in the guide's order; a kind without a story has no group."""
    found = []
    for kind in (*KIND_HEADINGS, None):
        members = [story for story in stories if (story.kind if story.kind in KIND_HEADINGS else None) == kind]
        if members:
            rest = tuple(story for story in members if story is not stories[0])
            found.append(Group(kind, KIND_HEADINGS[kind] if kind else OTHER_HEADING, rest, len(members)))
    return tuple(found)


def _pairs(stories: Iterable[Story], economy_name: Mapping[str, str]) -> tuple[Pair, ...]:
    """Every two economies of a story, most stories first, and among equals those that act alone together.

    Blocs pair with nobody: their members are not named.
    """
    met: Counter[tuple[str, str]] = Counter()
    alone: Counter[tuple[str, str]] = Counter()
    for story in stories:
        codes = sorted(place.code for place in story.places if not place.is_bloc)
        met.update(combinations(codes, 2))
        alone.update(combinations(codes, 2) if len(codes) == 2 else ())
    pairs = [Pair(codes, _pair_names(codes, economy_name), number) for codes, number in met.items()]
    return tuple(sorted(pairs, key=lambda pair: (-pair.stories, -alone[pair.codes], pair.names, pair.codes)))


def _pair_names(codes: tuple[str, str], economy_name: Mapping[str, str]) -> tuple[str, str]:
    first, second = sorted(economy_name.get(code, code) for code in codes)
    return first, second


def _economies(stories: Iterable[Story]) -> set[str]:
    return {place.code for story in stories for place in story.places if not place.is_bloc}


def _outlets(stories: Iterable[Story]) -> int:
    return len({name for story in stories for name in (story.outlet, *(source.outlet for source in story.also_in))})


def _title(stories: Sequence[Story], pairs: Sequence[Pair], counts: WeekCounts, week: IsoWeek) -> str:
    """The finding. A pair leads only if no other has as many stories."""
    if not stories:
        return f"Nothing on SME cooperation in {counted(counts.articles_judged, 'article')} read (week {week.week})"
    what = f"{counted(len(stories), 'story', 'stories')} on SME cooperation"
    if len(stories) == 1 and len(pairs) == 1:
        return f"{what}: {'–'.join(pairs[0].names)} (week {week.week})"
    if pairs and pairs[0].stories > 1 and (len(pairs) == 1 or pairs[0].stories > pairs[1].stories):
        return f"{what}, led by {'–'.join(pairs[0].names)} (week {week.week})"
    economies = len(_economies(stories))
    return f"{what} among {economies} economies (week {week.week})" if economies > 1 else f"{what} (week {week.week})"


def _preheader(stories: Sequence[Story], counts: WeekCounts) -> str:
    return clip(stories[0].title if stories else _proof_of_life(counts), MAX_PREHEADER_CHARS)


def _summary(stories: Sequence[Story], counts: WeekCounts) -> str:
    """The week in two or three sentences; in a quiet week, what was looked at all the same."""
    if not stories:
        return _proof_of_life(counts)
    verb = "was" if counts.relevant == 1 else "were"
    judged = counted(counts.articles_judged, "article")
    return f"{counts.relevant:,} of {judged} judged {verb} relevant. {_largest(stories)}{_busiest(stories)}".strip()


def _largest(stories: Sequence[Story]) -> str:
    """The kinds with most stories, unless that would list them all: "" then."""
    kinds = Counter(story.kind for story in stories if story.kind in KIND_HEADINGS)
    most = max(kinds.values(), default=0)
    top = [KIND_HEADINGS[kind] for kind in KIND_HEADINGS if kinds[kind] == most]
    if most < 2 or len(top) > 2:
        return ""
    group, each = ("groups", " each") if len(top) > 1 else ("group", "")
    return f"Largest {group}: {listed([heading.lower() for heading in top])}, with {most} stories{each}. "


def _busiest(stories: Sequence[Story]) -> str:
    """The economy that takes part in most stories; "" where several do, or it is in one story only."""
    parts = Counter(place.name for story in stories for place in story.places if not place.is_bloc)
    ranked = parts.most_common(2)
    if not ranked or ranked[0][1] < 2 or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return ""
    return f"{ranked[0][0]} takes part in {ranked[0][1]} of {len(stories)}."


def _proof_of_life(counts: WeekCounts) -> str:
    return (
        f"Nothing relevant this week, but {counted(counts.feeds_polled, 'feed')} polled and "
        f"{counted(counts.articles_judged, 'article')} read."
    )


def _reading_minutes(stories: Iterable[Story], borderline: Iterable[Story]) -> int:
    """Whole minutes for headlines and extracts, at least one."""
    words = sum(len(f"{story.title} {story.lead}".split()) for story in (*stories, *borderline))
    return max(1, round(words / _WORDS_PER_MINUTE))
