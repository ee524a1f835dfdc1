"""The same feeds, round after round, through another well-kept feed reader and through ours.

lemon24/reader reads them on loopback as it would any feed; we poll, parse and store them as a run does. What each
holds after every round must be the same, entry by entry, but for what EXPLAINED says: there we differ on purpose.
"""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import feedparser_sgmllib
import pytest

from flows.collecting import web
from tests.faults.server import FaultServer, answer
from tests.flows.feed_rounds import rounds

__all__ = ["rounds"]

# reader carries a feedparser of its own, which asks for the module by the name it had in Python 2.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)

NOW = datetime.fromisoformat("2026-11-20T12:00:00Z")


@dataclass(frozen=True)
class Held:
    """An entry as a reader holds it."""

    link: str | None
    title: str
    published: str | None


def rss(*items: str) -> bytes:
    lines = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>News</title><link>SITE/</link>{lines}</channel></rss>".encode()


def atom(*entries: str) -> bytes:
    lines = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='SITE/base/'><title>News</title><id>urn:feed</id>"
        f"<updated>2026-11-18T09:00:00Z</updated>{lines}</feed>"
    ).encode()


def item(name: str, title: str = "", *, guid: str | None = None, at: str = "Wed, 18 Nov 2026 09:00:00 GMT") -> str:
    return (
        f"<guid isPermaLink='false'>{guid or name}</guid><title>{title or f'News of {name}'}</title>"
        f"<link>SITE/page/{name}</link><pubDate>{at}</pubDate>"
    )


NO_GUID = "<title>Without an id</title><link>SITE/page/b</link><pubDate>Wed, 18 Nov 2026 09:00:00 +0100</pubDate>"
NO_LINK = "<guid>n</guid><title>Without a link</title>"
ONLY_A_TITLE = "<title>Only a title</title><pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate>"
RELATIVE = "<guid>r</guid><title>Relative</title><link>/page/r</link><pubDate>18 Nov 2026</pubDate>"
SCRIPT = "<guid>s</guid><title>A script</title><link>javascript:alert(1)</link>"
MARKUP = "<guid>m</guid><title>R&amp;amp;D &lt;b&gt;bold&lt;/b&gt;</title><link>SITE/page/m</link>"
UPDATED_ONLY = "<id>urn:u</id><title>U</title><updated>2026-11-18T09:00:00+07:00</updated><link href='u'/>"
BOTH_DATES = (
    "<id>urn:v</id><title type='html'>V &amp;lt; W</title><published>2026-11-17T01:00:00Z</published>"
    "<updated>2026-11-18T02:00:00Z</updated><link rel='alternate' href='/page/v'/><link rel='self' href='self'/>"
    "<content type='html'>&lt;p&gt;Short&lt;/p&gt;</content>"
)
ROUNDS = {
    "rss": [
        rss(item("a"), NO_GUID, RELATIVE, item("z", at="Wed, 18 Nov 2026 09:00:00 JST")),
        rss(item("a", "A corrected headline"), item("h"), RELATIVE),  # one edited, one new, two gone
        rss(),  # empty for once
        rss(item("h", at="Thu, 19 Nov 2026 09:00:00 GMT"), item("a", "A corrected headline")),  # another date
    ],
    "oddities": [rss(item("a"), NO_LINK, ONLY_A_TITLE, SCRIPT, MARKUP, item("twin"), item("twin"))],
    "changed ids": [
        rss(*(item(name, guid=f"old-{name}") for name in "abc")),
        rss(*(item(name, guid=f"new-{name}") for name in "abc")),
    ],
    "atom": [atom(UPDATED_ONLY, BOTH_DATES), atom(BOTH_DATES.replace("2026-11-18T02", "2026-11-19T02"))],
}
NINE, AT_NINE_OF_NEXT_DAY = "2026-11-18T09:00:00Z", "2026-11-19T09:00:00Z"
EXPLAINED: dict[str, dict[str, tuple[Held | None, Held | None]]] = {  # id -> as theirs, as ours; null: not held
    "rss": {
        # A guid that is no address is a name, whatever isPermaLink says; resolved, it would change with the site.
        "SITE/r": (Held("SITE/page/r", "Relative", "2026-11-18T00:00:00Z"), None),
        "r": (None, Held("SITE/page/r", "Relative", "2026-11-18T00:00:00Z")),
        # JST is nine hours ahead of UTC.
        "z": (Held("SITE/page/z", "News of z", NINE), Held("SITE/page/z", "News of z", "2026-11-18T00:00:00Z")),
        # A date alone is no news: there are feeds that date everything now.
        "h": (Held("SITE/page/h", "News of h", AT_NINE_OF_NEXT_DAY), Held("SITE/page/h", "News of h", NINE)),
    },
    "oddities": {
        # Known by title and date, and counted, though it leads nowhere.
        "ef205641f5c9878c": (None, Held(None, "Only a title", NINE)),
        # Guids again; titles as plain text; a link is never a script, never guessed from a guid that is no address.
        "SITE/m": (Held("SITE/page/m", "R&amp;D <b>bold</b>", None), None),
        "m": (None, Held("SITE/page/m", "R&D bold", None)),
        "SITE/n": (Held("SITE/n", "Without a link", None), None),
        "n": (None, Held(None, "Without a link", None)),
        "SITE/s": (Held("javascript:alert(1)", "A script", None), None),
        "s": (None, Held(None, "A script", None)),
    },
    # The guard against changed ids knows the three by their links; the other reader now holds six.
    "changed ids": {f"old-{name}": (Held(f"SITE/page/{name}", f"News of {name}", NINE), None) for name in "abc"},
    # Plain text again.
    "atom": {
        "urn:v": tuple(Held("SITE/page/v", title, "2026-11-17T01:00:00Z") for title in ("V &lt; W", "V < W"))  # type: ignore[dict-item]
    },
}


@pytest.fixture
def reader() -> Iterator[object]:
    from reader import make_reader

    with make_reader(":memory:") as made:
        yield made


@pytest.mark.parametrize("name", ROUNDS)
def test_another_reader_holds_the_same_entries(name, reader, rounds, monkeypatch):
    monkeypatch.setattr(web, "READING", ("flows.steps.feeds.xml_feed",))  # no page is read here
    with FaultServer({"/robots.txt": answer(404)}) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # reader's own, on entries it leaves out
        runs, site = rounds(server.url("/feed")), server.url("")
        reader.add_feed(server.url("/feed"))
        for number, body in enumerate(ROUNDS[name]):
            document = body.replace(b"SITE", site.encode())
            server.scripts["/feed"] = answer(200, document, ETag=f'"{number}"', Content_Type="application/xml")
            reader.update_feed(server.url("/feed"))
            runs.run(NOW + number * timedelta(days=1), every_feed=True)
            differences = different(theirs(reader, site), ours(runs, site))
            assert differences.keys() <= EXPLAINED[name].keys()
    assert differences == EXPLAINED[name]


def theirs(reader, site: str) -> dict[str, Held]:
    return {
        entry.id.replace(site, "SITE"): Held(
            entry.link.replace(site, "SITE"), entry.title or "", _written(entry.published or entry.updated)
        )
        for entry in reader.get_entries()
    }


def _written(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def ours(runs, site: str) -> dict[str, Held]:
    rows = runs.ask("select coalesce(guid, link, entry_key), link, title, published_at from raw.entries")
    return {
        key.replace(site, "SITE"): Held(link and link.replace(site, "SITE"), title, published)
        for key, link, title, published in rows
    }


def different(them: dict[str, Held], us: dict[str, Held]) -> dict[str, tuple[Held | None, Held | None]]:
    return {key: (them.get(key), us.get(key)) for key in them.keys() | us.keys() if them.get(key) != us.get(key)}
