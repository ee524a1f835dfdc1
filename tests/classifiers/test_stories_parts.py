"""The parts of the grouping: words, dates, links and the B-cubed measure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.story_dates import Days, days_between, days_of, days_spanned
from classifiers.story_linking import Link, groups_of
from classifiers.story_measures import bcubed
from classifiers.story_words import LEAD_WORDS, Background, language_of, learn_background, similar_pairs, words_of
from classifiers.verdict import Document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sécurité: US$1,500 for B2B", ["securi", "us", "1500", "for", "2"]),
        ("Guarantees, a guarantee", ["guaran", "guaran"]),
        ("1.500 and 1,500", ["1500", "and", "1500"]),
        ("2.0 2,0 0.75 100", ["2", "2", "0.75", "100"]),
        ("1,234,567.80", ["1234567.8"]),
        ("1.2.3", ["1.2.3"]),
        ("中小企业", ["中小", "小企", "企业"]),
        ("中", ["中"]),
        ("2023년 한국", ["2023", "년", "한국"]),
        ("ЁЛКА", ["елка"]),
        ("العربية", ["العربي"]),
        ("snake_case", ["snake", "case"]),
        ("٢٠٢٤", ["2024"]),
        ("", []),
    ],
)
def test_words_are_folded_cut_and_spelled_in_one_way(text, words):
    assert words_of(Document("", text)) == words


def test_only_the_top_of_a_text_is_read_and_all_of_its_title():
    words = words_of(Document("Title here", "one two " * 10_000))
    assert words[:2] == ["title", "here"]
    assert len(words) == 2 + LEAD_WORDS


@pytest.mark.parametrize(
    ("said", "text", "language"),
    [
        ("en", "Las pequeñas y medianas empresas de la región firmaron un acuerdo con la cámara. " * 4, "es"),
        ("pt-BR", "Feira", "pt"),
        (None, "The firms of the two countries have met in the city for a fair. " * 4, "en"),
        (None, "2024 — 2025", ""),
        ("ko", "", "ko"),
    ],
)
def test_a_text_of_some_length_says_its_language_itself(said, text, language):
    assert language_of(Document("", text, said)) == language


def test_a_word_shared_with_many_texts_counts_less_than_one_shared_with_few():
    texts = [Document("", f"minister {name} spoke on trade {name}x", "en") for name in ("ana", "bob", "cid", "dan")]
    pair = [Document("", "minister spoke on trade rana loka", "en"), Document("", "bank of rana loka", "en")]
    common = [pair[0], Document("", "minister spoke on bread nowhere", "en")]
    background = learn_background(texts)
    assert alike(pair, background) > alike(common, background)


def alike(documents, background):
    found = similar_pairs(documents, background, 0.001)
    return float(found.similarity.sum())


def test_texts_taken_for_two_languages_pair_only_as_copies():
    one = "Para pengusaha kecil dari dua negara itu akan bertemu dengan para pembeli di kota ini pada bulan depan."
    other = "Para petani dari dua negara itu akan bekerja dengan para ahli di desa ini pada bulan depan, kata dia."
    texts = [Document("", one, "id"), Document("", other, "ms"), Document("", one, "ms")]
    found = similar_pairs(texts, Background(), 0.1)
    assert (0, 1) not in list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert (0, 2) in list(zip(found.left.tolist(), found.right.tolist(), strict=True))


def test_pairs_name_the_earlier_text_first_and_reach_the_lowest_similarity():
    texts = [Document("", f"{city} opens a fair for {city} potters", "en") for city in ("Lyon", "Bonn", "Lyon")]
    found = similar_pairs(texts, Background(), 0.1)
    assert (0, 2, 1.0) in list(zip(found.left.tolist(), found.right.tolist(), found.similarity.tolist(), strict=True))
    assert all(found.left < found.right)
    assert all(found.similarity >= 0.1)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2022-03-03", date(2022, 3, 3), date(2022, 3, 3)),
        ("2022-03-03T10:00:00Z", date(2022, 3, 3), date(2022, 3, 3)),
        ("2022-03-03 10:00", date(2022, 3, 3), date(2022, 3, 3)),
        (" 2024-02 ", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022-12", date(2022, 12, 1), date(2022, 12, 31)),
        ("2014", date(2014, 1, 1), date(2014, 12, 31)),
    ],
)
def test_dates_mean_the_days_they_can_be(written, first, last):
    assert days_of(written) == Days(first, last)


@pytest.mark.parametrize(
    "written", [None, "", "yesterday", "2022-13", "2022-02-30", "0000", "20220303", "None", "1e9"]
)
def test_what_is_no_date_is_unknown(written):
    assert days_of(written) is None


@pytest.mark.parametrize(
    ("one", "other", "between", "spanned"),
    [
        ("2024-05-14", "2024-05-14", 0, 1),
        ("2024-05-14", "2024-05-21", 7, 8),
        ("2024-05-14", "2024-05", 0, 31),
        ("2024-05-14", "2024-06", 18, 48),
        ("2023", "2024", 1, 731),
        ("2024", None, 0, None),
    ],
)
def test_days_lie_apart_by_what_is_known(one, other, between, spanned):
    a, b = days_of(one), days_of(other)
    assert days_between(a, b) == days_between(b, a) == between
    assert days_spanned(a, b) == days_spanned(b, a) == spanned


def links(*triples):
    return [Link(*triple) for triple in triples]


@pytest.mark.parametrize(
    ("given_links", "groups"),
    [
        ([], [[0], [1], [2], [3]]),
        ([(0, 1, 0.5)], [[0, 1], [2], [3]]),
        ([(0, 1, 0.49)], [[0], [1], [2], [3]]),
        ([(0, 1, 0.9), (1, 2, 0.9)], [[0, 1], [2], [3]]),  # 2 is like one of the two only: 0.45 on average
        ([(0, 1, 0.9), (1, 2, 1.0)], [[0], [1, 2], [3]]),  # the strongest first
        ([(0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.3)], [[0, 1, 2], [3]]),
        ([(0, 1, 0.9), (2, 3, 0.9), (0, 2, 1), (1, 3, 1), (0, 3, 0.1), (1, 2, 0.1)], [[0, 2, 1, 3]]),
    ],
)
def test_groups_join_by_their_average_strongest_first(given_links, groups):
    found = groups_of([[0], [1], [2], [3]], 0, links(*given_links), 0.5)
    assert [sorted(group) for group in found] == [sorted(group) for group in groups]


def test_fixed_groups_grow_but_never_join_each_other_nor_through_a_third():
    found = groups_of([[0, 1], [2], [3]], 2, links((0, 2, 1), (1, 2, 1), (0, 3, 0.8), (1, 3, 0.8), (2, 3, 0.9)), 0.5)
    assert found == [[0, 1], [2, 3]]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.01, 1)), max_size=30))
def test_groups_hold_each_item_once_and_are_similar_on_average_to_no_other(triples):
    once = {(min(a, b), max(a, b)): strength for a, b, strength in triples if a != b}
    groups = groups_of([[n] for n in range(8)], 0, [Link(a, b, s) for (a, b), s in once.items()], 0.5)
    assert sorted(item for group in groups for item in group) == list(range(8))
    for place, group in enumerate(groups):
        for other in groups[place + 1 :]:
            total = sum(once.get((min(a, b), max(a, b)), 0.0) for a in group for b in other)
            assert total / (len(group) * len(other)) < 0.5 + 1e-9


@pytest.mark.parametrize(
    ("truth", "found", "precision", "recall"),
    [
        ("aab", "xxy", 1, 1),
        ("aab", "xyz", 1, 2 / 3),
        ("aab", "xxx", 5 / 9, 1),
        ("aab", "xyy", 2 / 3, 2 / 3),
    ],
)
def test_bcubed_is_the_mean_over_articles(truth, found, precision, recall):
    measured = bcubed(truth, found)
    assert (measured.precision, measured.recall) == (pytest.approx(precision), pytest.approx(recall))


def test_bcubed_over_events_reported_twice_still_counts_strangers_in_their_stories():
    measured = bcubed("aab", "xxx", reported_twice=True)
    assert (measured.precision, measured.recall) == (pytest.approx(2 / 3), 1)


def test_bcubed_without_anything_to_count_is_an_error():
    with pytest.raises(ValueError, match="no article"):
        bcubed("ab", "xy", reported_twice=True)
    with pytest.raises(ValueError, match="2 events given, but 1 stories"):
        bcubed("ab", "x")
