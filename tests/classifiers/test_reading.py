import pytest

from classifiers.reading import MAX_WORDS, Reader, Reading, without_boilerplate
from classifiers.verdict import Document


def sentences(reading: Reading) -> list[str]:
    return [reading.phrase(first, stop) for first, stop in reading.sentences]


def read(reader: Reader, text: str, title: str = "A title of the day", language: str | None = "en") -> Reading:
    return reader.read(Document(title, text, language))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there.", ["One here", "Two there"]),
        ("Mr. Smith came. He left.", ["Mr. Smith came", "He left"]),
        ("U.S. firms came. They left.", ["U.S. firms came", "They left"]),
        ("It cost 3.5 million. Yes.", ["It cost 3.5 million", "Yes"]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ('He said "no." Then he left.', ['He said "no', "Then he left"]),
        ("中小企业合作。论坛开幕。", ["中小企业合作", "论坛开幕"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(reader: Reader, text: str, expected: list[str]) -> None:
    assert sentences(read(reader, text))[1:] == expected


def test_the_title_is_known_from_the_text(reader: Reader) -> None:
    reading = read(reader, "Small firms met. They talked.", "SMEs of two countries meet. Again")
    assert reading.title_sentences == 2
    assert reading.phrase(reading.title_end, reading.title_end + 2) == "Small firms"


def test_a_text_is_read_to_its_first_300_words(reader: Reader) -> None:
    assert len(read(reader, "word " * 2_000).written) == MAX_WORDS


def test_chinese_is_read_to_as_much_sense_not_as_many_characters(reader: Reader) -> None:
    assert len(read(reader, "合作" * 2_000, language="zh").written) == 2 * MAX_WORDS


def test_no_words_no_sentences(reader: Reader) -> None:
    reading = read(reader, " ... ", title="")
    assert (reading.written, reading.sentences, reading.title_sentences, reading.title_end) == ((), (), 0, 0)


def test_places_become_one_mask_in_the_grams(reader: Reader) -> None:
    names = set(read(reader, "Firms of South Korea and Viet Nam met in Hanoi.").grams.names)
    assert "<place>" in names
    assert not {name for name in names if any(place in name for place in ("korea", "viet", "nam", "hanoi"))}


def test_the_many_names_of_smes_share_one(reader: Reader) -> None:
    for text in ("SMEs met", "Small and medium-sized enterprises met"):
        assert "<sme>" in read(reader, text).grams.names


def test_numbers_share_one_mask_and_small_words_are_left_out(reader: Reader) -> None:
    names = read(reader, "The 250 of 17", title="").grams.names
    assert names == ["<number>", "<number>", "<number> <number>"]


def test_words_of_the_title_count_once_more(reader: Reader) -> None:
    names = read(reader, "forum", title="Forum").grams.names
    assert names == ["forum", "forum", "forum forum", "title:forum"]


def test_a_dateline_is_no_party(reader: Reader) -> None:
    reading = read(reader, "HANOI (VNA) – Small firms of Japan met partners.")
    assert {mention.code for mention in reading.mentions if mention.is_economy} == {"JP"}


@pytest.mark.parametrize(
    "closing", ["About Acme Corp", "Media Contact:", "###", "For more information visit the site"]
)
def test_what_closes_a_press_release_is_not_read(closing: str) -> None:
    text = "Firms met and signed. " * 20
    assert without_boilerplate(f"{text}\n{closing}\nAcme sells software to SMEs.").strip() == text.strip()


def test_a_heading_near_the_top_cuts_nothing() -> None:
    text = "About the fair\n" + "Firms met and signed. " * 20
    assert without_boilerplate(text) == text


def test_the_language_is_guessed_where_nobody_says_it(reader: Reader) -> None:
    text = "Kleine und mittlere Unternehmen aus Deutschland und Vietnam wollen gemeinsam forschen und entwickeln."
    assert read(reader, text, title="", language=None).language == "de"
    assert read(reader, "The firms of the two countries met in the city.", language=None).language == "en"
    assert read(reader, "12 34", title="", language=None).language == "und"
