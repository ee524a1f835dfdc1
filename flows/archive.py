"""The folder of digests, made from the editions that the warehouse keeps: pages, index, feeds."""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from flows.settings import Settings
from flows.steps.digests.content import Digest
from flows.steps.digests.issues import Issue
from flows.steps.digests.keeping import from_json
from flows.steps.digests.site import files_of, write_files
from warehouse.digest_rows import StoredEdition
from warehouse.opening import open_for_reading

log = logging.getLogger("smewatch")


def write_archive(settings: Settings, week: str | None = None) -> int:
    """Bring the folder up to what the warehouse keeps; the number of files that were new or different.

    With a `week`, only its pages, those of its neighbours and those that are missing are made; otherwise all. The
    page of an edition stays as it was published, even if this version would draw it otherwise: its hash is kept.
    """
    with open_for_reading(settings.warehouse, wait_s=settings.warehouse_wait_s) as warehouse:
        kept = warehouse.editions()
    issues = issues_of(kept)
    weeks = None if week is None else weeks_to_write(issues, week, settings.digests_dir)
    published = {name: known for edition in kept for name, known in _published(edition)}
    folder = settings.digests_dir
    files = (file for file in files_of(issues, weeks) if _sha256(folder / file[0]) != published.get(file[0], ""))
    return write_files(folder, files)


def _published(edition: StoredEdition) -> Iterator[tuple[str, str]]:
    """The files of an edition whose hashes are known."""
    page = Path(edition.week) / f"edition-{edition.edition}"
    yield f"{page}.html", edition.html_sha256
    yield f"{page}.txt", edition.text_sha256


def _sha256(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def issues_of(kept: Iterable[StoredEdition]) -> list[Issue]:
    """What was published, by week; editions older than stored contents are left out, and unreadable ones logged.

    A week that was written for two zones, because the setting changed, is shown in the zone of its latest edition.
    """
    by_week: dict[str, list[tuple[StoredEdition, Digest]]] = {}
    for edition in kept:
        if (digest := _digest(edition)) is not None:
            by_week.setdefault(edition.week, []).append((edition, digest))
    return [_issue(editions) for _, editions in sorted(by_week.items())]


def _digest(edition: StoredEdition) -> Digest | None:
    try:
        return None if edition.content is None else from_json(edition.content)
    except ValueError as problem:  # one page that cannot be shown must not take the others with it
        log.warning("digest %s is left out of the archive: %s", edition.digest_id, problem)
        return None


def _issue(editions: Sequence[tuple[StoredEdition, Digest]]) -> Issue:
    latest, _ = max(editions, key=lambda one: (one[0].created_at, one[0].edition))
    own = sorted((one for one in editions if one[0].zone == latest.zone), key=lambda one: one[0].edition)
    return Issue(tuple(digest for _, digest in own), tuple(edition.created_at for edition, _ in own))


def weeks_to_write(issues: Sequence[Issue], week: str, folder: Path) -> Collection[str]:
    """The week, the issues beside it, whose pages link to it, and those whose page is not there."""
    labels = [issue.week for issue in issues]
    place = labels.index(week) if week in labels else len(labels)
    beside = labels[max(0, place - 1) : place + 2]
    return {*beside, *(label for label in labels if not (folder / label / "index.html").is_file())}
