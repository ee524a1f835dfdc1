"""What can go wrong with the warehouse, and what to do then.

WarehouseError
  WarehouseBusy       another process held the file longer than we waited; .path .waited_s .holder
  WarehouseFull       there was no room to write; .reason
  NoWarehouse         there is no file to read; .path
  NoAccess            the file may not be opened by this user, or not for writing; .path
  NotAWarehouse       the file is something else, or damaged; .path
  StorageTooNew       the file was written by a DuckDB newer than ours; .path
  SchemaTooNew        the file has migrations we do not know; .found .known
  SchemaTooOld        the file lacks migrations, and a reader may not apply them; .found .known
  MigrationEdited     a migration in the file is not the one we have under its number; .version
  NoLake              the lake cannot be reached with what is installed, or at that address; the message says which
  LakeSilent          the lake's PostgreSQL does not answer; a WarehouseBusy, since it passes and runs spool meanwhile
  StoreSilent         the lake's object store refuses us or does not answer; a WarehouseBusy for the same reason
  NeedsAFile          what was asked can be done to a warehouse file only, and this one is a lake
  NotCompacted        the warehouse could not be written anew, and is what it was; .path .reason
  NotCopied           the file could not be copied; .path .reason
  NotPublished        the read copy could not be made; .path .reason
  OpenedForReading    a write was asked of a warehouse opened for reading
  UnknownRow          a row speaks of something that is not stored; .what
  EditionTaken        another process wrote that edition of a digest in the meantime; .week .edition
  BadQuestion         DuckDB could not answer a free question; the message says why
"""

from pathlib import Path


class WarehouseError(Exception):
    """Anything the warehouse refuses or cannot do."""


class WarehouseBusy(WarehouseError):
    """Another process held the file longer than we waited."""

    def __init__(self, path: Path, waited_s: float, holder: str | None) -> None:
        self.path, self.waited_s, self.holder = path, waited_s, holder
        super().__init__(
            f"{path} is held by {holder or 'another process'}; waited {waited_s:.1f} s. "
            "Close that program, or open the file there only as long as a query takes, and run again."
        )


class LakeSilent(WarehouseBusy):
    """The lake's PostgreSQL does not answer."""

    def __init__(self, reason: str, waited_s: float) -> None:
        WarehouseError.__init__(self, f"The lake's PostgreSQL does not answer ({reason}); waited {waited_s:.1f} s.")


class StoreSilent(WarehouseBusy):
    """The lake's object store does not answer, or refuses us; `remedy` says what to do."""

    def __init__(self, place: str, reason: str, waited_s: float, remedy: str) -> None:
        WarehouseError.__init__(
            self,
            f"The lake's files in {place} cannot be reached ({reason.rstrip('.')}); "
            f"waited {waited_s:.1f} s. {remedy}",
        )


class NoLake(WarehouseError):
    """The lake cannot be reached with what is installed, or at that address; the message says which."""


class NeedsAFile(WarehouseError):
    """What was asked can be done to a warehouse file only, and this one is a lake."""

    def __init__(self, lake: object) -> None:
        super().__init__(
            f"This needs a warehouse file, and SMEWATCH_WAREHOUSE names a lake: {lake}. Its PostgreSQL database and "
            'its Parquet files are copied by their own means; see README, "Beyond one machine".'
        )


class WarehouseFull(WarehouseError):
    """There was no room to write; nothing of the transaction was stored."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"There is no room to write the warehouse: {reason}. Nothing of this was stored; what was stored before "
            "is safe. Make room, then run again."
        )


class NoWarehouse(WarehouseError):
    """There is no file to read."""

    def __init__(self, path: object) -> None:
        self.path = path
        super().__init__(f"There is no warehouse at {path} yet. A first `smewatch run` or `smewatch demo` makes one.")


class NoAccess(WarehouseError):
    """The file may not be opened by this user, or not for writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} may not be opened by this user: call smewatch as the user whose data it is.")


class NotAWarehouse(WarehouseError):
    """The file is something else, or damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path} is not a smewatch warehouse: {reason} "
            "Move it away, restore a backup, or choose another data folder."
        )


class StorageTooNew(WarehouseError):
    """The file was written by a DuckDB newer than ours."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} was written by a newer DuckDB: {reason} Upgrade the duckdb package and run again.")


class SchemaTooNew(WarehouseError):
    """The file has migrations we do not know."""

    def __init__(self, found: int, known: int) -> None:
        self.found, self.known = found, known
        super().__init__(
            f"The warehouse has schema version {found}; this smewatch knows versions up to {known}. "
            "Upgrade smewatch, or restore a backup made before the newer version touched the file."
        )


class SchemaTooOld(WarehouseError):
    """The file lacks migrations, and a reader may not apply them."""

    def __init__(self, found: int, known: int) -> None:
        self.found, self.known = found, known
        super().__init__(
            f"The warehouse has schema version {found}; this smewatch reads version {known}. "
            "Any command that writes, such as `smewatch run`, migrates it."
        )


class MigrationEdited(WarehouseError):
    """A migration in the file is not the one we have under its number."""

    def __init__(self, version: int, name: str) -> None:
        self.version = version
        super().__init__(
            f"Migration {version:04d} ({name}) was changed after it was applied to this warehouse. "
            "Restore the migration file as it was, and put the change into a new one with the next number."
        )


class NotCopied(WarehouseError):
    """The warehouse file could not be copied."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} could not be copied: {reason}.")


class NotPublished(WarehouseError):
    """The read copy could not be made; the one that was there stays."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The read copy was not renewed: {path}: {reason}. The next run publishes it.")


class NotCompacted(WarehouseError):
    """The warehouse could not be written anew without what is free in it; it is what it was."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} was not compacted: {reason}. It is what it was; the next night tries again.")


class OpenedForReading(WarehouseError):
    """A write was asked of a warehouse opened for reading."""

    def __init__(self) -> None:
        super().__init__("This warehouse is open for reading. Use open_warehouse to write.")


class UnknownRow(WarehouseError):
    """A row speaks of something that is not stored. A mistake of the caller; nothing of the call was stored."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what}. Store what it refers to first, or in the same batch.")


class EditionTaken(WarehouseError):
    """Another process wrote this edition of a digest in the meantime; nothing of ours was stored."""

    def __init__(self, week: str, edition: int) -> None:
        self.week, self.edition = week, edition
        super().__init__(f"Edition {edition} of {week} was written by another process. Write the digest again.")


class BadQuestion(WarehouseError):
    """DuckDB could not answer a free question; the message is its own."""
