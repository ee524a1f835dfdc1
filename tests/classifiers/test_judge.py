import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import skops.io

from classifiers.examples import KINDS
from classifiers.folders import CARD_FILE, MODEL_FILE, ModelError, file_hash
from classifiers.judge import Judge, classify_rows, load_judge
from classifiers.verdict import Document

RELEVANT = Document(
    "Small manufacturers of Kenya and India sign pact on joint ventures",
    "The Kenya National Association of Small Manufacturers and the Federation of Indian Small Industries have signed "
    "a memorandum to link small and medium-sized enterprises of both countries. The two bodies will exchange "
    "delegations, organise business matching and train members to export. The High Commissioner of India said the "
    "partnership would help hundreds of SMEs find partners abroad.",
)
OTHER = Document(
    "Striker scores twice as City win the cup",
    "City won the cup on Saturday after their striker scored twice in the second half of a match that had been even "
    "until a defender was sent off. The coach praised the players and the crowd, and said that the team would "
    "celebrate for a day before the league season goes on with a match against United next week.",
)


class Stranger:
    """A type that stands in no model."""


def test_a_relevant_and_another_text_are_told_apart(judge: Judge) -> None:
    relevant, other = judge.judge([RELEVANT, OTHER])
    assert relevant.is_relevant
    assert relevant.band in ("sure", "likely")
    assert relevant.kind in KINDS
    assert relevant.kind_score is not None
    assert (other.is_relevant, other.band, other.kind, other.kind_score) == (False, "no", None, None)


def test_places_and_model_stand_in_the_verdict(judge: Judge) -> None:
    verdict = judge.judge([RELEVANT])[0]
    assert set(verdict.countries) == {"KE", "IN"}
    assert verdict.model_id == judge.model_id == judge.card["model_id"]


def test_relevant_means_sure_or_likely(judge: Judge) -> None:
    assert judge.threshold == judge.thresholds.likely
    for verdict in judge.judge([RELEVANT, OTHER], why=False):
        assert verdict.is_relevant == (verdict.score >= judge.threshold)


def test_why_can_be_left_out_and_changes_nothing_else(judge: Judge) -> None:
    for full, bare in zip(judge.judge([RELEVANT, OTHER]), judge.judge([RELEVANT, OTHER], why=False), strict=True):
        assert bare == replace(full, why=())


def test_a_text_is_judged_alike_alone_and_among_others(judge: Judge) -> None:
    alone = judge.judge([RELEVANT])[0]
    among = judge.judge([OTHER] * 300 + [RELEVANT])[-1]
    assert among.score == pytest.approx(alone.score, abs=1e-12)
    assert among.band == alone.band


def test_nothing_to_judge_gives_no_verdicts(judge: Judge) -> None:
    assert judge.judge([]) == []


@pytest.mark.parametrize(
    "document",
    [
        Document("", ""),
        Document("SMEs of two countries sign pact", "Details follow."),
        Document("", "???"),
        Document("Een bijeenkomst", "Kleine bedrijven uit twee landen ondertekenden een overeenkomst. " * 6, "nl"),
    ],
)
def test_too_short_or_in_a_language_never_measured_is_unjudged_not_guessed(judge: Judge, document: Document) -> None:
    verdict = judge.judge([document])[0]
    assert (verdict.band, verdict.is_relevant, verdict.kind) == ("unjudged", False, None)
    assert 0 <= verdict.score <= 1


def test_another_name_of_the_place_does_not_change_the_topic(judge: Judge) -> None:
    """Four of the five seeds are about Japan; the score must not be."""
    swapped = {"Kenya": "Bolivia", "India": "Norway", "Indian": "Norwegian"}
    title, text = RELEVANT.title, RELEVANT.text
    for old, new in sorted(swapped.items(), key=lambda pair: -len(pair[0])):
        title, text = title.replace(old, new), text.replace(old, new)
    here, there = judge.judge([RELEVANT, Document(title, text)], why=False)
    assert there.score == pytest.approx(here.score, abs=0.02)


def test_hostile_text_is_judged_in_bounded_work(judge: Judge) -> None:
    awful = [
        Document("a" * 200_000, "b" * 200_000),
        Document("", "SME " * 200_000),
        Document("", "." * 200_000 + "\n" * 200_000),
        Document("\x00\ud7ff\U0010ffff", "\u202e" * 50_000 + "small firms abroad " * 30),
    ]
    assert [verdict.model_id for verdict in judge.judge(awful)] == [judge.model_id] * len(awful)


def test_rows_are_classified_as_the_command_writes_them(judge: Judge) -> None:
    row = {"id": "a", "title": RELEVANT.title, "text": RELEVANT.text}
    found = list(classify_rows(judge, [row, {"id": "b", "text": ""}]))
    assert [line["id"] for line in found] == ["a", "b"]
    assert set(found[0]) >= {"id", "score", "relevant", "band", "kind", "countries", "blocs", "why"}
    assert found[0]["relevant"] is True
    assert json.loads(json.dumps(found)) == found


class TestFolder:
    def test_a_loaded_model_judges_as_it_did(self, model_folder: Path, judge: Judge) -> None:
        assert load_judge(model_folder).judge([RELEVANT, OTHER]) == judge.judge([RELEVANT, OTHER])

    def test_it_is_named_by_its_content_and_says_what_it_is(self, model_folder: Path, judge: Judge) -> None:
        assert model_folder.name == judge.model_id
        card = (model_folder / "card.md").read_text()
        assert "Intended use" in card
        assert "Limits" in card
        assert set(judge.card["files"]) >= {MODEL_FILE, "lexicons/firms.toml", "places/economies.csv"}

    def test_no_pickle_is_in_it(self, model_folder: Path) -> None:
        assert not [file for file in model_folder.rglob("*") if file.suffix in (".pkl", ".pickle", ".joblib")]

    def test_it_is_smaller_than_20_mb(self, model_folder: Path) -> None:
        assert sum(file.stat().st_size for file in model_folder.rglob("*") if file.is_file()) < 20_000_000

    @pytest.fixture
    def copy(self, model_folder: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(model_folder, tmp_path / model_folder.name))

    @pytest.mark.parametrize("name", [MODEL_FILE, "lexicons/firms.toml", "places/economies.csv"])
    def test_an_altered_file_is_refused_by_name(self, copy: Path, name: str) -> None:
        with (copy / name).open("ab") as file:
            file.write(b"\n")
        with pytest.raises(ModelError, match=name):
            load_judge(copy)

    def test_a_missing_file_is_refused_by_name(self, copy: Path) -> None:
        (copy / "lexicons" / "acts.toml").unlink()
        with pytest.raises(ModelError, match=r"lexicons/acts\.toml"):
            load_judge(copy)

    def test_a_type_that_no_model_has_is_refused_by_name(self, copy: Path) -> None:
        skops.io.dump({"relevance": Stranger()}, copy / MODEL_FILE)
        card = json.loads((copy / CARD_FILE).read_text())
        card["files"][MODEL_FILE] = file_hash(copy / MODEL_FILE)
        (copy / CARD_FILE).write_text(json.dumps(card))
        with pytest.raises(ModelError, match=r"unexpected types.*Stranger"):
            load_judge(copy)

    def test_another_scikit_learn_is_refused_with_what_to_do(self, copy: Path) -> None:
        card = json.loads((copy / CARD_FILE).read_text())
        card["libraries"]["scikit-learn"] = "1.2.0"
        (copy / CARD_FILE).write_text(json.dumps(card))
        with pytest.raises(ModelError, match=r"1\.2\.0.*smewatch train"):
            load_judge(copy)

    def test_no_model_there_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="smewatch train"):
            load_judge(tmp_path / "rel-nothing")
