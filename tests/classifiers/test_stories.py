"""Stories: who is grouped with whom, how stories are named, and what must not matter."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seeds
from classifiers.stories import KnownStory, StoryArticle, assign, assign_rows, story_id
from classifiers.story_dates import days_of
from classifiers.story_measures import bcubed
from classifiers.story_words import Background, read_background

SEEDS = Path(seeds.__file__).parent
ROWS = [json.loads(line) for line in (SEEDS / "examples" / "english.jsonl").read_text("utf-8").splitlines()]
EVENTS = [row["event"] for row in ROWS]

AGENCY = (
    "Korea and Finland agreed on Tuesday to open a start-up centre in Helsinki, where 53 Korean firms will look for "
    "partners in biotechnology and ship building. Minister Park Young-sun signed the memorandum with her colleague "
    "Katri Kulmuni. The centre opens in March with an office for ten firms and a budget of 4 million euros."
)
RETOLD = (
    "Ten companies from Seoul can move into offices in the Finnish capital next March. A memorandum signed by Park "
    "Young-sun and Katri Kulmuni gives the Helsinki start-up centre 4 million euros; 53 Korean firms hope to meet "
    "partners there, most of them in biotechnology and ship building."
)
OTHER = (
    "Brazil's development bank and Mozambique's chamber of commerce will train bakers in Maputo. The first course has "
    "room for 120 owners of small bakeries, and flour is paid for by the chamber until the harvest."
)


@pytest.fixture(scope="module")
def background() -> Background:
    return read_background(SEEDS)


def article(name: str, text: str, date: str | None = "2024-05-14", title: str = "") -> StoryArticle:
    return StoryArticle(name, title, text, "en", days_of(date))


def stories(articles, background, known=()):
    return {a.article_id: a.story_id for a in assign(articles, known, background=background)}


def test_stories_of_the_english_examples_reach_the_bars(background):
    found = assign_rows(ROWS, background)
    assert bcubed(EVENTS, found).f1 >= 0.97
    assert bcubed(EVENTS, found, reported_twice=True).f1 >= 0.85


def test_multilingual_examples_all_tell_of_different_events(background):
    rows = [json.loads(line) for line in (SEEDS / "examples" / "multilingual.jsonl").read_text("utf-8").splitlines()]
    assert len(set(assign_rows(rows, background))) == len({row["event"] for row in rows})


def test_order_of_the_articles_changes_nothing(background):
    shuffled = Random(5).sample(ROWS, len(ROWS))
    expected = dict(zip((r["id"] for r in ROWS), assign_rows(ROWS, background), strict=True))
    assert dict(zip((r["id"] for r in shuffled), assign_rows(shuffled, background), strict=True)) == expected


def test_a_report_in_other_words_joins_and_another_event_does_not(background):
    found = stories([article("a", AGENCY), article("b", RETOLD), article("c", OTHER)], background)
    assert found["a"] == found["b"] != found["c"]
