"""From findings to alerts: each trouble is told once, and once more when it is over.

    findings at each look -> changes (raised, cleared) -> told -> remembered

What could not be told is not remembered, so the next look tells it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.steps.service.findings import Finding, Level

# A trouble must be gone for so long before its end is told: one that comes and goes is one trouble.
CALM = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Alert:
    """A trouble that was told, and not yet its end."""

    key: str
    level: Level
    what: str
    since: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be told now."""

    raised: tuple[Finding, ...]  # new, or worse than when it was told
    cleared: tuple[Alert, ...]

    def __bool__(self) -> bool:
        return bool(self.raised or self.cleared)


def changes(told: Mapping[str, Alert], found: Sequence[Finding], now: datetime) -> Changes:
    """What differs from what was told. A trouble that grew from warning to critical is told anew."""
    present = {one.key for one in found}
    raised = tuple(one for one in found if one.key not in told or one.level > told[one.key].level)
    over = [alert for key, alert in told.items() if key not in present and now - alert.last_seen_at >= CALM]
    return Changes(raised, tuple(sorted(over, key=lambda alert: alert.key)))


def remembered(told: Mapping[str, Alert], found: Sequence[Finding], done: Changes, now: datetime) -> dict[str, Alert]:
    """What was told, after `done` has been told as well; `done` empty where telling failed.

    No time is left after `now`: told while a clock ran ahead, a trouble would last until then, and hide the next one.
    """
    ended = {alert.key for alert in done.cleared}
    present = {one.key for one in found}
    after = {
        key: replace(
            alert,
            since=min(alert.since, now),
            last_seen_at=now if key in present else min(alert.last_seen_at, now),
        )
        for key, alert in told.items()
        if key not in ended
    }
    for one in done.raised:
        since = after[one.key].since if one.key in after else now
        after[one.key] = Alert(one.key, one.level, one.what, since, now)
    return after


@dataclass(frozen=True, slots=True)
class Notice:
    """Alerts as a message."""

    subject: str  # one line
    text: str


def notice(done: Changes, where: str, now: datetime) -> Notice:
    """The message that tells of changes. `where` names the installation: a reader may have several."""
    parts = [f"{one.what}\n  What to do: {one.remedy}" for one in done.raised]
    parts += [f"Over since {now:%Y-%m-%d %H:%M} UTC: {alert.what}" for alert in done.cleared]
    if done.raised:
        first = done.raised[0].what.rstrip(".")
        more = len(done.raised) - 1 + len(done.cleared)
        subject = f"smewatch: {first}" + (f" (and {more} more)" if more else "")
    else:
        n = len(done.cleared)
        subject = f"smewatch: all clear, {n} trouble{'s' if n > 1 else ''} over"
    return Notice(" ".join(subject.split()), "\n\n".join([*parts, f"From {where}."]) + "\n")
