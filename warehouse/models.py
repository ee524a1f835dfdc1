"""Models, the one in force and why, what it has not judged yet, and what people say."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from warehouse.errors import UnknownRow
from warehouse.model_rows import BackgroundText, KnownModel, LabelledText, ModelDecision
from warehouse.rows import LabelRow, ModelRow, UnjudgedText
from warehouse.session import Session


@dataclass(frozen=True, slots=True)
class _Metric:
    model_id: str
    data_set: str
    metric: str
    metric_value: float


class Models(Session):
    """Models, decisions about them, and labels."""

    def register_model(self, model: ModelRow, now: datetime) -> bool:
        """Note a model, its card and its metrics; False if it was registered before, and then nothing changes."""
        values = {item.name: getattr(model, item.name) for item in fields(model) if item.name != "metrics"}
        with self._transaction():
            if not self._run("store_model", now=now, **values):
                return False
            self._store("store_model_metrics", _metrics(model), _Metric)
        return True

    def promote_model(
        self,
        model_id: str,
        now: datetime,
        reason: str | None = None,
        *,
        decided_by: str | None = None,
        comparison: str | None = None,
    ) -> bool:
        """Put a registered model in force and note why; False if it already was, and then nothing is noted.

        `comparison` is JSON: what the model and the one it follows scored on the same texts. Raises UnknownRow if the
        model is not registered.
        """
        decision = ModelDecision(model_id, "promoted", now, decided_by, reason, comparison)
        with self._transaction():
            self._must_know(model_id)
            if model_id in (row["model_id"] for row in self._ask("all_models") if row["is_in_force"]):
                return False
            self._note(decision)
            return bool(self._run("promote_model", model_id=model_id, now=now, reason=reason))

    def refuse_model(self, decision: ModelDecision) -> None:
        """Note that a registered model is not to judge, and why. Raises UnknownRow if it is not registered."""
        with self._transaction():
            self._must_know(decision.model_id)
            self._note(replace(decision, decision="refused"))

    def _must_know(self, model_id: str) -> None:
        if not any(row["model_id"] == model_id for row in self._ask("all_models")):
            raise UnknownRow(f"No model {model_id!r} is registered")

    def _note(self, decision: ModelDecision) -> None:
        values = {item.name: getattr(decision, item.name) for item in fields(decision) if item.name != "instead_of"}
        self._run("note_model_decision", **values)

    def model_decisions(self) -> list[ModelDecision]:
        """Every decision about a model, oldest first."""
        return self._read("model_decisions", ModelDecision)

    def known_models(self) -> list[KnownModel]:
        """Every registered model, the newest first."""
        return self._read("known_models", KnownModel)

    def active_model(self) -> ModelRow | None:
        """The model in force; None before the first promotion."""
        return next((_as_model(row) for row in self._ask("all_models") if row.pop("is_in_force")), None)

    def unjudged_articles(self, model_id: str, limit: int) -> list[UnjudgedText]:
        """Latest texts on which a model has not spoken, oldest article first, at most `limit`."""
        return self._read("unjudged_articles", UnjudgedText, model_id=model_id, limit=limit)

    def labelled_texts(self) -> list[LabelledText]:
        """What people called relevant or not, with the latest text, by article; their latest opinion counts."""
        return self._read("labelled_texts", LabelledText)

    def background_texts(self, limit: int) -> list[BackgroundText]:
        """Texts of which no person has spoken and the model in force says no, at most `limit`, the same each time."""
        return self._read("background_texts", BackgroundText, limit=limit)

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
