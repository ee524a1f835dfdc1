"""What a harvester keeps in the archive: every page that came, and nothing of what is reserved where we heed that."""

from dataclasses import replace

import pytest

from flows.steps.harvesting import Harvester, HarvestLimits
from flows.steps.outcomes import Outcome
from flows.steps.pages.archiving import Archive, archive_file, archived_pages, read_archived
from flows.steps.web.fetching import Client, HostPace, HostPaces
from flows.steps.workers import Pool
from tests.faults.server import FaultServer, answer
from tests.steps.harvesting_cases import LIMITS, NOW, SPEECH, WHOLE, html, page, read, to_read


def test_pages_that_came_are_kept_whatever_they_end_as_and_others_are_not(tmp_path):
    def client():
        return Client(LIMITS, allow_private=True, resolve={}, paces=HostPaces(HostPace(0.0, 32), HostPace(0.0, 32)))

    archive = Archive(archive_file(tmp_path, "20261120T120000Z-abc123"))
    pages = {"/good": html(page(1)), "/empty": html(b"<html></html>"), "/moved": answer(302, Location="/good")}
    limits = HarvestLimits()
    with FaultServer(pages) as server, Harvester(client, Pool(1), limits, archive=archive) as harvesting_now:
        urls = [server.url(path) for path in ("/good", "/empty", "/moved", "/none")]
        endings = read(harvesting_now, *(to_read(url) for url in urls))
        kept = [read_archived(one) for one in archived_pages(tmp_path, None, pytest.fail)]
    assert [ending.outcome.value for ending in endings] == ["stored", "no text", "stored", "gone"]
    assert sorted((one.url, one.final_url, one.body) for one in kept) == sorted(
        [(urls[0], urls[0], page(1)), (urls[1], urls[1], b"<html></html>"), (urls[2], urls[0], page(1))]
    )
    assert {one.fetched_at for one in kept} == {NOW}


RESERVED = b'<html><head><meta name="robots" content="index"><meta name="robots" content="noai"></head><body>'


def test_nothing_is_kept_of_what_is_reserved_where_we_heed_that(tmp_path):
    """Neither a page, whatever it ends as, nor the feed's text in its stead, nor a whole text of a closed site."""

    def client():
        paces = HostPaces(HostPace(0.0, 32), HostPace(0.0, 32))
        return Client(LIMITS, allow_private=True, resolve={"closed.test": "127.0.0.1"}, paces=paces)

    archive = Archive(archive_file(tmp_path, "20261120T120000Z-abc123"))
    site = answer(200, b"User-agent: GPTBot\nDisallow: /\n", Content_Type="text/plain")
    text = page(1).partition(b"<body>")[2]
    pages = {"/open": html(page(2)), "/reserved": html(RESERVED + text), "/empty": html(RESERVED)}
    pages["/robots.txt"] = lambda seen: site if "closed.test" in seen.headers["host"] else answer(404)
    with (
        FaultServer(pages) as server,
        Harvester(client, Pool(1), HarvestLimits(), archive=archive, obey_reservations=True) as harvesting_now,
    ):
        some = [to_read(server.url(path)) for path in ("/open", "/reserved", "/empty")]
        some = [replace(one, entry=replace(one.entry, summary=SPEECH)) for one in some]
        whole = to_read(server.url("/whole", host="closed.test"), content_html=WHOLE)
        loose = replace(to_read(None, content_html=WHOLE), feed_url=server.url("/rss", host="closed.test"))
        endings = read(harvesting_now, *some, whole, loose)
        kept = [read_archived(one).url for one in archived_pages(tmp_path, None, pytest.fail)]
    assert [ending.outcome for ending in endings] == [Outcome.STORED, *[Outcome.ROBOTS] * 4]
    assert [ending.article for ending in endings[1:]] == [None] * 4
    assert kept == [server.url("/open")]
