"""The page of an evaluation: what it shows, and what it never does."""

import copy
import re

import pytest
from lxml import html

from flows.steps.evaluations.rendering import between, evaluation_page, hundredths, percent

INTERVAL = {"value": 0.8, "low": 0.7, "high": 0.9}
WHY = ({"phrase": "small firms", "weight": 1.5}, {"phrase": "<b>weather</b>", "weight": -0.5})
PART = {
    "name": "Japan", "texts": 4, "relevant": 2, "missed": 1, "shown_wrongly": 0, "average_precision": INTERVAL,
    "precision": 1.0, "recall": 0.5,
}  # fmt: skip
WRONG = {
    "id": "a1",
    "title": "Striker <script>alert(1)</script>",
    "label": 0,
    "kind": "vendor",
    "score": 0.9,
    "why": WHY,
}
FOUND = {
    "model_id": "rel-1", "texts": 4, "relevant": 2, "left_out": 1, "unjudged": 0, "seen": 0, "threshold": 0.7,
    "average_precision": INTERVAL, "precision": 0.5, "recall": 0.5, "recall_at_precision_90": 0.5,
    "precision_at_recall_75": 0.6, "precision_at_10": None, "precision_at_20": None,
    "intervals": {"precision": INTERVAL, "recall": INTERVAL, "precision_at_20": None},
    "bands": [
        {"band": "sure", "threshold": 0.9, "texts": 1, "relevant": 1, "precision": 1.0, "recall": 0.5},
        {"band": "likely", "threshold": 0.7, "texts": 1, "relevant": 0, "precision": 0.5, "recall": 0.5},
        {"band": "no", "threshold": None, "texts": 2, "relevant": 1, "precision": None, "recall": None},
    ],
    "kinds": [{"kind": "forum", "label": 1, "texts": 2, "wrong": 1}],
    "kind_accuracy": 0.5, "kind_macro_f1": 0.4,
    "kinds_named": [{"labelled": "forum", "named": "finance", "texts": 1}],
    "regions": [PART], "languages": [PART], "lengths": [PART | {"average_precision": None}],
    "calibration": {
        "brier": 0.2, "brier_of_share": 0.25, "mean_gap": 0.1,
        "bins": [{"low": 0.9, "high": 1.0, "texts": 2, "mean_score": 0.95, "relevant_share": 0.5}],
    },
    "background_texts": 0, "background_alarms_per_1000": None, "background_interval": None, "background_alarms": [],
    "wrong": [WRONG],
    "curve": [{"score": 0.95, "precision": 1.0, "recall": 0.5}, {"score": 0.1, "precision": 0.5, "recall": 1.0}],
    "scores": [
        {"low": 0.27, "high": 0.5, "relevant": 0, "other": 1, "background": 0},
        {"low": 0.5, "high": 0.73, "relevant": 2, "other": 1, "background": 0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def page():
    return evaluation_page(FOUND, 'real"><img src=x>.jsonl')


def test_scraped_text_is_shown_and_never_acts(page):
    tree = html.fromstring(page)
    assert tree.xpath("//script | //img | //link | //iframe | //*[@style] | //*[starts-with(name(@*), 'on')]") == []
    assert "Striker <script>alert(1)</script>" in tree.text_content()
    assert "against -0.5<b>weather</b>" in tree.text_content().replace("\n", "")


def test_it_asks_for_nothing_from_outside(page):
    assert re.findall(r"(?:src|href|url\()\s*[=(]?\s*[\"']?https?:", page) == []
    (policy,) = html.fromstring(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_every_figure_says_in_words_what_it_shows(page):
    labels = html.fromstring(page).xpath("//*[local-name()='svg']/@aria-label")
    assert len(labels) == 3
    assert "down to likely: 50 % right, 50 % found" in labels[0]
    assert all(label.endswith(".") for label in labels)


def test_every_part_stands_on_it_in_plain_words(page):
    said = " ".join(html.fromstring(page).text_content().split())
    for words in (
        "Of these texts the model would show 2. 1 of those are relevant (50 %)",
        "By kind, as labelled",
        "By region of the economies that act",
        "By length",
        "Shown, and not relevant · vendor · score 0.90",
        "1 labelled as borderline were left out",
    ):
        assert words in said
    assert "By language" not in said, "there is only one"


def test_a_set_without_a_relevant_text_has_a_page_too():
    bare = copy.deepcopy(FOUND) | {"relevant": 0, "precision": None, "recall": None, "curve": [], "wrong": []}
    bare["intervals"] = dict.fromkeys(bare["intervals"])
    for band in bare["bands"]:
        band |= {"relevant": 0, "precision": None, "recall": None}
    assert "None on these texts" in evaluation_page(bare, "none.jsonl")


def test_the_same_evaluation_gives_the_same_bytes(page):
    assert evaluation_page(FOUND, 'real"><img src=x>.jsonl') == page


def test_numbers_for_people():
    assert (percent(0.837), percent(None)) == ("84 %", "–")
    assert (between(INTERVAL), between(None)) == ("70 to 90 %", "")
    assert (hundredths(0.9112), hundredths(None)) == ("0.91", "–")
