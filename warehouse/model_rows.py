"""The shapes of decisions about models, and of texts that models learn from. Times are aware, and come in UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ModelDecision:
    """A decision about a registered model: promoted, it judges from then on; refused, it was no better."""

    model_id: str
    decision: str  # "promoted" or "refused"
    decided_at: datetime
    decided_by: str | None = None  # a login name, or "smewatch" where no person was asked
    reason: str | None = None
    comparison: str | None = None  # JSON: what both models scored on the same texts; null: not compared
    instead_of: str | None = None  # comes out: the model in force at that moment; what goes in is not looked at


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A registered model, for a list of them."""

    model_id: str
    created_at: datetime
    promoted_at: datetime | None  # last put in force; null: never
    is_in_force: bool
    n_verdicts: int
    folder: str  # relative to the data folder


@dataclass(frozen=True, slots=True)
class LabelledText:
    """The latest text of an article with the latest opinion of a person, relevant or not."""

    article_id: str
    story_id: str  # its story, else the article itself: reports of one event share it
    title: str
    text: str
    language: str | None
    label: int  # 1 relevant, 0 not
    kind: str | None


@dataclass(frozen=True, slots=True)
class BackgroundText:
    """The latest text of an article of which no person has spoken and the model in force says no."""

    article_id: str
    title: str
    text: str
