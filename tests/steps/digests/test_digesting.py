from dataclasses import fields, replace
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from flows.steps.digests.composing import MAX_CARDS, MAX_STORIES, FeedTrouble, Reprint, WeekStories, compose
from flows.steps.digests.terms import KIND_HEADINGS
from flows.steps.digests.weeks import IsoWeek
from flows.steps.outcomes import Outcome, PollOutcome
from flows.steps.text.dates import Published
from tests.steps.digests.digest_cases import BERLIN, CASES, MODEL, NAMES, WEEK, article, counts, load_case


def digest_of(articles, **changes):
    return compose(articles, counts(articles, **changes), MODEL, WEEK, BERLIN, NAMES)


def earlier(*numbers):
    week, found = WEEK, []
    for number in numbers:
        week = week.previous()
        found.append(WeekStories(week, number))
    return tuple(found)


def shown(digest):
    return [digest.top, *(story for group in digest.groups for story in group.stories)]


class TestTitle:
    def test_the_pair_with_most_stories_leads(self):
        articles = [article(1), article(2), article(3, countries=("KE", "EU"))]
        assert digest_of(articles).title == "3 stories on SME cooperation, led by Japan–Viet Nam (week 47)"

    def test_no_pair_leads_where_two_have_as_many_stories(self):
        articles = [article(1), article(2), article(3, countries=("KE", "EU")), article(4, countries=("EU", "KE"))]
        assert digest_of(articles).title == "4 stories on SME cooperation among 4 economies (week 47)"

    def test_one_story_is_named_by_its_pair(self):
        assert digest_of([article(1)]).title == "1 story on SME cooperation: Japan–Viet Nam (week 47)"

    def test_stories_without_economies_are_only_counted(self):
        assert digest_of([article(1, countries=())]).title == "1 story on SME cooperation (week 47)"

    def test_a_quiet_week_says_how_much_was_read(self):
        assert digest_of([]).title == "Nothing on SME cooperation in 50 articles read (week 47)"


class TestNumbers:
    @pytest.mark.parametrize(
        ("last_week", "words"),
        [(9, "−6, down from 9 last week"), (1, "+2, up from 1 last week"), (3, "±0, as many as last week (3)")],
    )
    def test_the_change_against_last_week_has_sign_and_word(self, last_week, words):
        figure = digest_of([article(n) for n in (1, 2, 3)], weeks=earlier(last_week)).figures[0]
        assert (figure.value, figure.notes) == (3, (words,))

    def test_the_usual_is_the_median_of_eight_weeks(self):
        figure = digest_of([article(1)], weeks=earlier(1, 2, 3, 4, 5, 6, 7, 8, 900, 900)).figures[0]
        assert figure.notes[1] == "median of 8 weeks before: 4.5"

    def test_a_week_nobody_polled_is_no_week_of_zero_stories(self):
        notes = digest_of([article(1)], weeks=earlier(7, 5)[1:]).figures[0].notes
        assert notes == ("no earlier week to compare with",)

    def test_later_weeks_do_not_count_when_an_old_digest_is_made_again(self):
        notes = digest_of([article(1)], weeks=(WeekStories(WEEK.next(), 50), *earlier(1))).figures[0].notes
        assert notes == ("±0, as many as last week (1)",)

    def test_articles_and_counts_must_agree(self):
        with pytest.raises(ValueError, match="2 relevant articles given, but 5 counted"):
            digest_of([article(1), article(2)], relevant=5)

    def test_stories_and_the_count_of_the_warehouse_must_agree(self):
        with pytest.raises(ValueError, match="1 stories given, but 2 counted"):
            digest_of([article(1)], weeks=(WeekStories(WEEK, 2),))

    def test_other_bands_do_not_belong_into_a_digest(self):
        with pytest.raises(ValueError, match="band no"):
            digest_of([article(1, band="no")], relevant=0)


class TestStories:
    def test_the_best_article_is_the_one_big_thing_and_is_not_told_twice(self):
        digest = digest_of([article(1, score=0.8), article(2, score=0.99), article(3, score=0.9)])
        assert [story.title for story in shown(digest)] == ["Headline 2", "Headline 3", "Headline 1"]

    def test_groups_stand_in_the_order_of_the_guide_and_empty_ones_vanish(self):
        kinds = ["technology", "forum", None, "finance", "agreement", "no such kind"]
        digest = digest_of([article(n, kind=kind, score=0.9 - n / 100) for n, kind in enumerate(kinds)])
        assert [group.kind for group in digest.groups] == ["forum", "agreement", "finance", "technology", None]
        assert sum(group.size for group in digest.groups) == digest.stories == len(kinds)

    def test_every_kind_of_the_guide_has_a_heading(self):
        guide = ["forum", "agreement", "policy-learning", "finance", "internationalisation", "technology"]
        assert list(KIND_HEADINGS) == guide

    def test_reports_of_one_story_become_one_card_with_also_in(self):
        first = article(1, story_id="s-1", score=0.9, also_in=(Reprint("Twin", "https://twin.example/1", "T"),))
        second = article(2, story_id="s-1", score=0.8)
        digest = digest_of([second, first])
        assert digest.stories == 1
        assert (digest.top.story_id, digest.top.article_ids) == ("s-1", (first.article_id, second.article_id))
        assert [source.outlet for source in digest.top.also_in] == ["Twin", "Outlet 2"]
        assert digest.figures[1].value == 2  # articles are counted as articles

    def test_a_story_an_earlier_issue_told_says_which(self):
        assert digest_of([article(1, told_before="2026-W46")]).top.told_before == "2026-W46"

    def test_late_arrivals_stand_apart_and_in_no_number(self):
        late = article(2, is_late=True)
        digest = digest_of([article(1), late], relevant=1)
        assert ([one.title for one in digest.late], digest.late_more) == (["Headline 2"], 0)
        assert (digest.stories, digest.figures[1].value) == (1, 1)

    def test_readers_can_say_that_a_card_is_wrong_and_of_a_borderline_one_either(self):
        close = article(2, band="borderline")
        digest = digest_of([article(1), close])
        assert [one.command for one in digest.top.answers] == ["smewatch label 0000000000000001 not-relevant"]
        assert [one.label for one in digest.borderline[0].answers] == ["relevant", "not relevant"]
        assert {one.mailto for one in digest.borderline[0].answers} == {None}

    def test_an_answer_by_mail_cannot_be_steered_by_a_headline(self):
        articles = [article(1, title="x&cc=evil@example.org?subject=y\nBcc: z")]
        top = compose(articles, counts(articles), MODEL, WEEK, BERLIN, NAMES, feedback_mail="desk@example.org").top
        address, _, query = top.answers[0].mailto.partition("?")
        assert address == "mailto:desk@example.org"
        assert set(parse_qs(query, strict_parsing=True)) == {"subject", "body"}
        assert digest_of([article(1, article_id="x; rm -rf ~")]).top.answers == ()

    def test_a_story_says_its_pair_in_the_order_of_the_verdict(self):
        story = digest_of([article(1, countries=("VN", "JP", "XX"), blocs=("ASEAN",))]).top
        assert [(place.name, place.is_bloc) for place in story.places] == [
            ("Viet Nam", False),
            ("Japan", False),
            ("XX", False),
            ("ASEAN", True),
        ]

    def test_the_union_is_not_named_twice_as_economy_and_bloc(self):
        story = digest_of([article(1, countries=("VN", "EU"), blocs=("EU", "ASEAN"))]).top
        assert [place.name for place in story.places] == ["Viet Nam", "European Union", "ASEAN"]

    def test_pairs_are_counted_once_a_story_whatever_the_order(self):
        pairs = digest_of(
            [article(1), article(2, countries=("JP", "VN")), article(3, countries=("JP", "VN", "KE"))]
        ).pairs
        assert [(pair.names, pair.stories) for pair in pairs] == [
            (("Japan", "Viet Nam"), 3),
            (("Japan", "Kenya"), 1),
            (("Kenya", "Viet Nam"), 1),
        ]

    def test_why_names_each_phrase_once_strongest_first_and_none_against(self):
        why = (("SMEs", 0.4), ("cooperation agreement", 2.0), ("cooperation", 1.5), ("tariffs", -3.0), ("JETRO", 1.0))
        story = digest_of([article(1, why=why)]).top
        assert (story.reasons, story.doubts) == (("cooperation agreement", "JETRO", "SMEs"), ())

    def test_borderline_articles_stand_apart_with_what_spoke_against_them(self):
        close = [
            article(n, band="borderline", score=0.4 + n / 100, why=(("SMEs", 1.0), ("tariffs", -2.0)))
            for n in range(2, 9)
        ]
        digest = digest_of([article(1), *close])
        assert digest.stories == 1
        assert [story.title for story in digest.borderline] == [f"Headline {n}" for n in (8, 7, 6, 5, 4)]
        assert digest.borderline_more == 2
        assert digest.borderline[0].doubts == ("tariffs",)

    def test_a_flood_of_stories_is_bounded_and_says_so(self):
        articles = [article(n, text=f"text {n}", score=1 - n / 1000) for n in range(MAX_STORIES + 20)]
        digest = digest_of(articles)
        assert (digest.stories, digest.stories_left_out, len(shown(digest))) == (MAX_STORIES + 20, 20, MAX_STORIES)
        assert str(MAX_STORIES + 20) in digest.title

    def test_only_the_best_stories_carry_an_extract(self):
        articles = [article(n, score=1 - n / 1000) for n in range(MAX_CARDS + 5)]
        leads = {story.title: bool(story.lead) for story in shown(digest_of(articles))}
        assert sum(leads.values()) == MAX_CARDS
        assert not leads[f"Headline {MAX_CARDS}"]


class TestDates:
    @pytest.mark.parametrize(
        ("published", "words"),
        [
            (Published(datetime(2026, 11, 18, 9, tzinfo=UTC), "feed", "minute"), "Wed 18 Nov"),
            (
                Published(datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "meta", "second"),
                "Thu 19 Nov",
            ),  # half past midnight there
            (Published(datetime(2026, 11, 18, tzinfo=UTC), "page", "day"), "Wed 18 Nov"),
            (Published(datetime(2026, 11, 18, tzinfo=UTC), "url", "day"), "Wed 18 Nov, by its address"),
            (
                Published(datetime(2026, 11, 1, tzinfo=UTC), "page", "month"),
                "November 2026, day not given; first seen 19 Nov",
            ),
            (
                Published(datetime(2026, 12, 3, tzinfo=UTC), "feed", "second", in_future=True),
                "dated 3 Dec, then still in the future; first seen 19 Nov",
            ),
            (
                Published(datetime(2026, 11, 12, tzinfo=UTC), "feed", "second"),
                "Thu 12 Nov, before this week; first seen 19 Nov",
            ),
            (
                Published(datetime(2025, 3, 3, tzinfo=UTC), "feed", "day"),
                "Mon 3 Mar 2025, before this week; first seen 19 Nov",
            ),
            (None, "no date given; first seen 19 Nov"),
        ],
    )
    def test_a_date_is_said_with_its_doubt(self, published, words):
        seen = datetime(2026, 11, 18, 23, 45, tzinfo=UTC)
        assert digest_of([article(1, published=published, first_seen_at=seen)]).top.date == words

    def test_a_day_without_a_time_is_not_moved_to_another_zone(self):
        day = Published(datetime(2026, 11, 18, tzinfo=UTC), "meta", "day")
        articles = [article(1, published=day)]
        digest = compose(articles, counts(articles), MODEL, WEEK, ZoneInfo("America/New_York"), NAMES)
        assert digest.top.date == "Wed 18 Nov"


class TestAccount:
    def test_every_ending_is_listed_most_frequent_first_in_plain_words(self):
        endings = digest_of(
            [], announced=9, outcomes={"gone": 2, "stored": 5, "paywall": 2, "no text": 0}
        ).account.endings
        assert [(row.label, row.count) for row in endings] == [("stored", 5), ("gone", 2), ("paywall", 2)]
        assert all(row.note for row in endings)

    def test_numbers_that_do_not_add_up_are_shown_not_hidden(self):
        notes = digest_of([], announced=9, outcomes={"stored": 5}, articles_seen=60).account.notes
        assert len(notes) == 2
        assert "add up to 5, not to the 9" in notes[0]

    def test_articles_without_a_verdict_yet_are_not_called_too_short(self):
        notes = [digest_of([], articles_without_verdict=n).account.funnel[3].note for n in (0, 1200)]
        short = "too short, or in a language never measured"
        assert notes == [short, f"{short}; 1,200 without a verdict yet"]

    def test_near_misses_are_told_by_their_first_reason_and_add_up(self):
        def close(number, **changes):
            return article(number, band="borderline", score=0.4, **changes)

        plain = "Two ministers met for a talk about the weather and the state of the roads between their capitals."
        articles = [
            article(1, story_id="s-1"),
            close(2, story_id="s-1"),
            close(3, countries=("VN",)),
            close(4, text=plain),
            close(5, text=plain + " SMEs were not there."),
            close(6, text="A forum of SMEs."),
            close(7, countries=()),
        ]
        digest = digest_of(articles)
        assert [(row.label.split()[0], row.count) for row in digest.near_misses] == [
            ("Fewer", 2),
            ("Another", 1),
            ("No", 1),
            ("No", 1),
            ("Small", 1),
        ]
        assert sum(row.count for row in digest.near_misses) == digest.account.funnel[6].count == 6
        assert len(digest.borderline) == 5  # the one that reports a told story stands under that

    def test_the_precision_readers_confirm_comes_with_its_interval(self):
        measures = dict(digest_of([], right_of_labelled=(9, 10)).method.measures)
        assert measures["precision, by 10 labels of readers in these weeks"] == "0.90 (95 % interval 0.60 to 0.98)"

    def test_feeds_in_trouble_are_named_with_the_reason(self):
        troubles = (FeedTrouble("Gulf Monitor", "not a feed"), FeedTrouble("Bay News", "the moon is full"))
        digest = digest_of([], feeds_in_trouble=troubles)
        assert [(one.feed, one.reason) for one in digest.account.troubles] == [
            ("Gulf Monitor", "not a feed: a web page, or garbage"),
            ("Bay News", "the moon is full"),
        ]
        assert digest.figures[3].notes == ("2 in trouble",)

    def test_every_way_a_poll_or_an_entry_can_end_has_its_words(self):
        ends = digest_of([], outcomes=dict.fromkeys(Outcome, 1)).account.endings
        assert [row.label for row in ends if not row.note] == []
        bad = [poll for poll in PollOutcome if poll not in {PollOutcome.READ, PollOutcome.UNCHANGED}]
        troubles = digest_of([], feeds_in_trouble=tuple(FeedTrouble("x", poll) for poll in bad)).account.troubles
        assert [one.reason for one in troubles if ": " not in one.reason] == []

    def test_a_quiet_week_gives_proof_of_life(self):
        digest = digest_of([])
        assert digest.summary == "Nothing relevant this week, but 7 feeds polled and 50 articles read."
        assert digest.top is None
        assert digest.groups == ()

    def test_a_week_without_polls_does_not_pass_for_a_quiet_one(self):
        notes = digest_of([], feeds_polled=0).account.notes
        assert notes == ("No feed was polled this week: silence here says nothing about the world.",)

    def test_the_method_names_model_training_bands_and_week(self):
        words = " ".join(digest_of([]).method.sentences)
        for part in ("m1", "5 seed documents", "the rule", "Europe/Berlin", "Not yet measured"):
            assert part in words


class TestDeterminism:
    @pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
    def test_the_order_of_the_articles_does_not_matter(self, path):
        case = load_case(path)
        first = compose(**case)
        for seed in range(3):
            mixed = list(case["articles"])
            Random(seed).shuffle(mixed)
            outcomes = dict(sorted(case["counts"].outcomes.items(), key=lambda item: (seed, item[0])))
            again = compose(**(case | {"articles": mixed, "counts": replace(case["counts"], outcomes=outcomes)}))
            assert again == first

    def test_equal_scores_are_ordered_by_who_reported_first(self):
        late = article(1, published=Published(datetime(2026, 11, 20, tzinfo=UTC), "feed", "minute"))
        assert [story.title for story in shown(digest_of([late, article(2)]))] == ["Headline 2", "Headline 1"]

    def test_content_is_plain_values_all_the_way_down(self):
        def check(value):
            if hasattr(value, "__dataclass_fields__"):
                for field in fields(value):
                    check(getattr(value, field.name))
            elif isinstance(value, tuple):
                for item in value:
                    check(item)
            else:
                assert value is None or isinstance(value, str | int | float | datetime)

        check(compose(**load_case(CASES / "ordinary-week.json")))


def test_the_week_of_a_digest_may_be_the_last_of_a_long_year():
    articles = [article(1, published=Published(datetime(2027, 1, 2, tzinfo=UTC), "feed", "day"))]
    digest = compose(articles, counts(articles), MODEL, IsoWeek(2026, 53), BERLIN, NAMES)
    assert digest.top.date == "Sat 2 Jan"
