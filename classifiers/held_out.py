"""What a model says of the texts it learned from, by folds in which it had not seen them; kept in its folder.

Whoever measures a model on its own material uses these scores instead of fresh ones, or measures memory.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from classifiers.verdict import Document

HELD_OUT_FILE = "held_out.jsonl"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One text of the training material, scored without it and without the other reports of its event."""

    text_key: str
    source: str  # as Example.source
    label: int  # 1 relevant, 0 not
    group: str  # the event
    score: float  # probability of being relevant, 0..1
    kind: str | None = None  # the kind a model without the text gives it; null: the text has no kind to be learned


def text_key(document: Document) -> str:
    """16 hex digits of a text's words, whatever the white space: by this a text is known again."""
    words = " ".join(f"{document.title} {document.text}".split())
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def as_lines(rows: Iterable[HeldOut]) -> str:
    """The rows as JSON Lines."""
    return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


def read_held_out(folder: Path) -> dict[str, HeldOut]:
    """The held-out scores of a model folder by text_key; empty if it has none. Hashes are not checked."""
    file = folder / HELD_OUT_FILE
    if not file.exists():
        return {}
    rows: Sequence[Mapping[str, object]] = [
        json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return {row.text_key: row for row in (HeldOut(**row) for row in rows)}  # type: ignore[arg-type]  # as written above
