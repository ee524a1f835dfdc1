"""The content of a digest in its forms. Everything scraped is escaped here, whatever was cleaned before."""

import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from flows.steps.digests.content import Digest, Matrix, Place, Source, Story, Trends
from flows.steps.digests.figures import figures_of

TEXT_COLUMNS = 72
MAX_PLACES = 6  # shown on a card; a regional programme can have twenty


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where an issue stands in the archive, beside its neighbours; each lies in a folder named by its week."""

    previous: str | None  # week, such as "2026-W46"; null for the first
    next: str | None
    editions: tuple[int, ...] = (1,)  # all that the issue has
    edition: int = 1  # the one on this page


def render_html(digest: Digest, shelf: Shelf | None = None) -> str:
    """One self-contained page: no script, no request, its style allowed by hash and nothing else.

    With a `shelf` it links to its neighbours in the archive. The template finds the figures under `drawings` by
    name: kinds, pairs, matrix; those without numbers are missing.
    """
    css = style_of("digest.css", "figures.css")
    return (
        templates()
        .get_template("digest.html.j2")
        .render(
            digest=digest,
            shelf=shelf,
            drawings=_drawn(digest.trends, digest.matrix),
            css=Markup(css),  # noqa: S704 - our own file, and escaping would change what the hash allows
            css_hash=b64encode(sha256(css.encode()).digest()).decode(),
        )
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    title: str
    svg: Markup


@lru_cache(maxsize=4)
def _drawn(trends: Trends | None, matrix: Matrix | None) -> dict[str, _Drawn]:
    """The figures by name. Kept, since an issue is rendered as edition, as latest, and for its hash: 0.3 s each."""
    drawings = figures_of(trends, matrix)
    return {one.name: _Drawn(one.title, Markup(one.svg())) for one in drawings}  # noqa: S704 - escaped as it was built


def render_text(digest: Digest) -> str:
    """The same content in lines of at most 72 columns (addresses excepted), links numbered and listed at the end."""
    links = Links()
    text = templates().get_template("digest.txt.j2").render(digest=digest, links=links)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


class Links:
    """The numbered addresses of a plain text, in the order of their first mention."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def mark(self, target: Story | Source) -> str:
        """The number under which the link stands in the list, from 1, as " [1]"; "" where there is none to follow."""
        if target.link is None:
            return ""
        if target.link not in self.addresses:
            self.addresses.append(target.link)
        return f" [{self.addresses.index(target.link) + 1}]"


def wrap(text: str, first: str = "", rest: str | None = None, columns: int = TEXT_COLUMNS) -> str:
    """Lines of at most `columns` terminal cells, the first after `first`, the others after `rest` (default: blanks).

    Chinese, Japanese and Korean characters fill two cells and may be parted anywhere; so may a word longer than a
    line.
    """
    indent = " " * _cells(first) if rest is None else rest
    lines, line = [], first
    blank = True  # nothing on the line yet but its indent
    for word, is_glued in _pieces(text, columns - max(_cells(first), _cells(indent))):
        gap = "" if blank or is_glued else " "
        if not blank and _cells(line) + len(gap) + _cells(word) > columns:
            lines.append(line)
            line, gap = indent, ""
        line += gap + word
        blank = False
    return "\n".join([*lines, line])


def places_words(places: tuple[Place, ...]) -> str:
    """Who acts with whom, as text. Examples: Viet Nam – Japan; Kenya, Rwanda, EU; "" for nobody."""
    economies = [place.name for place in places if not place.is_bloc]
    blocs = [place.name for place in places if place.is_bloc]
    if len(economies) == 2:
        return ", ".join([" – ".join(economies), *blocs])
    more = [f"{len(economies) - MAX_PLACES} more"] if len(economies) > MAX_PLACES else []
    return ", ".join([*economies[:MAX_PLACES], *more, *blocs])


def unbroken(title: str) -> str:
    """The title with its pair and its week held together: a line never ends within "Japan–Kenya" or "(week 47)"."""
    return title.replace("–", "\u2060–\u2060").replace("(week ", "(week\u00a0")


def because(story: Story) -> str:
    """How the reasons of a card begin. Examples: headline and extract say so, above all; borderline: the extract,"""
    if story.grounds and story.band == "borderline":
        return ("the " + " and the ".join(story.grounds)) + ("," if story.reasons else "")
    if story.grounds:
        where = (
            " and ".join(story.grounds) + " say so" if len(story.grounds) > 1 else f"the {story.grounds[0]} says so"
        )
        return where + (", above all" if story.reasons else "")
    return "it says" if story.reasons else "the text as a whole, no single phrase"


def quoted(phrases: tuple[str, ...]) -> str:
    """Example: “SME forum”, “business matching”."""
    return ", ".join(f"“{phrase}”" for phrase in phrases)


def defused(address: str) -> str:
    """An address that no mail program will make a link of. Example: javascript:x -> javascript[:]x."""
    return address.replace(":", "[:]")


def table(rows: list[tuple[str, str, str]]) -> str:
    """Number, label and note in columns; the number to the right, as sums are read."""
    width = max((len(number) for _, number, _ in rows), default=0)
    return "\n".join(
        wrap(f"{label} – {note}" if note else label, first=f"  {number:>{width}}  ") for label, number, note in rows
    )


def _pieces(text: str, room: int) -> Iterator[tuple[str, bool]]:
    """Words, and whether each is glued to the one before: wide characters and the parts of overlong words are."""
    for word in text.split():
        part, cells = "", 0
        glued = False
        for char in word:
            width = _cells(char)
            if part and (width == 2 or cells + width > room):
                yield part, glued
                part, cells, glued = "", 0, True
            part += char
            cells += width
        yield part, glued


def _cells(text: str) -> int:
    """Terminal cells a text fills: two for wide characters, none for combining marks and joiners."""
    return sum(_cell_width(char) for char in text)


def _cell_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


@cache
def templates() -> Environment:
    """The templates of everything people read: escaping, strict about names, with our filters."""
    environment = Environment(
        loader=PackageLoader("flows", "templates"),
        # Escaping is the rule; only the plain text, which no browser reads, is let off.
        autoescape=select_autoescape(disabled_extensions=("txt.j2",), default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        {f.__name__: f for f in (wrap, places_words, quoted, table, unbroken, defused, because)},
    )
    environment.globals["max_places"] = MAX_PLACES
    return environment


@cache
def style_of(*names: str) -> str:
    """The style sheets of these names, one after the other."""
    environment = templates()
    assert environment.loader is not None
    return "".join(environment.loader.get_source(environment, name)[0] for name in names)
