"""RFC 9309: what robots.txt lets us read, and what its absence, its errors and its nonsense mean."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps.outcomes import Outcome
from flows.steps.web.fetching import Loss, Page, Response, RobotsCache, fetch_page
from flows.steps.web.robots import RobotsFile, read_rules
from tests.faults.asking import NOW, QUICK, ask_feed, ask_page, ask_pages, client
from tests.faults.server import FaultServer, Script, answer

PAGE = answer(200, b"<html>")


def may_read(rules: str | bytes, path: str) -> bool:
    body = rules if isinstance(rules, bytes) else rules.encode()
    with FaultServer({"/robots.txt": answer(200, body), path: PAGE}) as server:
        result = ask_page(server.url(path))
        assert (path in server.paths()) == isinstance(result, Page)
    assert isinstance(result, Page) or result.outcome is Outcome.ROBOTS
    return isinstance(result, Page)


RULES = [
    ("nothing in it", "", "/a", True),
    ("all disallowed", "User-agent: *\nDisallow: /", "/a", False),
    ("empty Disallow", "User-agent: *\nDisallow:", "/a", True),
    ("another's group", "User-agent: googlebot\nDisallow: /", "/a", True),
    ("our group beats *", "User-agent: *\nDisallow: /\nUser-agent: smewatch\nDisallow: /b", "/a", True),
    ("our group, any letter case", "User-agent: SMEwatch\nDisallow: /", "/a", False),
    ("our group, with our version", "User-agent: smewatch/0.1\nDisallow: /", "/a", False),
    ("a name that ours begins with", "User-agent: sme\nDisallow: /", "/a", True),
    ("a name that contains ours", "User-agent: smewatchdog\nDisallow: /", "/a", True),
    ("groups of one agent", "User-agent: smewatch\nAllow: /\n\nUser-agent: smewatch\nDisallow: /b", "/b", False),
    ("groups merge around another's", "User-agent: smewatch\nAllow: /a\nUser-agent: x\nDisallow: /z\n"
     "User-agent: smewatch\nDisallow: /b", "/b", False),
    ("another's group between", "User-agent: smewatch\nDisallow: /a\nUser-agent: x\nDisallow: /b", "/b", True),
    ("a hyphen behind our name", "User-agent: smewatch-news\nDisallow: /", "/a", True),
    ("an agent of stars", "User-agent: *bot\nDisallow: /", "/a", True),
    ("an agent without a name", "User-agent:\nDisallow: /", "/a", True),
    ("the name of our stand-in", "User-agent: us\nDisallow: /", "/a", True),
    ("no colon", "User-agent smewatch\nDisallow /a", "/a", False),
    ("several agents in a group", "User-agent: x\nUser-agent: smewatch\nDisallow: /a", "/a", False),
    ("longest match wins", "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
    ("equal length: allow", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
    ("wildcard", "User-agent: *\nDisallow: /*/private", "/a/private/b", False),
    ("end of path", "User-agent: *\nDisallow: /*.php$", "/a.php", False),
    ("end of path, not reached", "User-agent: *\nDisallow: /*.php$", "/a.php?b", True),
    ("any query", "User-agent: *\nDisallow: /?", "/?a", False),
    ("no query", "User-agent: *\nDisallow: /?", "/a", True),
    ("percent-encoded", "User-agent: *\nDisallow: /caf%C3%A9", "/caf%c3%a9", False),
    ("UTF-8 rule", "User-agent: *\nDisallow: /caf\u00e9", "/caf%C3%A9", False),
    ("byte order mark", b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/a", False),
    ("UTF-16", "User-agent: *\nDisallow: /".encode("utf-16"), "/a", False),
    ("carriage returns", "User-agent: *\rDisallow: /a", "/a", False),
    ("comments", "# us\nUser-agent: * # all\nDisallow: /a # no", "/a", False),
    ("a web page instead", "<!DOCTYPE html><html><body>Disallow: /</body></html>", "/a", True),
    ("NULs and bad bytes", b"User-agent: *\n\x00\xff\xfe\nDisallow: /a", "/a", False),
    ("rules before any group", "Disallow: /\nUser-agent: *\nAllow: /", "/a", True),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "path", "is_allowed"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_rules_with(rules, path, is_allowed):
    assert may_read(rules, path) is is_allowed


STATUSES: list[tuple[str, Script, Outcome | None]] = [
    ("200", answer(200, b"User-agent: *\nDisallow: /x"), None),
    ("204", answer(204), None),
    ("404", answer(404), None),
    ("401", answer(401), None),
    ("403", answer(403), None),
    ("410", answer(410), None),
    ("429", answer(429), Outcome.ROBOTS),
    ("500", answer(500), Outcome.ROBOTS),
    ("503", answer(503), Outcome.ROBOTS),
    ("a redirect to rules", answer(301, b"", Location="/elsewhere"), Outcome.ROBOTS),
    ("a redirect to nothing", answer(302, b"", Location="/missing"), None),
    ("a redirect loop", answer(302, b"", Location="/robots.txt"), Outcome.ROBOTS),
    ("silence", [5.0], Outcome.UNREACHABLE),
    ("a hang-up", b"", Outcome.UNREACHABLE),
    ("a bomb of comments", answer(200, b"User-agent: *\nDisallow: /\n" + b"#" * 2**20), Outcome.ROBOTS),
    ("rules beyond 512 KiB", answer(200, b"#" * 2**19 + b"\nUser-agent: *\nDisallow: /\n"), None),
]


@pytest.mark.parametrize(("script", "outcome"), [row[1:] for row in STATUSES], ids=[row[0] for row in STATUSES])
def test_page_behind_robots_that_answers(script, outcome):
    """4xx: no rules. 5xx, 429 and no answer: nothing may be read (2.3.1.4); silence is named as what it is."""
    rules = answer(200, b"User-agent: *\nDisallow: /")
    with FaultServer({"/robots.txt": script, "/elsewhere": rules, "/a": PAGE}) as server:
        result = ask_page(server.url("/a"), limits=QUICK if script == [5.0] else {})
        assert ("/a" in server.paths()) is (outcome is None)
    assert (result.outcome if isinstance(result, Loss) else None) is outcome


def test_file_is_fetched_once_for_many_pages_at_once():
    scripts = {"/robots.txt": [0.1, answer(404)], **{f"/{i}": PAGE for i in range(20)}}
    with FaultServer(scripts) as server:
        results = ask_pages(*(server.url(f"/{i}") for i in range(20)))
        assert server.paths().count("/robots.txt") == 1
    assert all(isinstance(result, Page) for result in results)


def test_each_origin_has_a_file_of_its_own():
    with FaultServer({"/robots.txt": answer(404), "/a": PAGE}) as server:
        ask_pages(server.url("/a", host="a.test"), server.url("/a", host="b.test"), server.url("/a", host="A.test"))
        assert server.paths().count("/robots.txt") == 2


def test_robots_file_itself_may_always_be_asked():
    with FaultServer(
        {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /", Content_Type="text/plain")}
    ) as server:
        result = ask_page(server.url("/robots.txt"))
    assert isinstance(result, Loss)
    assert result.outcome is Outcome.NOT_HTML


def story(*steps: tuple[float, Script], limits: dict[str, float] | None = None) -> tuple[list[bool], int]:
    """Whether the page could be read at each step (hour, what robots.txt answers then); how often it was asked."""

    async def play() -> list[bool]:
        read = []
        async with client(limits=limits or {}) as asking:
            robots = RobotsCache(asking)
            for hours, script in steps:
                server.scripts["/robots.txt"] = script
                result = await fetch_page(asking, server.url("/a"), robots, NOW + timedelta(hours=hours))
                read.append(isinstance(result, Page))
        return read

    with FaultServer({"/a": PAGE}) as server:
        return asyncio.run(play()), server.paths().count("/robots.txt")


OPEN, CLOSED, BROKEN = answer(200, b""), answer(200, b"User-agent: *\nDisallow: /"), answer(500)


def test_rules_hold_for_a_day():
    assert story((0, OPEN), (23, CLOSED), (24.1, CLOSED)) == ([True, True, False], 2)


def test_broken_server_is_asked_again_after_an_hour():
    assert story((0, BROKEN), (0.5, OPEN), (1.1, OPEN)) == ([False, False, True], 2)


def test_last_good_rules_stand_in_for_a_broken_server_for_a_day():
    """Read at 0 h, stale at 24 h, used until 48 h while the server cannot say; asked again each hour."""
    assert story((0, OPEN), (24.1, BROKEN), (25.2, BROKEN), (47.9, BROKEN), (49, BROKEN)) == (
        [True, True, True, True, False],
        5,
    )
    assert story((0, CLOSED), (24.1, BROKEN), (25.2, OPEN)) == ([False, False, True], 3)


def test_last_good_rules_stand_in_for_silence_as_well():
    assert story((0, OPEN), (24.1, [5.0]), limits=QUICK) == ([True, True], 2)


def test_no_rules_is_an_answer_that_holds_for_a_day_too():
    assert story((0, answer(404)), (23, CLOSED), (24.1, CLOSED)) == ([True, True, False], 2)


DELAYS = [
    ("Crawl-delay: 7", 7), ("Crawl-delay: 0.5", 0.5), ("Crawl-delay: 0", 0), ("Crawl-delay: -1", 0),
    ("Crawl-delay: 1e9", 60), ("Crawl-delay: abc", 0), ("Crawl-delay: nan", 0), ("Crawl-delay: inf", 0),
    ("Request-rate: 1/10", 10), ("Crawl-delay: 3\nRequest-rate: 1/10s", 10), ("", 0),
    ("Request-rate: 1/" + "9" * 400, 60), ("Request-rate: " + "9" * 400 + "/1", 0),
]  # fmt: skip


@pytest.mark.parametrize(("line", "seconds"), DELAYS)
def test_crawl_delay_is_obeyed_up_to_a_minute(line, seconds):
    async def delay(url: str) -> float:
        async with client() as asking:
            await RobotsCache(asking).refusal(url, NOW)
            return asking.paces.delay_s("127.0.0.1", "page")

    with FaultServer({"/robots.txt": answer(200, f"User-agent: *\n{line}\nDisallow: /x".encode())}) as server:
        assert asyncio.run(delay(server.url("/a"))) == seconds


def test_crawl_delay_of_another_agent_is_not_ours():
    async def delay(url: str) -> float:
        async with client() as asking:
            await RobotsCache(asking).refusal(url, NOW)
            return asking.paces.delay_s("127.0.0.1", "page")

    with FaultServer({"/robots.txt": answer(200, b"User-agent: slowbot\nCrawl-delay: 9")}) as server:
        assert asyncio.run(delay(server.url("/a"))) == 0


def test_page_behind_a_forbidden_address_is_named_so_though_robots_comes_first():
    result = ask_page("http://a.test/", allow_private=False)
    assert isinstance(result, Loss)
    assert result.outcome is Outcome.FORBIDDEN_ADDRESS


@given(
    st.binary(max_size=300) | st.text(alphabet="User-agnt:*smewchDilow/ \r\n\t#$\ufeff", max_size=300).map(str.encode)
)
def test_any_bytes_are_rules_of_some_kind(body):
    rules = read_rules(body, "smewatch")
    rules.allows("http://a.test/a?b=c")
    assert (rules.delay_s() or 0) >= 0


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"User-agent: %d\n" % i for i in range(16_000)) + b"Disallow: /x\n" * 16_000,
        b"User\x0bagent: x\n" * 30_000 + b"Disallow: /x\n" * 1000,
        b"User-agent: *\n" + b"".join(b"Disallow: /*a*b*%d$\n" % i for i in range(20_000)),
        b"User-agent: *\nDisallow: /" + b"*a" * 250_000,
        b" " * 2**19,
        b"\n" * 2**19,
    ],
    ids=[
        "many agents and rules",
        "agents spelt oddly",
        "20,000 wildcard rules",
        "one long rule",
        "blanks",
        "empty lines",
    ],
)
def test_hostile_rules_are_read_before_the_suite_times_out(body):
    """The first of these holds Protego alone up for minutes."""
    assert read_rules(body[: 2**19], "smewatch").allows("http://a.test/" + "ab" * 500)


def test_files_are_remembered_between_runs_for_a_day():
    async def run(files, hours: float) -> list[RobotsFile]:
        now = NOW + timedelta(hours=hours)
        async with client() as asking:
            robots = RobotsCache(asking, files=files)
            await fetch_page(asking, server.url("/a"), robots, now)
            return robots.files(now)

    with FaultServer({"/robots.txt": CLOSED, "/a": PAGE}) as server:
        first = asyncio.run(run([], 0))
        second = asyncio.run(run(first, 23))
        assert server.paths() == ["/robots.txt"]
        third = asyncio.run(run(second, 25))
        assert server.paths() == ["/robots.txt"] * 2
    assert [(file.origin, file.read_at) for file in second] == [(server.url(""), NOW)]
    assert third[0].read_at == NOW + timedelta(hours=25)


def test_file_that_nobody_asked_for_in_a_run_is_still_remembered():
    file = RobotsFile("http://a.test", b"", NOW)
    robots = RobotsCache(client(), files=[file])
    assert robots.files(NOW + timedelta(hours=47)) == [file]
    assert robots.files(NOW + timedelta(hours=48)) == []


@pytest.mark.parametrize(("hours", "is_open"), [(10, True), (30, True), (47, True), (49, False)])
def test_file_of_an_earlier_run_stands_in_for_one_we_cannot_have(hours, is_open):
    """It allows; a server that fails would close the site, but for a file read within two days."""

    async def refusal():
        async with client() as asking:
            robots = RobotsCache(asking, files=[RobotsFile(server.url(""), b"", NOW - timedelta(hours=hours))])
            return await robots.refusal(server.url("/a"), NOW)

    with FaultServer({"/robots.txt": answer(500)}) as server:
        assert (asyncio.run(refusal()) is None) is is_open


FEED_RULES = [
    ("User-agent: *\nDisallow: /", True),
    ("User-agent: smewatch\nDisallow: /", False),
    ("User-agent: smewatch\nDisallow: /private", True),
    ("User-agent: smewatch\nAllow: /\nUser-agent: *\nDisallow: /", True),
    ("", True),
]


@pytest.mark.parametrize(("rules", "is_allowed"), FEED_RULES)
def test_feed_is_refused_only_by_a_rule_that_names_us(rules, is_allowed):
    with FaultServer({"/robots.txt": answer(200, rules.encode()), "/feed": answer(200, b"feed")}) as server:
        result = ask_feed(server.url("/feed"), obeys_robots=True)
        assert ("/feed" in server.paths()) is is_allowed
    assert isinstance(result, Response) or result.outcome is Outcome.ROBOTS


@pytest.mark.parametrize("script", [answer(500), answer(429), b""], ids=["500", "429", "hang-up"])
def test_feed_is_read_though_robots_cannot_be_had(script):
    with FaultServer({"/robots.txt": script, "/feed": answer(200, b"feed")}) as server:
        assert isinstance(ask_feed(server.url("/feed"), obeys_robots=True), Response)
