"""The data dictionary as a web page, as Markdown, and its diagrams as SVG."""

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from flows.steps.dictionary.content import Dictionary, Schema
from flows.steps.dictionary.diagram import diagram
from flows.steps.text.neutral import one_line

_MOST_LETTERS = 120  # of a cell of an answer; a text would push its table off the page
_REFERENCE = re.compile(r"\b(mart|core|raw|ops)\.([a-z_]+)\b")


def render_html(dictionary: Dictionary) -> str:
    """One self-contained page: no script, no request, its style allowed by hash and nothing else."""
    css = _source("dictionary.css") + _source("diagram.css")
    return (
        _templates()
        .get_template("dictionary.html.j2")
        .render(
            dictionary=dictionary,
            css=Markup(css),  # noqa: S704 - our own file, and escaping would change what the hash allows
            css_hash=b64encode(sha256(css.encode()).digest()).decode(),
            diagrams={schema.name: Markup(render_svg(schema, embedded=True)) for schema in dictionary.schemas},  # noqa: S704 - escaped by its own template
            known={relation.full_name for relation in dictionary.relations},
        )
    )


def render_markdown(dictionary: Dictionary, diagrams: str = "") -> str:
    """The dictionary in GitHub's Markdown. `diagrams` leads to the folder of the SVG files, as in "diagrams/"."""
    return _templates().get_template("dictionary.md.j2").render(dictionary=dictionary, diagrams=diagrams)


def render_examples(dictionary: Dictionary) -> str:
    """The example queries and their answers in GitHub's Markdown."""
    return _templates().get_template("examples.md.j2").render(dictionary=dictionary)


def render_svg(schema: Schema, *, embedded: bool = False) -> str:
    """A schema's diagram; it follows the reader's light or dark. Embedded in a page it takes the page's colours."""
    return (
        _templates()
        .get_template("dictionary.svg.j2")
        .render(diagram=diagram(schema), embedded=embedded, css=Markup(_source("diagram.css")))  # noqa: S704 - our own file
    )


def anchor(full_name: str) -> str:
    """The fragment under which a relation stands. Example: mart.articles -> mart-articles."""
    return full_name.replace(".", "-")


def github_anchor(heading: str) -> str:
    """The fragment GitHub gives a heading. Example: mart.articles -> martarticles."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def cell(value: object) -> str:
    """A value of an answer in one line, for people. Examples: None -> ""; 0.81234 -> 0.812; ["JP"] -> JP."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        case list():
            text = ", ".join(map(cell, value))
        case dict():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = re.sub(r"(?<=T\d\d:\d\d):\d\d(\.\d+)?Z$", "Z", str(value))
    return one_line(text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…")


def markdown_cell(text: str) -> str:
    """Text that stays one cell of a Markdown table and acts as no markup."""
    escaped = re.sub(r"([\\`*\[\]<|])", r"\\\1", one_line(text))
    return escaped.replace("\n", " ")


def is_number(value: object) -> bool:
    """True for what is set to the right."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def linked(meaning: str, known: set[str]) -> Markup:
    """A meaning in which the relations it names lead to their places on the page."""

    def link(match: re.Match[str]) -> str:
        name = match[0]
        return f'<a href="#{anchor(name)}">{name}</a>' if name in known else name

    return Markup(_REFERENCE.sub(link, str(Markup.escape(meaning))))  # noqa: S704 - escaped before the links


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows", "templates"),
        # Escaping is the rule; Markdown has its own, applied cell by cell.
        autoescape=select_autoescape(disabled_extensions=("md.j2",), default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        {f.__name__: f for f in (anchor, github_anchor, cell, markdown_cell, linked)},
    )
    environment.tests["number"] = is_number
    return environment


def _source(name: str) -> str:
    environment = _templates()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
