"""What the classifiers say of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be judged."""

    title: str
    text: str
    language: str | None = None  # ISO 639-1; null: it is guessed from the text


@dataclass(frozen=True, slots=True)
class Evidence:
    """One phrase or sentence that moved a score, from the model's own arithmetic."""

    phrase: str  # as it stands in the title or text, at most 300 characters
    weight: float  # change of the log-odds: above 0 for, below 0 against relevance


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body that acts for small firms across borders."""

    name: str  # as readers know it
    kind: str  # "sme-agency", "trade-promotion", "ministry", "chamber", "bank", "donor", "international", "network"
    economy: str | None  # that it acts for, ISO 3166 alpha-2 or "EU"; null for one of many


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one model says of one text."""

    model_id: str
    score: float  # probability of being relevant, 0..1; a number also where unjudged, but not to be relied on
    band: str  # "sure", "likely", "borderline", "no", or "unjudged" (too short, or a language never measured)
    is_relevant: bool  # band is "sure" or "likely"
    kind: str | None  # one of the six kinds of cooperation; null unless the band is at least borderline
    kind_score: float | None  # probability of that kind, 0..1; null with kind
    countries: tuple[str, ...]  # economies that act together, ISO 3166 alpha-2 and "EU", sorted by weight
    blocs: tuple[str, ...]  # "ASEAN", "APEC", ...; members are in `countries` only where a text calls on all of them
    why: tuple[Evidence, ...]  # strongest first, for and against; empty if `why` was not asked for
    sectors: tuple[str, ...] = ()  # of seeds/tags/sectors.toml, most often named first; empty where kind is null
    organisations: tuple[Organisation, ...] = ()  # bodies it names, most often named first; empty where kind is null
