"""The harvester as the settings want it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flows.settings import Settings
from flows.steps.harvesting import Harvester, HarvestLimits
from flows.steps.pages.archiving import Archive
from flows.steps.text.neutral import tame_logging
from flows.steps.web.client import Client
from flows.steps.web.limits import Limits
from flows.steps.web.pacing import HostPace, HostPaces, HostRest
from flows.steps.web.robots import RobotsFile
from flows.steps.workers import PRELOADED, Pool

READERS_A_JUDGE = 8  # a text takes a tenth of the time to judge that it takes to read
READING = PRELOADED
JUDGING = ("flows.collecting.judging", "classifiers.judge")  # 85 MiB and 1.4 s that a reader does without


class Pools(NamedTuple):
    """Worker processes that read, which are often replaced, and one in eight that judge, for a model loads in 2 s."""

    reading: Pool
    judging: Pool


def open_harvester(
    settings: Settings,
    resolve: Mapping[str, str],
    robots_files: Iterable[RobotsFile] = (),
    archive: Archive | None = None,
    rests: Iterable[HostRest] = (),
    *,
    pauses: Mapping[str, float] | None = None,
    pools: Pools | None = None,
) -> Harvester:
    """A harvester with the client, the paces and the worker processes that the settings ask for; use with `with`.

    From here on log lines may quote the web, so those of this process are made harmless.

    `robots_files` are those that earlier runs read within the last day, `rests` what they remembered of hosts,
    counted from now; pages are kept in `archive`, if there is one. `pauses` say how long a host is left alone because
    another machine asked it. The harvester closes its worker processes with itself: those of `pools`, or its own.
    """
    tame_logging()
    pools = pools or open_pools(settings)
    limits = HarvestLimits(
        settings.read_limit_s, feeds_at_once=settings.connections, pages_at_once=4 * settings.connections
    )
    return Harvester(
        lambda: open_client(settings, resolve, rests, pauses),
        pools.reading,
        limits,
        robots_files=robots_files,
        feeds_obey_robots=settings.feeds_obey_robots,
        obey_reservations=settings.obey_reservations,
        archive=archive,
        judges=pools.judging,
    )


def open_pools(settings: Settings, kind: type[Pool] = Pool) -> Pools:
    """The worker processes of a harvester. Nothing starts before it is needed."""
    n_judges = max(1, settings.worker_processes // READERS_A_JUDGE)
    judging = kind(n_judges, memory_bytes=settings.worker_memory_bytes, preload=(*READING, *JUDGING))
    # The last to be opened says what the fork server loads: readers are ready sooner, and a judge loads more.
    reading = kind(settings.worker_processes, memory_bytes=settings.worker_memory_bytes, preload=READING)
    return Pools(reading, judging)


def open_pool(settings: Settings, preload: Sequence[str] = READING) -> Pool:
    """The worker processes, for work that needs no web; use with `with`."""
    return Pool(settings.worker_processes, memory_bytes=settings.worker_memory_bytes, preload=preload)


def open_client(
    settings: Settings,
    resolve: Mapping[str, str],
    rests: Iterable[HostRest] = (),
    pauses: Mapping[str, float] | None = None,
) -> Client:
    """The client that the settings ask for; use with `async with`."""
    paces = HostPaces(
        feed=HostPace(settings.host_delay_s, 1),
        page=HostPace(settings.host_delay_s, settings.pages_per_host),
        rests=rests,
        pauses=pauses,
    )
    limits = Limits(
        feed_bytes=settings.max_feed_bytes,
        page_bytes=settings.max_page_bytes,
        connect_s=settings.connect_timeout_s,
        read_gap_s=settings.read_timeout_s,
        total_s=settings.total_timeout_s,
    )
    return Client(
        limits,
        user_agent=settings.user_agent,
        contact=settings.contact,
        allow_private=settings.allow_private_addresses,
        resolve=resolve,
        paces=paces,
        connections=settings.connections,
    )
