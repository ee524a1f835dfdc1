"""The planning page agrees with its figures, and its figures with their commands."""

import json
import math
from pathlib import Path

from benchmarks import planning
from flows.settings import Settings

HOUSE = Path(__file__).parents[3]
FIGURES = json.loads(planning.FIGURES.read_text(encoding="utf-8"))
VALUES = {one["name"]: one["value"] for kind in ("measured", "assumed") for one in FIGURES[kind]}


def test_the_page_says_what_its_figures_say():
    page = planning.PAGE.read_text(encoding="utf-8")
    assert planning.renewed(page, planning.written(FIGURES)) == page, "run: python benchmarks/planning.py"


def test_every_measured_figure_names_a_command_that_there_is():
    for one in (*FIGURES["measured"], FIGURES["errands"]):
        assert (HOUSE / one["command"].split()[0]).is_file(), one
    assert all(one["value"] > 0 for one in FIGURES["measured"])


def test_more_articles_need_more_of_everything_and_busier_machines_fewer():
    needs = {what: need for what, need, _ in planning.plan(VALUES)}
    double = {what: need for what, need, _ in planning.plan(VALUES | {"articles_a_day": 2_000_000})}
    assert needs["cores that read"] != double["cores that read"]
    assert readers(VALUES | {"articles_a_day": 20_000_000}) >= 19 * (readers(VALUES) - 1)
    assert readers(VALUES | {"busy_share": 1.0}) <= readers(VALUES)


def readers(values):
    (found,) = [need for what, need, _ in planning.plan(values) if what == "**reading machines**"]
    return int(found.split("**")[1])


def test_the_plan_by_hand():
    simple = dict.fromkeys(VALUES, 0.0) | {
        "articles_a_day": 864_000,
        "pages_an_article": 1,
        "new_entries_a_feed_a_day": 10,
        "reader_cpu_ms_a_page": 100,
        "busy_share": 0.5,
        "cores_a_reader": 1,
        "host_delay_s": 5,
    }
    assert readers(simple) == 2  # a page every 100 ms keeps one core busy, and it shall be so half of the time
    (sites,) = [need for what, need, _ in planning.plan(simple) if what == "sites, at least"]
    assert sites == f"{math.ceil(864_000 * 5 / 86_400)}"


def test_the_default_size_of_an_errand_is_the_one_at_which_a_page_costs_least():
    measured = {int(size): ms for size, ms in FIGURES["errands"]["cpu_ms_a_page"].items()}
    assert Settings().pages_per_errand == min(measured, key=measured.__getitem__)
