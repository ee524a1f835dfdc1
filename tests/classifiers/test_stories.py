"""Stories: who is grouped with whom, how stories are named, and what must not matter."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seeds
from classifiers.examples import document_of
from classifiers.stories import KnownStory, StoryArticle, assign, assign_rows, stories_of, story_id
from classifiers.story_dates import days_of
from classifiers.story_measures import bcubed
from classifiers.story_words import learn_background, read_background

SEEDS = Path(seeds.__file__).parent
ROWS = [json.loads(line) for line in (SEEDS / "examples/english.jsonl").read_text("utf-8").splitlines()]
MULTILINGUAL = [json.loads(line) for line in (SEEDS / "examples/multilingual.jsonl").read_text("utf-8").splitlines()]
BACKGROUND = read_background(SEEDS)

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
    "Brazil's development bank and Mozambique's chamber of commerce will train bakers in Maputo. The first course "
    "has room for 120 owners of small bakeries, and flour is paid for by the chamber until the harvest."
)


def article(name, text, when="2024-05-14", title="", language="en"):
    return StoryArticle(name, title, text, language, days_of(when))


def stories(articles, known=()):
    return {a.article_id: a.story_id for a in assign(articles, known, background=BACKGROUND)}


def are_one_story(*articles, known=()):
    return len(set(stories(articles, known).values())) == 1


def test_stories_of_the_english_examples_reach_the_bars():
    events, found = [row["event"] for row in ROWS], assign_rows(ROWS, BACKGROUND)
    assert bcubed(events, found).f1 >= 0.985
    assert bcubed(events, found, reported_twice=True).f1 >= 0.94


def test_stories_of_the_english_examples_reach_the_bars_without_any_date():
    rows = [{key: value for key, value in row.items() if key != "date"} for row in ROWS]
    events, found = [row["event"] for row in rows], assign_rows(rows, BACKGROUND)
    assert bcubed(events, found).f1 >= 0.97
    assert bcubed(events, found, reported_twice=True).f1 >= 0.85


def test_events_seen_for_the_first_time_are_told_apart_as_well():
    """The background holds the other half of the events only, and the batch none of its words but by chance."""
    events = sorted({row["event"] for row in ROWS})
    half = set(Random(2).sample(events, len(events) // 2))
    unseen = [row for row in ROWS if row["event"] in half]
    truth, found = [row["event"] for row in unseen], assign_rows(unseen, learnt_without(half))
    assert bcubed(truth, found).f1 >= 0.97
    assert bcubed(truth, found, reported_twice=True).f1 >= 0.85


def learnt_without(events):
    return learn_background(document_of(row) for row in ROWS if row["event"] not in events)


def test_multilingual_examples_all_tell_of_different_events():
    assert len(set(assign_rows(MULTILINGUAL, BACKGROUND))) == len({row["event"] for row in MULTILINGUAL})


def test_order_of_the_articles_changes_nothing():
    shuffled = Random(5).sample(ROWS, len(ROWS))
    found = {row["id"]: name for row, name in zip(shuffled, assign_rows(shuffled, BACKGROUND), strict=True)}
    assert [found[row["id"]] for row in ROWS] == assign_rows(ROWS, BACKGROUND)


def test_a_report_in_other_words_joins_and_another_event_does_not():
    found = stories([article("a", AGENCY), article("b", RETOLD), article("c", OTHER)])
    assert found["a"] == found["b"] != found["c"]


@pytest.mark.parametrize("row", MULTILINGUAL + ROWS[::40], ids=lambda row: row["id"])
def test_a_cut_reprint_under_another_title_joins_in_every_language(row):
    text = row["text"]
    whole = StoryArticle("whole", row["title"], text, row["language"], days_of("2024-05-14"))
    cut = StoryArticle("cut", "", text[: len(text) * 2 // 3], None, days_of("2024-05-15"))
    others = [StoryArticle(r["id"], r["title"], r["text"]) for r in MULTILINGUAL if r["id"] != row["id"]]
    found = stories([whole, cut, *others])
    assert found["whole"] == found["cut"]
    assert list(found.values()).count(found["cut"]) == 2


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        ("2024-05-14", "2024-05-14", True),
        ("2024-05-14", "2024-05-21", True),
        ("2024-05-14", "2024-05-22", False),  # the eighth day
        ("2024-05-14T23:59:00+00:00", "2024-05-21T00:00:00+00:00", True),
        ("2024-12-28", "2025-01-03", True),
        ("2024-05-14", "2023-05-14", False),
        ("2024-05-14", None, True),
        (None, None, True),
        ("2024-05-14", "no date", True),
        ("2024-05-14", "2024-05", True),
        ("2024-05-14", "2024", True),
        ("2024", "2024-05", True),
        ("2024-05-14", "2024-04", True),  # the month of the event, not of the report
        ("2024-05-14", "2022", False),
    ],
)
def test_copies_join_within_the_window_and_vague_dates_forbid_only_what_lies_far_off(one, other, joined):
    assert are_one_story(article("a", AGENCY, one), article("b", AGENCY, other)) is joined


def test_a_weak_resemblance_is_enough_on_one_day_and_not_without_dates():
    pair = [
        row for row in ROWS if row["event"] == "apec-smemm-2019-concepcion"
    ]  # two sides of one meeting, day known
    undated = [{**row, "date": None} for row in pair]
    assert len(set(assign_rows(pair, BACKGROUND))) == 1
    assert len(set(assign_rows(undated, BACKGROUND))) == 2


def test_a_running_story_lasts_as_long_as_reports_follow_each_other_within_the_window():
    assert are_one_story(*(article(str(day), AGENCY, f"2024-05-{day:02}") for day in (1, 6, 11)))


def test_a_story_is_named_after_its_first_article():
    found = stories([article("late", RETOLD, "2024-05-16"), article("early", AGENCY, "2024-05-14")])
    assert found == {"late": story_id("early"), "early": story_id("early")}


def test_a_story_keeps_its_id_when_articles_join_later_even_earlier_ones():
    known = [KnownStory("s-kept", (article("a", AGENCY),))]
    found = stories([article("b", RETOLD, "2024-05-13"), article("c", OTHER)], known)
    assert found == {"b": "s-kept", "c": story_id("c")}


def test_assigning_again_what_is_known_changes_nothing():
    rows = [StoryArticle(row["id"], row["title"], row["text"], "en", days_of(row["date"])) for row in ROWS[:150]]
    first = stories(rows)
    known = [KnownStory(name, tuple(item for item in rows if first[item.id] == name)) for name in set(first.values())]
    assert stories(rows, known) == first


def test_a_stream_day_by_day_gives_the_stories_of_the_whole():
    rows = [StoryArticle(row["id"], row["title"], row["text"], "en", days_of("2024-05-14")) for row in ROWS[:300]]
    whole, found = stories(rows), {}
    for first in range(0, len(rows), 60):
        earlier = rows[:first]
        known = [
            KnownStory(name, tuple(item for item in earlier if found[item.id] == name))
            for name in set(found.values())
        ]
        found |= stories(rows[first : first + 60], known)
    assert bcubed([whole[item.id] for item in rows], [found[item.id] for item in rows]).f1 >= 0.99


def test_known_stories_are_never_merged():
    known = [KnownStory("s-one", (article("a", AGENCY),)), KnownStory("s-two", (article("b", AGENCY),))]
    assert stories([article("a", AGENCY), article("b", AGENCY)], known) == {"a": "s-one", "b": "s-two"}


def test_an_article_says_which_twin_brought_it_into_its_story():
    found = assign(
        [article("a", AGENCY), article("b", AGENCY), article("c", RETOLD), article("d", OTHER)], background=BACKGROUND
    )
    assert [item.twin_id for item in found] == ["b", "a", "a", None]
    assert found[0].similarity == pytest.approx(1.0)
    assert 0.17 < found[2].similarity < 0.9
    assert found[3].similarity is None


def test_articles_with_one_id_are_one_article():
    found = assign([article("a", AGENCY), article("a", OTHER), article("b", RETOLD)], background=BACKGROUND)
    assert {item.story_id for item in found} == {story_id("a")}


def test_nothing_gives_nothing():
    assert assign([], background=BACKGROUND) == []
    assert stories_of([], background=BACKGROUND) == []


def test_texts_without_words_stand_alone():
    assert len(set(stories([article("a", ""), article("b", ""), article("c", "… — !")]).values())) == 3


def test_few_words_join_only_if_they_are_the_same():
    short = [
        article("a", "Photo gallery: forum"),
        article("b", "Photo gallery: forum"),
        article("c", "Photo gallery"),
    ]
    found = stories(short)
    assert found["a"] == found["b"] != found["c"]


def test_a_name_alone_makes_no_event():
    words = "President Kassym-Jomart Tokayev Tokayev Tokayev Tokayev"
    assert not are_one_story(
        article("a", f"{words} opened a school of music for deaf children on the outskirts of the southern city."),
        article("b", f"{words} warned that rivers may flood villages unless dams get repaired before spring."),
    )


def test_a_text_of_ten_thousand_words_is_read_by_its_top():
    tail = " ".join(f"word{n}" for n in range(10_000))
    assert are_one_story(article("a", AGENCY), article("b", f"{AGENCY} {RETOLD} {AGENCY}"))
    assert not are_one_story(article("a", f"{OTHER} {tail}"), article("b", AGENCY))


def test_articles_a_feed_calls_english_are_weighed_by_the_language_they_are_written_in():
    rows = [dict(row, language="en") for row in MULTILINGUAL]
    assert len(set(assign_rows(rows, BACKGROUND))) == len(rows)


def test_a_batch_of_one_text_a_hundred_times_is_one_story():
    copies = [article(f"copy-{n}", AGENCY, f"2024-05-{14 + n % 7}") for n in range(100)]
    assert are_one_story(*copies)


def test_stories_show_their_lead_first_and_come_by_their_first_article():
    reports = [article("c", OTHER, "2024-05-15"), article("b", RETOLD, "2024-05-16"), article("a", AGENCY)]
    found = stories_of(reports, background=BACKGROUND)
    assert [[item.id for item in story.articles] for story in found] == [["a", "b"], ["c"]]
    assert [story.lead.reason for story in found] == ["the first of 2 reports", "the only report"]


any_text = st.text(max_size=60) | st.sampled_from([AGENCY, RETOLD, OTHER, AGENCY[:90]])
any_day = st.none() | st.dates(date(2024, 5, 1), date(2024, 5, 30)).map(str) | st.sampled_from(["2024", "2024-05"])
batches = st.lists(st.tuples(any_text, any_text, any_day), max_size=8).map(
    lambda rows: [
        StoryArticle(f"id-{n}", title, text, None, days_of(day)) for n, (title, text, day) in enumerate(rows)
    ]
)


@settings(max_examples=60, deadline=None)
@given(batch=batches, seed=st.integers(0, 99))
def test_whatever_is_given_each_article_gets_one_story_in_any_order(batch, seed):
    found = stories(batch)
    assert set(found) == {item.id for item in batch}
    assert set(found.values()) <= {story_id(item.id) for item in batch}
    assert stories(Random(seed).sample(batch, len(batch))) == found


@settings(max_examples=40, deadline=None)
@given(batch=batches)
def test_no_story_has_a_gap_beyond_the_window_between_known_days(batch):
    exact = [replace(item, days=item.days or days_of("2024-05-01")) for item in batch]
    exact = [item for item in exact if item.days.number == 1]
    found = stories(exact)
    for name in set(found.values()):
        days = sorted(item.days.first for item in exact if found[item.id] == name)
        assert all(b - a <= timedelta(days=7) for a, b in pairwise(days))
