"""What is past its time goes: archived pages, and whatever else has a limit in days."""

import logging
from datetime import datetime

from flows.collecting import keeping
from flows.settings import Settings

log = logging.getLogger("smewatch")


def maintain(settings: Settings, now: datetime) -> None:
    """Delete what is past its time. Each chore may be repeated, and one that fails harms no other."""
    n_files = keeping.forget_old_pages(settings, now)
    log.info("maintenance: %d archive files past their days deleted", n_files)
