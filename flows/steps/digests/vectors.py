"""What matplotlib writes as SVG, made fit to stand in a page that allows no foreign style.

Its elements carry `style` attributes, which the page's policy blocks, and a <style> of their own, which would reach
the page. Both become plain attributes, and colours become classes, so that a drawing follows light and dark.
"""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_KEPT = ("text-anchor", "stroke-width", "font-weight")  # declarations that are attributes as they stand
_FONT_SIZE = re.compile(r"(?:^|[\s;])(?:font:\s*(?:(?P<weight>bold|\d{3})\s+)?|font-size:\s*)(?P<size>[\d.]+)px")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")


def for_page(svg: bytes, classes: Mapping[str, str], label: str) -> str:
    """An <svg> element; `classes` maps each colour used to its class name, `label` says what is seen.

    Example: style="fill: #000005; stroke: none" -> class="fill-accent"
    """
    drawn = etree.fromstring(svg)
    picture = etree.Element("svg", viewBox=drawn.get("viewBox"), role="img", **{"aria-label": label})
    for shape in drawn.iter(f"{_SVG}path", f"{_SVG}text"):
        if any(parent.tag == f"{_SVG}defs" for parent in shape.iterancestors()):
            continue
        if (plain := _plain(shape, classes)) is not None:
            picture.append(plain)
    return str(etree.tostring(picture, encoding="unicode"))


def _plain(shape: "etree._Element", classes: Mapping[str, str]) -> "etree._Element | None":
    """The shape with attributes of its own only; null for the ground, which the page itself is."""
    style = dict(_declarations(shape.get("style", "")))
    if classes.get(style.get("fill", "")) == "paper":
        return None
    plain = etree.Element(etree.QName(shape).localname)
    for name in ("d", "x", "y"):
        if value := shape.get(name):
            plain.set(name, _rounded(value))
    colours = {part: style[part] for part in ("fill", "stroke") if part in style}
    names = [f"{part}-{classes[colour]}" for part, colour in colours.items() if colour in classes]
    if names:
        plain.set("class", " ".join(names))
    if colours.get("fill") == "none":
        plain.set("fill", "none")
    for name in _KEPT:
        if name in style and not (name == "stroke-width" and "stroke" not in colours):
            plain.set(name, style[name])
    if font := _FONT_SIZE.search(shape.get("style", "")):
        plain.set("font-size", font["size"])
        if font["weight"] == "bold" or font["weight"] == "700":
            plain.set("font-weight", "bold")
    plain.text = "".join(shape.itertext()) if plain.tag == "text" else None
    return plain


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _rounded(value: str) -> str:
    """Numbers to a tenth of a unit, in one line: a tenth of a pixel is not seen, and is half of the bytes."""
    return " ".join(_NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), value).split())
