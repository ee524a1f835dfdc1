"""The files of the spool, looked at from outside: without what their content needs, which takes a second to load."""

from pathlib import Path

UNREADABLE = "unreadable"  # folder in the spool for files that could not be stored


def waiting(folder: Path) -> list[Path]:
    """The files of the spool in the order in which they are to be stored; empty if there is no spool."""
    return sorted(folder.glob("*.json"), key=lambda file: file.name)


class SpoolFull(Exception):
    """Something could not be spooled either: a full disk, most of all. Nothing of it is kept."""

    def __init__(self, file: Path, problem: OSError) -> None:
        super().__init__(
            f"{file.name} could not be spooled in {file.parent}: {problem.strerror or problem}. Nothing of it is "
            "kept; feeds of a run are asked again when their leases end. Make room, or free the warehouse."
        )
