"""Which model judges: folders under the data folder, and a pointer that names the one in use and says why.

The judge itself is imported where it is used, which is in worker processes: its libraries cost 2 s and 100 MiB, and a
run that finds nothing new needs neither.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import seeds
from classifiers.formats import why_outdated
from flows.settings import Settings
from warehouse.model_rows import ModelDecision
from warehouse.rows import ModelRow
from warehouse.store import Warehouse

if TYPE_CHECKING:
    from classifiers.examples import Example
    from classifiers.judge import Judge

CURRENT = "current"
ITSELF = "smewatch"  # decides where no person is asked: the first model, and one that replaces an unusable one

Promotion = Literal["always", "if better", "never"]

# Fewer would say more of what the user's feeds happen to carry than of what news in general is like; more than three
# times the examples costs training its minute.
FEWEST_BACKGROUND, MOST_BACKGROUND = 1_000, 3_000


class TooLittleBackground(Exception):
    """The warehouse has not enough texts to serve as background."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"the warehouse has {found:,} articles that nobody labelled and the model in use calls not relevant; "
            f"as background they serve from {FEWEST_BACKGROUND:,} on. Collect more, or train without --background"
        )
        self.found = found


@dataclass(frozen=True, slots=True)
class Decision:
    """That a model shall judge from now on."""

    model_id: str
    decided_at: str  # ISO 8601
    decided_by: str
    reason: str
    instead_of: str | None = None  # the model in use until then; null for the first
    comparison: Mapping[str, Any] | None = (
        None  # classifiers.comparing.Comparison as plain values; null if none was made
    )


def current_model(settings: Settings) -> Path | None:
    """The folder of the model in use; null if none was trained yet."""
    name = _pointer(settings.models_dir)[0].strip()
    folder = settings.models_dir / name
    return folder if name and folder.is_dir() else None


def decision_in(models_dir: Path) -> Decision | None:
    """The decision that put the model in use; null without one, or where only a name was written down."""
    notes = _pointer(models_dir)[1:]
    return Decision(**json.loads(notes[0])) if notes else None


def _pointer(models_dir: Path) -> list[str]:
    """The lines of the pointer: the model's id, then the decision as JSON."""
    try:
        return (models_dir / CURRENT).read_text(encoding="utf-8").splitlines() or [""]
    except FileNotFoundError:
        return [""]


def make_current(settings: Settings, decision: Decision) -> None:
    """Let a model judge from now on. The pointer is replaced in one step, so no reader sees half of it."""
    fresh = settings.models_dir / f"{CURRENT}.new"
    note = json.dumps(asdict(decision), ensure_ascii=False)
    fresh.write_text(f"{decision.model_id}\n{note}\n", encoding="utf-8")
    fresh.replace(settings.models_dir / CURRENT)


def why_train(settings: Settings) -> str | None:
    """Why a model must be trained before anything can be judged; null if there is one to use."""
    folder = current_model(settings)
    if folder is None:
        return "No model yet"
    try:
        reason = why_outdated(card_of(folder))
    except (OSError, ValueError):
        return None  # damaged: loading it says what is missing, and nothing is replaced behind a person's back
    return f"Model {folder.name} {reason}" if reason else None


def why_unusable(folder: Path) -> str | None:
    """Why a model folder cannot judge, as the end of a sentence that begins with its name; null if it can."""
    try:
        return why_outdated(card_of(folder))
    except (OSError, ValueError):
        return "has no folder with a card here"


def ready_model(settings: Settings, now: datetime) -> Path:
    """The folder of the model in use, trained first if there is none that this version can use.

    What people labelled takes part when `smewatch train` is asked for; here the seeds are enough, and no warehouse
    has to be open.
    """
    reason, current = why_train(settings), current_model(settings)
    if reason is None and current is not None:
        return current
    judge = fit(settings, now)
    instead_of = current.name if current else None
    if judge.model_id != instead_of:
        make_current(settings, Decision(judge.model_id, now.isoformat(), ITSELF, str(reason), instead_of))
    return settings.models_dir / judge.model_id


def fit(
    settings: Settings, now: datetime, *, labelled: "Sequence[Example]" = (), background: Sequence[str] = ()
) -> "Judge":
    """Train from the seeds, what people labelled and background texts; which model judges does not change."""
    from classifiers.training import train_model

    return train_model(seeds.FOLDER, settings.models_dir, now=now, labelled=labelled, background=background)


def register(warehouse: Warehouse, folder: Path, now: datetime) -> bool:
    """Make a model folder known to the warehouse; True if it is in force, as the first one is at once.

    One that follows another has to judge the past before (flows.judging_past), or every view would be empty.
    """
    enrol(warehouse, folder, now)
    in_force = warehouse.active_model()
    if in_force is None:
        put_in_force(warehouse, folder, now)
    return in_force is None or in_force.model_id == folder.name


def put_in_force(warehouse: Warehouse, folder: Path, now: datetime) -> None:
    """Let the views show the verdicts of a registered model, with the decision that the pointer tells.

    Nothing happens if it is in force already.
    """
    decision = decision_in(folder.parent)
    if decision is None or decision.model_id != folder.name:
        warehouse.promote_model(folder.name, now)
        return
    row = as_row(decision, "promoted")
    warehouse.promote_model(
        folder.name, row.decided_at, row.reason, decided_by=row.decided_by, comparison=row.comparison
    )


def as_row(decision: Decision, word: str) -> ModelDecision:
    """A decision as the warehouse keeps it; `word` is "promoted" or "refused"."""
    numbers = json.dumps(decision.comparison, ensure_ascii=False) if decision.comparison else None
    at = datetime.fromisoformat(decision.decided_at)
    return ModelDecision(decision.model_id, word, at, decision.decided_by, decision.reason, numbers)


def enrol(warehouse: Warehouse, folder: Path, now: datetime) -> None:
    """Make a model folder known to the warehouse; nothing happens if it is, and which one judges does not change."""
    warehouse.register_model(row_of(folder), now)


def row_of(folder: Path) -> ModelRow:
    """A model folder as the warehouse knows it. Raises OSError or ValueError if it has no readable card."""
    card = card_of(folder)
    return ModelRow(
        model_id=card["model_id"],
        created_at=datetime.fromisoformat(card["trained_at"]),
        folder=f"{folder.parent.name}/{folder.name}",
        model_sha256=card["files"]["model.skops"],
        training_sha256=sha256(json.dumps(card["data"], sort_keys=True).encode()).hexdigest(),
        card=json.dumps(card, ensure_ascii=False),
        metrics=_metrics(card.get("results", {})),
    )


def card_of(folder: Path) -> dict[str, Any]:
    """The card of a model folder. Raises OSError or ValueError if there is none to be read."""
    card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    return card


def _metrics(results: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """By data set and metric. Example: {"english, grouped 5-fold: AP": 0.95}."""
    metrics: dict[str, dict[str, float]] = {}
    for name, value in results.items():
        data_set, _, metric = name.rpartition(": ")
        metrics.setdefault(data_set, {})[metric] = float(value)
    return metrics


@lru_cache(maxsize=2)
def cached_judge(folder: Path) -> "Judge":
    """The judge of a folder, loaded once a process: model folders never change."""
    from classifiers.judge import load_judge

    return load_judge(folder)


def packed(folder: Path) -> dict[str, bytes]:
    """The files of a model folder, by their path in it: what another machine needs to judge with it."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def unpack(models_dir: Path, model_id: str, files: Mapping[str, bytes]) -> Path:
    """Put a packed model among the models of this machine, whole or not at all; its folder.

    One that is there stays: model folders never change. Raises ValueError for names that lead out of the folder.
    """
    folder = models_dir / model_id
    if not all(_is_inside(name) for name in [model_id, *files]):
        raise ValueError(f"{model_id!r} is packed under names that lead out of its folder")
    with TemporaryDirectory(prefix="unpacking-", dir=_made(models_dir)) as scratch:
        fresh = Path(scratch) / model_id
        for name, content in files.items():
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        with suppress(OSError):  # another errand was faster: a folder that is not empty is not replaced
            fresh.rename(folder)
    return folder


def _is_inside(name: str) -> bool:
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
