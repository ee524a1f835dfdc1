"""Training as a flow: fit from the seeds, put the model in its own folder, register and promote it."""

from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from flows import models
from flows.publish import publish
from flows.settings import Given, settings_of
from warehouse.opening import open_warehouse


@flow(name="train", validate_parameters=False)
def train(settings: Given = None, *, now: datetime | None = None) -> Path:
    """Fit a model, make it the one in use, and register it in the warehouse. Its folder."""
    settings, now = settings_of(settings), now or datetime.now(UTC)
    judge = models.fit(settings, now)
    folder = settings.models_dir / judge.model_id
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        models.register(warehouse, folder, now)
    publish(settings)
    return folder
