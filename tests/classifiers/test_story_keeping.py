"""Stories that last: what happens to known stories when articles come later."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import seeds
from classifiers.stories import KnownStory, StoryArticle, assign, story_id
from classifiers.story_dates import days_of
from classifiers.story_keeping import regroup
from classifiers.story_measures import bcubed
from classifiers.story_words import read_background

SEEDS = Path(seeds.__file__).parent
BACKGROUND = read_background(SEEDS)
ROWS = [json.loads(line) for line in (SEEDS / "examples/english.jsonl").read_text("utf-8").splitlines()]
START = datetime(2024, 5, 14, tzinfo=UTC)

AGENCY = (
    "Korea and Finland agreed on Tuesday to open a start-up centre in Helsinki, where 53 Korean firms will look for "
    "partners in biotechnology and ship building. Minister Park Young-sun signed the memorandum with her colleague "
    "Katri Kulmuni. The centre opens in March with an office for ten firms and a budget of 4 million euros."
)
OTHER = (
    "Brazil's development bank and Mozambique's chamber of commerce will train bakers in Maputo. The first course "
    "has room for 120 owners of small bakeries, and flour is paid for by the chamber until the harvest."
)


def article(name, text, when="2024-05-14"):
    return StoryArticle(name, "", text, "en", days_of(when))


def known(name, *articles, hours=0):
    return KnownStory(name, articles, START + timedelta(hours=hours))


class Kept:
    """Stories as a warehouse keeps them: grown by one regrouping after the other."""

    def __init__(self):
        self.stories, self.merged, self.leads = {}, {}, {}

    def add(self, articles):
        members = defaultdict(list)
        for item, name in self.stories.values():
            members[self.merged.get(name, name)].append(item)
        ages = {name: at for at, name in enumerate(dict.fromkeys(n for _, n in self.stories.values()))}
        found = regroup(
            articles,
            [known(name, *items, hours=ages.get(name, 0)) for name, items in members.items()],
            background=BACKGROUND,
        )
        by_id = {item.id: item for item in articles}
        self.stories |= {one.article_id: (by_id[one.article_id], one.story_id) for one in found.joined}
        self.merged = {old: found.merged.get(into, into) for old, into in self.merged.items()} | dict(found.merged)
        self.leads |= found.leads
        return found

    def story_of(self, name):
        story = self.stories[name][1]
        return self.merged.get(story, story)


def test_an_article_that_joins_later_even_an_earlier_one_leaves_the_id_as_it_was():
    found = regroup(
        [article("b", AGENCY, "2024-05-13")], [known("s-kept", article("a", AGENCY))], background=BACKGROUND
    )
    assert [(one.article_id, one.story_id, one.twin_id) for one in found.joined] == [("b", "s-kept", "a")]
    assert found.leads["s-kept"].article.id == "b"
    assert found.merged == {}


def test_a_known_story_that_nothing_joins_is_not_touched():
    found = regroup([article("c", OTHER)], [known("s-kept", article("a", AGENCY))], background=BACKGROUND)
    assert set(found.leads) == {story_id("c")}


def test_two_stories_that_prove_to_be_one_go_on_under_the_older_name():
    before = [
        known("s-aaa-younger", article("a", AGENCY), hours=2),
        known("s-zzz-older", article("b", AGENCY), hours=1),
    ]
    found = regroup([article("c", AGENCY)], before, background=BACKGROUND)
    assert found.merged == {"s-aaa-younger": "s-zzz-older"}
    assert {one.story_id for one in found.joined} == {"s-zzz-older"}
    assert set(found.leads) == {"s-zzz-older"}


def test_grouping_again_what_is_known_changes_nothing():
    kept = Kept()
    articles = [article("a", AGENCY), article("b", AGENCY), article("c", OTHER)]
    kept.add(articles)
    found = kept.add(articles)
    assert (found.joined, found.merged, found.leads) == ((), {}, {})


def test_nothing_gives_nothing():
    found = regroup([], [], background=BACKGROUND)
    assert (found.joined, dict(found.merged), dict(found.leads)) == ((), {}, {})


def test_a_stream_keeps_every_id_and_gives_the_stories_that_all_at_once_would_give():
    """All on one day, 40 articles at a time: the hardest stream, since nothing is told apart by its date."""
    rows = ROWS[:240]
    Random(1).shuffle(rows)
    articles = [StoryArticle(row["id"], row["title"], row["text"], "en", days_of("2024-05-14")) for row in rows]
    kept, names = Kept(), {}
    for first in range(0, len(articles), 40):
        kept.add(articles[first : first + 40])
        now = {item.id: kept.story_of(item.id) for item in articles[: first + 40]}
        changed = {name: now[name] for name in names if now[name] != names[name]}
        assert all(kept.merged[names[name]] == story for name, story in changed.items())
        names = now
    whole = [one.story_id for one in assign(articles, background=BACKGROUND)]
    events = [row["event"] for row in rows]
    found = [names[item.id] for item in articles]
    assert kept.merged
    assert bcubed(whole, found).f1 >= 0.98
    assert bcubed(events, found).f1 >= bcubed(events, whole).f1 - 0.005
