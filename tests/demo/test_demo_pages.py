"""Every page of the demo's web gives its article to the extractor: nearly all of it, and next to nothing else."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import trafilatura

from flows.demo.content import Piece, outlets, pieces, pieces_of
from flows.demo.pages import OVERSIZE_BYTES, Setting, article_page, consent_page, front_page, oversize_page

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ARTICLES = [piece for piece in dict.fromkeys([*pieces(1), *pieces(2)]) if piece.page == "article"]


def words(text: str) -> Counter[str]:
    """Words of alphabets, and single characters of Chinese and Japanese."""
    return Counter(re.findall(r"[぀-ヿ㐀-鿿]|[^\W_぀-ヿ㐀-鿿]+", text.lower()))


def setting(piece: Piece) -> Setting:
    return Setting("http://" + piece.outlet.host, NOW, pieces_of(piece.outlet, piece.edition))


def page(piece: Piece) -> str:
    return article_page(piece, setting(piece)).decode(piece.outlet.charset)


def name(piece: Piece) -> str:
    return f"{piece.outlet.key}/{piece.slug}.{piece.edition}"


@pytest.mark.parametrize("piece", ARTICLES, ids=name)
def test_the_extractor_finds_the_article_and_no_furniture(piece):
    body = article_page(piece, setting(piece))
    found = words(trafilatura.extract(body, fast=True, include_comments=False) or "")
    wanted = words("\n".join(piece.paragraphs))
    allowed = wanted + words(piece.title) + words(piece.summary)
    assert (found & wanted).total() >= 0.9 * wanted.total()
    assert (found - allowed).total() < 0.1 * found.total()


@pytest.mark.parametrize("piece", ARTICLES, ids=name)
def test_cookies_and_navigation_do_not_leak_into_the_text(piece):
    text = trafilatura.extract(page(piece), fast=True, include_comments=False)
    furniture = [piece.outlet.words[part] for part in ("cookies", "newsletter", "footer", "tagline")]
    assert not [words_ for words_ in furniture if words_ in text]


@pytest.mark.parametrize("piece", ARTICLES, ids=name)
def test_a_page_is_the_same_whatever_the_truth_in_its_header(piece):
    lied = replace(piece, label=1 - piece.label, kind="unknown", countries=("AQ",), reprint_of="nothing")
    others = tuple(lied if other is piece else other for other in pieces_of(piece.outlet, piece.edition))
    assert article_page(lied, Setting(setting(piece).base, NOW, others)) == article_page(piece, setting(piece))


@pytest.mark.parametrize("outlet", outlets(), ids=lambda outlet: outlet.key)
def test_pages_of_an_outlet_are_written_in_its_charset(outlet):
    for piece in pieces_of(outlet, 1):
        assert f"charset={outlet.charset}" in page(piece).replace('"', "")
        assert "&#" not in page(piece).replace("&#x27;", "")


def test_the_oversize_page_is_above_three_mebibytes_and_still_a_page():
    piece = next(piece for piece in pieces() if piece.page == "oversize")
    body = oversize_page(piece, setting(piece))
    assert len(body) > OVERSIZE_BYTES > 3 * 2**20
    assert body.rstrip().endswith(b"</html>")


def test_a_consent_wall_holds_no_article():
    piece = next(piece for piece in pieces() if piece.page == "consent wall")
    wall = consent_page(piece.outlet, "http://x.test").decode(piece.outlet.charset)
    assert piece.title not in wall
    assert "consent" in wall


def test_a_front_page_names_the_feeds_where_discovery_looks():
    outlet = next(outlet for outlet in outlets() if outlet.key == "meridian")
    front = front_page(outlet, Setting("http://x.test", NOW, pieces_of(outlet, 1))).decode()
    assert front.count('rel="alternate"') == 2
