"""A promotion empties nothing: they show what the model before said until the new one judged the past."""

import json
import shutil
from datetime import timedelta

import pytest

from flows import judging_past, models
from flows.collecting import intake
from flows.digest import digest
from flows.ingest import IngestReport, followed_up
from flows.judging_past import RejudgeReport
from flows.progress import Silence
from flows.rejudge import rejudge
from flows.settings import Settings
from tests.flows.digest_cases import MONDAY, START, WEEK, Report, ask, examples, store
from tests.flows.tools import QuickCli
from warehouse.opening import open_warehouse

N_TEXTS = 20


@pytest.fixture
def settings(tmp_path):
    """A week of relevant articles and others, judged by m1, which has no folder here."""
    settings = Settings(data_dir=tmp_path / "var")
    relevant, others = examples()
    chosen = [*((row, 0.95) for row in relevant[:12]), *((row, 0.1) for row in others[:8])]
    store(
        settings, "b1", [Report(row, START + n * timedelta(hours=7), score) for n, (row, score) in enumerate(chosen)]
    )
    return settings


@pytest.fixture
def new(settings, model_folder):
    """A model that follows m1: the pointer names it, as after an upgrade with a new format of models."""
    folder = shutil.copytree(model_folder, settings.models_dir / "rel-new")
    (folder / "card.json").write_text(json.dumps(models.card_of(folder) | {"model_id": folder.name}))
    models.make_current(settings, models.Decision(folder.name, MONDAY.isoformat(), "smewatch", "a new format", "m1"))
    return folder


def in_force(settings):
    """Who judges, and how many articles are judged and relevant, as the views have it."""
    sql = "select (select model_id from core.model_in_force) as model, count(model_id) as judged, "
    [row] = ask(settings, sql + "count_if(is_relevant) as relevant from mart.articles")
    return row["model"], row["judged"], row["relevant"]


def begin_run(settings, folder):
    """What every run does with its model before it stores anything."""
    with open_warehouse(settings.warehouse, now=MONDAY) as warehouse:
        models.register(warehouse, folder, MONDAY)


def test_a_run_with_a_new_model_empties_no_view_and_the_next_digest_is_by_the_new_model(settings, new):
    begin_run(settings, new)
    assert in_force(settings) == ("m1", N_TEXTS, 12)
    report = digest.fn(settings, WEEK.label, now=MONDAY)
    model, judged, relevant = in_force(settings)
    assert (model, judged, len(report.headlines) > 4) == (new.name, N_TEXTS, True)
    assert relevant > 8
    [decision] = ask(settings, "select reason, decided_by from mart.model_decisions where model_id = 'rel-new'")
    assert decision == {"reason": "a new format", "decided_by": "smewatch"}


def test_after_an_ingest_a_new_model_has_judged_the_past_also_where_nothing_came(settings, new):
    run = intake.begin(settings, new, (), MONDAY, every_feed=False)
    assert list(followed_up(run, IngestReport(run.run_id), Silence())) == []
    assert in_force(settings)[:2] == (new.name, N_TEXTS)


def test_what_judges_the_past_and_is_cut_off_leaves_the_views_full_and_goes_on(settings, new, monkeypatch):
    judge_texts, calls = judging_past.judge_texts, []

    def cut_off(pool, model, documents):
        calls.append(len(documents))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return judge_texts(pool, model, documents)

    monkeypatch.setattr(judging_past, "judge_texts", cut_off)
    monkeypatch.setattr(judging_past, "BATCH", 15)
    with pytest.raises(KeyboardInterrupt):
        rejudge.fn(settings, now=MONDAY)
    assert in_force(settings) == ("m1", N_TEXTS, 12)
    assert rejudge.fn(settings, now=MONDAY) == RejudgeReport(new.name, N_TEXTS - 15, 0)
    assert calls == [15, 5, 5]
    assert in_force(settings)[:2] == (new.name, N_TEXTS)


def test_promoting_by_hand_judges_the_past_and_a_second_time_what_a_first_left(settings, new, tmp_path):
    cli = QuickCli(tmp_path)
    done = cli("models", "promote", new.name)
    assert (done.returncode, done.stdout) == (0, "Model rel-new is in use already; it judged 20 texts of the past.\n")
    assert in_force(settings)[:2] == (new.name, N_TEXTS)
    other = shutil.copytree(new, new.with_name("rel-other"))
    (other / "card.json").write_text(json.dumps(models.card_of(new) | {"model_id": other.name}))
    assert cli("models", "promote", other.name).stdout.endswith("is in use; it judged 20 texts of the past.\n")
    assert cli("models", "rollback").stdout.endswith("rel-new is in use; it judged 0 texts of the past.\n")
    assert in_force(settings)[:2] == (new.name, N_TEXTS)


def test_a_model_that_this_version_cannot_use_leaves_the_digest_to_the_one_in_force(settings, new):
    card = models.card_of(new)
    card["parameters"]["format"] = 1
    (new / "card.json").write_text(json.dumps(card))
    assert len(digest.fn(settings, WEEK.label, now=MONDAY).headlines) > 4
    assert in_force(settings) == ("m1", N_TEXTS, 12)
