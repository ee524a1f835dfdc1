"""What the demo's newspapers hold: the numbers and special cases that `smewatch demo` promises."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.demo.content import moment, outlets, pieces

RELEVANT_KINDS = {"forum", "agreement", "policy-learning", "finance", "internationalisation", "technology"}
OTHER_KINDS = {
    "domestic-sme",
    "big-business",
    "trade-diplomacy",
    "passing-mention",
    "vendor",
    "advice",
    "aid-other",
    "homonym",
    "general",
}
REGIONS = {
    "Africa": {"GH", "RW", "TN", "CI", "MA"},
    "Americas": {"BR", "CA", "PE", "CL", "CO", "MX"},
    "Middle East": {"JO", "OM", "TR"},
    "South Asia": {"IN", "BD", "NP"},
    "ASEAN": {"ID", "MY", "PH", "TH", "VN"},
    "Europe": {"NL", "DE", "SI", "AT", "IT", "EE", "PL"},
    "East Asia": {"JP", "KR", "CN"},
    "Central Asia": {"KZ", "KG", "UZ"},
    "Pacific": {"FJ", "WS", "NZ", "AU", "VU", "SB"},
}
NOWS = st.integers(1_704_067_200, 2_082_758_400).map(lambda second: datetime.fromtimestamp(second, UTC))  # 2024-2035
FIRST, SECOND = pieces(1), pieces(2)
STORIES = [piece for piece in FIRST if piece.label == 1 and piece.reprint_of is None]


def name(piece):
    return f"{piece.outlet.key}/{piece.slug}.{piece.edition}"


def n_words(piece):
    """Words of alphabets, characters / 2 for Chinese and Japanese."""
    text = " ".join(piece.paragraphs)
    characters = re.findall(r"[぀-ヿ㐀-鿿]", text)
    return len(characters) // 2 if characters else len(text.split())


def similarity(one, other):
    return SequenceMatcher(None, " ".join(one.paragraphs), " ".join(other.paragraphs), autojunk=False).ratio()


def test_there_are_at_least_seven_feeds_over_five_hosts_and_seventy_two_pages():
    assert sum(len(outlet.feeds) for outlet in outlets()) >= 7
    assert len({outlet.host for outlet in outlets()}) >= 5
    assert sum(piece.is_reachable for piece in FIRST) >= 72


def test_hosts_end_in_reserved_names_so_that_nothing_can_leave_the_machine():
    assert all(outlet.host.endswith((".test", ".example")) for outlet in outlets())


def test_layouts_languages_and_charsets_are_many():
    printed = {piece.outlet for piece in FIRST}
    assert len({outlet.layout for outlet in printed}) >= 5
    assert len({outlet.language for outlet in printed}) >= 5
    assert {outlet.charset for outlet in printed} >= {"utf-8", "windows-1252", "shift_jis", "gb18030"}


@pytest.mark.parametrize("piece", [piece for piece in SECOND if piece.page == "article"], ids=name)
def test_an_article_has_120_to_450_words_a_summary_and_a_known_section(piece):
    assert 120 <= n_words(piece) <= 450
    assert piece.title
    assert piece.summary
    assert piece.section in piece.outlet.sections or not piece.is_reachable


@pytest.mark.parametrize("piece", SECOND, ids=name)
def test_the_truth_of_a_piece_follows_the_labelling_guide(piece):
    assert piece.kind in (RELEVANT_KINDS if piece.label else OTHER_KINDS)
    assert bool(piece.countries) == (piece.label == 1)
    assert len(piece.countries) != 1


def test_no_two_pieces_share_a_slug_or_an_address():
    assert len({piece.slug for piece in SECOND}) == len(SECOND)
    assert len({(piece.outlet.host, piece.path) for piece in SECOND}) == len(SECOND)


def test_eighteen_stories_are_relevant_and_cover_all_kinds_and_regions():
    assert len(STORIES) == 18
    assert {piece.kind for piece in STORIES} == RELEVANT_KINDS
    economies = {economy for piece in STORIES for economy in piece.countries}
    assert len(economies) >= 15
    assert [region for region, members in REGIONS.items() if not members & economies] == []


def test_near_misses_of_every_kind_outnumber_the_relevant_stories():
    others = Counter(piece.kind for piece in FIRST if piece.label == 0)
    assert set(others) == OTHER_KINDS
    assert others.total() - others["general"] > len(STORIES)


@given(now=NOWS)
def test_everything_is_dated_within_the_last_four_weeks_whenever_the_demo_runs(now):
    for piece in SECOND:
        for text in filter(None, (piece.published, piece.updated)):
            at = moment(text, now)
            assert timedelta() <= now - at < timedelta(weeks=4) or text.startswith("in ")


@given(now=NOWS)
def test_the_last_full_week_is_rich_whenever_the_demo_runs(now):
    monday = (now - timedelta(days=7)).isocalendar()[:2]
    dates = [moment(piece.published, now) for piece in STORIES]
    assert sum(date.isocalendar()[:2] == monday for date in dates) >= 12


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1 week ago, Tue 09:30", datetime(2026, 11, 10, 9, 30, tzinfo=UTC)),
        ("3 weeks ago, Sun 23:59", datetime(2026, 11, 1, 23, 59, tzinfo=UTC)),
        ("6 hours ago", datetime(2026, 11, 22, 6, 0, tzinfo=UTC)),
        ("25 minutes ago", datetime(2026, 11, 22, 11, 35, tzinfo=UTC)),
        ("in 9 days", datetime(2026, 12, 1, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_calendar_of_the_newsroom_is_relative_to_now(text, date):
    assert moment(text, datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)) == date


@pytest.mark.parametrize("text", ["last summer", "6 hours", "in 6 hours ago", "1 week ago, Foo 09:30", ""])
def test_a_date_that_the_calendar_does_not_know_is_refused(text):
    with pytest.raises(ValueError, match="not a time"):
        moment(text, datetime(2026, 11, 22, tzinfo=UTC))


def test_two_agency_stories_are_reprinted_nearly_word_for_word_under_other_headlines():
    reprints = [piece for piece in FIRST if piece.reprint_of]
    originals = {piece.slug: piece for piece in FIRST}
    assert len({piece.reprint_of for piece in reprints}) == 2
    for piece in reprints:
        original = originals[piece.reprint_of]
        assert 0.8 < similarity(piece, original) < 1
        assert piece.title != original.title
        assert piece.outlet is not original.outlet
        assert (piece.kind, piece.countries) == (original.kind, original.countries)


def test_pieces_that_are_no_reprints_are_not_alike():
    own = [piece for piece in FIRST if piece.reprint_of is None]
    shingles = {
        piece.slug: {tuple(t.split()[i : i + 6]) for t in piece.paragraphs for i in range(99)} for piece in own
    }
    for one in own:
        for other in own:
            shared = {run for run in shingles[one.slug] & shingles[other.slug] if len(run) == 6}
            assert one is other or len(shared) < 3


@pytest.mark.parametrize("page", ["missing", "consent wall", "oversize"])
def test_each_special_page_exists_once(page):
    assert [piece.page for piece in SECOND].count(page) == 1


def test_one_piece_lies_where_robots_are_refused():
    closed = [piece for piece in SECOND if piece.page == "article" and not piece.is_reachable]
    assert len(closed) == 1


def test_one_piece_has_no_date_and_one_is_more_than_48_hours_ahead():
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert len([piece for piece in FIRST if piece.published is None]) == 1
    ahead = [piece for piece in FIRST if piece.published and moment(piece.published, now) > now + timedelta(hours=48)]
    assert len(ahead) == 1


def test_some_pieces_are_announced_by_two_feeds():
    assert any(sum(piece.is_in(feed) for feed in piece.outlet.feeds) == 2 for piece in FIRST)


def test_every_piece_is_announced_by_a_feed():
    assert [piece.slug for piece in SECOND if not any(piece.is_in(feed) for feed in piece.outlet.feeds)] == []


def test_the_second_edition_adds_pieces_and_revises_one():
    known = {piece.slug: piece for piece in FIRST}
    second = [piece for piece in SECOND if piece.edition == 2]
    revised = [piece for piece in second if piece.slug in known]
    assert len(second) - len(revised) >= 3
    assert len(revised) == 1
    (piece,) = revised
    assert piece.updated
    assert piece.paragraphs != known[piece.slug].paragraphs
    assert similarity(piece, known[piece.slug]) > 0.8
    assert piece.published == known[piece.slug].published
