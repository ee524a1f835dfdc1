import re
from pathlib import Path

import pytest

from classifiers.lexicons import WORD, Lexicon, LexiconError

SEEDS = Path(__file__).parents[2] / "seeds"


def found(lexicon: Lexicon, text: str, language: str = "en") -> list[tuple[str, str]]:
    """(concept, phrase) of each hit; a full stop ends a sentence."""
    written, sentences = [], []
    for sentence in text.split("."):
        words = WORD.findall(sentence)
        sentences.append((len(written), len(written) + len(words)))
        written += words
    folded = [word.casefold() for word in written]
    return [
        (h.concept, " ".join(written[h.start : h.end])) for h in lexicon.hits(folded, written, sentences, language)
    ]


def small(**phrases: list[str]) -> Lexicon:
    return Lexicon({concept: {"en": listed} for concept, listed in phrases.items()})


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("export promotion", "an export promotion board", "export promotion"),
        ("export promotion", "an Export-Promotion board", "Export Promotion"),
        ("export promotion", "export and promotion", None),
        ("export*", "Exporters met", "Exporters"),
        ("export*", "they re-export goods", "export"),
        ("small|smaller", "smaller firms", "smaller"),
        ("small ~ firms", "small and young firms", "small and young firms"),
        ("small ~ firms", "small, family-owned, old firms", None),
        ("small ~ firms", "they are small. Firms", None),
        ("ITC", "the ITC said", "ITC"),
        ("ITC", "the itc said", None),
        ("Norfund", "from Norfund", "Norfund"),
    ],
)
def test_a_phrase_is_found_as_its_grammar_says(phrase: str, text: str, expected: str | None) -> None:
    assert found(small(concept=[phrase]), text) == ([("concept", expected)] if expected else [])


def test_of_one_concept_the_longest_phrase_wins_and_none_overlaps() -> None:
    lexicon = small(concept=["small", "small business", "business loan"])
    assert found(lexicon, "a small business loan") == [("concept", "small business")]


def test_concepts_do_not_hide_each_other() -> None:
    lexicon = small(firms=["small business"], money=["business loan"])
    assert found(lexicon, "a small business loan") == [("firms", "small business"), ("money", "business loan")]


def test_characters_of_unspaced_languages_are_matched_side_by_side() -> None:
    lexicon = Lexicon({"firms": {"zh": ["中小企业"], "en": ["sme"]}})
    assert found(lexicon, "支持中小企业发展", "zh") == [("firms", "中 小 企 业")]


def test_a_language_reads_its_own_lists_and_those_of_all() -> None:
    lexicon = Lexicon({"firms": {"de": ["mittelstand*"], "en": ["red"], "any": ["SME"]}})
    assert found(lexicon, "Mittelstand red SME", "de") == [("firms", "Mittelstand"), ("firms", "SME")]
    assert found(lexicon, "Mittelstand red SME", "en") == [("firms", "red"), ("firms", "SME")]


def test_a_language_without_lists_is_read_with_the_english_ones() -> None:
    assert found(small(firms=["sme"]), "een sme", "nl") == [("firms", "sme")]


@pytest.mark.parametrize("phrase", ["*", "small||firm", "", "r&d"])
def test_a_phrase_that_cannot_be_read_is_refused_by_name(phrase: str) -> None:
    with pytest.raises(LexiconError, match="concept"):
        small(concept=[phrase])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[concept\n")
    with pytest.raises(LexiconError, match=re.escape("broken.toml")):
        Lexicon.load(tmp_path)


def test_a_folder_without_lexicons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no lexicon"):
        Lexicon.load(tmp_path)


def test_the_shipped_lexicons_know_the_languages_of_the_examples() -> None:
    lexicon = Lexicon.load(SEEDS / "lexicons")
    assert lexicon.languages >= {"en", "zh", "ja", "ko", "vi", "id", "de", "fr", "es", "pt", "it", "ru", "ar"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("small and medium-sized enterprises", "en"),
        ("SMEs", "en"),
        ("MSMEs", "en"),
        ("micro, small and medium businesses", "en"),
        ("kleine und mittlere Unternehmen", "de"),
        ("les petites et moyennes entreprises", "fr"),
        ("las pequeñas y medianas empresas", "es"),
        ("pequenas e médias empresas", "pt"),
        ("piccole e medie imprese", "it"),
        ("малый и средний бизнес", "ru"),
        ("المشروعات الصغيرة والمتوسطة", "ar"),
        ("中小企业", "zh"),
        ("中小企業", "ja"),
        ("중소기업을", "ko"),
        ("doanh nghiệp nhỏ và vừa", "vi"),
        ("usaha mikro, kecil dan menengah", "id"),
    ],
)
def test_small_firms_are_known_in_every_language(text: str, language: str) -> None:
    assert "sme_term" in {concept for concept, _ in found(Lexicon.load(SEEDS / "lexicons"), text, language)}
