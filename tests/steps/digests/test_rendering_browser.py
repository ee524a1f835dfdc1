"""The page in a real browser: nothing is cut off, nothing scrolls sideways, nothing is asked of the network."""

import asyncio
import json
import shutil
import subprocess
from contextlib import contextmanager

import aiohttp
import pytest

from flows.steps.digests.composing import compose
from flows.steps.digests.rendering import render_html
from tests.steps.digests.digest_cases import CASES, load_case

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium: apt-get install chromium")
QUIET = [
    *(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--hide-scrollbars",
        "--remote-debugging-port=0",
    ),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"),
]
LOOK = """JSON.stringify({
  scroll: document.documentElement.scrollWidth,
  narrow: [...document.querySelectorAll('section, article, table, pre, header')]
    .filter(e => e.getBoundingClientRect().width < 0.75 * Math.min(innerWidth, 704))
    .map(e => e.outerHTML.slice(0, 80)),
  outside: [...document.querySelectorAll('main *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 80)),
  ground: getComputedStyle(document.body).backgroundColor,
  styled: getComputedStyle(document.querySelector('h1')).fontWeight,
})"""
JOBS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]


@contextmanager
def browser(profile):
    """A headless browser with its DevTools address."""
    process = subprocess.Popen(
        [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.PIPE, text=True
    )
    try:
        address = next(line.split()[-1] for line in process.stderr if "DevTools listening on" in line)
        yield address.split("/")[2]
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


class Tab:
    """One page, spoken to over the DevTools protocol."""

    def __init__(self, socket):
        self.socket, self.count, self.requests = socket, 0, []

    async def ask(self, method, **parameters):
        self.count += 1
        await self.socket.send_json({"id": self.count, "method": method, "params": parameters})
        while True:
            message = json.loads((await self.socket.receive()).data)
            if message.get("method") == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            if message.get("id") == self.count:
                return message.get("result", message)

    async def look(self, url, width, scheme):
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        await self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await self.ask("Page.navigate", url=url)
        loaded = "new Promise(r => document.readyState === 'complete' ? r() : addEventListener('load', r))"
        await self.ask("Runtime.evaluate", expression=loaded, awaitPromise=True)
        answer = await self.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)
        return json.loads(answer["result"]["value"])


async def look_at(host, urls):
    seen, requests = {}, []
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://{host}/json") as answer:
            page = next(tab for tab in await answer.json() if tab["type"] == "page")
        async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            tab = Tab(socket)
            await tab.ask("Network.enable")
            await tab.ask("Page.enable")
            for url in urls:
                for width, scheme in JOBS:
                    seen[url, width, scheme] = await tab.look(url, width, scheme)
            requests = tab.requests
    return seen, requests


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    urls = []
    for case in sorted(CASES.glob("*.json")):
        page = folder / f"{case.stem}.html"
        page.write_text(render_html(compose(**load_case(case))), "utf-8")
        urls.append(page.as_uri())
    with browser(tmp_path_factory.mktemp("profile")) as host:
        return asyncio.run(look_at(host, urls))


def test_no_page_scrolls_sideways_or_reaches_beyond_the_window(seen):
    views, _ = seen
    assert {key: view["scroll"] for key, view in views.items() if view["scroll"] > key[1]} == {}
    assert {key: view["outside"] for key, view in views.items() if view["outside"]} == {}


def test_no_part_of_a_page_collapses(seen):
    views, _ = seen
    assert {key: view["narrow"] for key, view in views.items() if view["narrow"]} == {}


def test_the_style_passes_its_own_policy_and_follows_the_scheme(seen):
    views, _ = seen
    assert {view["styled"] for view in views.values()} == {"600"}
    assert {key[2]: view["ground"] for key, view in views.items()} == {
        "light": "rgb(251, 250, 246)",
        "dark": "rgb(20, 25, 27)",
    }


def test_a_page_asks_for_nothing_but_itself(seen):
    _, requests = seen
    assert requests
    assert [url for url in requests if not url.startswith("file://") or not url.endswith(".html")] == []
