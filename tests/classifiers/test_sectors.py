"""Sectors of a text: named in its title or twice, in many languages, and not by a word in passing."""

from pathlib import Path

import pytest

import seeds
from classifiers.lexicons import Lexicon
from classifiers.reading import Reader
from classifiers.sectors import Sectors
from classifiers.verdict import Document


@pytest.fixture(scope="module")
def find():
    reader, sectors = Reader.load(seeds.FOLDER), Sectors.load(seeds.FOLDER / "tags")

    def found(title, text="", language="en"):
        return sectors.find(reader.read(Document(title, text, language))[0])

    return found


@pytest.mark.parametrize(
    ("title", "text", "sectors"),
    [
        ("Coffee growers of two countries meet", "", ("agri-food",)),
        ("Small firms meet", "Solar panels were shown. Wind power was discussed.", ("energy",)),
        ("Small firms meet", "Solar panels were shown.", ()),  # once, in the text
        ("Small firms meet", "A friend of mine has a cloud over his head.", ()),
        ("Garment makers of Dhaka at a trade fair", "Shoe factories and fabrics. Software firms.", ("textiles",)),
        ("SME loans: bank and agency sign", "Loans, credit and guarantees for exporters.", ()),
        ("Hotels and hotels", "Software. Software. Software.", ("tourism", "digital")),
    ],
)
def test_a_sector_is_named_in_the_title_or_twice_in_the_text(find, title, text, sectors):
    assert find(title, text) == sectors


@pytest.mark.parametrize(
    ("language", "title", "sector"),
    [
        ("de", "Maschinenbauer aus Bayern reisen nach Vietnam", "machinery"),
        ("fr", "Des PME agroalimentaires à Abidjan", "agri-food"),
        ("es", "Pymes de calzado viajan a México", "textiles"),
        ("pt", "Pequenas empresas de turismo em Lisboa", "tourism"),
        ("it", "Artigiani italiani in Tunisia", "crafts"),
        ("ru", "Малые предприятия машиностроения едут в Минск", "machinery"),
        ("ar", "شركات صغيرة في قطاع السياحة", "tourism"),
        ("zh", "中小企业半导体合作", "electronics"),
        ("ja", "中小企業の水産業者がベトナムへ", "fishery"),
        ("ko", "중소기업 화장품 수출 상담회", "chemicals-and-plastics"),
        ("vi", "Doanh nghiệp nhỏ ngành dệt may gặp đối tác", "textiles"),
        ("id", "UMKM kerajinan Bali di Osaka", "crafts"),
    ],
)
def test_sectors_are_found_in_the_languages_of_the_lexicons(find, language, title, sector):
    assert sector in find(title, language=language)


def test_a_text_has_at_most_four_sectors_the_most_often_named_first(find):
    fair = "Food, food, food, food, food. Textiles, textiles, textiles, textiles. Hotels, hotels, hotels. "
    assert find("A fair", fair + "Software, software. Films, music.") == (
        "agri-food",
        "textiles",
        "tourism",
        "creative",
    )


def test_every_sector_says_what_it_is_and_has_words_of_every_language():
    sectors, lexicon = Sectors.load(seeds.FOLDER / "tags"), Lexicon.load(seeds.FOLDER / "lexicons")
    assert 15 <= len(sectors.names) <= 25
    assert sectors._lexicon.languages >= lexicon.languages


def test_a_list_of_words_holds_no_space():
    """`a|b c|d` would be the two words (a or b) (c or d); what was meant is three phrases."""
    import tomllib

    tables = tomllib.loads((seeds.FOLDER / "tags" / "sectors.toml").read_text(encoding="utf-8"))
    phrases = [
        phrase for lists in tables.values() for key, found in lists.items() if key != "about" for phrase in found
    ]
    assert [phrase for phrase in phrases if any(part.count("|") > 1 for part in phrase.split()[:-1])] == []


def test_a_folder_without_sectors_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="no lexicon"):
        Sectors.load(tmp_path)
