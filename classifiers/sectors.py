"""Which sectors a text is about, from the phrases of seeds/tags/sectors.toml. No model learns from them."""

from collections import Counter
from pathlib import Path

from classifiers.lexicons import Lexicon
from classifiers.reading import Reading

_FROM_WEIGHT = 2  # named in the title, or twice in the text: one word in passing (a cloud, a mine) names no sector
_TITLE_WEIGHT = 2
_MOST = 4  # a fair lists every sector of its halls; what all of them say, none does


class Sectors:
    """The sectors of a folder such as seeds/tags: `names` are those it may find, sorted."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.names = tuple(concept for concept, _ in lexicon.concepts)

    @classmethod
    def load(cls, folder: Path) -> "Sectors":
        """Read `sectors.toml` of the folder. Raises LexiconError if it is missing or cannot be read."""
        return cls(Lexicon.load(folder))

    def find(self, reading: Reading) -> tuple[str, ...]:
        """Sectors of a text, the most often named first (of equals by name), at most four; empty if none is named.

        Example: "Coffee growers of two countries meet" / "... farmers ... exports of coffee ..." -> ("agri-food",)
        """
        hits = self._lexicon.hits(reading.folded, reading.written, reading.sentences, reading.language)
        weights: Counter[str] = Counter()
        for hit in hits:
            weights[hit.concept] += _TITLE_WEIGHT if hit.start < reading.title_end else 1
        named = [sector for sector, weight in weights.items() if weight >= _FROM_WEIGHT]
        return tuple(sorted(named, key=lambda sector: (-weights[sector], sector))[:_MOST])
