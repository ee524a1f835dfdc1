"""What a run needs, looked at one by one: each thing with what is wrong and what to do."""

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from importlib.util import find_spec
from urllib.parse import urlsplit

from flows import models
from flows.collecting.catalogue import read_feeds
from flows.platform import answers, is_out_of_reach, running_server
from flows.publish import open_for_people, standing
from flows.service import looking
from flows.service.prefect_api import PrefectApi, PrefectSilent
from flows.service.status import is_deserted, is_of_a_team, is_served
from flows.settings import Settings, addresses_in
from flows.steps.feeds.catalogue import CatalogueError
from flows.steps.service.findings import Level
from flows.steps.web.urls import host_of
from warehouse.addresses import is_there
from warehouse.errors import WarehouseError

MOST_HOSTS = 5
HTTP_TIMEOUT_S = 8.0
CLOCK_OFF = timedelta(minutes=2)  # RFC 9110, 5.6.7: servers give their time to the second
# Releases with which Prefect 3.8 installs and does not work; pyproject.toml tells how each fails.
BROKEN = (("fastapi", (0, 151)), ("sqlalchemy", (2, 1)), ("prefect", (3, 9)))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    level: Level
    what: str
    remedy: str = ""


def check_all(settings: Settings, now: datetime) -> list[Check]:
    """Everything, in the order in which to mend it. A check that fails unexpectedly is itself a finding."""
    checks = (_settings, _disk, _network, _libraries, _prefect, _cluster, _warehouse, _model)
    return [check for look in checks for check in _guarded(look, settings, now)]


def _guarded(
    look: Callable[[Settings, datetime], Iterable[Check]], settings: Settings, now: datetime
) -> Iterator[Check]:
    try:
        yield from look(settings, now)
    except Exception as problem:
        what = f"looking failed: {type(problem).__name__}: {problem}"
        yield Check(look.__name__.strip("_"), Level.CRITICAL, what, "Please report this.")


def _settings(settings: Settings, now: datetime) -> Iterator[Check]:
    try:
        feeds = read_feeds(settings)
        yield Check("settings", Level.OK, f"{len(feeds)} feeds in the catalogue; zone {settings.zone}")
    except CatalogueError as problem:
        yield Check(
            "settings", Level.CRITICAL, str(problem), "Mend the file, or name another in SMEWATCH_FEEDS_FILE."
        )
    if settings.alert_recipients and not settings.smtp_host:
        what = "alerts have recipients, and no mail server"
        yield Check("settings", Level.WARNING, what, "Set SMEWATCH_SMTP_HOST, or alerts stay in the log.")
    elif not addresses_in(settings.alert_recipients) and not settings.alert_webhook.get_secret_value():
        remedy = "Set SMEWATCH_ALERT_RECIPIENTS or SMEWATCH_ALERT_WEBHOOK to be told of trouble."
        yield Check("settings", Level.OK, "alerts go to the log only", remedy)
    if not settings.contact:
        remedy = "Set SMEWATCH_CONTACT: a publisher who minds will write before it blocks."
        yield Check("settings", Level.OK, "no contact in the user agent", remedy)


def _disk(settings: Settings, now: datetime) -> Iterator[Check]:
    folder, free = settings.data_dir, looking.disk_free_bytes(settings.data_dir)
    where = f"{free / 2**30:.1f} GiB free at {folder.resolve()}"
    if free < settings.alert_disk_bytes:
        yield Check("disk", Level.CRITICAL, where, "Make room, or lower SMEWATCH_ARCHIVE_DAYS.")
    else:
        yield Check("disk", Level.OK, where)
    probe = folder / f".doctor-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as problem:
        remedy = "Let this user write there, or choose another folder by SMEWATCH_DATA_DIR."
        yield Check("disk", Level.CRITICAL, f"cannot write to {folder}: {problem.strerror}", remedy)


def _network(settings: Settings, now: datetime) -> Iterator[Check]:
    """Also the clock: what servers say of the time is the only clock beside our own."""
    try:
        feeds = read_feeds(settings)
    except CatalogueError:
        return  # told above
    by_host = {host_of(feed.url): feed.url for feed in feeds}
    asked = list(by_host.values())[:MOST_HOSTS]
    with ThreadPoolExecutor(MOST_HOSTS) as pool:
        dates = list(pool.map(lambda url: _date_at(url, settings.user_agent), asked))
    n_answered = sum(date is not None for date in dates)
    what = f"{n_answered} of {len(asked)} publishers answer"
    if asked and not n_answered:
        remedy = "Is the network up? A proxy is named by HTTPS_PROXY; feeds are asked for without one."
        yield Check("network", Level.CRITICAL, what, remedy)
    else:
        yield Check("network", Level.OK, what)
    told = sorted(date for date in dates if isinstance(date, datetime))
    if not told:
        yield Check("clock", Level.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC; nobody to compare with")
        return
    off = now - told[len(told) // 2]
    level = Level.WARNING if abs(off) > CLOCK_OFF else Level.OK
    remedy = "Let the machine keep its time (NTP): dates, schedules and retries depend on it." if level else ""
    yield Check("clock", level, f"{abs(off) / timedelta(seconds=1):.0f} s from the time of the publishers", remedy)


def _date_at(url: str, user_agent: str) -> datetime | str | None:
    """The time a server gives, "" if it answers and gives none, null if it does not answer. Any answer will do."""
    request = urllib.request.Request(url, headers={"User-Agent": user_agent}, method="HEAD")  # noqa: S310  # catalogue
    try:
        with urllib.request.urlopen(request, timeout=HTTP_TIMEOUT_S) as answer:  # noqa: S310
            told = answer.headers.get("Date")
    except urllib.error.HTTPError as refusal:
        told = refusal.headers.get("Date")
    except (OSError, ValueError):
        return None
    try:
        return parsedate_to_datetime(told) if told else ""
    except ValueError:
        return ""


def _libraries(settings: Settings, now: datetime) -> Iterator[Check]:
    for name, first_broken in BROKEN:
        have = tuple(int(part) for part in version(name).split(".")[:2])
        if have >= first_broken:
            what = f"{name} {version(name)} does not work with this Prefect"
            yield Check("libraries", Level.CRITICAL, what, "Install from requirements.lock, as the README says.")


def _prefect(settings: Settings, now: datetime) -> Iterator[Check]:
    serving = is_served(settings)
    url = running_server(settings)
    given = os.environ.get("PREFECT_API_URL")
    if given and not answers(given):
        remedy = "Start that server, or unset PREFECT_API_URL: then smewatch starts one of its own."
        yield Check("prefect", Level.CRITICAL, f"no answer at PREFECT_API_URL = {given}", remedy)
    elif url:
        try:
            yield Check("prefect", Level.OK, f"server {PrefectApi(url).version()} at {url}")
        except PrefectSilent as problem:
            yield Check("prefect", Level.CRITICAL, str(problem), f"Its log: {settings.data_dir}/prefect/server.log")
    elif serving:
        log = settings.data_dir / "prefect" / "server.log"
        yield Check("prefect", Level.CRITICAL, "`smewatch serve` is at work, its server is silent", f"Its log: {log}")
    if serving:
        yield Check("prefect", Level.OK, "`smewatch serve` is at work")
    elif is_of_a_team(settings, now):
        yield Check("prefect", Level.OK, "the workers of a team are at work")
    elif is_deserted(settings, now):
        remedy = "Start it again, or the workers of a team; flows/service/deploy/README.md has units for that."
        yield Check("prefect", Level.WARNING, "`smewatch serve` is not at work: nothing is scheduled", remedy)
    else:
        yield Check("prefect", Level.OK, "nothing is scheduled", "`smewatch serve` collects every hour.")


def _cluster(settings: Settings, now: datetime) -> Iterator[Check]:
    if settings.task_runner == "local":
        return
    if find_spec("prefect_dask") is None:
        remedy = "Install it beside the lock: pip install prefect-dask; or set SMEWATCH_TASK_RUNNER=local."
        yield Check("cluster", Level.CRITICAL, "prefect-dask is not installed", remedy)
    api_url = running_server(settings) or "http://127.0.0.1"  # one of our own would listen there
    if is_out_of_reach(api_url, settings.cluster_address):
        remedy = "Start a server in the private network, and name it in PREFECT_API_URL; see the README of deploy."
        yield Check("cluster", Level.CRITICAL, "its workers cannot reach Prefect's server", remedy)
    address = urlsplit(settings.cluster_address)
    try:
        socket.create_connection((address.hostname or "", address.port or 8786), timeout=HTTP_TIMEOUT_S).close()
    except (OSError, ValueError) as problem:
        what = f"no scheduler at {settings.cluster_address}: {problem}"
        yield Check("cluster", Level.CRITICAL, what, "Start it, as the README of deploy says; runs fail without it.")
    else:
        yield Check("cluster", Level.OK, f"a scheduler listens at {settings.cluster_address}")


def _warehouse(settings: Settings, now: datetime) -> Iterator[Check]:
    if not is_there(settings.warehouse):
        yield Check("warehouse", Level.OK, f"none yet at {settings.warehouse}", "The first `smewatch run` makes it.")
        return
    stands = standing(settings)
    if stands.refusal:
        yield Check("warehouse", Level.CRITICAL, stands.refusal)
        return
    if stands.holder:
        what = f"held by {stands.holder.program} (process {stands.holder.pid})"
        yield Check("warehouse", Level.OK, what, "If that is no run of smewatch, close it: runs wait for it.")
    try:
        with open_for_people(settings.model_copy(update={"warehouse_wait_s": 5.0})) as (warehouse, as_of):
            failed = warehouse.failed_checks()
            counts = warehouse.counts(now, now - looking.DAY)
    except WarehouseError as problem:
        yield Check("warehouse", Level.CRITICAL, str(problem))
        return
    size = looking.bytes_of(settings)
    where = f"in the lake {settings.warehouse}" if size is None else f"{size / 2**20:.0f} MiB"
    yield Check("warehouse", Level.OK, f"{counts.n_articles} articles, {where}. {as_of or ''}".strip())
    for name in failed:
        remedy = f"Please report it, with the rows of warehouse/checks/{name}.sql."
        yield Check("warehouse", Level.CRITICAL, f"the check {name} finds rows", remedy)
    if stands.n_unreadable:
        what = f"{stands.n_unreadable} batches were put aside in {settings.spool_dir}/unreadable"
        yield Check("warehouse", Level.WARNING, what, "Keep them and report it.")


def _model(settings: Settings, now: datetime) -> Iterator[Check]:
    folder, reason = models.current_model(settings), models.why_train(settings)
    if folder and not reason:
        yield Check("model", Level.OK, f"{folder.name} is in use")
    elif folder:
        yield Check(
            "model", Level.WARNING, str(reason), "The next run trains one that can; `smewatch train` does it now."
        )
    else:
        yield Check("model", Level.OK, "none yet", "The first run trains one, in half a minute.")
