"""Is a new model better than the one in use? Both are asked about texts that neither had seen when it was asked.

candidate: its held-out scores ----------------------------+
current:   its held-out scores, or its judgement if new ---+-> AP of both -> difference, interval by event -> RULE
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from classifiers.examples import Example
from classifiers.held_out import read_held_out, text_key
from classifiers.judge import Judge, load_judge
from classifiers.metrics import Interval, Positions, average_precision, bootstrap_all

FEWEST_LABELS = 20  # labels of people from which they have a say of their own; fewer are heard among all texts
RULE = (
    "A candidate is better if, over all labelled texts, each scored by a model that had not seen it, its average "
    "precision is higher than that of the model in use, and if on the labels of people alone (from "
    f"{FEWEST_LABELS} on, relevant and not) it is not surely lower: the 95 % interval of the difference, over draws "
    "of whole events, does not lie below zero."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Average precision of both models on the same texts."""

    texts: int
    relevant: int
    candidate: float
    current: float
    difference: Interval  # candidate less current, 95 % over draws of whole events


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured and what follows from it by RULE."""

    candidate_id: str
    current_id: str
    is_better: bool
    why: str  # one sentence with the numbers
    everything: Difference
    labels: Difference | None  # of people alone; null with fewer than FEWEST_LABELS, or of one sort only
    new_to_current: int  # texts the model in use never learned from: it judged them whole
    rule: str = RULE

    def as_dict(self) -> dict[str, object]:
        """Nested plain values, for the warehouse."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scored:
    """A labelled text with the scores of both models, neither of which had seen it."""

    source: str  # "example" or "label", as Example.source
    label: int  # 1 relevant, 0 not
    group: str  # the event
    candidate: float
    current: float


def compare_folders(candidate: Path, current: Path, examples: Sequence[Example]) -> Comparison:
    """Compare two model folders on the examples and labels the candidate learned from (`examples`, with their texts).

    Seeds, invented texts and background take no part: all seeds are relevant, what is invented measures nothing, and
    background is not labelled. Raises ModelError if the current model cannot be used here.
    """
    held = read_held_out(candidate)
    asked = {
        key: example
        for example in examples
        if example.source in ("example", "label") and (key := text_key(example.document)) in held
    }
    remembered, judge = read_held_out(current), load_judge(current)
    scores = {key: remembered[key].score for key in asked if key in remembered}
    fresh = {key: example for key, example in asked.items() if key not in remembered}
    scores |= _judged(judge, fresh)
    rows = [(held[key], scores[key]) for key in asked]
    pairs = [Scored(mine.source, mine.label, mine.group, mine.score, theirs) for mine, theirs in rows]
    return decide(candidate.name, current.name, pairs, len(fresh))


def _judged(judge: Judge, examples: dict[str, Example]) -> dict[str, float]:
    verdicts = judge.judge([example.document for example in examples.values()], why=False)
    return {key: verdict.score for key, verdict in zip(examples, verdicts, strict=True)}


def decide(candidate_id: str, current_id: str, pairs: Sequence[Scored], new_to_current: int) -> Comparison:
    """Apply RULE. Raises ValueError unless some of the texts are relevant and some are not."""
    everything = _difference(pairs)
    if everything is None:
        raise ValueError("the texts to compare models on are all of one label")
    of_people = [pair for pair in pairs if pair.source == "label"]
    labels = _difference(of_people) if len(of_people) >= FEWEST_LABELS else None
    is_higher = everything.difference.value > 0
    is_refuted = labels is not None and labels.difference.high < 0
    return Comparison(
        candidate_id=candidate_id,
        current_id=current_id,
        is_better=is_higher and not is_refuted,
        why=_sentence(everything, labels if is_refuted else None),
        everything=everything,
        labels=labels,
        new_to_current=new_to_current,
    )


def _sentence(everything: Difference, labels: Difference | None) -> str:
    if labels is not None:
        return f"on the labels of people: {_numbers(labels)}"
    return _numbers(everything)


def _numbers(found: Difference) -> str:
    gap = found.difference
    return (
        f"average precision {found.candidate:.3f} against {found.current:.3f} on {found.texts} texts "
        f"(difference {gap.value:+.3f}, 95 % interval {gap.low:+.3f} to {gap.high:+.3f})"
    )


def _difference(pairs: Sequence[Scored]) -> Difference | None:
    """Null unless there are relevant texts and others."""
    labels = np.array([pair.label for pair in pairs], dtype=int)
    if not 0 < labels.sum() < len(labels):
        return None
    mine = np.array([pair.candidate for pair in pairs])
    theirs = np.array([pair.current for pair in pairs])

    def gap(chosen: Positions) -> float | None:
        drawn = labels[chosen]
        if not drawn.any():
            return None
        return average_precision(drawn, mine[chosen]) - average_precision(drawn, theirs[chosen])

    measures: dict[str, Callable[[Positions], float | None]] = {"gap": gap}
    found = bootstrap_all(np.array([pair.group for pair in pairs]), measures)["gap"]
    assert found is not None, "there are relevant texts"
    return Difference(
        texts=len(pairs),
        relevant=int(labels.sum()),
        candidate=average_precision(labels, mine),
        current=average_precision(labels, theirs),
        difference=found,
    )
