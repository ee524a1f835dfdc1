"""Which model judges: folders under the data folder, one of them current.

The judge itself is imported where it is used, which is in worker processes: its libraries cost 2 s and 100 MiB, and a
run that finds nothing new needs neither.
"""

import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import seeds
from flows.settings import Settings
from warehouse.rows import ModelRow
from warehouse.store import Warehouse

if TYPE_CHECKING:
    from classifiers.judge import Judge

CURRENT = "current"


def current_model(settings: Settings) -> Path | None:
    """The folder of the model in use; null if none was trained yet."""
    try:
        name = (settings.models_dir / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    folder = settings.models_dir / name
    return folder if name and folder.is_dir() else None


def make_current(settings: Settings, model_id: str) -> None:
    """Let `model_id` judge from now on. The pointer is replaced in one step, so no reader sees half of it."""
    fresh = settings.models_dir / f"{CURRENT}.new"
    fresh.write_text(model_id + "\n", encoding="utf-8")
    fresh.replace(settings.models_dir / CURRENT)


def fit(settings: Settings, now: datetime) -> "Judge":
    """Train from the seeds and make the result current."""
    from classifiers.training import train_model

    judge = train_model(seeds.FOLDER, settings.models_dir, now=now)
    make_current(settings, judge.model_id)
    return judge


def ready_model(settings: Settings, now: datetime) -> Path:
    """The folder of the model in use, trained first if there is none."""
    return current_model(settings) or settings.models_dir / fit(settings, now).model_id


def register(warehouse: Warehouse, folder: Path, now: datetime) -> None:
    """Make a model folder known to the warehouse and put it in force there; nothing happens if it already is."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    row = ModelRow(
        model_id=card["model_id"],
        created_at=datetime.fromisoformat(card["trained_at"]),
        folder=f"{folder.parent.name}/{folder.name}",
        model_sha256=card["files"]["model.skops"],
        training_sha256=sha256(json.dumps(card["data"], sort_keys=True).encode()).hexdigest(),
        card=json.dumps(card, ensure_ascii=False),
    )
    warehouse.register_model(row, now)
    warehouse.promote_model(row.model_id, now)


@lru_cache(maxsize=2)
def cached_judge(folder: Path) -> "Judge":
    """The judge of a folder, loaded once a process: model folders never change."""
    from classifiers.judge import load_judge

    return load_judge(folder)
