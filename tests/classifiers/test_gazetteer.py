"""The gazetteer: its data are complete and sound, and spans, masks and mentions keep their promises."""

import csv
import unicodedata
from itertools import pairwise
from pathlib import Path

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.gazetteer import AGENCY, BLOC, CURRENCY, PLACE, Gazetteer
from classifiers.place_language import guess_language

PLACES = Path(__file__).parents[2] / "seeds/places"
GAZETTEER = Gazetteer.load(PLACES)
LANGUAGES = ("ar", "de", "es", "fr", "id", "it", "ja", "ko", "pt", "ru", "vi", "zh")


def rows(name):
    with (PLACES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


ECONOMIES = {row["code"] for row in rows("economies.csv")}
BLOCS = {row["id"] for row in rows("blocs.csv")}


def test_every_iso_country_is_an_economy_and_only_kosovo_and_the_eu_are_added():
    iso = {country.alpha_2 for country in pycountry.countries}
    assert iso | {"XK", "EU"} == ECONOMIES
    assert len(rows("economies.csv")) == len(ECONOMIES)


@pytest.mark.parametrize("name", ["cities.csv", "organisations.csv", "rules.csv", "ambiguous.csv"])
def test_every_code_is_an_economy(name):
    codes = {code for row in rows(name) for code in row["code"].split("+") if code}
    assert codes <= ECONOMIES


def test_members_are_economies_listed_once_and_few_enough_for_a_table_of_pairs():
    rosters = [(row["id"], part.split()) for row in rows("blocs.csv") for part in row["members"].split("|") if part]
    assert len(rosters) >= 40
    for bloc, members in rosters:
        assert set(members) <= ECONOMIES - {"EU"}, bloc
        assert len(set(members)) == len(members) <= 16, bloc


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_at_least_80_economies(language):
    codes = {
        code
        for row in rows(f"names/{language}.csv")
        for code in ([row["code"]] if row["code"] in BLOCS else row["code"].split("+"))
    }
    assert codes - {"-"} <= ECONOMIES | BLOCS
    assert len(codes & ECONOMIES) >= 80


@pytest.mark.parametrize("name", ["blocs.csv", "cities.csv", "economies.csv", "organisations.csv", "rules.csv"])
def test_no_row_has_too_many_or_too_few_cells(name):
    assert all(None not in row and None not in row.values() for row in rows(name))


def test_there_are_at_least_400_provinces_and_cities():
    assert len(rows("cities.csv")) >= 400


@pytest.mark.parametrize("row", rows("economies.csv"), ids=lambda row: row["code"])
def test_every_economy_is_found_by_its_first_name(row):
    name = row["names"].split("|")[0]
    cues = "St Helier in the Channel Islands and St. George's of the CARICOM"  # some names count only with theirs
    text = f"In spring the small firms of {name} met those of {cues}."
    assert row["code"] in {span.code for span in GAZETTEER.spans(text, language="en")}


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        Gazetteer.load(tmp_path)


def test_a_name_with_an_impossible_character_is_refused(tmp_path):
    for file in PLACES.glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "blocs.csv").write_text("id,kind,names\nX,bloc,A/B group\n", encoding="utf-8")
    with pytest.raises(ValueError, match="A/B group"):
        Gazetteer.load(tmp_path)


PIECES = [
    "Japan",
    "Viet Nam",
    "U.S.",
    "JETRO",
    "ASEAN",
    "Côte d'Ivoire",
    "Ho Chi Minh City",
    "Chad",
    "Jordan",
    "Smith",
    "中德",
]
PIECES += [
    "the",
    "firms",
    "European Union",
    "and",
    "in",
    ",",
    ".",
    "-",
    "Bank of China",
    "TURKEY",
    "Georgia",
    "Atlanta",
    "\n",
]
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))


@given(TEXTS, st.sampled_from([None, "en", *LANGUAGES]))
@settings(max_examples=150, deadline=None)
def test_spans_stand_in_the_text_in_order_and_overlap_only_as_pairs(text, language):
    text = unicodedata.normalize("NFC", text)
    spans = GAZETTEER.spans(text, language=language)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    for left, right in pairwise(spans):
        assert left.end <= right.start or (left.start, left.end) == (right.start, right.end)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_mask_stands_for_every_span_and_nothing_else_changes(text):
    text = unicodedata.normalize("NFC", text)
    places = dict.fromkeys((span.start, span.end) for span in GAZETTEER.spans(text))
    masked = GAZETTEER.mask(text)
    rest = masked
    for mask in (PLACE, BLOC, AGENCY, CURRENCY):
        rest = rest.replace(mask, "\0")
    kept = text
    for start, end in reversed(places):
        kept = kept[:start] + "\0" + kept[end:]
    assert rest == kept


@given(TEXTS, TEXTS)
@settings(max_examples=100, deadline=None)
def test_mentions_show_what_stands_in_title_newline_text(title, text):
    places = GAZETTEER.find(title, text)
    whole = unicodedata.normalize("NFC", title) + "\n" + unicodedata.normalize("NFC", text)
    assert all(whole[mention.start : mention.end] == mention.surface for mention in places.mentions)
    assert set(places.countries) == {mention.code for mention in places.mentions if mention.role == "actor"}


def test_a_mask_hides_names_demonyms_cities_bodies_and_blocs():
    text = "Vietnamese firms from Hanoi met JETRO, Japan's agency, at an ASEAN fair in Asia."
    assert GAZETTEER.mask(text, language="en") == (
        "placename firms from placename met agencyname, placename's agency, at an blocname fair in placename."
    )


def test_a_mask_hides_currencies_which_tell_the_place_as_well():
    assert GAZETTEER.mask("A loan of 5 billion yen or Rs 20", language="en") == (
        "A loan of 5 billion currencyname or currencyname 20"
    )


def test_a_mask_leaves_birds_porcelain_and_verbs():
    text = "They polish china and eat turkey with us."
    assert GAZETTEER.mask(text, language="en") == text


def test_the_strongest_economy_comes_first():
    places = GAZETTEER.find("Kenya hosts fair", "Kenya and Uganda met. Kenya pays, Kenya plans.", language="en")
    assert places.countries == ("KE", "UG")


def test_mentions_tell_where_they_stand_and_what_they_do():
    text = "HANOI (VNA) – Viet Nam and Japan met. " + "They talked. " * 60 + "Peru was not there."
    places = GAZETTEER.find("Viet Nam meets Japan at ASEAN fair", text, language="en")
    told = [(mention.surface, mention.role, mention.where) for mention in places.mentions]
    assert told == [
        ("Viet Nam", "actor", "title"),
        ("Japan", "actor", "title"),
        ("ASEAN", "bloc", "title"),
        ("HANOI", "dateline", "lead"),
        ("Viet Nam", "actor", "lead"),
        ("Japan", "actor", "lead"),
        ("Peru", "mentioned", "body"),
    ]


def test_decomposed_letters_are_the_same_letters():
    text = unicodedata.normalize("NFD", "Việt Nam và Côte d'Ivoire")
    assert [span.code for span in GAZETTEER.spans(text, language="vi")] == ["VN", "CI"]


def test_a_language_without_a_file_is_read_with_the_english_names():
    assert [span.code for span in GAZETTEER.spans("Firmy z Japan i Malta", language="pl")] == ["JP", "MT"]


@pytest.mark.parametrize("tag", ["pt", "pt-BR", "PT_br"])
def test_a_language_tag_is_read_by_its_first_part(tag):
    assert [span.code for span in GAZETTEER.spans("Empresas moçambicanas", language=tag)] == ["MZ"]


@pytest.mark.parametrize("tag", ["../economies", "xx", "-", "/etc/passwd"])
def test_a_hostile_language_tag_reaches_no_file(tag):
    assert [span.code for span in GAZETTEER.spans("Japan", language=tag)] == ["JP"]
    assert set(GAZETTEER.indexes) <= set(LANGUAGES)


def test_places_of_known_spans_are_those_that_find_gives():
    title, text = "Kenya hosts fair", "Unlike Peru, Kenya and Uganda met."
    whole = f"{title}\n{text}"
    assert GAZETTEER.places(title, whole, GAZETTEER.spans(whole)) == GAZETTEER.find(title, text)


def test_an_empty_article_has_no_places():
    places = GAZETTEER.find("", "")
    assert (places.countries, places.blocs, places.mentions) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The firms of the region met in the capital.", "en"),
        ("Die Betriebe der Region trafen sich mit dem Minister.", "de"),
        ("Les entreprises de la région se sont réunies dans le centre.", "fr"),
        ("Las empresas de la región se reunieron con los bancos en el centro.", "es"),
        ("Le imprese della regione si incontrano nel centro con gli amici.", "it"),
        ("As empresas da região não se reuniram com os bancos em dezembro.", "pt"),
        ("Pelaku usaha dari daerah ini bertemu dengan bank di pusat dan tidak rugi.", "id"),
        ("Các doanh nghiệp của tỉnh được hỗ trợ trong năm với những chương trình.", "vi"),
        ("Предприниматели области встретились в центре.", "ru"),
        ("التقى أصحاب المشروعات الصغيرة في المركز.", "ar"),
        ("中小企业在中心会面。", "zh"),
        ("中小企業がセンターで会う。", "ja"),
        ("중소기업이 센터에서 만났다.", "ko"),
        ("", "en"),
    ],
)
def test_the_language_is_guessed_by_script_and_commonest_words(text, language):
    assert guess_language(text) == language
