"""What is past its time goes: archived pages, whole texts, leases of the dead. Once a day, each chore by itself."""

import logging
from collections.abc import Callable
from datetime import datetime

from flows.collecting import keeping
from flows.publish import publish
from flows.retiring import retire_texts
from flows.searching import follow
from flows.service import leases
from flows.settings import Settings
from warehouse.compacting import compact

log = logging.getLogger("smewatch")


class ChoresFailed(Exception):
    """Some chores failed; the others are done. The next night tries again."""


def maintain(settings: Settings, now: datetime) -> None:
    """Do every chore. One that fails harms no other; at the end ChoresFailed names those that did."""
    chores: dict[str, Callable[[], object]] = {
        "archived pages past their days": lambda: keeping.forget_old_pages(settings, now),
        "texts past their months": lambda: retire_texts(settings, now),
        "room inside the warehouse": lambda: compact(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s),
        "leases of dead runs": lambda: leases.sweep(settings),
        "the read copy": lambda: publish(settings),
        "the search index": lambda: follow(settings),
    }
    failed = []
    for name, chore in chores.items():
        try:
            log.info("maintenance: %s: %s", name, chore() or "nothing to tell")
        except Exception as problem:
            log.exception("maintenance: %s", name)
            failed.append(f"{name} ({type(problem).__name__}: {problem})")
    if failed:
        raise ChoresFailed("; ".join(failed))
