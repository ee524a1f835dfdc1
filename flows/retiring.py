"""Retention: whole texts are dropped after the months of the setting; the read copy and the index follow."""

from datetime import datetime

from flows.publish import publish
from flows.searching import bring_in_step
from flows.settings import Settings
from warehouse.addresses import is_there
from warehouse.opening import open_warehouse


def retire_texts(settings: Settings, now: datetime) -> int:
    """Drop the texts that are older than `text_months`; how many. Titles, hashes, scores and places stay.

    Nothing is done without the setting, or without a warehouse. Raises WarehouseBusy while somebody holds it.
    """
    if settings.text_months is None or not is_there(settings.warehouse):
        return 0
    with open_warehouse(settings.warehouse, now=now, wait_s=settings.warehouse_wait_s) as warehouse:
        n_dropped = warehouse.drop_texts(months_before(now, settings.text_months), now)
    if n_dropped:
        publish(settings)
        bring_in_step(settings)
    return n_dropped


def months_before(moment: datetime, months: int) -> datetime:
    """The beginning of the day that lies some months back; of a shorter month, its last day.

    Example: 31 May 2026, 3 months -> 28 February 2026.
    """
    number = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(number, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day, hour=0, minute=0, second=0, microsecond=0)
        except ValueError:
            continue
    return moment.replace(
        year=year, month=month + 1, day=min(moment.day, 28), hour=0, minute=0, second=0, microsecond=0
    )
