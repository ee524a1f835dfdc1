"""Which bodies a text names: SME agencies, chambers, banks, donors of seeds/tags/organisations.csv.

The names are found as places are: one pass over the words, the longest name at a spot wins, whole words only.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from classifiers.place_index import Index, Persons, Rule, add_name, read_rows, sort_index, variants
from classifiers.place_scan import spans_of
from classifiers.verdict import Organisation

_TITLE_WEIGHT = 3
_NOBODY = Persons(frozenset(), frozenset(), frozenset(), frozenset())  # names of bodies are nobody's surnames


@dataclass(frozen=True, slots=True, eq=False)
class Organisations:
    """The bodies of a folder such as seeds/tags."""

    index: Index
    known: dict[str, Organisation]  # by name

    @classmethod
    def load(cls, folder: Path) -> "Organisations":
        """Read `organisations.csv` of the folder.

        Raises FileNotFoundError if it is missing, ValueError if two rows of one body disagree.
        """
        rows = list(read_rows(folder / "organisations.csv"))
        with_cue = {name for row in rows if row["needs"] for name in variants(row["names"])}
        index, known = Index(), dict[str, Organisation]()
        for row in rows:
            body = Organisation(row["name"], row["kind"], None if row["code"] == "INT" else row["code"])
            if known.setdefault(body.name, body) != body:
                raise ValueError(f"organisations.csv: two rows of {body.name} disagree on its kind or economy")
            own = [] if body.name in with_cue or "(" in body.name else [body.name]
            for name in dict.fromkeys([*own, *variants(row["names"])]):
                add_name(index, name, (body.name,), "organisation", _rules(row["needs"]))
        return cls(sort_index(index), known)

    def find(self, whole: str, title_end: int) -> tuple[Organisation, ...]:
        """The bodies named in a text, the most often named first; `whole` is NFC, its title ends at `title_end`."""
        weights: Counter[str] = Counter()
        for span in spans_of(whole, self.index, _NOBODY):
            weights[span.code] += _TITLE_WEIGHT if span.start < title_end else 1
        return tuple(self.known[name] for name in sorted(weights, key=lambda name: (-weights[name], name)))


def _rules(needs: str) -> tuple[Rule, ...]:
    words = variants(needs)
    if not words:
        return ()
    cues = "|".join(re.escape(word) for word in words)
    return (Rule("needs", "", re.compile(rf"(?<!\w)(?:{cues})", re.IGNORECASE), None),)
