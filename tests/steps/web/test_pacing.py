"""Host paces on a clock of our own: a second passes when somebody sleeps, and only then."""

import asyncio
import heapq
from collections import Counter
from itertools import count, pairwise

import pytest

from flows.steps.web.pacing import (
    CRAWL_DELAY_CAP_S,
    LONGEST_QUEUE_S,
    LONGEST_REST_S,
    LONGEST_WAIT_S,
    SLOWEST_S,
    HostPace,
    HostPaces,
    HostRest,
    Lane,
)


class Clock:
    """A steady clock that jumps to the next sleeper's time once everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), woken))
        await woken

    async def run(self, *work):
        tasks = [asyncio.ensure_future(one) for one in work]
        while not all(task.done() for task in tasks):
            for _ in range(20):  # let everybody run until they sleep
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, _, woken = heapq.heappop(self._sleepers)
                woken.set_result(None)
        return [task.result() for task in tasks]


def paces(clock: Clock, feed: HostPace | None = None, page: HostPace | None = None, **known) -> HostPaces:
    return HostPaces(feed or HostPace(5.0, 1), page or HostPace(5.0, 2), clock=clock, sleep=clock.sleep, **known)


def starts(*visits: tuple[str, Lane], takes_s: float = 1.0, **lanes) -> list[float]:
    """Seconds from the beginning at which each visit may start, all of them waiting at once."""
    clock = Clock()
    pace = paces(clock, **lanes)

    async def visit(host: str, lane: Lane) -> float:
        async with pace.turn(host, lane):
            started = clock.now - 1000.0
            await clock.sleep(takes_s)
            return started

    return asyncio.run(clock.run(*(visit(host, lane) for host, lane in visits)))


PAGE, FEED = Lane.PAGE, Lane.FEED


def test_requests_to_one_host_start_five_seconds_apart():
    assert starts(*[("a.test", PAGE)] * 4) == [0, 5, 10, 15]


def test_hosts_do_not_wait_for_each_other():
    assert starts(("a.test", PAGE), ("b.test", PAGE), ("127.0.0.1", PAGE), ("127.0.0.2", PAGE)) == [0, 0, 0, 0]


def test_hosts_of_one_registrable_domain_are_one_host():
    assert starts(("www.a.test", PAGE), ("rss.a.test", PAGE), ("A.test.", PAGE)) == [0, 5, 10]


def test_sites_of_one_address_start_a_second_apart_and_do_not_slow_each_other_further():
    clock = Clock()
    pace = paces(clock)
    pace.note("slow.test", latency_s=60.0, status=200)

    async def visit(host: str) -> float:
        async with pace.turn(host, PAGE, "192.0.2.1"):
            return clock.now - 1000.0

    hosts = ["slow.test", "b.test", "c.test", "b.test"]
    assert asyncio.run(clock.run(*(visit(host) for host in hosts))) == [0, 1, 2, 6]


def test_sites_of_one_address_have_ten_places_together():
    clock = Clock()
    pace = paces(clock, page=HostPace(0.0, 2))

    async def visit(host: str) -> float:
        async with pace.turn(host, PAGE, "192.0.2.1"):
            started = clock.now - 1000.0
            await clock.sleep(9.0)
            return started

    begun = asyncio.run(clock.run(*(visit(f"{i}.test") for i in range(12))))
    assert begun == [0] * 10 + [9] * 2


def test_feeds_and_pages_share_the_clock():
    assert sorted(starts(("a.test", FEED), ("a.test", PAGE))) == [0, 5]


def test_two_pages_run_at_once_and_a_third_waits_for_a_place():
    assert starts(*[("a.test", PAGE)] * 3, takes_s=12.0) == [0, 5, 12]


def test_one_feed_at_a_time():
    assert starts(*[("a.test", FEED)] * 3, takes_s=12.0) == [0, 12, 24]


def test_a_pace_of_zero_waits_for_nothing_but_places():
    free = HostPace(0.0, 3)
    assert starts(*[("a.test", PAGE)] * 6, page=free) == [0, 0, 0, 1, 1, 1]


def test_places_are_given_back_when_the_work_fails():
    clock = Clock()
    pace = paces(clock, page=HostPace(0.0, 1))

    async def fail():
        async with pace.turn("a.test", PAGE):
            raise LookupError

    async def both():
        for _ in range(3):
            with pytest.raises(LookupError):
                await fail()

    asyncio.run(clock.run(both()))


def delay_after(*answers: tuple[float, int | None], page: HostPace | None = None, lane: Lane = PAGE) -> float:
    pace = paces(Clock(), page=page)
    for latency_s, status in answers:
        pace.note("a.test", latency_s=latency_s, status=status)
    return pace.delay_s("www.a.test", lane)


@pytest.mark.parametrize(
    ("answers", "delay_s"),
    [
        ([], 5),
        ([(0.1, 200)] * 9, 5),
        ([(20.0, 200)], 20),  # a slow host is asked as often as it can answer
        ([(0.0, 200), (20.0, 200)], 20),  # the average begins with the first measured latency
        ([(4.0, 200), (20.0, 200)], 8),  # 4 + (20 - 4) / 4
        ([(20.0, 200), (0.1, 500)], 20),  # a quick error does not make us faster
        ([(20.0, 200), (0.1, None)], 20),
        ([(0.1, 429)], 10),
        ([(0.1, 503)], 10),
        ([(0.1, 429), (0.1, 429)], 20),
        ([(0.1, 429), (0.1, 200)], 7.5),
        ([(0.1, 429), (0.1, 200), (0.1, 200), (0.1, 200)], 5),
        ([(0.1, 500)], 5),
        ([(0.1, 429)] * 20, SLOWEST_S),
        ([(999.0, 200)], SLOWEST_S),
    ],
)
def test_delay_follows_how_a_host_answers(answers, delay_s):
    assert delay_after(*answers) == pytest.approx(delay_s)


@pytest.mark.parametrize(
    ("answers", "delay_s"), [([], 0), ([(20.0, 200)], 0), ([(0.1, 429)], 1), ([(0.1, 429)] * 3, 4)]
)
def test_pace_of_zero_ignores_slowness_but_not_a_refusal(answers, delay_s):
    assert delay_after(*answers, page=HostPace(0.0, 2)) == pytest.approx(delay_s)


@pytest.mark.parametrize(("wish_s", "delay_s"), [(None, 5), (0.0, 5), (3.0, 5), (7.0, 7), (1e9, CRAWL_DELAY_CAP_S)])
def test_crawl_delay_never_makes_us_faster(wish_s, delay_s):
    pace = paces(Clock())
    pace.set_crawl_delay("https://a.test", wish_s)
    assert pace.delay_s("www.a.test", PAGE) == delay_s


def test_crawl_delay_can_be_taken_back():
    pace = paces(Clock())
    pace.set_crawl_delay("https://a.test", 30.0)
    pace.set_crawl_delay("https://a.test", None)
    assert pace.delay_s("a.test", PAGE) == 5


def test_crawl_delay_is_not_undone_by_another_origin_of_the_host():
    pace = paces(Clock())
    pace.set_crawl_delay("https://www.a.test", 30.0)
    pace.set_crawl_delay("https://rss.a.test", None)
    pace.set_crawl_delay("http://www.a.test:8080", 7.0)
    assert pace.delay_s("rss.a.test", PAGE) == 30


def rests(retry_after_s: float) -> tuple[float, float]:
    """What a turn yields after a 429, and how long it waited."""
    clock = Clock()
    pace = paces(clock)
    pace.note("a.test", latency_s=0.1, status=429, retry_after_s=retry_after_s)

    async def visit() -> tuple[float, float]:
        async with pace.turn("a.test", PAGE) as rest_s:
            return rest_s, clock.now - 1000.0

    return asyncio.run(clock.run(visit()))[0]


def test_short_retry_after_is_waited_for():
    assert rests(60.0) == (0.0, 60.0)


def test_long_retry_after_ends_the_turn_instead_of_holding_the_run():
    assert rests(LONGEST_WAIT_S + 1) == (LONGEST_WAIT_S + 1, 0.0)


def test_retry_after_reaches_those_who_wait_already():
    clock = Clock()
    pace = paces(clock)
    seen = []

    async def visit(number: int) -> None:
        async with pace.turn("a.test", PAGE) as rest_s:
            seen.append((number, rest_s > 0))
            if number == 0:
                pace.note("a.test", latency_s=0.1, status=429, retry_after_s=3600.0)

    asyncio.run(clock.run(visit(0), visit(1), visit(2)))
    assert seen == [(0, False), (1, True), (2, True)]


def test_many_waiting_visits_keep_distance_and_order():
    order = starts(*[("a.test", PAGE)] * 50, takes_s=0.1)
    assert order == sorted(order)
    assert Counter(round(b - a, 6) for a, b in pairwise(order)) == {5.0: 49}


def test_pages_behind_ten_minutes_of_others_are_left_for_another_run_and_feeds_and_other_hosts_are_not():
    clock = Clock()
    pace = paces(clock)

    async def visit(host: str, lane: Lane) -> float:
        async with pace.turn(host, lane) as rest_s:
            return rest_s

    crowd = [visit("a.test", PAGE) for _ in range(1_000)]
    *pages, feed, other = asyncio.run(clock.run(*crowd, visit("a.test", FEED), visit("b.test", PAGE)))
    n_asked = int(LONGEST_QUEUE_S / 5.0) + 2  # the first is gone at once, and the last waits for ten minutes
    assert pages[:n_asked] == [0.0] * n_asked
    assert all(rest_s > LONGEST_QUEUE_S for rest_s in pages[n_asked:])
    assert (feed, other) == (0.0, 0.0)
    assert clock.now - 1000.0 <= LONGEST_QUEUE_S + 10.0  # a feed started between them


def test_a_pace_of_zero_has_no_queue():
    assert starts(*[("a.test", PAGE)] * 500, takes_s=0.0, page=HostPace(0.0, 2)) == [0.0] * 500


# --- From run to run ------------------------------------------------------------------------------------------------


def test_a_rest_outlives_the_run_in_which_it_was_asked_for():
    clock = Clock()
    first = paces(clock)
    clock.now += 100
    first.note("www.a.test", latency_s=1, status=429, retry_after_s=3_600)
    (rest,) = first.rests()
    assert rest == HostRest("a.test", rest_s=3_700, slowdown=2.0)

    clock.now = 5_000_000.0  # another process, another steady clock
    second = paces(clock, rests=[HostRest("a.test", rest_s=rest.rest_s - 600, slowdown=rest.slowdown)])

    async def visit(host: str) -> float:
        async with second.turn(host, PAGE) as rest_s:
            return rest_s

    assert asyncio.run(clock.run(visit("rss.a.test"), visit("b.test"))) == [3_100, 0]


def test_a_host_that_recovers_is_named_once_more_as_recovered_and_then_no_longer():
    clock = Clock()
    pace = paces(clock, rests=[HostRest("a.test", slowdown=2.0)])
    for _ in range(4):
        pace.note("a.test", latency_s=1, status=200)
    assert pace.rests() == [HostRest("a.test", rest_s=0.0, slowdown=1.0)]
    assert paces(clock).rests() == []


def test_no_host_rests_longer_than_a_week():
    clock = Clock()
    pace = paces(clock, rests=[HostRest("a.test", rest_s=1e12)])
    pace.note("b.test", latency_s=1, status=503, retry_after_s=1e12)
    assert {rest.rest_s for rest in pace.rests()} == {LONGEST_REST_S}


def test_a_host_that_is_slowed_down_past_our_patience_holds_up_no_run():
    clock = Clock()
    pace = paces(clock, rests=[HostRest("a.test", slowdown=SLOWEST_S)])

    async def visit() -> float:
        async with pace.turn("a.test", PAGE) as rest_s:
            return rest_s

    assert asyncio.run(clock.run(visit(), visit())) == [0, SLOWEST_S]
    assert clock.now == 1000.0


def test_who_goes_on_in_our_stead_keeps_our_distance():
    clock = Clock()
    first = paces(clock)

    async def visit(pace: HostPaces) -> float:
        async with pace.turn("www.a.test", PAGE):
            return clock.now

    (left_at,) = asyncio.run(clock.run(visit(first)))
    clock.now += 2
    pauses = first.pauses()
    assert pauses == {"a.test": 5.0}
    second = paces(clock, pauses={"a.test": pauses["a.test"] - 2})
    (came_at,) = asyncio.run(clock.run(visit(second)))
    assert came_at - left_at == 5.0
    assert second.rests() == []  # it is our pace, and nothing that the next run must know
