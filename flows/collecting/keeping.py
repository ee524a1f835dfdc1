"""The archive of raw pages, as the settings want it."""

import logging
from datetime import datetime, timedelta

from flows.settings import Settings
from flows.steps.pages.archiving import Archive, archive_file, prune_archive

log = logging.getLogger(__name__)


def open_archive(settings: Settings, run_id: str) -> Archive | None:
    """Where a run keeps its pages; null if the switch is off. No file is made before the first page."""
    return Archive(archive_file(settings.archive_dir, run_id)) if settings.archive_pages else None


def forget_old_pages(settings: Settings, now: datetime) -> int:
    """Delete archive files past their days; how many. What cannot be deleted is logged and stays."""
    try:
        return prune_archive(settings.archive_dir, now - timedelta(days=settings.archive_days))
    except OSError as problem:
        log.error("old pages could not be deleted: %s", problem)
        return 0
