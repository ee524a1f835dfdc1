"""Leases, outages, robots.txt, moved feeds and changed ids, from one run to the next."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.collecting import feed_keeping
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.poll_times import FARTHEST_S, Reason
from flows.steps.feeds.polling import FeedState, is_due
from tests.faults.server import FaultServer, answer
from tests.flows.feed_rounds import rounds
from tests.flows.small_web import conditional, page, rss
from warehouse.rows import Batch, FeedStateRow

__all__ = ["rounds"]

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROBOTS = answer(200, b"User-agent: *\nDisallow:\n", Content_Type="text/plain")


class Died(BaseException):
    """Stands for a kill: nothing of the run is stored after it."""


def die(run, polls):
    raise Died


def feed(n=0, etag='"1"', links=()):
    return conditional(rss(list(links)), etag)


@pytest.fixture
def server():
    with FaultServer({"/robots.txt": ROBOTS}) as running:
        yield running


# --- Leases ---------------------------------------------------------------------------------------------------------


def killed(runs, now):
    with pytest.raises(Died):
        runs.run(now, dies=die)


def test_the_next_run_polls_what_a_killed_one_never_stored(rounds, server):
    server.scripts |= {"/a": feed(), "/b": feed()}
    runs = rounds(server.url("/a"), server.url("/b"))
    killed(runs, NOW)
    assert runs.ask("select count(*) from ops.feed_leases") == [(2,)]
    assert len(runs.run(NOW + timedelta(minutes=1))) == 2
    assert runs.ask("from ops.feed_leases") == []
    assert runs.ask("select status from ops.runs order by started_at") == [("crashed",), ("completed",)]
    assert runs.run(NOW + timedelta(minutes=2)) == {}


def test_a_feed_that_was_not_due_is_polled_again_when_a_run_of_all_feeds_was_killed(rounds, server):
    server.scripts["/a"] = feed()
    runs = rounds(server.url("/a"))
    runs.run(NOW)
    with pytest.raises(Died):
        runs.run(NOW + HOUR, every_feed=True, dies=die)
    assert len(runs.run(NOW + HOUR)) == 1


def test_from_the_third_kill_in_a_row_a_feed_waits_its_turn(rounds, server):
    server.scripts["/a"] = feed()
    runs = rounds(server.url("/a"))
    for minute in range(3):
        killed(runs, NOW + timedelta(minutes=minute))
    third = NOW + timedelta(minutes=2)
    assert server.paths().count("/a") == 3
    for minutes, n in ((1, 0), (29, 0), (30, 1)):
        assert len(runs.run(third + timedelta(minutes=minutes))) == n
    assert server.paths().count("/a") == 4


def test_a_person_who_asks_for_all_feeds_gets_them_however_often_runs_were_killed(rounds, server):
    server.scripts["/a"] = feed()
    runs = rounds(server.url("/a"))
    for minute in range(5):
        with pytest.raises(Died):
            runs.run(NOW + timedelta(minutes=minute), every_feed=True, dies=die)
    assert len(runs.run(NOW + timedelta(minutes=6), every_feed=True)) == 1


def test_a_stored_poll_makes_up_for_all_kills_before_it(rounds, server):
    server.scripts["/a"] = feed()
    runs = rounds(server.url("/a"))
    killed(runs, NOW)
    killed(runs, NOW)
    runs.run(NOW)
    later = NOW + timedelta(days=2)
    killed(runs, later)
    assert len(runs.run(later)) == 1


# --- What is due ----------------------------------------------------------------------------------------------------

MOMENTS = [None, -FARTHEST_S, -1, 0, 1, 3600, FARTHEST_S - 1, FARTHEST_S, FARTHEST_S + 1, 365 * 86400]


@pytest.mark.parametrize("seconds", MOMENTS)
def test_the_warehouse_and_the_rule_agree_on_what_is_due(rounds, seconds):
    """A time farther ahead than any rule gives was written while the clock was wrong."""
    runs = rounds("http://a.test/feed")
    runs.run(NOW)
    at = None if seconds is None else NOW + timedelta(seconds=seconds)
    with runs.open() as warehouse:
        state = FeedStateRow(Feed("http://a.test/feed").feed_id, "active", next_poll_at=at)
        warehouse.store_batch(Batch("b", "r", NOW, feed_states=(state,)))
    assert bool(runs.begin(NOW).due) is is_due(FeedState(next_poll_at=at), NOW)


# --- Our own network is down ----------------------------------------------------------------------------------------


def hosts(server, *names):
    return {"resolve": dict.fromkeys(names, "127.0.0.1")}, [server.url("/feed", host) for host in names]


def test_a_run_without_any_answer_is_written_down_and_speaks_against_no_feed(rounds, server):
    resolve, urls = hosts(server, "a.test", "b.test", "c.test")
    server.scripts["/feed"] = feed()
    runs = rounds(*urls, **resolve)
    runs.run(NOW)
    runs.resolve = dict.fromkeys(runs.resolve, "127.0.0.99")  # nobody listens there
    down = NOW + timedelta(days=1)
    assert set(runs.run(down).values()) == {"unreachable"}
    assert (
        runs.ask("select n_failures, failure_weight, next_poll_reason, last_outcome from ops.feed_states")
        == [(0, 0.0, Reason.OFFLINE, "unreachable")] * 3
    )
    assert runs.ask("select count(*) from raw.fetches where outcome = 'unreachable'") == [(3,)]
    assert "our own network" in runs.ask("select detail from ops.runs order by started_at desc limit 1")[0][0]
    runs.resolve = dict.fromkeys(runs.resolve, "127.0.0.1")
    assert runs.run(down + timedelta(minutes=14)) == {}
    assert set(runs.run(down + timedelta(minutes=17)).values()) == {"unchanged"}


def test_one_answer_shows_that_the_others_failed_by_themselves(rounds, server):
    resolve, urls = hosts(server, "a.test", "b.test", "c.test", "d.test")
    server.scripts["/feed"] = feed()
    runs = rounds(*urls, **resolve)
    runs.resolve |= dict.fromkeys(("a.test", "b.test", "c.test"), "127.0.0.99")
    runs.run(NOW)
    assert runs.ask("select n_failures, count(*) from ops.feed_states group by all order by 1") == [(0, 1), (1, 3)]


# --- robots.txt -----------------------------------------------------------------------------------------------------

CLOSED_TO_US = answer(200, b"User-agent: smewatch\nDisallow: /\n", Content_Type="text/plain")


@pytest.mark.parametrize(("obey", "outcome"), [(True, "refused"), (False, "read")])
def test_a_feed_that_is_closed_to_us_by_name_is_left_alone_unless_the_setting_says_otherwise(
    rounds, server, obey, outcome
):
    server.scripts |= {"/robots.txt": CLOSED_TO_US, "/a": feed()}
    runs = rounds(server.url("/a"), feeds_obey_robots=obey)
    assert list(runs.run(NOW).values()) == [outcome]
    assert ("/a" in server.paths()) is not obey


def test_a_robots_file_is_read_once_a_day_however_many_runs_there_are(rounds, server):
    server.scripts["/a"] = feed()
    runs = rounds(server.url("/a"))
    for hours in (0, 5, 23):
        runs.run(NOW + hours * HOUR, every_feed=True)
    assert server.paths().count("/robots.txt") == 1
    assert runs.ask("select origin, read_at from ops.robots_files") == [(server.url(""), "2026-11-20T12:00:00Z")]
    runs.run(NOW + 25 * HOUR, every_feed=True)
    assert server.paths().count("/robots.txt") == 2
    runs.run(NOW + 100 * HOUR, every_feed=True)
    assert runs.ask("select count(*), min(read_at) from ops.robots_files") == [(1, "2026-11-24T16:00:00Z")]


@pytest.mark.parametrize(
    ("robots", "made", "reason"),
    [
        (b"User-agent: GPTBot\nDisallow: /\n", page("page", 1), "reserved (robots.txt: closed to gptbot)"),
        (
            b"",
            page("page", 1).replace(b"Content-Length", b"X-Robots-Tag: noai\r\nContent-Length"),
            "reserved (header: robots noai)",
        ),
        (
            b"",
            page("page", 1)
            .replace(b"<head>", b'<head><meta name="tdm-reservation" content="1">')
            .replace(b"Content-Length", b"X-Length"),
            "reserved (meta: tdm-reservation 1)",
        ),
    ],
)
def test_what_is_reserved_is_left_alone_where_the_setting_says_so(rounds, server, robots, made, reason):
    server.scripts |= {"/robots.txt": answer(200, robots), "/page": made, "/a": feed(links=[server.url("/page")])}
    runs = rounds(server.url("/a"), obey_reservations=True)
    runs.run(NOW)
    assert runs.ask("select outcome, detail, article_id from raw.entries") == [("refused by robots", reason, None)]


# --- Hosts ----------------------------------------------------------------------------------------------------------


def test_a_host_that_asked_for_rest_is_asked_nothing_before_its_end_by_any_later_run(rounds, server):
    server.scripts |= {"/a": feed(links=[server.url("/page")]), "/page": answer(429, Retry_After="7200")}
    runs = rounds(server.url("/a"))
    runs.run(NOW)
    tries = "select outcome, n_attempts, next_attempt_at from raw.entries"
    assert runs.ask(tries) == [("refused", 1, "2026-11-20T14:00:00Z")]
    rests = "select host, rest_ends_at - interval 2 hours - timestamptz '2026-11-20 12:00:00Z' < interval 1 minute"
    assert runs.ask(f"{rests} from ops.host_rests") == [("127.0.0.1", True)]
    n_asked = len(server.seen)
    server.scripts |= {"/page": page("page", 1), "/a": feed(links=[server.url("/page")], etag='"2"')}
    assert runs.run(NOW + HOUR, every_feed=True) == {server.url("/a"): "refused"}
    assert len(server.seen) == n_asked
    assert runs.ask(tries) == [("refused", 1, "2026-11-20T14:00:00Z")]
    assert runs.ask("select n_failures from ops.feed_states") == [(0,)]
    runs.run(NOW + 2.1 * HOUR, every_feed=True)
    assert runs.ask("select outcome, n_attempts from raw.entries") == [("stored", 2)]


def test_what_publishers_reserve_is_kept_beside_what_they_publish(rounds, server):
    robots = b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nDisallow:\n"
    reserved = page("page", 1).replace(b"<head>", b'<head><meta name="robots" content="noai">')
    reserved = reserved.replace(b"Content-Length", b"TDM-Reservation: 1\r\nX-Length")
    server.scripts |= {"/robots.txt": answer(200, robots), "/page": reserved}
    runs = rounds(server.url("/a"))
    for hour in (0, 1):
        server.scripts["/a"] = feed(links=[server.url("/page")], etag=f'"{hour}"')
        runs.run(NOW + hour * HOUR, every_feed=True)
    assert runs.ask("select scope, statement, first_seen_at from raw.reservations order by all") == [
        ("page", "header: tdm-reservation 1", "2026-11-20T12:00:00Z"),
        ("page", "meta: robots noai", "2026-11-20T12:00:00Z"),
        ("site", "robots.txt: Content-Signal ai-train=no", "2026-11-20T12:00:00Z"),
    ]


# --- Quarantine -----------------------------------------------------------------------------------------------------


def test_a_page_refused_six_times_is_given_up_until_a_person_asks_for_it_again(rounds, server):
    server.scripts["/page"] = answer(403)
    runs, tried_at = rounds(server.url("/a")), NOW

    def announce(etag):
        server.scripts["/a"] = feed(links=[server.url("/page")], etag=etag)
        runs.run(tried_at, every_feed=True)

    for n in range(7):
        announce(f'"{n}"')
        tried_at += timedelta(days=2)
    assert server.paths().count("/page") == 6
    assert runs.ask("select outcome, http_status, n_attempts from mart.quarantine") == [("refused", 403, 6)]
    assert feed_keeping.retry(runs.settings, [server.url("/a")], tried_at) == 1
    assert runs.ask("from mart.quarantine") == []
    server.scripts["/page"] = page("page", 1)
    announce('"again"')
    assert runs.ask("select outcome, n_attempts from raw.entries") == [("stored", 1)]
    assert feed_keeping.retry(runs.settings, [server.url("/a")], tried_at) == 0


# --- Moved feeds ----------------------------------------------------------------------------------------------------


def moved(server, to):
    return answer(301, Location=to)


def test_a_feed_that_moved_is_asked_at_its_new_address_and_stays_the_same_feed(rounds, server):
    resolve, (old, new) = hosts(server, "old.test", "new.test")
    server.scripts |= {
        "/feed": lambda seen: (
            moved(server, new.replace("/feed", "/new")) if seen.headers["host"].startswith("old") else answer(404)
        ),
        "/new": feed(links=[server.url("/page")]),
        "/page": page("page", 1),
    }
    runs = rounds(old, **resolve)
    for day in range(4):
        assert list(runs.run(NOW + timedelta(days=day), every_feed=True)) == [old]
    new = new.replace("/feed", "/new")
    assert runs.run(NOW + timedelta(days=4), every_feed=True) == {new: "unchanged"}
    feed_id = Feed(old).feed_id
    assert runs.ask("select feed_id, url, is_active from raw.feeds") == [(feed_id, old, True)]
    assert runs.ask("select feed_id, url from ops.feed_addresses") == [(feed_id, new)]
    assert runs.ask("select count(distinct feed_id), count(*) from raw.fetches") == [(1, 5)]
    runs.feeds = [Feed(new, title="As the catalogue has it now")]
    assert runs.run(NOW + timedelta(days=5), every_feed=True) == {new: "unchanged"}
    assert runs.ask("select feed_id, title, is_active from raw.feeds") == [
        (feed_id, "As the catalogue has it now", True)
    ]


def test_a_feed_never_moves_to_a_private_address(rounds, server):
    resolve, (old,) = hosts(server, "old.test")
    server.scripts |= {"/feed": moved(server, server.url("/new")), "/new": feed()}
    runs = rounds(old, **resolve)
    for day in range(6):
        assert list(runs.run(NOW + timedelta(days=day), every_feed=True)) == [old]
    assert runs.ask("from ops.feed_addresses") == []


def test_two_feeds_do_not_move_to_one_address(rounds, server):
    resolve, (a, b, new) = hosts(server, "a.test", "b.test", "new.test")
    server.scripts |= {"/feed": moved(server, new.replace("/feed", "/new")), "/new": feed()}
    runs = rounds(a, b, **resolve)
    for day in range(5):
        runs.run(NOW + timedelta(days=day), every_feed=True)
    assert runs.ask("select count(*) from ops.feed_addresses") == [(1,)]
    with runs.open() as warehouse:
        assert warehouse.failed_checks() == {}


def test_a_feed_that_died_at_its_new_address_is_asked_at_its_own_again(rounds, server):
    resolve, (old, new) = hosts(server, "old.test", "new.test")
    target = new.replace("/feed", "/new")
    server.scripts |= {"/feed": moved(server, target), "/new": feed()}
    runs = rounds(old, **resolve)
    for day in range(4):
        runs.run(NOW + timedelta(days=day), every_feed=True)
    server.scripts |= {"/feed": feed(etag='"2"'), "/new": answer(404)}
    asked = [runs.run(NOW + timedelta(days=day), every_feed=True) for day in (4, 34, 35, 36)]
    assert asked == [{target: "gone"}, {target: "gone"}, {old: "read"}, {old: "unchanged"}]


# --- Changed ids ----------------------------------------------------------------------------------------------------


def items(server, n, guid, **more):
    lines = "".join(
        f"<item><guid isPermaLink='false'>{guid}-{i}</guid><title>Story {i}</title>"
        f"<link>{server.url(f'/page/{i}')}</link><pubDate>Wed, 18 Nov 2026 0{i}:00:00 GMT</pubDate></item>"
        for i in range(n)
    )
    return f"<rss version='2.0'><channel><title>News</title>{lines}</channel></rss>".encode()


def test_a_feed_that_changes_all_its_ids_is_not_read_again(rounds, server):
    server.scripts |= {f"/page/{i}": page(f"page {i}", i) for i in range(5)}
    server.scripts["/page/3"] = answer(404)
    server.scripts["/page/4"] = answer(503)
    runs = rounds(server.url("/feed"))
    for hour, guid in enumerate(("old", "new", "newer")):
        server.scripts["/feed"] = answer(200, items(server, 5, guid), ETag=f'"{guid}"')
        runs.run(NOW + hour * timedelta(minutes=10), every_feed=True)
    assert sorted(path for path in server.paths() if path.startswith("/page")) == [f"/page/{i}" for i in range(5)]
    assert runs.ask("select guid, outcome from raw.entries order by guid") == [
        ("newer-0", "stored"),
        ("newer-1", "stored"),
        ("newer-2", "stored"),
        ("newer-3", "gone"),
        ("newer-4", "unreachable"),
    ]
    assert dict(runs.ask("select outcome, sum(n_entries) from raw.fetch_ends group by all")) == {
        "known": 10,
        "stored": 3,
        "gone": 1,
        "unreachable": 1,
    }
    with runs.open() as warehouse:
        assert warehouse.failed_checks() == {}


def test_a_lost_page_is_tried_again_when_due_under_its_new_id(rounds, server):
    server.scripts |= {f"/page/{i}": page(f"page {i}", i) for i in range(3)}
    server.scripts["/page/2"] = answer(503)
    runs = rounds(server.url("/feed"))
    server.scripts["/feed"] = answer(200, items(server, 3, "old"))
    runs.run(NOW)
    server.scripts |= {"/feed": answer(200, items(server, 3, "new")), "/page/2": page("page 2", 2)}
    runs.run(NOW + HOUR, every_feed=True)
    assert runs.ask("select guid, outcome, n_attempts from raw.entries order by guid") == [
        ("new-0", "stored", 1),
        ("new-1", "stored", 1),
        ("new-2", "stored", 2),
    ]
    assert runs.ask("select count(*) from core.articles") == [(3,)]


def test_a_clock_that_was_a_year_ahead_leaves_nothing_waiting_for_a_year(rounds, server):
    server.scripts |= {"/a": feed(links=[server.url("/page")]), "/page": answer(503)}
    runs = rounds(server.url("/a"))
    runs.run(NOW + timedelta(days=365))
    server.scripts |= {"/page": page("page", 1), "/a": feed(links=[server.url("/page")], etag='"2"')}
    assert runs.run(NOW) == {server.url("/a"): "read"}
    assert runs.ask("select outcome, n_attempts from raw.entries") == [("stored", 2)]
