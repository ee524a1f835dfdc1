"""trafilatura's rules of what is no article, asked in Python: the same answers, in two fifths of the time.

Its rules are XPath, and each `re:test` in them is a call from libxml2 to Python and back, of which a page takes up
to 3,500: of the 13 ms in which one of 185 real pages was read, the rules below took 5. Here a rule is read once, into
names of tags and one regular expression for each attribute. One that is worded in a way not known here stays the
XPath it was.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement
from trafilatura import xpaths

SLOWEST = (xpaths.RAW_TREE_PRUNE_XPATH, xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH, xpaths.OVERALL_DISCARD_XPATH)
Seek = Callable[[str], object]  # true-like, if it is found
_EXSLT = {"re": "http://exslt.org/regular-expressions"}


class WordedOtherwise(ValueError):
    """An XPath beyond the few forms that are read here."""


def quicken() -> None:
    """Put the equals of trafilatura's slowest rules in their places, for this process; a second call changes nothing.

    Its lists are shared by its modules, which import them by name; the rule of its baseline is a name of one module.
    """
    for rules in SLOWEST:
        rules[:] = [quicker(rule) for rule in rules]
    xpaths.BODY_XPATH[0] = quicker(xpaths.BODY_XPATH[0])
    baseline: Any = import_module("trafilatura.baseline")  # the package has a function of that name
    baseline.BASIC_CLEAN_XPATH = quicker(baseline.BASIC_CLEAN_XPATH)


def quicker(rule: "XPath | Rule") -> "XPath | Rule":
    """The rule, read, or as it was if it is worded otherwise."""
    try:
        return read(rule) if isinstance(rule, XPath) else rule
    except WordedOtherwise:
        return rule


def read(xpath: XPath) -> "Rule":
    """The rule that an XPath states: `.//a|.//*[self::b or self::c][@id='d' or re:test(@class, 'e')][f]`.

    Raises:
        WordedOtherwise: with the part that is not known.

    """
    path = _SPACE.sub(" ", xpath.path).strip()
    if '"' in path:
        raise WordedOtherwise(path)
    return Rule(xpath, tuple(_branch(text) for text in _BRANCHES.split(path)))


@dataclass(frozen=True, slots=True)
class Rule:
    """Elements below one, as `xpath` finds them, though branch by branch; where it ends in [1], the first alone."""

    xpath: XPath
    branches: "tuple[Branch, ...]"

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        """All that are found, each once."""
        return list(dict.fromkeys(element for branch in self.branches for element in branch.below(tree)))


@dataclass(frozen=True, slots=True)
class Branch:
    """What stands between two strokes of an XPath.

    A test is the name of an attribute, and what to seek in it; one of several is of the first that an element has, in
    its own order, as XPath makes a string of a set. `further` is asked of those alone that pass a test.
    """

    tags: tuple[str, ...]
    tests: tuple[tuple[str, Seek], ...] = ()
    tests_of_several: tuple[tuple[frozenset[str], Seek], ...] = ()
    further: XPath | None = None
    is_first: bool = False

    def below(self, tree: HtmlElement) -> list[HtmlElement]:
        """The elements below one that have a tag and pass any of the tests, if there are tests."""
        elements = tree.iterdescendants(*self.tags)
        if not (self.tests or self.tests_of_several):
            return list(elements)
        found = (each for each in elements if self._passes(each) and (self.further is None or self.further(each)))
        if self.is_first:
            first = next(found, None)
            return [] if first is None else [first]
        return list(found)

    def _passes(self, element: HtmlElement) -> bool:
        for name, seek in self.tests:
            value = element.get(name)
            if value is not None and seek(value):
                return True
        for names, seek in self.tests_of_several:
            value = next((value for name, value in element.items() if name in names), None)
            if value is not None and seek(value):
                return True
        return False


# --- Reading --------------------------------------------------------------------------------------------------------

_UNQUOTED = r"(?=(?:[^']*'[^']*')*[^']*$)"  # what follows has its quotes in pairs: we are in none
_SPACE = re.compile(r"\s+" + _UNQUOTED)
_BRANCHES = re.compile(r"\|(?=\.//)" + _UNQUOTED)
_STEP = re.compile(r"\.//(\*|\w+)((?:\[(?:[^]']|'[^']*')*\] ?)*)")
_PREDICATE = re.compile(r"\[ ?((?:[^]']|'[^']*')*?) ?\]")
_TAGS = re.compile(r"self::\w+(?: or self::\w+)*")
_COUNTS = re.compile(r"^\d+$|position\(|last\(")  # which of its kind an element is: it cannot be asked alone
_OR = re.compile(" or " + _UNQUOTED)


def _branch(text: str) -> Branch:
    step = _STEP.fullmatch(text.strip())
    if step is None:
        raise WordedOtherwise(text)
    tags, predicates = (step[1],), _PREDICATE.findall(step[2])
    if tags == ("*",) and predicates and _TAGS.fullmatch(predicates[0]):
        tags = tuple(re.findall(r"self::(\w+)", predicates.pop(0)))
    if not predicates:
        return Branch(tags)
    alone, several = _tests(predicates[0])
    further = predicates[1:]
    if further in ([], ["1"]):
        return Branch(tags, alone, several, is_first=bool(further))
    if any(_COUNTS.search(predicate) for predicate in further):
        raise WordedOtherwise(text)
    asked = "self::*" + "".join(f"[{predicate}]" for predicate in further)
    return Branch(tags, alone, several, XPath(asked, namespaces=_EXSLT))


def _tests(predicate: str) -> tuple[tuple[tuple[str, Seek], ...], tuple[tuple[frozenset[str], Seek], ...]]:
    """One for each attribute, and for each set of them, of all that the predicate seeks there."""
    sought: dict[str, list[str]] = {}
    for term in _OR.split(predicate):
        names, pattern = _term(term.strip())
        sought.setdefault(names.replace("@", ""), []).append(f"(?:{pattern})")
    seek = {names: re.compile("|".join(patterns)).search for names, patterns in sought.items()}
    return (
        tuple((names, seek[names]) for names in seek if "|" not in names),
        tuple((frozenset(names.split("|")), seek[names]) for names in seek if "|" in names),
    )


def _term(text: str) -> tuple[str, str]:
    for form, pattern in _FORMS:
        if (found := form.fullmatch(text)) is not None:
            names, *values = found.groups()
            return names, pattern(*values)
    raise WordedOtherwise(text)


def _before_translation(old: str, new: str, value: str) -> str:
    """What `value` can have been before translate(): "nav" of translate(..., 'N', 'n') is "[nN]av"."""
    if not len(old) == len(new) == len(set(new)) or set(old) & set(value):
        raise WordedOtherwise(value)
    before = dict(zip(new, old, strict=True))
    return "".join(f"[{c}{before[c]}]" if c in before else re.escape(c) for c in value)


def _form(text: str) -> re.Pattern[str]:
    names = text.replace("NAMES", r"(@[\w-]+(?:\|@[\w-]+)*)").replace("NAME", r"(@[\w-]+)")
    return re.compile(names.replace("TEXT", "'([^']*)'"))


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., str]], ...] = (
    (_form(r"NAME"), lambda: ""),
    (_form(r"NAME ?= ?TEXT"), lambda value: rf"\A{re.escape(value)}\Z"),
    (_form(r"starts-with\(NAMES, ?TEXT\)"), lambda value: rf"\A{re.escape(value)}"),
    (_form(r"contains\(NAMES, ?TEXT\)"), re.escape),
    (_form(r"contains\(translate\(NAMES, ?'(\w+)', ?'(\w+)'\), ?TEXT\)"), _before_translation),
    (_form(r"re:test\(NAMES, ?TEXT\)"), str),
    (_form(r"re:test\(NAMES, ?TEXT, ?'i'\)"), lambda pattern: f"(?i:{pattern})"),
)
