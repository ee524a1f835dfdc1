"""An invented warehouse in which every example query finds something: sixteen weeks, a dozen newspapers, two models.

The same bytes of content every time: chance is seeded, time is given. Everything goes through the real store.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from filelock import FileLock

from warehouse.addresses import Address
from warehouse.digest_rows import DigestItemRow, DigestRow, StoryArticleRow, StoryLeadRow
from warehouse.opening import open_warehouse
from warehouse.rows import (
    ArticleRow,
    ArticleUrlRow,
    Batch,
    EntryRow,
    EvidenceRow,
    FeedRow,
    FeedStateRow,
    FetchEndRow,
    FetchRow,
    LabelRow,
    ModelRow,
    OrganisationRow,
    TextRow,
    VerdictRow,
)
from warehouse.store import Warehouse

FIRST_MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
N_WEEKS = 16
END = FIRST_MONDAY + timedelta(weeks=N_WEEKS)
REJUDGED_AT = FIRST_MONDAY + timedelta(weeks=12)  # the second model comes in force


@dataclass(frozen=True, slots=True)
class Outlet:
    """A newspaper; `lag_h` is how many hours after an event it usually reports."""

    name: str
    country: str
    language: str
    lag_h: float
    share: float  # of events it reports at all


OUTLETS = (
    Outlet("Setouchi Shimbun", "JP", "ja", 5, 0.35),
    Outlet("Hanoi Trade Wire", "VN", "en", 3, 0.45),
    Outlet("Seoul SME Daily", "KR", "ko", 8, 0.30),
    Outlet("Lagos Enterprise", "NG", "en", 14, 0.30),
    Outlet("Nairobi Ledger", "KE", "en", 10, 0.35),
    Outlet("Der Mittelstandsbote", "DE", "de", 20, 0.35),
    Outlet("Deux Rives", "FR", "fr", 16, 0.25),
    Outlet("Cordillera", "PE", "es", 18, 0.25),
    Outlet("Jornal da Oficina", "BR", "pt", 22, 0.20),
    Outlet("Anadolu Esnaf", "TR", "tr", 12, 0.20),
    Outlet("Partner Bulletin", "INT", "en", 30, 0.60),
    Outlet("Quiet Gazette", "NZ", "en", 24, 0.15),  # its feed falls silent after week 9
)
SILENT, SILENT_FROM_WEEK = OUTLETS[-1], 9
ON_HOLIDAY, HOLIDAY_WEEKS = "Jornal da Oficina", (4, 5, 6)
CORRECTING = ("Hanoi Trade Wire", "Nairobi Ledger", "Deux Rives")
FEEDS = tuple(
    FeedRow(
        sha256(outlet.name.encode()).hexdigest()[:16],
        f"https://{outlet.name.lower().replace(' ', '-')}.test/rss",
        f"{outlet.name}: economy",
        outlet.name,
        outlet.country,
        outlet.language,
        "business",
    )
    for outlet in OUTLETS
)
# Who acts with whom, and how much of the news that is in the first and in the second half.
PAIRS = (
    (("JP", "VN"), 6, 9), (("KR", "VN"), 4, 5), (("DE", "TR"), 4, 3), (("KE", "NG"), 3, 5), (("FR", "SN"), 3, 2),
    (("BR", "PE"), 2, 4), (("DE", "KE"), 2, 2), (("JP", "KR", "CN"), 2, 3), (("EU", "UA"), 1, 4),
    (("PE", "CL"), 2, 1),
)  # fmt: skip
KINDS = (
    ("forum", "meet at a forum", 7), ("agreement", "sign an agreement", 5), ("policy-learning", "study a policy", 2),
    ("finance", "open a credit line", 3), ("internationalisation", "start an export programme", 5),
    ("technology", "share a technology", 3),
)  # fmt: skip
# What a kind of cooperation is mostly about, so that some go together more often than by chance.
SECTORS = {
    "forum": ("tourism", "agri-food"), "agreement": ("logistics", "textiles"), "finance": ("finance", "agri-food"),
    "policy-learning": ("education", "crafts"), "internationalisation": ("textiles", "agri-food"),
    "technology": ("ict", "energy"),
}  # fmt: skip
BODIES = {
    code: OrganisationRow(name, kind, code)
    for code, name, kind in (
        ("JP", "JETRO", "trade-promotion"), ("KR", "KOSME", "sme-agency"), ("DE", "KfW", "bank"),
        ("TR", "KOSGEB", "sme-agency"), ("BR", "Sebrae", "sme-agency"), ("CN", "CCPIT", "trade-promotion"),
    )
}  # fmt: skip
OTHER_NEWS = (
    "Rain over the harbour", "Cup final decided late", "Tax relief for small shops at home", "A big plant abroad",
    "Ministers meet at a trade summit", "Small firms fear the new tariff",
)  # fmt: skip
NAMES = {
    "JP": "Japan", "VN": "Viet Nam", "KR": "Korea", "DE": "Germany", "TR": "Türkiye", "KE": "Kenya", "NG": "Nigeria",
    "FR": "France", "SN": "Senegal", "BR": "Brazil", "PE": "Peru", "CN": "China", "EU": "the EU", "UA": "Ukraine",
    "CL": "Chile",
}  # fmt: skip
MODELS = (
    ModelRow("2026-07-30-a1", FIRST_MONDAY - timedelta(days=4), "models/a1", "a" * 64, "1" * 64, "{}",
             {"cross-validation": {"average_precision": 0.86, "recall_at_precision_90": 0.71}}),
    ModelRow("2026-10-25-b2", REJUDGED_AT, "models/b2", "b" * 64, "2" * 64, "{}",
             {"cross-validation": {"average_precision": 0.91, "recall_at_precision_90": 0.79}}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """One article to be: who reports what, when, and what the models will say of it."""

    article_id: str
    feed: FeedRow
    title: str
    published_at: datetime
    seen_at: datetime
    text: str
    countries: tuple[str, ...]
    kind: str | None
    scores: tuple[float, float]  # one a model
    event: str  # reports of one event share it
    sectors: tuple[str, ...] = ()


def once(share: Path) -> Path:
    """The warehouse, made once a session and shared by all test processes: read it, or copy it."""
    path = share / "example.duckdb"
    with FileLock(share / "example.lock"):
        if not path.exists():
            make(share / "example.draft")
            (share / "example.draft").rename(path)
    return path


def make(path: Address) -> None:
    """Write the warehouse, to a new file or into a new lake."""
    seen = (one for one in _reports(Random(47)) if one.seen_at < END)
    reports = sorted(seen, key=lambda one: one.seen_at)
    with open_warehouse(path, now=FIRST_MONDAY) as warehouse:
        warehouse.sync_feeds(FEEDS, FIRST_MONDAY)
        for model, at in zip(MODELS, (FIRST_MONDAY, REJUDGED_AT), strict=True):
            warehouse.register_model(model, at)
        warehouse.promote_model(MODELS[0].model_id, FIRST_MONDAY, "the first")
        for week in range(N_WEEKS):
            _run(warehouse, week, reports)
        warehouse.promote_model(MODELS[1].model_id, REJUDGED_AT, "finds more")
        later = [_verdict(one, 1, REJUDGED_AT) for one in reports if one.seen_at < REJUDGED_AT]
        warehouse.store_verdicts(later, "run11")
        warehouse.store_labels(list(_labels(reports)))
        _stories(warehouse, reports)
        _digests(warehouse, reports)


def _reports(chance: Random) -> Iterator[Report]:
    for week in range(N_WEEKS):
        monday = FIRST_MONDAY + timedelta(weeks=week)
        for _ in range(chance.choice((4, 5, 6)) + (week >= N_WEEKS // 2)):
            yield from _event(chance, monday, week)
        for number in range(9):
            other = _other(chance, monday, number)
            if not _prints_nothing(other.feed, week):
                yield other


def _event(chance: Random, monday: datetime, week: int) -> Iterator[Report]:
    weights = [late if week >= N_WEEKS // 2 else early for _, early, late in PAIRS]
    [(countries, _, _)] = chance.choices(PAIRS, weights)
    [(kind, does, _)] = chance.choices(KINDS, [weight for _, _, weight in KINDS])
    happened = monday + timedelta(hours=chance.uniform(6, 140))
    who = " and ".join(NAMES[code] for code in countries)
    for feed, outlet in zip(FEEDS, OUTLETS, strict=True):
        is_home = outlet.country in countries
        if chance.random() < (0.8 if is_home else outlet.share / 3) and not _prints_nothing(feed, week):
            published = happened + timedelta(hours=outlet.lag_h * chance.uniform(0.5, 1.5))
            title = f"Small firms of {who} {does}"
            score = min(0.99, max(0.05, chance.gauss(0.85 if is_home else 0.7, 0.15)))
            yield _report(chance, feed, title, published, countries, kind, score, f"{happened}")


def _other(chance: Random, monday: datetime, number: int) -> Report:
    feed = FEEDS[(number * 5 + monday.day) % (len(FEEDS) - 1)]
    published = monday + timedelta(hours=chance.uniform(0, 150))
    score = min(0.95, max(0.01, chance.gauss(0.2, 0.18)))
    home = () if feed.country == "INT" else (feed.country,)
    return _report(chance, feed, chance.choice(OTHER_NEWS), published, home, None, score, f"{published}")


def _report(chance, feed, title, published, countries, kind, score, event) -> Report:
    published = published.replace(microsecond=0)
    article_id = sha256(f"{feed.feed_id} {title} {published}".encode()).hexdigest()[:16]
    words = f"{title}. " + "They met, they talked, and they agreed to meet again. " * chance.randint(8, 60)
    seen = published + timedelta(seconds=round(3600 * chance.expovariate(1 / 9) + 600))
    second = min(0.99, max(0.01, score + chance.gauss(0.04, 0.08)))
    usual, other = SECTORS.get(kind, ()), chance.choice(("construction", "agri-food", "health", "ict"))
    sectors = tuple(dict.fromkeys((*(one for one in usual if chance.random() < 0.6), other)))[:2] if kind else ()
    return Report(
        article_id, feed, title, published, seen, words + article_id, countries, kind,
        (round(score, 4), round(second, 4)), "s-" + sha256(event.encode()).hexdigest()[:16], sectors,
    )  # fmt: skip


def _prints_nothing(feed: FeedRow, week: int) -> bool:
    return _is_silent(feed, week) or (feed.outlet == ON_HOLIDAY and week in HOLIDAY_WEEKS)


def _is_silent(feed: FeedRow, week: int) -> bool:
    return feed.outlet == SILENT.name and week >= SILENT_FROM_WEEK


def _run(warehouse: Warehouse, week: int, reports: list[Report]) -> None:
    """A week's run: what was seen since the one before, and now and then a dead link."""
    begin, end = (FIRST_MONDAY + timedelta(weeks=n) for n in (week, week + 1))
    run_id = f"run{week:02d}"
    seen = [one for one in reports if begin <= one.seen_at < end]
    dead = [] if week % 3 else [_dead(FEEDS[week % 7], week, end)]
    warehouse.begin_run(run_id, "ingest", end)
    warehouse.store_batch(
        Batch(
            f"batch{week:02d}",
            run_id,
            end,
            fetches=tuple(_fetch(run_id, feed, end, seen, dead, week) for feed in FEEDS),
            fetch_ends=tuple(_ends(run_id, seen, dead)),
            entries=(*(_entry(one) for one in seen), *dead),
            articles=tuple(_article(one) for one in seen),
            article_urls=tuple(
                ArticleUrlRow(f"{_key(one)}?from=feed", one.article_id, "feed link", end) for one in seen
            ),
            texts=tuple(text for one in seen for text in _texts(one)),
            verdicts=tuple(_verdict(one, which, end) for one in seen for which in range(1 + (end > REJUDGED_AT))),
            feed_states=tuple(_state(feed, end, week) for feed in FEEDS),
        )
    )
    warehouse.finish_run(run_id, "completed", None, end + timedelta(seconds=40 + week % 7))


def _fetch(run_id, feed, at, seen, dead, week) -> FetchRow:
    n = sum(one.feed.feed_id == feed.feed_id for one in seen) + sum(one.feed_id == feed.feed_id for one in dead)
    if _is_silent(feed, week):
        return FetchRow(f"{run_id}/{feed.feed_id}", feed.feed_id, at, 15.0, "unreachable", detail="timed out")
    return FetchRow(f"{run_id}/{feed.feed_id}", feed.feed_id, at, 0.4, "read" if n else "unchanged", 200, n_entries=n)


def _ends(run_id, seen, dead) -> Iterator[FetchEndRow]:
    for feed in FEEDS:
        stored = sum(one.feed.feed_id == feed.feed_id for one in seen)
        lost = sum(one.feed_id == feed.feed_id for one in dead)
        for outcome, n in (("stored", stored), ("unreachable", lost)):
            if n:
                yield FetchEndRow(f"{run_id}/{feed.feed_id}", outcome, n)


def _dead(feed: FeedRow, number: int, at: datetime) -> EntryRow:
    return EntryRow(
        feed.feed_id, f"dead{number}", "0" * 16, "unreachable", at, title="A page that never answered",
        link=f"https://{feed.url[8:-4]}/dead/{number}", url_key=f"{feed.url[8:-4]}/dead/{number}", detail="timed out",
        n_attempts=3, next_attempt_at=at + timedelta(days=1),
    )  # fmt: skip


def _key(one: Report) -> str:
    return f"{one.feed.url[8:-4]}/{one.article_id}"


def _entry(one: Report) -> EntryRow:
    return EntryRow(
        one.feed.feed_id, one.article_id, one.article_id, "stored", one.seen_at, title=one.title,
        link=f"https://{_key(one)}?from=feed", url_key=f"{_key(one)}?from=feed", published_at=one.published_at,
        published_at_source="feed", published_at_precision="second", article_id=one.article_id, n_attempts=1,
    )  # fmt: skip


def _article(one: Report) -> ArticleRow:
    has_date = int(one.article_id[0], 16) != 7  # one in sixteen names no date
    return ArticleRow(
        one.article_id, f"https://{_key(one)}", _key(one), one.feed.outlet, one.feed.feed_id, one.title, one.seen_at,
        one.feed.language, published_at=one.published_at if has_date else None,
        published_at_source="feed" if has_date else None, published_at_precision="second" if has_date else None,
    )  # fmt: skip


def _texts(one: Report) -> Iterator[TextRow]:
    """The text, and before it, for a third of those of some outlets, an earlier one that was then corrected."""
    if one.feed.outlet in CORRECTING and int(one.article_id[1], 16) < 6:
        early = one.seen_at - timedelta(hours=1 + int(one.article_id[2], 16))
        title = one.title if int(one.article_id[3], 16) % 2 else f"{one.title}?"
        yield replace(_text(one), text_hash=one.article_id[::-1], title=title, text=one.text[:400], fetched_at=early)
    yield _text(one)


def _text(one: Report) -> TextRow:
    hashed = sha256(one.text.encode()).hexdigest()[:16]
    return TextRow(one.article_id, hashed, one.title, one.text, len(one.text.split()), "page", "test 1", one.seen_at)


def _verdict(one: Report, which: int, at: datetime) -> VerdictRow:
    score = one.scores[which]
    band = "sure" if score >= 0.8 else "likely" if score >= 0.6 else "borderline" if score >= 0.4 else "no"
    return VerdictRow(
        one.article_id, _text(one).text_hash, MODELS[which].model_id, score, band, score >= 0.6, at,
        kind=(one.kind or "forum") if score >= 0.4 else None, kind_score=0.8 if score >= 0.4 else None,
        countries=one.countries, blocs=("ASEAN",) if "VN" in one.countries else (),
        sectors=one.sectors,
        organisations=tuple(BODIES[code] for code in one.countries if code in BODIES and one.kind),
        evidence=(EvidenceRow("small firms", 1.4), EvidenceRow("big plant", -0.6)) if one.kind else (),
    )  # fmt: skip


def _state(feed: FeedRow, at: datetime, week: int) -> FeedStateRow:
    if _is_silent(feed, week):
        return FeedStateRow(
            feed.feed_id, "dormant", at + timedelta(days=7), n_failures=2 * (week - SILENT_FROM_WEEK + 1),
            last_polled_at=at, last_good_at=FIRST_MONDAY + timedelta(weeks=SILENT_FROM_WEEK),
            first_failed_at=FIRST_MONDAY + timedelta(weeks=SILENT_FROM_WEEK), last_outcome="unreachable",
        )  # fmt: skip
    return FeedStateRow(feed.feed_id, "active", at + timedelta(hours=1), last_polled_at=at, last_good_at=at,
                        last_outcome="read")  # fmt: skip


def _labels(reports: list[Report]) -> Iterator[LabelRow]:
    """Every ninth article was looked at; the person follows the truth, the model its score."""
    for number, one in enumerate(reports[::9]):
        label = -1 if number % 13 == 12 else int(one.kind is not None)
        yield LabelRow(one.article_id, label, "ana" if number % 3 else "ben", END - timedelta(days=2), one.kind)


def _stories(warehouse: Warehouse, reports: list[Report]) -> None:
    """What the second model finds relevant or borderline, grouped by event; the earliest report leads."""
    shown = [one for one in reports if one.scores[1] >= 0.4]
    leads: dict[str, Report] = {}
    for one in sorted(shown, key=lambda one: one.published_at):
        leads.setdefault(one.event, one)
    warehouse.store_stories(
        warehouse.stories_version(),
        [StoryArticleRow(one.article_id, one.event) for one in shown],
        [],
        [StoryLeadRow(event, lead.article_id, "the first report") for event, lead in leads.items()],
        END,
    )


def _digests(warehouse: Warehouse, reports: list[Report]) -> None:
    for back in (3, 2, 1):
        monday = END - timedelta(weeks=back)
        shown = [one for one in reports if monday <= one.published_at < monday + timedelta(weeks=1) and one.kind][:8]
        made = monday + timedelta(days=7, hours=6)
        week = f"{monday:%G-W%V}"
        row = DigestRow(week, "UTC", made, MODELS[1].model_id, week * 8, week * 8, f"digests/{week}.html",
                        1, week * 8, "{}", {"relevant": len(shown)})  # fmt: skip
        warehouse.store_digest(row, [DigestItemRow(n, one.article_id, one.kind) for n, one in enumerate(shown, 1)])
