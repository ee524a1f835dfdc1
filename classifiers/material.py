"""What a model learns from: seeds, examples, labels of people and background, read and weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifiers.examples import KINDS, Example, read_examples, read_seed_documents
from classifiers.features import Floats
from classifiers.held_out import text_key
from classifiers.reading import Reader, Reading
from classifiers.verdict import Document

SEED_WEIGHT = 3.0  # one seed document counts as three examples
LABEL_WEIGHT = 0.7  # one person's word on an article of the warehouse, seen once, against an example seen by several
BACKGROUND_WEIGHT = 0.3  # unlabelled texts are negatives that may be wrong
EXAMPLE_FILES = ("english.jsonl", "multilingual.jsonl", "invented.jsonl")
# An invented text weighs as much as an example: average precision on english.jsonl, the mean of six splits, .9704 so,
# .9698 with half and .9704 with twice the weight (.9669 without them).
INVENTED_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Material:
    """Texts with their readings, labels (0 or 1) and weights, all in one order."""

    examples: list[Example]
    readings: list[Reading]

    @property
    def labels(self) -> Floats:
        """1 relevant, 0 not."""
        return np.array([float(example.label) for example in self.examples])

    @property
    def weights(self) -> Floats:
        """How much each text counts when a model is fitted."""
        weight = {
            "seed": SEED_WEIGHT,
            "example": 1.0,
            "invented": INVENTED_WEIGHT,
            "label": LABEL_WEIGHT,
            "background": BACKGROUND_WEIGHT,
        }
        return np.array([weight[example.source] for example in self.examples])

    @property
    def groups(self) -> list[str]:
        """The event of each text."""
        return [example.group for example in self.examples]

    @property
    def kinds(self) -> list[str | None]:
        """The kind of cooperation or of near-miss; null where it is not said."""
        return [example.kind for example in self.examples]

    @property
    def is_example(self) -> list[bool]:
        """Which texts are labelled examples, of real events: measured on and chosen thresholds by, these alone."""
        return [example.source == "example" for example in self.examples]

    @property
    def is_english(self) -> list[bool]:
        """Which texts are English."""
        return [reading.language == "en" for reading in self.readings]

    @property
    def has_kind(self) -> list[bool]:
        """Which texts teach kinds of cooperation: the relevant ones whose kind is known, less the invented ones.

        With those, macro F1 falls by .007 (the mean of ten shuffles): they are clearer about their kind than news is.
        """
        return [
            example.label == 1 and example.kind in KINDS and example.source != "invented" for example in self.examples
        ]

    def only(self, places: Sequence[int]) -> "Material":
        """The texts at these positions."""
        return Material([self.examples[i] for i in places], [self.readings[i] for i in places])


def read_material(
    seeds_dir: Path, reader: Reader, background: Sequence[str] = (), labelled: Sequence[Example] = ()
) -> Material:
    """All that `gather_examples` finds, read."""
    examples = gather_examples(seeds_dir, background, labelled)
    return Material(examples, [reader.read(example.document)[0] for example in examples])


def gather_examples(
    seeds_dir: Path, background: Sequence[str] = (), labelled: Sequence[Example] = ()
) -> list[Example]:
    """Seed documents, examples, invented ones, then what people labelled, then background texts.

    A labelled text that is a seed or an example already is left out: it would stand in two folds.
    Raises ExampleError for data that cannot be read.
    """
    examples = read_seed_documents(seeds_dir / "documents")
    for name in EXAMPLE_FILES:
        examples += read_examples(seeds_dir / "examples" / name)
    known = {text_key(example.document) for example in examples}
    examples += [example for example in labelled if text_key(example.document) not in known]
    examples += [_unlabelled(number, text) for number, text in enumerate(background)]
    return examples


def _unlabelled(number: int, text: str) -> Example:
    title, _, body = text.partition("\n")
    name = f"background-{number}"
    return Example(name, Document(title, body), 0, None, name, frozenset(), "background")
