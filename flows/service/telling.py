"""The status in words, line by line: a name and what stands behind it."""

from collections.abc import Iterator

from flows.collecting.feed_words import ago, span, times
from flows.publish import Behind
from flows.service.status import Status
from flows.settings import Settings

Line = tuple[str, str]


def latest_runs(status: Status) -> Iterator[Line]:
    """The latest runs, as the warehouse keeps them: it is their own record, Prefect's may be cut short by a kill."""
    if not status.asked.runs:
        yield "last run", "none yet"
    for place, run in enumerate(status.asked.runs):
        took = f" in {span((run.ended_at - run.started_at).total_seconds())}" if run.ended_at else ""
        failed = f", {run.n_failed_polls} of them failed" if run.n_failed_polls else ""
        words = f"{run.flow} {run.status}{took}, {ago(run.started_at, status.now)}: "
        words += f"{times(run.n_polls, 'feed')} polled{failed}, {times(run.n_articles, 'new article')}"
        yield "last runs" if place == 0 else "", words + (f". {run.detail}" if run.detail else "")
    for known in status.prefect_runs:
        if known.state_name not in ("Completed", "Skipped", "Missed"):
            when = ago(known.expected_at, status.now)
            yield "", f"Prefect: {known.name} {known.state_name}, {when}. {known.message or ''}"


def next_lines(status: Status, settings: Settings) -> Iterator[Line]:
    """When the schedules come next, in the zone of the settings."""
    planned = [
        f"{kind} {at.astimezone(settings.tz):%a %d %b %H:%M} ({ago(at, status.now)})" for kind, at in status.next_runs
    ]
    if status.is_serving and planned:
        yield "next runs", ", ".join(planned)


def work_lines(status: Status) -> Iterator[Line]:
    """What waits."""
    counts, stands = status.asked.counts, status.standing
    if counts:
        yield (
            "backlog",
            f"{times(counts.n_feeds_due, 'feed')} due, {counts.n_entries_due} entries to try again, "
            f"{times(counts.n_unjudged, 'text')} not judged by the model in force",
        )
    since = f", the oldest {ago(stands.spooled_since, status.now)}" if stands.spooled_since else ""
    aside = f"; {stands.n_unreadable} put aside" if stands.n_unreadable else ""
    yield "spool", (f"{stands.n_spooled} files wait{since}" if stands.n_spooled else "empty") + aside


def feeds_line(status: Status) -> Line:
    """The active feeds by state."""
    words = ", ".join(f"{n} {state}" for state, n in status.asked.feeds.items())
    return "feeds", words or "none polled yet"


def warehouse_lines(status: Status, settings: Settings) -> Iterator[Line]:
    """The warehouse: what is in it, how large, who holds it, and the copy for people."""
    counts, stands = status.asked.counts, status.standing
    if status.warehouse_bytes == 0:
        yield "warehouse", f"none yet at {settings.warehouse}"
        return
    if status.warehouse_bytes is None:
        yield "warehouse", f"the lake {settings.warehouse}; {counts.n_articles if counts else 'unknown'} articles"
        return
    if stands.holder:
        held = f"held by {stands.holder.program} (process {stands.holder.pid})"
    else:
        held = "it cannot be opened" if stands.refusal else "nobody holds it"
    content = (
        f"{times(counts.n_articles, 'article')}, {counts.n_new_articles} of them within a day; " if counts else ""
    )
    yield "warehouse", f"{content}{status.warehouse_bytes / 2**20:.1f} MiB; {held}"
    if stands.copy_as_of:
        late = f", {_lag(status.behind)} behind the warehouse" if status.behind and stands.is_copy_behind else ""
        yield "read copy", f"as of {ago(stands.copy_as_of, status.now)}{late}"


def _lag(behind: Behind) -> str:
    """How far the read copy is behind, in time and in work."""
    if behind.n_runs is None or behind.n_batches is None:
        return span(behind.lag_s)
    batches = f"{behind.n_batches} batch" if behind.n_batches == 1 else f"{behind.n_batches} batches"
    return f"{span(behind.lag_s)}, {times(behind.n_runs, 'run')} and {batches}"


def model_line(status: Status, settings: Settings) -> Line:
    """The model in use, and the latest digest."""
    digest = status.asked.digest
    written = (
        f"{digest.week}, edition {digest.edition}, {ago(digest.created_at, status.now)}" if digest else "none yet"
    )
    return "digest", f"{written}; model {status.model_id or 'none yet'}"
