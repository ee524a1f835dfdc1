"""Rules on their own; whole pages are in test_extracting.py, real ones in test_extracting_real.py."""

from dataclasses import replace

import pytest

from flows.steps.outcomes import Outcome
from flows.steps.pages.walls import MAX_STUB_WORDS, MAX_WALL_WORDS, Sight, wall_of

PLAIN = Sight(
    "https://a.test/x", "https://a.test/x", "A title\nA title", "Two firms sign a pact.", 60, "<html>", None
)


def outcome(**seen):
    wall = wall_of(replace(PLAIN, **seen))
    return wall and wall.outcome


def test_a_plain_page_is_no_wall():
    assert outcome() is None


# --- Words in the title


@pytest.mark.parametrize(
    "title",
    [
        *(
            "404",
            "Error 404",
            "404 Not Found",
            "Page not found",
            "Not Found",
            "Not found | The Post",
            "404 - Seite nicht gefunden",
        ),
        *("Oops! That page can not be found", "Story not available", "Article could not be found"),
        *("Page introuvable", "Página no encontrada", "Pagina non trovata", "页面不存在", "ページが見つかりません"),
        *("페이지를 찾을 수 없습니다", "Không tìm thấy trang", "Halaman tidak ditemukan", "Headline\n404"),
    ],
)
def test_a_title_may_say_that_there_is_nothing(title):
    assert outcome(title=title) is Outcome.SOFT_404


@pytest.mark.parametrize(
    "title",
    [
        *(
            "404 firms",
            "Peugeot 404 turns sixty",
            "Cure not found yet for small firms' ills",
            "Lost ship found, not its cargo",
        ),
        *("Consent of both houses", "Cookies for Christmas", "Our partners in Asia", "The moment is just right"),
        *("Privacy law: what small firms must know", "Just in: a moment of truth"),
    ],
)
def test_a_headline_with_such_words_is_a_headline(title):
    assert outcome(title=title) is None


@pytest.mark.parametrize(
    "title", ["Before you continue to the Post", "We value your privacy", "Privacy settings", "Consent"]
)
def test_a_title_may_ask_for_consent(title):
    assert outcome(title=title) is Outcome.CONSENT_WALL


@pytest.mark.parametrize("title", ["Just a moment...", "Attention Required! | Cloudflare", "DDoS-Guard"])
def test_a_title_may_be_a_challenge(title):
    assert outcome(title=title) is Outcome.NEEDS_JAVASCRIPT


# --- How much text a wall has

CONSENT = "We and our partners use cookies with your consent."
PAYWALL = "Subscribe now to continue reading."
ROOT = '<div id="__next"></div>'


@pytest.mark.parametrize(
    ("seen", "words", "found"),
    [
        ({"title": "Page not found"}, MAX_WALL_WORDS, Outcome.SOFT_404),
        ({"title": "Page not found"}, MAX_WALL_WORDS + 1, None),
        ({"text": CONSENT}, 60, Outcome.CONSENT_WALL),
        ({"text": CONSENT}, 61, None),  # three such words are too few for more
        ({"text": CONSENT * 10}, MAX_WALL_WORDS, Outcome.CONSENT_WALL),
        ({"text": CONSENT * 10}, MAX_WALL_WORDS + 1, None),
        ({"text": PAYWALL}, MAX_STUB_WORDS, Outcome.PAYWALL),
        ({"text": PAYWALL}, MAX_STUB_WORDS + 1, None),
        ({"is_free": False}, MAX_STUB_WORDS, Outcome.PAYWALL),
        ({"is_free": False}, MAX_STUB_WORDS + 1, None),
        ({"is_free": True}, 60, None),
        ({"html": PAYWALL}, 24, Outcome.PAYWALL),
        ({"html": PAYWALL}, 25, None),  # beside text, the words stand in every menu
        ({"html": ROOT}, 24, Outcome.NEEDS_JAVASCRIPT),
        ({"html": ROOT}, 25, None),
        ({"html": "Please enable JavaScript"}, 24, Outcome.NEEDS_JAVASCRIPT),
        ({"html": "Please enable JavaScript"}, 25, None),
    ],
)
def test_a_page_with_more_text_than_a_wall_has_is_none(seen, words, found):
    assert outcome(**{"n_words": words} | seen) is found


@pytest.mark.parametrize("name", ["root", "app", "__next", "__nuxt"])
@pytest.mark.parametrize("form", ['<div id="{}"></div>', "<div class=x id={}> </div>", "<main id='{}'>\n</main>"])
def test_an_empty_root_is_a_shell(name, form):
    assert outcome(html=form.format(name), n_words=0) is Outcome.NEEDS_JAVASCRIPT


# --- Where a redirect led


@pytest.mark.parametrize(
    ("asked", "final", "found"),
    [
        ("https://a.test/story", "https://a.test/", Outcome.SOFT_404),
        ("https://a.test/story", "https://www.a.test/en/", Outcome.SOFT_404),
        ("https://a.test/story", "https://a.test/index.html", Outcome.SOFT_404),
        ("https://a.test/story", "https://b.test/", None),
        ("https://a.test/", "https://www.a.test/", None),
        ("https://a.test/story", "https://a.test/?id=7", None),
        ("https://a.test/story", "https://consent.a.test/?to=story", Outcome.CONSENT_WALL),
        ("https://a.test/story", "https://guce.provider.test/consent", Outcome.CONSENT_WALL),
        ("https://consent.a.test/story", "https://consent.a.test/story", None),
    ],
)
def test_a_redirect_may_lead_to_a_wall(asked, final, found):
    assert outcome(asked_url=asked, final_url=final, n_words=500) is found
