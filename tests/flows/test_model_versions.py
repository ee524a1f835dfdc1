"""A model is a version: what it learns from, when it comes to judge, and how that is told."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

import seeds
from classifiers import training
from classifiers.material import EXAMPLE_FILES
from classifiers.relevance import Relevance
from flows import models
from flows.judging_past import RejudgeReport
from flows.models import FEWEST_BACKGROUND, TooLittleBackground
from flows.rejudge import rejudge
from flows.settings import Settings
from flows.train import train
from tests.flows.tools import QuickCli, failed_checks, held, rows
from warehouse.opening import open_warehouse
from warehouse.rows import ArticleRow, Batch, FeedRow, LabelRow, TextRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SEEDS = seeds.FOLDER


def few_seeds(folder: Path) -> Path:
    """The seeds with every tenth English or invented text and the Spanish ones: a language costs a second to read."""
    ignored = shutil.ignore_patterns("*.jsonl", "*.py", "__pycache__")
    shutil.copytree(SEEDS, folder, ignore=ignored)
    for name in EXAMPLE_FILES:
        lines = (SEEDS / "examples" / name).read_text(encoding="utf-8").splitlines(keepends=True)
        spanish = [line for line in lines if '"language": "es"' in line]
        kept = spanish if name == "multilingual.jsonl" else lines[::10]
        (folder / "examples" / name).write_text("".join(kept), encoding="utf-8")
    return folder


def blinded(folder: Path) -> Path:
    """The same without a word in the lexicons, as if somebody had spoilt them."""
    for file in (few_seeds(folder) / "lexicons").glob("*.toml"):
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = [line if re.match("family|about|#", line) else re.sub('"[^"]+"', '"qqqq"', line) for line in lines]
        file.write_text("\n".join(kept), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """Folders of seeds to learn from, a good one and one that must give a worse model."""
    folder = tmp_path_factory.mktemp("seeds")
    return {"good": few_seeds(folder / "good"), "blind": blinded(folder / "blind")}


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def learn(settings, material, monkeypatch):
    """Trains from one of the folders of seeds, a tenth of the trees: two seconds instead of twelve."""
    monkeypatch.setattr(training, "Relevance", partial(Relevance, trees=15))

    def run(name, **how):
        monkeypatch.setattr(seeds, "FOLDER", material[name])
        return train.fn(settings, now=NOW, **how)

    return run


def promotions(settings):
    columns = "decision, model_id, instead_of, decided_by, n_texts is not null"
    return rows(settings.data_dir, f"select {columns} from mart.model_decisions order by decision_no")


def test_a_better_model_is_promoted_and_the_pointer_and_the_warehouse_say_why(learn, settings):
    first = learn("blind")
    assert (first.end, first.comparison) == ("promoted", None)
    second = learn("good", promotion="if better", decided_by="ann")
    assert second.comparison.everything.difference.value > 0
    assert second.end == "promoted"
    assert models.current_model(settings) == second.folder
    decision = models.decision_in(settings.models_dir)
    assert (decision.decided_by, decision.instead_of) == ("ann", first.name)
    assert decision.comparison["everything"]["texts"] == second.comparison.everything.texts
    assert "average precision" in decision.reason
    assert promotions(settings) == [
        ("promoted", first.name, None, "smewatch", False),
        ("promoted", second.name, first.name, "ann", True),
    ]
    assert failed_checks(settings.data_dir) == {}


def test_a_worse_model_is_refused_with_the_numbers_and_the_other_goes_on(learn, settings):
    good = learn("good")
    bad = learn("blind", promotion="if better", decided_by="ann")
    assert bad.comparison.everything.difference.value < 0
    assert bad.end == "not better"
    assert models.current_model(settings) == good.folder
    assert promotions(settings)[-1] == ("refused", bad.name, good.name, "ann", True)
    assert learn("good", promotion="if better").end == "in use already"
    assert len(promotions(settings)) == 2, "nothing was decided"


def test_a_model_can_be_kept_aside_promoted_by_hand_and_taken_back(learn, settings, tmp_path):
    first = learn("good")
    second = learn("blind", promotion="never")
    assert (second.end, models.current_model(settings)) == ("kept aside", first.folder)
    cli = QuickCli(tmp_path)
    done = cli("models", "promote", second.name, "--reason", "finds trade missions")
    assert (done.returncode, models.current_model(settings)) == (0, second.folder)
    assert "in use already" in cli("models", "promote", second.name).stdout
    assert cli("models", "rollback").returncode == 0
    assert models.current_model(settings) == first.folder
    assert [row[:3] for row in promotions(settings)] == [
        ("promoted", first.name, None),
        ("promoted", second.name, first.name),
        ("promoted", first.name, second.name),
    ]
    listed = [json.loads(line) for line in cli("models", "list", "--json").stdout.splitlines()]
    assert {model["model_id"]: model["is_in_force"] for model in listed} == {first.name: True, second.name: False}
    assert "finds trade missions" in cli("models", "history").stdout
    assert cli("models", "show").stdout.startswith(f"# {first.name}")
    assert "cannot be used" not in cli("models", "list").stdout
    refused = cli("models", "promote", "rel-000000000000")
    assert (refused.returncode, "has no folder" in refused.stderr) == (1, True)


def test_a_promotion_that_finds_the_warehouse_held_changes_nothing(learn, settings, tmp_path):
    first, second = learn("good"), learn("blind", promotion="never")
    cli = QuickCli(tmp_path)
    with held(settings.warehouse_file):
        refused = cli("models", "promote", second.name, SMEWATCH_WAREHOUSE_WAIT_S="0.1")
    assert (refused.returncode, "held" in refused.stderr) == (1, True)
    assert models.current_model(settings) == first.folder
    assert [row[:2] for row in promotions(settings)] == [("promoted", first.name)]


def test_an_outdated_model_is_named_and_a_new_one_takes_its_place(learn, settings):
    fresh = learn("good").folder
    old = shutil.copytree(fresh, fresh.with_name("rel-outdated"))
    card = models.card_of(old) | {"model_id": "rel-outdated"}
    card["parameters"]["format"] = 1
    (old / "card.json").write_text(json.dumps(card))
    models.make_current(settings, models.Decision("rel-outdated", NOW.isoformat(), "ann", "once"))
    assert models.why_train(settings).startswith("Model rel-outdated has format 1")
    assert models.ready_model(settings, NOW) == fresh
    decision = models.decision_in(settings.models_dir)
    assert (decision.decided_by, decision.instead_of) == ("smewatch", "rel-outdated")
    assert "has format 1" in decision.reason


def store(settings, texts):
    """Articles of one feed with these texts, by id."""
    feed = FeedRow("f" * 16, "https://news.test/rss", "News", "News", "JP", "en")
    articles = [
        ArticleRow(i, f"https://news.test/{i}", f"news.test/{i}", "News", feed.feed_id, t, NOW, "en")
        for i, t, _ in texts
    ]
    rows_of = [
        TextRow(i, f"hash{i}", title, text, len(text.split()), "page", "test", NOW) for i, title, text in texts
    ]
    with open_warehouse(settings.warehouse, now=NOW, wait_s=30) as warehouse:
        warehouse.begin_run("r1", "ingest", NOW)
        warehouse.sync_feeds([feed], NOW)
        warehouse.store_batch(Batch("b1", "r1", NOW, articles=tuple(articles), texts=tuple(rows_of)))


def label(settings, article_id, value, hours=0):
    with open_warehouse(settings.warehouse, now=NOW, wait_s=30) as warehouse:
        warehouse.store_labels([LabelRow(article_id, value, "ann", NOW + timedelta(hours=hours))])


PACT = (
    "The chamber of small firms of Peru and that of Chile signed an accord to trade machine parts and train staff. "
    * 3
)
RAIN = "Rain is expected in the north on Thursday, with wind from the west and some snow on the hills above. " * 3


def test_what_people_say_joins_the_lessons_and_makes_another_model(learn, settings):
    before = learn("good")
    store(settings, [("a1", "Pact", PACT), ("a2", "Rain", RAIN), ("a3", "Short", "Too short."), ("a4", "Rain", RAIN)])
    for article_id, value in (("a1", 1), ("a2", 0), ("a3", 1), ("a4", -1)):
        label(settings, article_id, value)
    after = learn("good")
    assert after.name != before.name
    assert (after.counts["articles_labelled_relevant"], after.counts["articles_labelled_other"]) == (1, 1)
    assert after.comparison.new_to_current == 2, "a text too short to judge teaches nothing"
    judged = rows(settings.data_dir, "select model_id, count(*) from mart.articles group by model_id")
    assert judged == [(after.name, 4)], "what is promoted has judged the past"
    label(settings, "a2", 1, hours=1)
    assert learn("good").name not in (before.name, after.name), "another opinion, another model"
    assert "articles labelled relevant: 1" in (after.folder / "card.md").read_text()


def test_too_little_background_is_refused_and_not_passed_over(learn, settings):
    with pytest.raises(TooLittleBackground, match=f"has 0 articles.*from {FEWEST_BACKGROUND:,} on"):
        learn("good", with_background=True)


def test_a_refused_model_ends_the_command_with_a_code_of_its_own():
    from click.testing import CliRunner

    from flows.cli import main
    from flows.commands.train import NOT_BETTER

    assert NOT_BETTER not in (0, 1, 2, 3)
    both = CliRunner().invoke(main, ["train", "--promote-if-better", "--keep-current"])
    assert (both.exit_code, "either" in both.stderr) == (2, True)


def test_a_new_model_judges_the_past_and_what_the_old_one_said_stays(model_folder, settings):
    old, new = settings.models_dir / model_folder.name, settings.models_dir / "rel-new"
    for folder in (old, new):
        shutil.copytree(model_folder, folder)
    (new / "card.json").write_text(json.dumps(models.card_of(old) | {"model_id": "rel-new"}))
    store(settings, [("a1", "Pact", PACT), ("a2", "Rain", RAIN)])
    for folder, n in ((old, 2), (new, 2), (new, 0)):
        models.make_current(settings, models.Decision(folder.name, NOW.isoformat(), "ann", "to compare"))
        assert rejudge.fn(settings, now=NOW) == RejudgeReport(folder.name, n, 0)
    spoken = "select article_id, model_id from core.verdicts order by all"
    assert rows(settings.data_dir, spoken) == [(a, m) for a in ("a1", "a2") for m in sorted((old.name, new.name))]
    in_force = "select distinct model_id from mart.articles"
    assert rows(settings.data_dir, in_force) == [("rel-new",)]
