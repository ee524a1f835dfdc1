"""What is past its time goes: archived pages, and whatever else has a limit in days."""

import logging
from collections.abc import Callable
from datetime import datetime

from flows.collecting import keeping
from flows.retiring import retire_texts
from flows.searching import bring_in_step
from flows.settings import Settings

Chore = Callable[[Settings, datetime], int]
log = logging.getLogger("smewatch")


def maintain(settings: Settings, now: datetime) -> None:
    """Delete what is past its time. Each chore may be repeated, and one that fails harms no other.

    Raises what the first chore that failed raised, once all had their turn.
    """
    chores: tuple[tuple[str, Chore], ...] = (
        ("archive files past their days deleted", keeping.forget_old_pages),
        ("texts past their months dropped", retire_texts),
        ("articles changed in the search index", lambda settings, _: bring_in_step(settings)),
    )
    failed = []
    for what, chore in chores:
        try:
            log.info("maintenance: %d %s", chore(settings, now), what)
        except Exception as problem:
            log.exception("maintenance: a chore failed; the others go on")
            failed.append(problem)
    if failed:
        raise failed[0]
