"""Pages that are not the article: consent walls, paywall stubs, JavaScript shells, soft 404s. Pure rules.

A page with more text than a wall has is never called one: a story about cookies is a story.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.steps.outcomes import Outcome
from flows.steps.pages.metadata import is_home_page
from flows.steps.web.urls import same_site

MAX_WALL_WORDS = 150  # the longest consent text we wrote down has 130; nine of ten real articles have more
MAX_STUB_WORDS = 120
MAX_SHELL_WORDS = 25
MIN_CONSENT_SHARE = (
    0.05  # of the words: in consent texts one in 8 to 14 is of the trade, in stories one in 30 or fewer
)


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


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)


# --- Soft 404 -------------------------------------------------------------------------------------------------------

_NOT_FOUND = _any_of(
    r"^\W*(?:error\s*)?404\W*(?:$|[-|–:]|error|not found|page|seite)",
    r"\b404\W+(?:not found|error|page)",
    r"\b(?:page|article|story|content|file) (?:(?:was|is|could|can) ?not|not|cannot be) (?:be )?(?:found|available)",
    r"^\W*(?:page )?not found\W*(?:$|[-|–])",
    r"\bpage (?:no longer|does not|doesn.t) exists?",
    r"\b(?:seite|artikel) (?:wurde )?nicht gefunden",
    r"\bpage (?:introuvable|non trouvée)",
    r"\bp[áa]gina (?:no encontrada|non trovata|niet gevonden|não encontrada)",
    r"ページが見つかりません|页面不存在|找不到(?:页面|網頁|该页)|페이지를 찾을 수 없",
    r"\bkhông tìm thấy trang|\bhalaman tidak ditemukan",
)


def _soft_404(sight: Sight) -> Wall | None:
    if sight.n_words <= MAX_WALL_WORDS and (found := _NOT_FOUND.search(sight.title)):
        return Wall(Outcome.SOFT_404, f"title says “{found[0].strip()}”")
    moved = sight.asked_url != sight.final_url and same_site(sight.asked_url, sight.final_url)
    if moved and is_home_page(sight.final_url) and not is_home_page(sight.asked_url):
        return Wall(Outcome.SOFT_404, "redirected to the home page")
    return None


# --- Consent --------------------------------------------------------------------------------------------------------

_CONSENT_HOST = re.compile(
    r"^(?:consent|guce|cmp|privacy|cookiewall|myprivacy)[.-]|\.(?:privacy-mgmt|consensu)\.\w+$"
)
_CONSENT_TITLE = _any_of(
    r"^\W*before you continue",
    r"^\W*privacy (?:settings|choices|gate|preferences)",
    r"^\W*cookie (?:consent|settings|wall|notice)",
    r"^\W*we value your privacy",
    r"^\W*(?:consent|zustimmung|your privacy)\W*$",
    r"^\W*datenschutz-?einstellungen",
)
_CONSENT_WORDS = _any_of(
    r"\bcookies?\b|\bconsent|\bpartners?\b|legitimate interest|personal data|personali[sz]ed ads",
    r"privacy (?:policy|settings)|accept all|reject all|manage (?:options|preferences|settings)",
    r"einwillig|datenschutz|zustimmen|alle akzeptieren",
    r"accepter (?:et|tout)|politique de confidentialité|aceptar|consentimiento|accetta|toestemming|同意",
)


def _consent_wall(sight: Sight) -> Wall | None:
    host = urlsplit(sight.final_url).hostname or ""
    if _CONSENT_HOST.search(host) and not _CONSENT_HOST.search(urlsplit(sight.asked_url).hostname or ""):
        return Wall(Outcome.CONSENT_WALL, f"redirected to {host}")
    if sight.n_words > MAX_WALL_WORDS:
        return None
    if found := _CONSENT_TITLE.search(sight.title):
        return Wall(Outcome.CONSENT_WALL, f"title says “{found[0].strip()}”")
    words = [word.lower() for word in _CONSENT_WORDS.findall(sight.text)]
    if len(set(words)) >= 3 and len(words) >= MIN_CONSENT_SHARE * sight.n_words:
        return Wall(Outcome.CONSENT_WALL, "text speaks of " + ", ".join(sorted(set(words))[:4]))
    return None


# --- JavaScript -----------------------------------------------------------------------------------------------------

_WANTS_JAVASCRIPT = _any_of(
    r"(?:enable|activate|turn on|requires?|needs?|without) javascript",
    r"javascript (?:is|must be|to be) (?:disabled|required|enabled|not)",
    r"javascript (?:aktivieren|einschalten)|activer javascript|habilit\w{1,10} javascript|JavaScriptを有効",
)
_EMPTY_ROOT = _any_of(
    r"<(?:div|main|app-root)\b[^<>]{0,200}?\bid=[\"']?(?:root|app|__next|__nuxt|main-app|react-root)[\"'\s>]"
    r"[^<>]{0,200}>?\s{0,50}</",
)
_CHALLENGE = _any_of(r"^\W*(?:just a moment|attention required|checking your browser|one more step|ddos-guard)")


def _javascript_shell(sight: Sight) -> Wall | None:
    if sight.n_words <= MAX_WALL_WORDS and (found := _CHALLENGE.search(sight.title)):
        return Wall(Outcome.NEEDS_JAVASCRIPT, f"a challenge: “{found[0].strip()}”")
    if sight.n_words >= MAX_SHELL_WORDS:
        return None
    if found := _WANTS_JAVASCRIPT.search(sight.html):
        return Wall(Outcome.NEEDS_JAVASCRIPT, f"page says “{found[0]}”")
    return Wall(Outcome.NEEDS_JAVASCRIPT, "an empty root element") if _EMPTY_ROOT.search(sight.html) else None


# --- Paywall --------------------------------------------------------------------------------------------------------

_PAYWALL_WORDS = _any_of(
    r"subscribe (?:now )?(?:to|for) (?:read|continue|unlock|full|unlimited|access)",
    r"to (?:continue|keep) reading",
    r"already (?:a )?(?:subscriber|subscribed)",
    r"subscribers? only|for subscribers|exclusive to (?:subscribers|members)",
    r"(?:sign in|log in|register) to (?:read|continue)|unlock this article",
    r"this (?:article|content|story) is (?:for|reserved for|only for) (?:our )?(?:subscribers|members)",
    r"jetzt abonnieren|weiterlesen mit|nur für abonnenten|artikel für abonnenten",
    r"réservé (?:à|aux) (?:nos )?abonnés|il vous reste .{1,10}% de",
    r"exclusivo para (?:suscriptores|assinantes)|solo para suscriptores|riservato agli abbonati",
    r"alleen voor abonnees|有料会員|会員限定記事|この記事は会員限定|구독자 전용|付费(?:阅读|订阅)",
)


def _paywall(sight: Sight) -> Wall | None:
    if sight.n_words > MAX_STUB_WORDS:
        return None
    if sight.is_free is False:
        return Wall(Outcome.PAYWALL, f"{sight.n_words} words, and the page says that it is not free")
    # Beside text the words must be part of it, for every newspaper has them in its menu.
    where = sight.html if sight.n_words < MAX_SHELL_WORDS else sight.text
    found = _PAYWALL_WORDS.search(where)
    return Wall(Outcome.PAYWALL, f"{sight.n_words} words and “{found[0]}”") if found else None
