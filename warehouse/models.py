"""Models, the one in force, what it has not judged yet, and what people say."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from warehouse.errors import UnknownRow
from warehouse.rows import LabelRow, ModelRow, UnjudgedText
from warehouse.session import Session


@dataclass(frozen=True, slots=True)
class _Metric:
    model_id: str
    data_set: str
    metric: str
    metric_value: float


class Models(Session):
    """Models and labels."""

    def register_model(self, model: ModelRow, now: datetime) -> bool:
        """Note a model, its card and its metrics; False if it was registered before, and then nothing changes."""
        values = {item.name: getattr(model, item.name) for item in fields(model) if item.name != "metrics"}
        with self._transaction():
            if not self._run("store_model", now=now, **values):
                return False
            self._store("store_model_metrics", _metrics(model), _Metric)
        return True

    def promote_model(self, model_id: str, now: datetime, reason: str | None = None) -> bool:
        """Put a registered model in force; False if it already was. Raises UnknownRow if it is not registered."""
        with self._transaction():
            if not any(row["model_id"] == model_id for row in self._ask("all_models")):
                raise UnknownRow(f"No model {model_id!r} is registered")
            return bool(self._run("promote_model", model_id=model_id, now=now, reason=reason))

    def active_model(self) -> ModelRow | None:
        """The model in force; None before the first promotion."""
        return next((_as_model(row) for row in self._ask("all_models") if row.pop("is_in_force")), None)

    def unjudged_articles(self, model_id: str, limit: int) -> list[UnjudgedText]:
        """Latest texts on which a model has not spoken, oldest article first, at most `limit`."""
        return self._read("unjudged_articles", UnjudgedText, model_id=model_id, limit=limit)

    def store_labels(self, labels: Sequence[LabelRow]) -> int:
        """Add opinions of people; the number that were new. Raises UnknownRow if one is of an article not stored."""
        if not labels:
            return 0
        with self._transaction(), self._incoming(labels, LabelRow):
            for orphan in self._ask("labels_without_article"):
                raise UnknownRow(f"A label for the unknown article {orphan['article_id']}")
            return self._run("store_labels")


def _metrics(model: ModelRow) -> list[_Metric]:
    return [
        _Metric(model.model_id, data_set, metric, value)
        for data_set, measured in model.metrics.items()
        for metric, value in measured.items()
    ]


def _as_model(row: dict[str, Any]) -> ModelRow:
    metrics: dict[str, dict[str, float]] = {}
    for one in row.pop("metrics"):
        metrics.setdefault(one["data_set"], {})[one["metric"]] = one["metric_value"]
    return ModelRow(**row, metrics=metrics)
