"""The dictionary's pages: nothing acts in them, nothing is loaded by them, and the diagrams can be read."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations

import pytest
from lxml import etree

from flows.steps.dictionary.content import (
    Column,
    Dictionary,
    Example,
    Macro,
    Relation,
    Schema,
    short_type,
    undocumented,
)
from flows.steps.dictionary.diagram import GAP_Y_PX, diagram
from flows.steps.dictionary.rendering import (
    cell,
    markdown_cell,
    render_examples,
    render_html,
    render_markdown,
    render_svg,
)

HOSTILE = "<script>alert(1)</script> | `x` [a](javascript:b) \x1b[31m \u202e"


def relation(name, *columns, kind="table", schema="core"):
    return Relation(schema, name, kind, f"One row per {name}", columns)


ARTICLES = relation(
    "articles", Column("article_id", "varchar", "Id of the article"), Column("n_words", "integer", "Words")
)
TEXTS = relation("texts", Column("article_id", "varchar", "The article (core.articles)"))
NOTES = relation(
    "notes",
    Column("article_id", "varchar", "The text (core.texts)"),
    Column("run_id", "varchar", "The run (ops.runs)"),
)
CORE = Schema(
    "core", "Derived facts.", (ARTICLES, TEXTS, NOTES), (Macro("core", "twice", "function", ("x",), "2 x"),)
)
EXAMPLE = Example("01_one", "What?", "This.", "Not that.", "select 1", ("text", "n"), ((HOSTILE, 0.25),), is_cut=True)
DICTIONARY = Dictionary(3, (CORE,), (EXAMPLE,), "A test's.")


@pytest.mark.parametrize(
    ("name", "data_type", "unit"),
    [
        ("duration_s", "double", "seconds"),
        ("wire_bytes", "bigint", "bytes"),
        ("counted_at", "timestamptz", "moment, UTC"),
        ("gone_since", "timestamptz", "moment, UTC"),
        ("n_articles", "bigint", "count"),
        ("n", "bigint", "count"),
        ("is_relevant", "boolean", "true or false"),
        ("score", "double", "0 to 1"),
        ("week", "varchar", "ISO week"),
        ("title", "varchar", ""),
    ],
)
def test_a_name_tells_its_unit(name, data_type, unit):
    assert Column(name, data_type, "x").unit == unit


def test_a_type_is_shown_as_people_write_it():
    assert short_type("TIMESTAMP WITH TIME ZONE") == "timestamptz"
    assert short_type("VARCHAR[]") == "varchar[]"


def test_what_says_nothing_of_itself_is_found():
    silent = replace(TEXTS, meaning="", columns=(Column("a", "varchar", ""),))
    schema = replace(CORE, relations=(ARTICLES, silent), macros=(Macro("core", "m", "table", (), ""),))
    assert undocumented([CORE]) == []
    assert undocumented([schema]) == ["core.m()", "core.texts", "core.texts.a"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (True, "yes"), (0.81234, "0.812"), (123456.0, "123,456"), (["JP", "VN"], "JP, VN"), (7, "7"),
     ({"gone": 2}, '{"gone": 2}'), ("2026-11-18T09:00:59Z", "2026-11-18T09:00Z"), ("x" * 500, "x" * 119 + "…"),
     ("a\x1bb", r"a\x1bb")],
)  # fmt: skip
def test_a_value_is_one_short_line(value, shown):
    assert cell(value) == shown


def test_markdown_from_elsewhere_is_no_markup():
    assert markdown_cell("a | `b` [c](d) <i> *e* is_latest") == r"a \| \`b\` \[c\](d) \<i> \*e\* is_latest"


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.ids = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]


def test_the_page_runs_nothing_and_loads_nothing():
    page = Page(render_html(DICTIONARY))
    assert "script" not in page.tags
    assert [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style")] == []
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")


def test_every_link_of_the_page_leads_somewhere_on_it_and_no_place_has_two():
    page = Page(render_html(DICTIONARY))
    assert {value[1:] for name, value in page.attributes if name == "href"} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_forms_name_every_relation_column_and_macro():
    for form in (render_html(DICTIONARY), render_markdown(DICTIONARY)):
        for name in ("core.articles", "core.texts", "core.notes", "n_words", "core.twice(x)", "Derived facts."):
            assert name in form


def test_an_answer_in_markdown_has_a_row_for_each_row_and_numbers_to_the_right():
    lines = [line for line in render_examples(DICTIONARY).splitlines() if line.startswith("|")]
    assert lines[:2] == ["| text | n |", "| --- | ---: |"]
    assert len(lines) == 3
    assert re.search(r"(?<!\\)[<`\[]", lines[2]) is None
    assert len(re.findall(r"(?<!\\)\|", lines[2])) == 3


def test_a_table_stands_to_the_right_of_those_it_refers_to_and_covers_none():
    boxes = {box.relation.name: box for box in diagram(CORE).boxes}
    assert boxes["articles"].x < boxes["texts"].x < boxes["notes"].x
    many = Schema("core", "", tuple(relation(f"t{n}", Column("a", "varchar", "x")) for n in range(5)), ())
    for one, other in combinations(diagram(many).boxes, 2):
        assert abs(one.y - other.y) >= min(one.height, other.height) + GAP_Y_PX - 1e-6


def test_references_within_the_schema_are_lines_and_those_beyond_it_words():
    drawn = diagram(CORE)
    assert {(line.source, line.target) for line in drawn.lines} == {
        ("core.texts", "core.articles"), ("core.notes", "core.texts"),
    }  # fmt: skip
    assert [row.elsewhere for box in drawn.boxes for row in box.rows if row.elsewhere] == ["ops.runs"]


def test_a_circle_of_references_is_drawn_all_the_same():
    one = relation("one", Column("a", "varchar", "(core.two)"))
    two = relation("two", Column("b", "varchar", "(core.one)"))
    assert len(diagram(Schema("core", "", (one, two), ())).lines) == 2


@pytest.mark.parametrize("schema", [CORE, Schema("mart", "Empty so far.", (), ())], ids=["full", "empty"])
def test_a_diagram_is_sound_svg_in_which_nothing_runs(schema):
    root = etree.fromstring(render_svg(schema).encode())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {etree.QName(node).localname for node in root.iter() if isinstance(node.tag, str)} <= {
        "svg", "style", "g", "rect", "path", "title", "text", "tspan",
    }  # fmt: skip
