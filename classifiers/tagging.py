"""What a text is about besides its economies and its kind: sectors, and bodies it names."""

from dataclasses import dataclass
from pathlib import Path

from classifiers.organisations import Organisations
from classifiers.reading import Reading
from classifiers.sectors import Sectors
from classifiers.verdict import Organisation


@dataclass(frozen=True, slots=True, eq=False)
class Tagger:
    """The lists of one folder, such as seeds/tags or the copy in a model's folder."""

    sectors: Sectors
    organisations: Organisations

    @classmethod
    def load(cls, folder: Path) -> "Tagger":
        """Read the lists. Raises LexiconError or FileNotFoundError if one is missing."""
        return cls(Sectors.load(folder), Organisations.load(folder))

    def tag(self, reading: Reading) -> tuple[tuple[str, ...], tuple[Organisation, ...]]:
        """Sectors and organisations of a text, each the most often named first."""
        title_end = max(reading.whole.find("\n"), 0)
        return self.sectors.find(reading), self.organisations.find(reading.whole, title_end)
