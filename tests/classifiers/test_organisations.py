"""Bodies named in a text: longest names first, whole words only, short names only where the text means them."""

from collections import Counter

import pytest

import seeds
from classifiers.organisations import Organisations
from classifiers.place_index import read_rows
from classifiers.verdict import Document, Organisation

FOLDER = seeds.FOLDER / "tags"
KINDS = {"sme-agency", "trade-promotion", "ministry", "chamber", "bank", "donor", "international", "network"}


@pytest.fixture(scope="module")
def bodies():
    return Organisations.load(FOLDER)


@pytest.fixture(scope="module")
def named(bodies):
    return lambda text: [body.name for body in bodies.find(text, 0)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("JETRO and KOTRA signed.", ["JETRO", "KOTRA"]),
        ("The Japan External Trade Organization opened an office.", ["JETRO"]),
        ("the japan external trade organization", []),  # a name is written as a name
        ("JETROS and KOTRAX", []),  # whole words only
        ("日本貿易振興機構(ジェトロ)は中小機構と連携する", ["JETRO", "SMRJ"]),
        ("중소벤처기업부는 KOSME와 함께", ["KOSME", "Ministry of SMEs and Startups"]),
        ("工业和信息化部与亚洲开发银行签署", ["ADB", "MIIT"]),
        # The longest name at a spot wins.
        ("The European Investment Bank lends.", ["EIB"]),
        ("The European Investment Fund guarantees.", ["EIF"]),
        ("SME Bank Malaysia lends.", ["SME Bank Malaysia"]),
        (
            "The African Export-Import Bank met the Export-Import Bank of China.",
            ["Afreximbank", "Exim Bank of China"],
        ),
        ("Micro, Small and Medium Enterprise Development Agency of Egypt", ["MSMEDA"]),
        ("Foreign, Commonwealth & Development Office", ["FCDO"]),
        # Short names that other things share count only with a cue.
        ("The ITC in Geneva trains exporters.", ["ITC"]),
        ("ITC, the Indian cigarette maker, reports profits.", []),
        ("The International Trade Centre trains exporters.", ["ITC"]),
        ("SBA chief visits U.S. firms.", ["SBA"]),
        ("SBA is a Danish airline code.", []),
        ("The EDB of Sri Lanka", ["Export Development Board (Sri Lanka)"]),
        ("Singapore's EDB courts chipmakers.", []),
        ("ADB lends to small firms; the loan runs ten years.", ["ADB"]),
        ("The adb debugger", []),
        ("CAF names its player of the year", []),
        ("CAF, the development bank, lends", ["CAF"]),
        ("The Department of Trade and Industry in Pretoria", []),
        ("The Department of Trade and Industry in Manila", ["DTI Philippines"]),
        ("A HEPA filter", []),
        ("HEPA, the Hungarian agency", ["HEPA"]),
        ("Acció!", []),
        # Case and accents.
        ("BPIFRANCE", ["Bpifrance"]),
        ("PROMPERU and Promperú", ["PromPerú"]),
        ("Bancoldex lends", ["Bancóldex"]),
    ],
)
def test_bodies_are_found_by_their_names_and_by_nothing_else(named, text, names):
    assert sorted(named(text)) == sorted(names)


def test_the_most_often_named_body_is_first_and_the_title_counts_three_times(bodies):
    title, text = "KOTRA goes abroad", "JETRO, JETRO and GIZ"
    found = bodies.find(f"{title}\n{text}", len(title))
    assert [body.name for body in found] == ["KOTRA", "JETRO", "GIZ"]


def test_a_body_comes_with_its_kind_and_its_economy(bodies):
    assert bodies.find("Sebrae", 0) == (Organisation("Sebrae", "sme-agency", "BR"),)
    assert bodies.find("UNIDO", 0) == (Organisation("UNIDO", "international", None),)


def test_the_list_is_well_formed(bodies):
    rows = list(read_rows(FOLDER / "organisations.csv"))
    economies = {row["code"] for row in read_rows(seeds.FOLDER / "places" / "economies.csv")} | {"EU", "INT"}
    assert len(bodies.known) >= 150
    assert {row["kind"] for row in rows} <= KINDS
    assert {row["code"] for row in rows} <= economies
    assert all(None not in row for row in rows), "a name with a comma needs quotes"


def test_no_name_stands_for_two_bodies(bodies):
    owners = Counter(
        (word, name.tail, name.rules == ()) for word, names in bodies.index.first.items() for name in names
    )
    doubled = {key for key, n in owners.items() if n > 1}
    for word, tail, plain in doubled:
        same = {n.codes for n in bodies.index.first[word] if n.tail == tail and (n.rules == ()) == plain}
        assert len(same) == 1 or not plain, f"{word} {tail} stands for {same}"


def test_two_rows_of_one_body_that_disagree_are_refused(tmp_path):
    (tmp_path / "organisations.csv").write_text("name,kind,code,needs,names\nA,bank,JP,,\nA,bank,KR,,B\n")
    with pytest.raises(ValueError, match="two rows of A"):
        Organisations.load(tmp_path)


def test_a_verdict_that_counts_says_sectors_and_organisations_by_the_lists_in_the_models_folder(judge):
    title = "JETRO and Peru sign an agreement for small coffee growers"
    text = (
        "JETRO and the Peruvian government signed a memorandum of understanding on Monday to help small and medium "
        "enterprises of both countries. Under the agreement small coffee exporters of Peru will meet Japanese buyers "
        "at business matching events, and SMEs from Japan will advise them on coffee quality and export markets. "
    )
    [counts, other] = judge.judge(
        [Document(title, text, "en"), Document("A match", "The team won at home. " * 20, "en")]
    )
    assert (counts.is_relevant, other.is_relevant) == (True, False)
    assert counts.sectors == ("agri-food",)
    assert [body.name for body in counts.organisations] == ["JETRO"]
    assert set(judge.card["files"]) >= {"tags/sectors.toml", "tags/organisations.csv"}
