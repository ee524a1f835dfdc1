"""Training as a flow: from a model that judges to one that may follow it.

seeds | labels of people | background --> fit -> compare with the model in use -> promote, judge the past; or refuse
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from prefect import flow

import seeds
from flows import models
from flows.judging_past import judge_past
from flows.models import FEWEST_BACKGROUND, MOST_BACKGROUND, Promotion, TooLittleBackground
from flows.publish import publish
from flows.settings import Given, Settings, settings_of
from warehouse.model_rows import BackgroundText, LabelledText
from warehouse.opening import open_warehouse

if TYPE_CHECKING:
    from classifiers.comparing import Comparison
    from classifiers.examples import Example


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a warehouse adds to the seeds."""

    labelled: tuple[LabelledText, ...]
    background: tuple[BackgroundText, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A training and what was decided about its model."""

    folder: Path
    end: Literal["promoted", "in use already", "not better", "kept aside"]
    counts: dict[str, int]  # texts it learned from, by sort, as its card has them
    current: str | None  # the model in use before; null if there was none
    comparison: "Comparison | None"  # null without a model in use that can be compared

    @property
    def name(self) -> str:
        """The id of the model."""
        return self.folder.name


@flow(name="train", validate_parameters=False)
def train(
    settings: Given = None,
    *,
    promotion: Promotion = "always",
    with_background: bool = False,
    decided_by: str = models.ITSELF,
    now: datetime | None = None,
) -> Trained:
    """Fit a model, compare it with the one in use, and let it judge from now on, or not; the warehouse notes why.

    Raises WarehouseBusy, and TooLittleBackground if background is wanted and the warehouse has too little.
    """
    settings, now = settings_of(settings), now or datetime.now(UTC)
    lessons = load(settings, now, with_background=with_background)
    labelled = examples_of(lessons)
    judge = models.fit(
        settings, now, labelled=labelled, background=[f"{t.title}\n{t.text}" for t in lessons.background]
    )
    current = models.current_model(settings)
    comparison = compare(settings, judge.model_id, labelled)
    end = end_of(promotion, judge.model_id, current, comparison)
    counts = {str(name): int(n) for name, n in judge.card["counts"].items()}
    trained = Trained(
        settings.models_dir / judge.model_id, end, counts, current.name if current else None, comparison
    )
    keep(settings, trained, decided_by, now)
    publish(settings)
    return trained


def load(settings: Settings, now: datetime, *, with_background: bool) -> Lessons:
    """What people labelled, and background if it is wanted. Raises TooLittleBackground."""
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        labelled = warehouse.labelled_texts()
        background = warehouse.background_texts(MOST_BACKGROUND) if with_background else []
    if with_background and len(background) < FEWEST_BACKGROUND:
        raise TooLittleBackground(len(background))
    return Lessons(tuple(labelled), tuple(background))


def examples_of(lessons: Lessons) -> "list[Example]":
    """Labelled articles as examples; reports of one story never stand on both sides of a fold."""
    from classifiers.examples import labelled_example
    from classifiers.verdict import Document

    return [
        labelled_example(
            text.article_id, Document(text.title, text.text, text.language), text.label, text.kind, text.story_id
        )
        for text in lessons.labelled
    ]


def compare(settings: Settings, candidate: str, labelled: "Sequence[Example]") -> "Comparison | None":
    """The candidate against the model in use; null if that is itself, none, or of no use to this version."""
    from classifiers.comparing import compare_folders
    from classifiers.material import gather_examples

    current = models.current_model(settings)
    if current is None or current.name == candidate or models.why_train(settings):
        return None
    examples = gather_examples(seeds.FOLDER, labelled=labelled)
    return compare_folders(settings.models_dir / candidate, current, examples)


def end_of(
    promotion: Promotion, candidate: str, current: Path | None, comparison: "Comparison | None"
) -> Literal["promoted", "in use already", "not better", "kept aside"]:
    """What becomes of a candidate. Where there is nothing to compare it with, it is better than nothing."""
    if current is not None and current.name == candidate:
        return "in use already"
    if promotion == "never":
        return "kept aside"
    is_refused = promotion == "if better" and comparison is not None and not comparison.is_better
    return "not better" if is_refused else "promoted"


def keep(settings: Settings, trained: Trained, decided_by: str, now: datetime) -> None:
    """Point at the model if it was promoted, let it judge the past, and tell the warehouse of model and decision.

    The pointer comes first: if we are cut off, the next ingest or digest goes on until the warehouse agrees with it.
    """
    decision = models.Decision(
        trained.name,
        now.isoformat(),
        decided_by,
        why(trained),
        trained.current,
        trained.comparison.as_dict() if trained.comparison else None,
    )
    if trained.end == "promoted":
        models.make_current(settings, decision)
    if trained.end in ("promoted", "in use already"):
        judge_past(settings, trained.folder, now)
        return
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        models.enrol(warehouse, trained.folder, now)
        if trained.end == "not better":
            warehouse.refuse_model(models.as_row(decision, "refused"))


def why(trained: Trained) -> str:
    """The reason of a decision, in a sentence with its numbers."""
    if trained.comparison:
        return f"{trained.comparison.why}; {'better' if trained.comparison.is_better else 'not better'} by the rule"
    if trained.current is None:
        return "the first model"
    return f"{trained.current} cannot be compared with it: this version of smewatch cannot use it"
