"""What an evaluation consists of; `asdict` of it is what `smewatch evaluate --json` prints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from classifiers.metrics import CurvePoint, Interval, ReliabilityBin
from classifiers.verdict import Evidence, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text with its verdict."""

    id: str
    title: str
    label: int  # 1 relevant, 0 not
    kind: str  # of cooperation or of near-miss, as labelled; "?" if not said
    group: str  # the event
    language: str
    words: int
    countries: frozenset[str]  # economies that act, as labelled, else as the model read them
    verdict: Verdict
    was_seen: bool = False  # the model learned from it: the verdict is that of folds without it


@dataclass(frozen=True, slots=True)
class KindErrors:
    """How texts of one labelled kind fared at the shipped threshold."""

    kind: str
    label: int
    texts: int
    wrong: int  # relevant ones missed, or others shown


@dataclass(frozen=True, slots=True)
class KindNamed:
    """So many relevant texts labelled one kind were called another, or the same."""

    labelled: str
    named: str
    texts: int


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """A part of the texts: a region, a language, a length. Parts of one division may overlap (regions do)."""

    name: str
    texts: int
    relevant: int
    missed: int  # relevant and not shown
    shown_wrongly: int
    average_precision: Interval | None  # null unless there are both relevant and other texts
    precision: float | None  # at the shipped threshold; null if nothing was shown
    recall: float | None  # null if nothing is relevant


@dataclass(frozen=True, slots=True)
class BandFigures:
    """The texts in one band, and precision and recall if the reader stopped reading below it."""

    band: str
    threshold: float | None  # lowest score of the band; null for unjudged and no
    texts: int
    relevant: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a score of 0.7 means seven in ten, on these texts."""

    brier: float  # mean squared error of the scores; 0 is perfect
    brier_of_share: float  # of a judge who always says the share of relevant texts
    mean_gap: float  # between score and share of relevant in a bin, weighed by its texts
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Texts by score, in steps of one unit of log-odds; the first and the last bin are open to the outside."""

    low: float  # score, 0..1
    high: float
    relevant: int
    other: int
    background: int


@dataclass(frozen=True, slots=True)
class WrongVerdict:
    """A relevant text missed or another shown, with the evidence."""

    id: str
    title: str
    label: int
    kind: str
    score: float
    why: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measured on texts with label 1 or 0; label -1 is left out and counted."""

    model_id: str
    texts: int
    relevant: int
    left_out: int
    unjudged: int
    seen: int  # texts the model learned from; their scores are those of folds without them
    threshold: float  # the shipped one: the lowest score of "likely"
    average_precision: Interval
    precision: float | None  # at the threshold; null if nothing reached it
    recall: float | None
    recall_at_precision_90: float
    precision_at_recall_75: float
    precision_at_10: float | None  # null with fewer texts
    precision_at_20: float | None
    intervals: Mapping[str, Interval | None]  # of the six figures above, by their names
    bands: tuple[BandFigures, ...]
    kinds: tuple[KindErrors, ...]
    kind_accuracy: float | None  # of relevant texts that were given a kind
    kind_macro_f1: float | None  # over the kinds that occur; null with kind_accuracy
    kinds_named: tuple[KindNamed, ...]
    regions: tuple[SliceFigures, ...]
    languages: tuple[SliceFigures, ...]
    lengths: tuple[SliceFigures, ...]
    calibration: Calibration
    background_texts: int
    background_alarms_per_1000: float | None  # at the threshold; null without background
    background_interval: Interval | None  # of the same, exact (Clopper and Pearson)
    background_alarms: tuple[WrongVerdict, ...]  # highest score first
    wrong: tuple[WrongVerdict, ...]  # worst first
    curve: tuple[CurvePoint, ...]  # highest score first, at most 200 points
    scores: tuple[ScoreBin, ...]

    def as_dict(self) -> dict[str, object]:
        """For `--json`: the same names, nested."""
        return asdict(self)
