"""What is wrong, by rules over plain numbers. The same rules serve alerts and `smewatch status`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import exp

from flows.steps.service.drift import drift

FEWEST_POLLS = 20  # a share of fewer says little
FEWEST_READ = 50
SILENT_FROM = 0.001  # a group's silence is told when chance alone would bring it about once in a thousand spans
BACKLOG_HOURS = 3
# Known without the warehouse; the end of any other trouble is only believed when it could be asked.
BESIDE_THE_WAREHOUSE = frozenset({"no-ingest", "digest-owed", "spool-grows", "spool-unreadable", "disk-low"})


class Level(IntEnum):
    """How bad it is; also the exit code of the commands that look."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and what to do about it."""

    key: str  # names the thing that is wrong; the same trouble has the same key at every look
    level: Level
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Group:
    """The active feeds of one country, and the entries they announced."""

    name: str
    n_feeds: int
    n_recent: int  # entries in the span of late
    n_before: int  # in the span before it
    days_before: float  # how long that span really was: a young warehouse knows less than its full length


@dataclass(frozen=True, slots=True)
class Signs:
    """The numbers the rules look at. Null means unknown, and of what is unknown nothing is said."""

    now: datetime
    last_ingest_at: datetime | None = None  # when the last one that succeeded began
    digest_owed_since: datetime | None = None  # the schedule's moment that no digest answered; null: none is owed
    n_polls: int = 0
    n_failed_polls: int = 0
    n_read: int = 0
    n_lost: int = 0
    groups: tuple[Group, ...] = ()
    scores_before: tuple[int, ...] = ()
    scores_now: tuple[int, ...] = ()
    n_spooled: int = 0  # batches
    spooled_since: datetime | None = None  # since when the oldest of them waits; null: the spool is empty
    n_unreadable: int = 0  # batches put aside for good
    disk_free_bytes: int | None = None
    unknown: str | None = None  # why the warehouse could not be asked; null if it, or its read copy, could
    refusal: str | None = None  # why nobody can use it until it is mended, and how to mend it; null if it is sound


@dataclass(frozen=True, slots=True)
class Limits:
    """Where normal ends; from the settings."""

    silence_h: float = 6.0
    digest_late_h: float = 3.0
    failed_share: float = 0.5
    lost_share: float = 0.6
    drift_psi: float = 0.25
    spooled_batches: int = 20
    disk_free_bytes: int = 2 * 2**30
    group_days: float = 2.0


def findings(signs: Signs, limits: Limits) -> list[Finding]:
    """Everything that is wrong, worst first."""
    rules = (_warehouse, _silence, _digest, _polls, _entries, _groups, _drift, _spool, _disk)
    found = [finding for rule in rules for finding in rule(signs, limits)]
    return sorted(found, key=lambda one: (-one.level, one.key))


def _warehouse(signs: Signs, limits: Limits) -> Iterator[Finding]:
    if signs.refusal:
        yield Finding("warehouse-refused", Level.CRITICAL, "The warehouse cannot be used.", signs.refusal)


def _silence(signs: Signs, limits: Limits) -> Iterator[Finding]:
    if signs.last_ingest_at and signs.now - signs.last_ingest_at > timedelta(hours=limits.silence_h):
        hours = (signs.now - signs.last_ingest_at) / timedelta(hours=1)
        yield Finding(
            "no-ingest",
            Level.CRITICAL,
            f"No run has succeeded for {hours:.0f} hours.",
            "Is `smewatch serve` running? `smewatch doctor` looks at what a run needs.",
        )


def _digest(signs: Signs, limits: Limits) -> Iterator[Finding]:
    if signs.digest_owed_since and signs.now - signs.digest_owed_since > timedelta(hours=limits.digest_late_h):
        yield Finding(
            "digest-owed",
            Level.CRITICAL,
            f"The digest due at {signs.digest_owed_since:%Y-%m-%d %H:%M} UTC is not written.",
            "The next ingest tries again; `smewatch digest` writes it now and says what fails.",
        )


def _polls(signs: Signs, limits: Limits) -> Iterator[Finding]:
    if signs.n_polls >= FEWEST_POLLS and signs.n_failed_polls > limits.failed_share * signs.n_polls:
        share = signs.n_failed_polls / signs.n_polls
        level = Level.CRITICAL if signs.n_failed_polls == signs.n_polls else Level.WARNING
        yield Finding(
            "polls-fail",
            level,
            f"{share:.0%} of {signs.n_polls} polls failed within a day.",
            "Is the network up? `smewatch feeds list --trouble` names the feeds and what each says.",
        )


def _entries(signs: Signs, limits: Limits) -> Iterator[Finding]:
    if signs.n_read >= FEWEST_READ and signs.n_lost > limits.lost_share * signs.n_read:
        yield Finding(
            "entries-lost",
            Level.WARNING,
            f"{signs.n_lost / signs.n_read:.0%} of {signs.n_read} new entries led to no article within a day.",
            '`smewatch sql "select outcome, count(*) from mart.entries group by outcome"` says why.',
        )


def _groups(signs: Signs, limits: Limits) -> Iterator[Finding]:
    for group in signs.groups:
        if is_silent(group, limits.group_days):
            usual = group.n_before / group.days_before
            yield Finding(
                f"group-silent-{group.name}",
                Level.WARNING,
                f"The {group.n_feeds} feeds of {group.name} announced nothing for {limits.group_days:g} days; "
                f"usual are {usual:.1f} entries a day.",
                "`smewatch feeds list` shows how each of them ended; a publisher may have moved its feed.",
            )


def is_silent(group: Group, days: float) -> bool:
    """True if a group said nothing in the last `days`, though chance would let it be silent once in a thousand times.

    Entries are taken to come independently (Poisson): the chance of none is exp(-usual a day * days).
    """
    if group.n_recent or group.n_feeds < 2 or group.days_before < days:
        return False
    return exp(-group.n_before / group.days_before * days) < SILENT_FROM


def _drift(signs: Signs, limits: Limits) -> Iterator[Finding]:
    index = drift(signs.scores_before, signs.scores_now)
    if index is not None and index >= limits.drift_psi:
        yield Finding(
            "score-drift",
            Level.WARNING,
            f"The model's scores are spread otherwise than before (PSI {index:.2f}, 7 days against the 56 before).",
            "Have the feeds changed, or the news? Read some verdicts, label what is wrong, then `smewatch train`.",
        )


def _spool(signs: Signs, limits: Limits) -> Iterator[Finding]:
    if signs.n_unreadable:
        yield Finding(
            "spool-unreadable",
            Level.WARNING,
            f"{signs.n_unreadable} spooled batches cannot be stored and were put aside in spool/unreadable.",
            "Keep them and report it; delete them to lose what is in them.",
        )
    waits = signs.now - signs.spooled_since if signs.spooled_since else timedelta()
    if signs.n_spooled > limits.spooled_batches or waits > timedelta(hours=BACKLOG_HOURS):
        yield Finding(
            "spool-grows",
            Level.WARNING,
            f"{signs.n_spooled} batches wait to be stored, the oldest for {waits / timedelta(hours=1):.0f} hours.",
            "Somebody holds the warehouse: `smewatch status` says who. Close that program; the next run stores them.",
        )


def _disk(signs: Signs, limits: Limits) -> Iterator[Finding]:
    free = signs.disk_free_bytes
    if free is not None and free < limits.disk_free_bytes:
        yield Finding(
            "disk-low",
            Level.CRITICAL if free < limits.disk_free_bytes // 4 else Level.WARNING,
            f"{free / 2**30:.1f} GiB are free where the data lies.",
            "Make room, or lower SMEWATCH_ARCHIVE_DAYS; the archive of raw pages is the largest part.",
        )


def worst(found: Sequence[Finding]) -> Level:
    """The level of the worst; OK for none."""
    return max((one.level for one in found), default=Level.OK)
