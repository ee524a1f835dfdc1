"""When each kind of run last succeeded, in files: known too while somebody holds the warehouse."""

from datetime import datetime, timedelta
from pathlib import Path

from flows.settings import Settings

SKEW = timedelta(minutes=5)  # a clock that was set back by more makes a mark worthless


def note_success(settings: Settings, kind: str, begun_at: datetime) -> None:
    """Note that a run which began then has succeeded. The file is replaced in one step."""
    file = _file(settings, kind)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(begun_at.isoformat(), encoding="ascii")
    draft.replace(file)


def last_success(settings: Settings, kind: str, now: datetime) -> datetime | None:
    """When the last run that succeeded began; null if none did, or if the mark lies in the future."""
    try:
        begun_at = datetime.fromisoformat(_file(settings, kind).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return begun_at if begun_at <= now + SKEW else None


def begin(settings: Settings, now: datetime) -> None:
    """Note that the schedules begin now, unless they have: from a first start on there is something to miss."""
    for kind in ("ingest", "digest"):
        if last_success(settings, kind, now) is None:
            note_success(settings, kind, now)


def are_kept(settings: Settings) -> bool:
    """True once a service has begun to keep marks: before, nobody expects anything of a schedule."""
    return _file(settings, "ingest").parent.exists()


def _file(settings: Settings, kind: str) -> Path:
    return settings.data_dir / "service" / "succeeded" / kind
