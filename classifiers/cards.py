"""A model's card in words."""

from collections.abc import Mapping
from typing import Any


def card_text(card: Mapping[str, Any]) -> str:
    """The card as Markdown, for a person: what the model is for, what it learned from, how good it is, where it
    fails.
    """
    return "\n".join([*_head(card), *_results(card), *_origin(card), ""])


def _head(card: Mapping[str, Any]) -> list[str]:
    bands = card["thresholds"]
    return [
        f"# {card['model_id']}",
        "",
        "Judges whether a news text is about cooperation of small and medium-sized enterprises across a border.",
        "",
        "**Intended use.** Sorting a stream of news for a reader who checks what is shown. Not for decisions about",
        "firms or persons. It reads the words of a text, not whether they are true.",
        "",
        f"**Limits.** Languages: {', '.join(card['languages'])}; texts of other languages or under",
        f"{card['shortest_words']} words are marked unjudged. It learned mostly from retold English stories.",
        "",
        "**Licence.** The labelled examples and lexicons were written for smewatch; see its repository.",
        "",
        "## Bands",
        "",
        card["threshold_rule"],
        "",
        *(f"- {name}: from {bands[name]:.3f}" for name in ("sure", "likely", "borderline")),
        "",
    ]


def _results(card: Mapping[str, Any]) -> list[str]:
    rows = [f"| {name.replace('_', ' ')} | {value} |" for name, value in card["results"].items()]
    return ["## Measured", "", "| | |", "| --- | --- |", *rows, ""]


def _origin(card: Mapping[str, Any]) -> list[str]:
    return [
        "## Made from",
        "",
        f"Trained {card['trained_at']} with " + ", ".join(f"{k} {v}" for k, v in card["libraries"].items()) + ".",
        "",
        *(f"- {name.replace('_', ' ')}: {count}" for name, count in card["counts"].items()),
        "",
        "Parameters: " + ", ".join(f"{name} {value}" for name, value in card["parameters"].items()) + ".",
        "",
        "Files (SHA-256):",
        "",
        *(f"- `{name}` {value}" for name, value in card["data"].items()),
    ]
