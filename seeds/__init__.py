"""The data the product starts from: seed documents, examples, lexicons, places, the feed catalogue."""

from pathlib import Path

FOLDER = Path(__file__).parent
