"""Which models this code can use; told from a card alone, without loading scikit-learn (2 s)."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

FORMAT = 9  # raised when the code comes to learn, read or judge in another way: older folders are then refused


def why_outdated(card: Mapping[str, Any]) -> str | None:
    """Why the model of this card cannot be used here, as the end of a sentence; null if it can.

    A saved forest is promised to load only in the minor version of scikit-learn that wrote it. Another format means
    that features or their order have changed: it would load, and judge nonsense.
    """
    made, here = str(card.get("libraries", {}).get("scikit-learn", "?")), version("scikit-learn")
    if _minor(made) != _minor(here):
        return f"was made with scikit-learn {made}, and this is {here}"
    written = card.get("parameters", {}).get("format")
    if written != FORMAT:
        return f"has format {written}, and this version of smewatch reads format {FORMAT}"
    return None


def _minor(release: str) -> list[str]:
    return release.split(".")[:2]
