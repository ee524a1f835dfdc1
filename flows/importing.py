"""A warehouse made again from `smewatch export --format full`: check the files -> load -> compare -> put in place."""

from datetime import datetime
from pathlib import Path

from flows.steps.exports.manifest import NAME, ExportError, check, read_manifest
from warehouse.exporting import Part
from warehouse.importing import import_warehouse


def import_export(folder: Path, warehouse: Path, *, now: datetime, duckdb_version: str) -> int:
    """Make the warehouse file anew from a full export; the number of rows. Nothing is made unless all is sound.

    `folder` is that of the export, or the `full` in it. Raises ExportError, NotImported, SchemaTooNew.
    """
    place = folder if (folder / NAME).exists() else folder / "full"
    manifest = read_manifest(place)
    if manifest is None:
        raise ExportError(f"{folder} is no full export. `smewatch export {folder} --format full` makes one.")
    if manifest.form != "full":
        raise ExportError(
            f"{place} holds the {manifest.form} for people; only a full export makes a warehouse again."
        )
    if manifest.under_way:
        raise ExportError(f"The export in {place} was broken off. Make it again, then import it.")
    for file in manifest.files:
        check(place, file)
    files = {
        Part(file.relation, file.month, file.n_rows, file.fingerprint): place / file.path for file in manifest.files
    }
    same = manifest.duckdb_version == duckdb_version
    import_warehouse(warehouse, files, now=now, same_duckdb=same)
    return sum(file.n_rows for file in manifest.files)
