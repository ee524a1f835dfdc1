"""What a person says of an article: into the warehouse or, while somebody holds it, into the spool."""

from flows.publish import open_for_people, publish_if_quick
from flows.settings import Settings
from warehouse.errors import UnknownRow, WarehouseBusy
from warehouse.opening import open_warehouse
from warehouse.rows import LabelRow


def keep_label(settings: Settings, row: LabelRow) -> str | None:
    """Store a label, or let it wait; then a sentence that says for whom. The next run stores what waits.

    Raises UnknownRow for an article that is not stored, SpoolFull, and what opening the warehouse raises.
    """
    try:
        with open_warehouse(settings.warehouse, now=row.labelled_at, wait_s=settings.warehouse_wait_s) as warehouse:
            warehouse.store_labels([row])
    except WarehouseBusy as busy:
        from flows.collecting.spool import spool_label  # what it reads takes a second to load

        _refuse_unknown(settings, row)
        spool_label(settings.spool_dir, row)
        return f"It waits in {settings.spool_dir}, and the next run stores it. {busy}"
    publish_if_quick(settings)
    return None


def _refuse_unknown(settings: Settings, row: LabelRow) -> None:
    """By the read copy: a mistyped id must be told to who typed it. Without a copy the next run finds out."""
    try:
        with open_for_people(settings.model_copy(update={"warehouse_wait_s": 0.0})) as (warehouse, _):
            is_known = row.article_id in warehouse.found_articles([row.article_id])
    except WarehouseBusy:
        return
    if not is_known:
        raise UnknownRow(f"A label on the unknown article {row.article_id!r}")
