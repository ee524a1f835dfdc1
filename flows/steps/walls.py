"""Pages that are not the article: consent walls, paywall stubs, JavaScript shells, soft 404s. Pure rules on what was seen.

A page with more text than a wall has is never called one: a story about cookies is a story.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.steps.metadata import is_home_page
from flows.steps.outcomes import Outcome
from flows.steps.urls import same_site

MAX_WALL_WORDS = 150  # the longest consent text met has 130 words; three in four articles have more than 200
MAX_STUB_WORDS = 120
MAX_SHELL_WORDS = 25


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a page."""

    asked_url: str
    final_url: str  # after redirects
    title: str  # of the window and of the article, one a line
    text: str  # extracted
    n_words: int  # of the text
    html: str
    is_free: bool | None  # schema.org isAccessibleForFree


@dataclass(frozen=True, slots=True)
class Wall:
    """The kind of page met instead of an article, and by what it was known."""

    outcome: Outcome
    detail: str


def wall_of(sight: Sight) -> Wall | None:
    """The wall a page is, or null if it may be an article."""
    for rule in (_soft_404, _consent_wall, _javascript_shell, _paywall):
        if (wall := rule(sight)) is not None:
            return wall
    return None


_NOT_FOUND = re.compile(
    r"^\W*(?:error\s*)?404\b|\b404\W+(?:not found|error|page)|\b(?:page|article|story|content|file) (?:(?:was|is|could|can) ?not|not|cannot be)"
    r" (?:be )?(?:found|available|exist)|^\W*not found\W*$|page (?:no longer|does not|doesn.t) exist|nothing (?:was )?found"
    r"|(?:seite|artikel) (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata"
    r"|pagina niet gevonden|página não encontrada|ページが見つかりません|页面不存在|找不到(?:页面|網頁|该页)|페이지를 찾을 수 없"
    r"|không tìm thấy trang|halaman tidak ditemukan",
    re.IGNORECASE | re.MULTILINE,
)


def _soft_404(sight: Sight) -> Wall | None:
    if sight.n_words <= MAX_WALL_WORDS and (found := _NOT_FOUND.search(sight.title)):
        return Wall(Outcome.SOFT_404, f"title says “{found[0].strip()}”")
    moved = sight.asked_url != sight.final_url and same_site(sight.asked_url, sight.final_url)
    if moved and is_home_page(sight.final_url) and not is_home_page(sight.asked_url):
        return Wall(Outcome.SOFT_404, "redirected to the home page")
    return None


_CONSENT_HOST = re.compile(
    r"^(?:consent|guce|cmp|privacy|cookiewall|myprivacy)[.-]|\.(?:privacy-mgmt|consensu)\.\w+$"
)
_CONSENT_TITLE = re.compile(
    r"^\W*(?:before you continue|privacy (?:settings|choices|gate|preferences)|cookie (?:consent|settings|wall|notice)|we value your privacy"
    r"|consent|datenschutz-?einstellungen|zustimmung|your privacy|cookies? (?:zulassen|akzeptieren))",
    re.IGNORECASE | re.MULTILINE,
)
_CONSENT_WORDS = re.compile(
    r"\bcookies?\b|\bconsent|\bpartners?\b|legitimate interest|personal data|personali[sz]ed ads|privacy (?:policy|settings)"
    r"|accept all|reject all|manage (?:options|preferences)|einwillig|datenschutz|zustimmen|alle akzeptieren"
    r"|accepter (?:et|tout)|politique de confidentialité|aceptar|consentimiento|accetta|toestemming|同意",
    re.IGNORECASE,
)
_CONSENT_DENSITY = 0.05  # consent texts met have one such word in 8 to 14; stories about privacy one in 30 or fewer


def _consent_wall(sight: Sight) -> Wall | None:
    host = urlsplit(sight.final_url).hostname or ""
    if _CONSENT_HOST.search(host) and not _CONSENT_HOST.search(urlsplit(sight.asked_url).hostname or ""):
        return Wall(Outcome.CONSENT_WALL, f"redirected to {host}")
    if sight.n_words > MAX_WALL_WORDS:
        return None
    words = [word.lower() for word in _CONSENT_WORDS.findall(sight.text)]
    if found := _CONSENT_TITLE.search(sight.title):
        return Wall(Outcome.CONSENT_WALL, f"title says “{found[0].strip()}”")
    if len(set(words)) >= 3 and len(words) >= _CONSENT_DENSITY * sight.n_words:
        return Wall(Outcome.CONSENT_WALL, "text speaks of " + ", ".join(sorted(set(words))[:4]))
    return None


_WANTS_JAVASCRIPT = re.compile(
    r"(?:enable|activate|turn on|requires?|need(?:s)?) javascript|javascript (?:is|must be|to be) (?:disabled|required|enabled|not)"
    r"|without javascript|javascript (?:aktivieren|einschalten)|activer javascript|habilit\w+ javascript|JavaScriptを有効",
    re.IGNORECASE,
)
_EMPTY_ROOT = re.compile(
    r"<(?:div|main|app-root)[^<>]{0,200}\bid=[\"']?(?:root|app|__next|__nuxt|main-app|svelte|react-root)[\"'\s>][^<>]{0,200}>?\s*</",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"^\W*(?:just a moment|attention required|checking your browser|one more step|ddos-guard)", re.I | re.M
)


def _javascript_shell(sight: Sight) -> Wall | None:
    if sight.n_words >= MAX_SHELL_WORDS and not (sight.n_words <= MAX_WALL_WORDS and _CHALLENGE.search(sight.title)):
        return None
    if found := _CHALLENGE.search(sight.title):
        return Wall(Outcome.NEEDS_JAVASCRIPT, f"a challenge: “{found[0].strip()}”")
    if found := _WANTS_JAVASCRIPT.search(sight.html):
        return Wall(Outcome.NEEDS_JAVASCRIPT, f"page says “{found[0]}”")
    return Wall(Outcome.NEEDS_JAVASCRIPT, "an empty root element") if _EMPTY_ROOT.search(sight.html) else None


_PAYWALL_WORDS = re.compile(
    r"subscribe (?:now )?(?:to|for) (?:read|continue|unlock|full|unlimited|access)|to (?:continue|keep) reading|already (?:a )?(?:subscriber|subscribed|have an account)"
    r"|subscribers? only|(?:for|to) (?:our )?subscribers|exclusive to (?:subscribers|members)|sign in to read|register to (?:read|continue)"
    r"|unlock this article|this (?:article|content|story) is (?:for|reserved|only)|jetzt (?:abonnieren|weiterlesen)|weiterlesen mit|für abonnenten"
    r"|réservé (?:à|aux) (?:nos )?abonnés|il vous reste .{1,10}% de|exclusivo para (?:suscriptores|assinantes)|solo para suscriptores"
    r"|riservato agli abbonati|alleen voor abonnees|有料会員|この記事は会員限定|会員限定記事|구독자 전용|付费(?:阅读|订阅)",
    re.IGNORECASE,
)


def _paywall(sight: Sight) -> Wall | None:
    if sight.n_words > MAX_STUB_WORDS:
        return None
    if sight.is_free is False:
        return Wall(Outcome.PAYWALL, f"{sight.n_words} words, and the page says that it is not free")
    # In a page without text the words may stand anywhere; beside text they must be part of it, for every newspaper
    # has the words in its menu.
    where = sight.html if sight.n_words < MAX_SHELL_WORDS else sight.text
    found = _PAYWALL_WORDS.search(where)
    return Wall(Outcome.PAYWALL, f"{sight.n_words} words and “{found[0]}”") if found else None
