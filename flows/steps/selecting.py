"""What is new: decisions over announced entries and read articles, with what the warehouse knows given as values.

    announced -> sort_entries -> read what is new -> settle -> stored | revised | known | same text | a named loss

Every announced entry leaves exactly once, as an `Ending`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flows.steps.feeds.parsing import Entry
from flows.steps.outcomes import RETRYABLE, Outcome
from flows.steps.pages.article import Article
from flows.steps.web.urls import short_hash, url_key

MAX_ATTEMPTS = (
    6  # tries over about 48 hours, then the entry keeps its last outcome (GDELT: 2 % of pages vanish in two weeks)
)
RETRY_AFTER = timedelta(minutes=45)  # doubled with every try: 0.75, 1.5, 3, 6, 12, 24 h
MAX_VERSIONS = 24  # of a text; what changes more often churns: a counter, an advertisement, the time of day
FARTHEST_TRY = timedelta(days=2)  # no rule gives a later one: what is, was written while the clock was wrong


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the warehouse says of an entry announced before."""

    entry_hash: str
    outcome: str
    article_id: str | None = None  # null: it brought none, or its twin's was not stored yet
    n_attempts: int = 1
    next_attempt_at: datetime | None = None  # null: it is not tried again


@dataclass(frozen=True, slots=True)
class ToRead:
    """An entry that is to be read, and what is known of it."""

    entry: Entry
    feed_url: str  # the address of an article that has none but its feed's
    known: KnownEntry | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How one announced entry ended."""

    entry: Entry
    outcome: Outcome
    article: Article | None = None  # what was read; null for losses and for entries we did not read
    article_id: str | None = None  # the article it led to: new, revised or known; null for losses
    detail: str = ""
    http_status: int | None = None
    n_attempts: int = 0  # how often we tried to read it since it was last settled, this time included
    next_attempt_at: datetime | None = None
    is_repeat: bool = False  # announced before, with nothing new and nothing due
    is_our_fault: bool = False  # our reader failed on the page: another day, or another version, may read it
    stands_in_for: Outcome | None = None  # how its page ended, where the feed's text stands in for it; else null
    rest_s: float | None = None  # seconds the host wants to be left alone; null if it says nothing
    is_spared: bool = False  # nobody was asked, because the host rests after what another page of it did
    is_reserved: bool = False  # its publisher reserves it against machine learning, and we heed that


@dataclass(frozen=True, slots=True)
class Known:
    """What the warehouse knew of a batch, looked up once."""

    entries: Mapping[tuple[str, str], KnownEntry]  # (feed_id, entry_key)
    urls: Mapping[str, str]  # url_key -> article_id
    texts: Mapping[str, str]  # text_hash -> article_id
    latest: Mapping[str, str] = field(default_factory=dict)  # article_id -> text_hash of its latest version
    n_versions: Mapping[str, int] = field(default_factory=dict)  # article_id -> versions of its text


def sort_entries(
    announced: Iterable[Entry], feed_urls: Mapping[str, str], known: Known, claimed: set[str], now: datetime
) -> tuple[list[ToRead], list[Ending]]:
    """Announced entries as those to be read and those that ended because we have them.

    `feed_urls` maps feed_id to address. `claimed` holds the url_keys that this run reads already and grows by the new
    ones: an article announced by two feeds is read once.
    """
    to_read: list[ToRead] = []
    endings: list[Ending] = []
    for entry in announced:
        before = known.entries.get((entry.feed_id, entry.entry_key))
        key = url_key(entry.link) if entry.link else None
        ended = _ended_already(entry, before, key, known, claimed, now)
        if ended:
            endings.append(ended)
            continue
        if key:
            claimed.add(key)
        to_read.append(ToRead(entry, feed_urls[entry.feed_id], before))
    return to_read, endings


def _ended_already(
    entry: Entry, before: KnownEntry | None, key: str | None, known: Known, claimed: set[str], now: datetime
) -> Ending | None:
    had = before.article_id if before else None
    led_to = had or (known.urls.get(key) if key else None)
    came_meanwhile = led_to is not None and had is None
    if before and before.entry_hash == entry.entry_hash and (came_meanwhile or not _is_due(before, now)):
        is_repeat = not came_meanwhile
        return Ending(entry, Outcome.KNOWN, article_id=led_to, n_attempts=before.n_attempts, is_repeat=is_repeat)
    if not entry.link and not entry.content_html:
        return Ending(entry, Outcome.BAD_LINK, detail="neither a link nor a text")
    if key and key in claimed:
        # Whether the one that is read brings an article is not known yet: until it does, this one waits for its turn.
        again = None if led_to else now
        return Ending(
            entry, Outcome.KNOWN, article_id=led_to, detail="announced twice in this run", next_attempt_at=again
        )
    if before is None and came_meanwhile:
        return Ending(entry, Outcome.KNOWN, article_id=led_to, detail="another feed had it first")
    return None


def _is_due(before: KnownEntry, now: datetime) -> bool:
    at = before.next_attempt_at
    return at is not None and not now < at <= now + FARTHEST_TRY


def settle(endings: Iterable[Ending], known: Known) -> list[Ending]:
    """Read articles as stored, revised, known or same text; losses as they are, with their next try.

    An entry that left the reading to another one takes that one's article, wherever in the batch it stands.
    """
    urls, texts, latest = dict(known.urls), dict(known.texts), dict(known.latest)
    by_now = replace(known, urls=urls, texts=texts, latest=latest)
    settled = []
    for ending in endings:
        if ending.article:
            ending = _settle_article(ending, ending.article, by_now)
            _remember(ending, urls, texts, latest)
        settled.append(ending)
    return [_linked(ending, urls) for ending in settled]


def _settle_article(ending: Ending, article: Article, known: Known) -> Ending:
    before = known.entries.get((ending.entry.feed_id, ending.entry.entry_key))
    # The address counts before the key: some feeds give several items one guid, and a later one takes over its key.
    ours = known.urls.get(article.url_key) or (before.article_id if before else None)
    twin = known.texts.get(article.text_hash)
    if ours:
        # The latest text counts: a page that goes back to its first text is revised once more.
        is_same = known.latest[ours] == article.text_hash if ours in known.latest else ours == twin
        is_same = is_same or ending.stands_in_for is not None  # what the feed says never replaces what a page said
        if not is_same and known.n_versions.get(ours, 0) >= MAX_VERSIONS:
            return replace(
                ending, outcome=Outcome.KNOWN, article_id=ours, detail=f"churning: {MAX_VERSIONS} versions"
            )
        return replace(ending, outcome=Outcome.KNOWN if is_same else Outcome.REVISED, article_id=ours)
    if twin:
        # A page that is tried again would become the twin's text.
        return replace(ending, outcome=Outcome.SAME_TEXT, article_id=twin, next_attempt_at=None)
    return replace(ending, outcome=Outcome.STORED, article_id=short_hash(article.url_key))


def _remember(ending: Ending, urls: dict[str, str], texts: dict[str, str], latest: dict[str, str]) -> None:
    """A batch may bring one page several times, under several links and even with several texts."""
    article = ending.article
    if article is None or ending.article_id is None:
        return
    urls.setdefault(article.url_key, ending.article_id)
    if ending.entry.link:
        urls.setdefault(url_key(ending.entry.link), ending.article_id)
    if ending.outcome in (Outcome.STORED, Outcome.REVISED):
        latest[ending.article_id] = article.text_hash
        texts.setdefault(article.text_hash, ending.article_id)


def _linked(ending: Ending, urls: Mapping[str, str]) -> Ending:
    if ending.outcome is not Outcome.KNOWN or ending.article_id or ending.is_repeat or not ending.entry.link:
        return ending
    article_id = urls.get(url_key(ending.entry.link))
    return replace(ending, article_id=article_id, next_attempt_at=None) if article_id else ending


def with_next_try(ending: Ending, known: KnownEntry | None, now: datetime) -> Ending:
    """The ending with its count of tries, and when it is tried again: only what may pass, and six times.

    The count is of tries at one change of the entry: one that was settled before has all six again.
    Not before a host's rest is over, as far as two days; a host that was not asked has not refused.
    """
    before = known.n_attempts if known and known.next_attempt_at else 0  # a page that was read begins anew
    n_attempts = before + (not ending.is_spared)
    may_pass = (ending.outcome in RETRYABLE or ending.is_our_fault) and n_attempts < MAX_ATTEMPTS
    if not may_pass:
        return replace(ending, n_attempts=n_attempts, next_attempt_at=None)
    usual = RETRY_AFTER * 2 ** max(0, n_attempts - 1)
    wait = min(max(usual, timedelta(seconds=min(ending.rest_s or 0.0, FARTHEST_TRY.total_seconds()))), FARTHEST_TRY)
    return replace(ending, n_attempts=n_attempts, next_attempt_at=now + wait)
