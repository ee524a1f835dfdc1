"""The pages in a real browser: all there, nothing cut off, nothing asked of the network, nothing denied to anybody.

Needs a Chromium: `apt-get install chromium`, or any of its names on the PATH.
"""

import base64
import shutil

import pytest

from flows.steps.digests.figures import figures_of
from flows.steps.digests.mail import MailingList, render_mail_html
from flows.steps.digests.site import files_of, write_files
from tests.steps.digests.issue_cases import MATRIX, TRENDS, corrected, digest_named, issues

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PAGES = ("index.html", "2026-W47/index.html", "2026-W46/index.html", "2025-W52/index.html", "mail.html")
ALIKE = PAGES[2:4]  # of the same form as another page: axe looks at them narrow and light, wide and dark
VIEWS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
LOOK = """() => ({
  scroll: document.documentElement.scrollWidth,
  narrow: [...document.querySelectorAll('section, article, table, pre, header')]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().width < 0.75 * Math.min(innerWidth, 600))
    .map(e => e.outerHTML.slice(0, 80)),
  outside: [...document.querySelectorAll('main *')]
    .filter(e => e.checkVisibility() && !e.closest('.wide'))  // tables of twelve weeks scroll in a frame of their own
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
    .map(e => e.outerHTML.slice(0, 80)),
  ground: getComputedStyle(document.body).backgroundColor,
  heading: getComputedStyle(document.querySelector('h1')).fontWeight,
  unseen: [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt),
})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """An archive of three weeks, and beside it the mail of one as a mail program shows it, pictures in place."""
    folder = tmp_path_factory.mktemp("site")
    write_files(folder, files_of(issues()))
    mail = render_mail_html(corrected(digest_named("ordinary-week")), MailingList("news@example.org"))
    for one in figures_of(TRENDS, MATRIX):
        source = f"cid:{one.name}.2026-W47.2@smewatch.example.org"
        assert source in mail
        mail = mail.replace(source, f"data:image/png;base64,{base64.b64encode(one.png()).decode()}")
    (folder / "mail.html").write_text(mail, "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


class Watched:
    """A tab, and everything it asked for or complained of."""

    def __init__(self, browser, width=1280, scheme="light", **options):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))


@pytest.fixture(scope="module")
def seen(browser, site):
    """(page, width, scheme) -> what a look at it found, what axe-core found, what it asked for and complained of."""
    found = {}
    for width, scheme in VIEWS:
        tab = Watched(browser, width, scheme)
        for name in PAGES:
            tab.requests.clear(), tab.complaints.clear()
            tab.page.goto((site / name).as_uri())
            tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            look = tab.page.evaluate(LOOK)
            look["violations"] = [] if name in ALIKE and (width < 600) == (scheme == "dark") else violations(tab.page)
            found[name, width, scheme] = look | {"requests": [*tab.requests], "complaints": [*tab.complaints]}
        tab.context.close()
    return found


def violations(page):
    """Rule, element and reason of each of axe-core's findings."""
    return [
        (one["id"], one["nodes"][0]["html"][:120], one["nodes"][0].get("failureSummary", "")[:200])
        for one in axe.Axe().run(page).response["violations"]
    ]


def those(seen, what):
    return {key: look[what] for key, look in seen.items() if look[what]}


def test_no_page_scrolls_sideways_or_reaches_beyond_the_window(seen):
    assert {key: look["scroll"] for key, look in seen.items() if look["scroll"] > key[1]} == {}
    assert those(seen, "outside") == {}


def test_no_part_of_a_page_collapses(seen):
    assert those(seen, "narrow") == {}


def test_axe_finds_no_violation_at_any_width_in_either_scheme(seen):
    """Contrast of text, names of links and figures, order of headings, landmarks: all rules of axe-core."""
    assert those(seen, "violations") == {}


def test_a_page_asks_for_nothing_but_itself(seen, site):
    for (name, _, _), look in seen.items():
        assert look["requests"][0] == (site / name).as_uri()
        assert [url[:80] for url in look["requests"][1:] if not url.startswith("data:")] == []


def test_nothing_is_refused_by_a_pages_own_policy_and_nothing_scraped_runs(seen):
    assert those(seen, "complaints") == {}


def test_every_picture_is_there(seen):
    assert those(seen, "unseen") == {}


def test_the_style_passes_its_own_policy_and_follows_the_scheme(seen):
    grounds = {key[2]: look["ground"] for key, look in seen.items()}
    assert grounds == {"light": "rgb(251, 250, 246)", "dark": "rgb(20, 25, 27)"}
    assert {look["ground"] for (_, _, scheme), look in seen.items() if scheme == "light"} == {grounds["light"]}
    assert {look["heading"] for key, look in seen.items() if key[0] != "mail.html"} == {"600"}


def test_figures_follow_the_scheme(browser, site):
    fills = []
    for scheme in ("light", "dark"):
        tab = Watched(browser, 360, scheme)
        tab.page.goto((site / "2026-W47" / "index.html").as_uri())
        bar = tab.page.locator("svg .fill-accent").first
        fills.append(bar.evaluate("one => getComputedStyle(one).fill"))
        tab.context.close()
    assert fills == ["rgb(13, 85, 96)", "rgb(134, 200, 207)"]


def test_the_archive_is_searched_as_one_types_without_a_server(browser, site):
    tab = Watched(browser, 360)
    tab.page.goto((site / "index.html").as_uri())
    field = tab.page.get_by_label("Find in all headlines")
    shown = tab.page.locator(".headlines li:visible")
    field.fill("HANOI japon")  # in any case, in any order, all words
    assert shown.count() == 1
    assert "l'école du Japon" in shown.first.text_content()
    assert tab.page.get_by_role("status").text_content() == "1 headline in 1 issue"
    field.fill("ecole")  # without its accent
    assert shown.count() == 1
    field.fill("<script>")
    assert "alert('one')" in shown.first.text_content()
    field.fill("nothing at all like this")
    assert tab.page.locator(".issue:visible").count() == 0
    field.fill("")
    assert tab.page.locator(".issue:visible").count() == 3
    assert [url for url in tab.requests if not url.startswith(("file:", "data:"))] == tab.complaints == []
    tab.context.close()


def test_the_archive_is_complete_without_javascript(browser, site):
    tab = Watched(browser, java_script_enabled=False)
    tab.page.goto((site / "index.html").as_uri())
    assert tab.page.locator(".issue:visible").count() == 3
    assert not tab.page.locator(".finder").is_visible()
    tab.page.locator("summary").first.click()
    tab.page.locator(".headlines a:visible").first.click()
    assert "/2026-W47/index.html#story-" in tab.page.url
    tab.context.close()


def test_one_walks_from_issue_to_issue_and_back_to_the_archive(browser, site):
    tab = Watched(browser, 360)
    tab.page.goto((site / "2026-W46" / "index.html").as_uri())
    for link, arrived in (("2026-W47 →", "2026-W47"), ("Edition 1", "edition-1.html")):
        tab.page.get_by_role("link", name=link).click()
        assert arrived in tab.page.url
    tab.page.go_back()
    tab.page.get_by_role("link", name="← 2026-W46").click()
    tab.page.get_by_role("link", name="All issues").click()
    assert tab.page.title() == "smewatch: weekly briefings"
    tab.context.close()


def test_hostile_headlines_are_read_and_not_obeyed(browser, site):
    tab = Watched(browser, 360)
    tab.page.goto((site / "2026-W46" / "index.html").as_uri())
    words = " ".join(tab.page.locator("h3").all_text_contents())
    for headline in ("<script>alert('one')</script> SMEs & partners", "{{ 7 * 7 }}", "🤝", "(no headline)"):
        assert headline in words
    assert tab.page.locator("h3 script").count() == 0
    assert tab.complaints == []
    tab.context.close()
