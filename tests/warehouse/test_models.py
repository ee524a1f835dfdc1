from dataclasses import replace
from datetime import timedelta

import pytest

from warehouse.errors import UnknownRow
from warehouse.model_rows import ModelDecision
from warehouse.rows import Batch, LabelRow, UnjudgedText


def test_a_model_comes_back_with_its_metrics(empty, cases):
    assert empty.register_model(cases.model, cases.now) is True
    assert empty.active_model() is None
    assert empty.promote_model(cases.model.model_id, cases.now, "the first") is True
    assert empty.active_model() == cases.model


def test_a_model_is_registered_once_and_never_rewritten(empty, cases):
    empty.register_model(cases.model, cases.now)
    assert (
        empty.register_model(replace(cases.model, folder="elsewhere", metrics={"x": {"y": 1.0}}), cases.now) is False
    )
    empty.promote_model("m1", cases.now)
    assert empty.active_model() == cases.model


def test_the_latest_promotion_is_in_force_and_earlier_ones_are_remembered(empty, cases):
    for model_id in ("m1", "m2"):
        empty.register_model(replace(cases.model, model_id=model_id), cases.now)
    assert [empty.promote_model(one, cases.now) for one in ("m1", "m2", "m2", "m1")] == [True, True, False, True]
    assert empty.active_model().model_id == "m1"
    history = empty.query("select model_id from ops.model_promotions order by promotion_no").rows
    assert history == [("m1",), ("m2",), ("m1",)]


def test_an_unknown_model_cannot_be_promoted(empty, cases):
    with pytest.raises(UnknownRow, match="'m9'"):
        empty.promote_model("m9", cases.now)


def test_a_new_model_finds_history_unjudged(filled):
    assert filled.unjudged_articles("m1", limit=10) == []
    found = filled.unjudged_articles("m2", limit=3)
    assert [one.article_id for one in found] == ["article0", "article1", "article2"]
    assert isinstance(found[0], UnjudgedText)
    assert (found[0].text_hash, found[0].language, found[0].title) == ("text0", "en", "Title 0")


def test_a_changed_text_is_to_be_judged_again(filled, cases):
    later = cases.now + timedelta(hours=1)
    filled.store_batch(Batch("b2", "r1", later, texts=(cases.text(0, text_hash="new", fetched_at=later),)))
    assert [(one.article_id, one.text_version) for one in filled.unjudged_articles("m1", limit=10)] == [
        ("article0", 2)
    ]
    filled.store_verdicts([cases.verdict(0, text_hash="new")], "r1")
    assert filled.unjudged_articles("m1", limit=10) == []


def test_a_text_dropped_by_retention_is_past_judging(filled):
    filled.query("update core.article_texts set text = null where article_id = 'article0'")
    assert "article0" not in [one.article_id for one in filled.unjudged_articles("m2", limit=10)]


def label(article_id, value, author="ann", hours=0, now=None, **rest):
    return LabelRow(article_id, value, author, now + timedelta(hours=hours), **rest)


def test_a_persons_label_wins_over_the_model_and_the_latest_over_the_earlier(filled, cases):
    labels = [
        label("article0", 0, now=cases.now),
        label("article1", 0, now=cases.now),
        label("article1", 1, author="bob", hours=1, kind="finance", now=cases.now),
        label("article2", -1, now=cases.now),
    ]
    assert filled.store_labels(labels) == 4
    found = filled.query(
        "select article_id, is_relevant, decided_by, kind from mart.articles order by article_id"
    ).rows
    assert found == [
        ("article0", False, "label", "forum"),
        ("article1", True, "label", "finance"),
        ("article2", False, "label", "forum"),
        ("article3", True, "model", "forum"),
    ]


def test_the_same_opinion_twice_is_one(filled, cases):
    again = [label("article0", 1, now=cases.now)] * 2
    assert filled.store_labels(again) == 1
    assert filled.store_labels(again) == 0
    assert filled.store_labels([]) == 0


def test_a_label_for_an_unknown_article_is_refused(filled, cases):
    with pytest.raises(UnknownRow, match="article77"):
        filled.store_labels([label("article77", 1, now=cases.now)])


# --- Decisions and what models learn from ---------------------------------------------------------------------------

COMPARED = (
    '{"everything": {"texts": 865, "candidate": 0.95, "current": 0.94, "difference": {"low": -0.01, "high": 0.03}}}'
)


def test_a_promotion_is_kept_with_who_when_why_instead_of_what_and_the_numbers(empty, cases):
    for model_id in ("m1", "m2"):
        empty.register_model(replace(cases.model, model_id=model_id), cases.now)
    empty.promote_model("m1", cases.now, "the first", decided_by="smewatch")
    later = cases.now + timedelta(days=1)
    empty.promote_model("m2", later, "better", decided_by="ann", comparison=COMPARED)
    assert empty.promote_model("m2", later, "again", decided_by="bob") is False
    found = empty.model_decisions()
    assert [(d.model_id, d.decision, d.decided_by, d.reason, d.instead_of) for d in found] == [
        ("m1", "promoted", "smewatch", "the first", None),
        ("m2", "promoted", "ann", "better", "m1"),
    ]
    columns = "average_precision, average_precision_before, n_texts, difference_low, n_labels"
    found = empty.query(f"select {columns} from mart.model_decisions").rows
    assert found == [(None,) * 5, (0.95, 0.94, 865, -0.01, None)]
    assert [(m.model_id, m.is_in_force, m.promoted_at) for m in empty.known_models()] == [
        ("m1", False, cases.now),
        ("m2", True, later),
    ]


def test_a_refusal_is_kept_and_changes_nothing_else(empty, cases):
    for model_id in ("m1", "m2"):
        empty.register_model(replace(cases.model, model_id=model_id), cases.now)
    empty.promote_model("m1", cases.now)
    empty.refuse_model(ModelDecision("m2", "refused", cases.now, "ann", "no better", COMPARED))
    assert empty.active_model().model_id == "m1"
    assert [(d.model_id, d.decision, d.instead_of) for d in empty.model_decisions()][-1] == ("m2", "refused", "m1")
    assert empty.failed_checks() == {}
    with pytest.raises(UnknownRow, match="'m9'"):
        empty.refuse_model(ModelDecision("m9", "refused", cases.now))


def test_what_people_said_last_is_what_a_model_learns_from(filled, cases):
    filled.store_labels(
        [
            label("article0", 0, now=cases.now),
            label("article1", 0, now=cases.now),
            label("article1", 1, author="bob", hours=1, kind="finance", now=cases.now),
            label("article2", -1, now=cases.now),
        ]
    )
    found = filled.labelled_texts()
    assert [(t.article_id, t.label, t.kind, t.story_id) for t in found] == [
        ("article0", 0, None, "article0"),
        ("article1", 1, "finance", "article1"),
    ]
    assert found[0].text.startswith("Text 0. ")


def test_background_is_what_the_model_calls_none_of_ours_and_nobody_labelled(filled, cases):
    verdicts = [cases.verdict(n, model_id="m2", band="no", is_relevant=False, score=0.1) for n in range(3)]
    filled.register_model(replace(cases.model, model_id="m2"), cases.now)
    filled.store_verdicts(verdicts, "r1")
    assert filled.background_texts(10) == [], "m1, in force, calls all of them relevant"
    filled.promote_model("m2", cases.now)
    filled.store_labels([label("article1", 0, now=cases.now)])
    found = filled.background_texts(10)
    assert {text.article_id for text in found} == {"article0", "article2"}
    assert filled.background_texts(1) == found[:1]
