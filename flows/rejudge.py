"""Judge history again: every text on which the model in use has not spoken. Old verdicts stay as they are."""

from datetime import UTC, datetime

from prefect import flow

from flows import models
from flows.judging_past import RejudgeReport, judge_past
from flows.progress import Progress
from flows.publish import publish
from flows.settings import Given, settings_of


@flow(name="rejudge", validate_parameters=False)
def rejudge(
    settings: Given = None, *, progress: Progress | None = None, now: datetime | None = None
) -> RejudgeReport:
    """Let the model in use judge every text it has not judged yet. Raises WarehouseBusy."""
    settings, now = settings_of(settings), now or datetime.now(UTC)
    report = judge_past(settings, models.ready_model(settings, now), now, progress)
    publish(settings)
    return report
