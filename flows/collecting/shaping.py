"""From what the steps and the classifiers hold to the rows the warehouse stores. Pure; one function a row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from classifiers.verdict import Verdict
from flows.steps.feeds.feed import Feed
from flows.steps.feeds.parsing import Entry
from flows.steps.feeds.polling import FeedState
from flows.steps.feeds.rekeying import Earlier
from flows.steps.harvesting import Poll
from flows.steps.outcomes import Outcome
from flows.steps.pages.article import Article
from flows.steps.selecting import Ending, KnownEntry
from flows.steps.text.dates import Published
from flows.steps.web.answers import Loss, Response
from flows.steps.web.pacing import HostRest
from flows.steps.web.robots import RobotsFile
from flows.steps.web.urls import short_hash, url_key
from warehouse import rows
from warehouse.feed_rows import RobotsRow, StoredEntry

NEWS = (Outcome.STORED, Outcome.REVISED)  # endings that bring a text


def feed_of(row: rows.FeedRow) -> Feed:
    """The feed of a row; `feed_id` follows from the address."""
    return Feed(row.url, row.title, row.outlet, row.country, row.language, row.topic, row.confidence)


def feed_row(feed: Feed) -> rows.FeedRow:
    """The row of a catalogued feed."""
    return rows.FeedRow(feed_id=feed.feed_id, **asdict(feed))


def state_of(row: rows.FeedStateRow) -> FeedState:
    """The state the polling rules work on: the row, without what is only written down for people."""
    return FeedState(**{item.name: getattr(row, item.name) for item in fields(FeedState)})


def state_row(state: FeedState, poll: Poll) -> rows.FeedStateRow:
    """The state after a poll, as stored."""
    row = rows.FeedStateRow(feed_id=poll.feed.feed_id, **asdict(state))
    return replace(row, last_outcome=poll.outcome.value, last_detail=poll.detail or None)


def known_entry(row: rows.KnownEntry) -> KnownEntry:
    """What the warehouse knows of an entry, for the step that decides."""
    return KnownEntry(row.entry_hash, row.outcome, row.article_id, row.n_attempts, row.next_attempt_at)


def earlier_entry(row: StoredEntry) -> Earlier:
    """An entry of an earlier poll, for the guard against changed ids."""
    known = KnownEntry(row.entry_hash, row.outcome, row.article_id, row.n_attempts, row.next_attempt_at)
    return Earlier(row.entry_key, row.url_key, row.title, row.published_at, known)


def rekey_row(entry: Entry, earlier: Earlier) -> rows.RekeyRow:
    """An entry of an earlier poll under the key, and with the content, that its feed announces now."""
    return rows.RekeyRow(
        feed_id=entry.feed_id,
        entry_key=earlier.entry_key,
        new_key=entry.entry_key,
        entry_hash=entry.entry_hash,
        guid=entry.guid,
        link=entry.link,
        url_key=url_key(entry.link) if entry.link else None,
    )


def robots_file(row: RobotsRow) -> RobotsFile:
    """A robots.txt as the steps hold it."""
    return RobotsFile(row.origin, row.body, row.read_at)


def robots_row(file: RobotsFile) -> RobotsRow:
    """A robots.txt as stored."""
    return RobotsRow(file.origin, file.body, file.read_at)


def host_rest(row: rows.HostRestRow, now: datetime) -> HostRest:
    """What is remembered of a host, counted from a run that begins now."""
    return HostRest(row.host, max(0.0, (row.rest_ends_at - now).total_seconds()), row.slowdown)


def host_rest_row(rest: HostRest, now: datetime) -> rows.HostRestRow:
    """What a run that began at `now` remembers of a host, as stored."""
    return rows.HostRestRow(rest.host, now + timedelta(seconds=rest.rest_s), rest.slowdown, now)


def site_reservations(said: Mapping[str, Sequence[str]], now: datetime) -> list[rows.ReservationRow]:
    """What sites say against machine learning, as stored; `said` is by origin."""
    return [rows.ReservationRow(site, "site", one, now) for site, statements in said.items() for one in statements]


def fetch_row(fetch_id: str, poll: Poll) -> rows.FetchRow:
    """One poll, as stored."""
    came = poll.answer if isinstance(poll.answer, Response) else None
    lost = poll.answer if isinstance(poll.answer, Loss) else None
    return rows.FetchRow(
        fetch_id=fetch_id,
        feed_id=poll.feed.feed_id,
        started_at=poll.started_at,
        duration_s=poll.duration_s,
        outcome=poll.outcome.value,
        http_status=came.status if came else lost.http_status if lost else None,
        final_url=came.final_url if came else None,
        wire_bytes=came.wire_bytes if came else 0,
        body_bytes=len(came.body) if came else 0,
        format=poll.parsed.format if poll.parsed else None,
        n_entries=len(poll.entries),
        detail=poll.detail or None,
    )


def entry_row(ending: Ending, seen_at: datetime) -> rows.EntryRow:
    """An entry that was worked on, and how it ended."""
    entry, published = ending.entry, ending.entry.published
    return rows.EntryRow(
        feed_id=entry.feed_id,
        entry_key=entry.entry_key,
        entry_hash=entry.entry_hash,
        outcome=ending.outcome.value,
        seen_at=seen_at,
        title=entry.title,
        summary=entry.summary,
        guid=entry.guid,
        link=entry.link,
        url_key=url_key(entry.link) if entry.link else None,
        author=entry.author,
        language=entry.language,
        published_at=published.at if published else None,
        published_at_source=published.source if published else None,
        published_at_precision=published.precision if published else None,
        is_published_in_future=bool(published and published.in_future),
        detail=ending.detail or None,
        http_status=ending.http_status,
        article_id=ending.article_id,
        n_attempts=ending.n_attempts,
        next_attempt_at=ending.next_attempt_at,
    )


def entry_again(row: rows.EntryRow) -> Entry:
    """An entry of the queue of retries, as its feed announced it, but for the text the feed may have carried."""
    published = None
    if row.published_at and row.published_at_source and row.published_at_precision:
        published = Published(
            row.published_at, row.published_at_source, row.published_at_precision, row.is_published_in_future
        )
    return Entry(
        row.feed_id,
        row.entry_key,
        row.entry_hash,
        row.link,
        row.title,
        row.summary,
        published,
        guid=row.guid,
        author=row.author,
        language=row.language,
    )


def article_row(article_id: str, article: Article, feed: Feed, seen_at: datetime) -> rows.ArticleRow:
    """An article as first read."""
    published = article.published
    return rows.ArticleRow(
        article_id=article_id,
        url=article.url,
        url_key=article.url_key,
        outlet=feed.outlet or feed.title or feed.url,
        feed_id=feed.feed_id,
        title=article.title,
        first_seen_at=seen_at,
        language=article.language,
        author=article.author,
        published_at=published.at if published else None,
        published_at_source=published.source if published else None,
        published_at_precision=published.precision if published else None,
        is_published_in_future=bool(published and published.in_future),
    )


def text_row(article_id: str, article: Article, fetched_at: datetime) -> rows.TextRow:
    """The text of an article, a new version if it differs from the latest."""
    return rows.TextRow(
        article_id=article_id,
        text_hash=article.text_hash,
        title=article.title,
        text=article.text,
        n_words=article.n_words,
        source=article.source,
        extractor=article.extractor,
        fetched_at=fetched_at,
    )


def url_rows(ending: Ending, seen_at: datetime) -> list[rows.ArticleUrlRow]:
    """The other addresses that lead to the ending's article: the feed's link, and a twin's with the same text."""
    if not ending.article_id or not ending.entry.link:
        return []
    addresses = {url_key(ending.entry.link): "feed link"}
    if ending.article:
        role = "same text" if ending.outcome is Outcome.SAME_TEXT else "canonical"
        addresses.setdefault(ending.article.url_key, role)
    return [
        rows.ArticleUrlRow(key, ending.article_id, role, seen_at)
        for key, role in addresses.items()
        if short_hash(key) != ending.article_id
    ]


def verdict_row(article_id: str, text_hash: str, verdict: Verdict, judged_at: datetime) -> rows.VerdictRow:
    """What a model said of a text."""
    return rows.VerdictRow(
        article_id=article_id,
        text_hash=text_hash,
        model_id=verdict.model_id,
        score=verdict.score,
        band=verdict.band,
        is_relevant=verdict.is_relevant,
        judged_at=judged_at,
        kind=verdict.kind,
        kind_score=verdict.kind_score,
        countries=verdict.countries,
        blocs=verdict.blocs,
        evidence=tuple(rows.EvidenceRow(e.phrase, e.weight) for e in verdict.why),
        sectors=verdict.sectors,
        organisations=tuple(
            rows.OrganisationRow(body.name, body.kind, body.economy) for body in verdict.organisations
        ),
    )


def frame_of(
    batch_id: str, run_id: str, polls: Sequence[Poll], states: Mapping[str, FeedState], now: datetime
) -> rows.Batch:
    """A batch with what its polls say of themselves; `completed` adds what their entries brought.

    `states` (feed_id -> state) are those after the polls; a feed that is not in it keeps the one it has. A batch
    without polls is one of retries.
    """
    return rows.Batch(
        batch_id=batch_id,
        run_id=run_id,
        stored_at=now,
        fetches=tuple(fetch_row(short_hash(f"{run_id} {poll.feed.feed_id} {poll.url}"), poll) for poll in polls),
        feed_states=tuple(
            state_row(states[poll.feed.feed_id], poll) for poll in polls if poll.feed.feed_id in states
        ),
    )


def completed(
    frame: rows.Batch, settled: Sequence[Ending], verdicts: Mapping[str, Verdict], feeds: Mapping[str, Feed]
) -> rows.Batch:
    """One transaction: the polls of some feeds, how each of their entries ended, and what that brought.

    `verdicts` are by text_hash; `feeds` (feed_id -> feed) holds every feed an ending belongs to.
    """
    fetch_ids = {row.feed_id: row.fetch_id for row in frame.fetches}
    return replace(
        frame,
        fetch_ends=tuple(_ends(settled, fetch_ids)) if fetch_ids else (),
        retry_ends=() if fetch_ids else tuple(_retry_ends(settled)),
        **_entry_rows(settled, frame.stored_at),
        **_article_rows(settled, verdicts, feeds, frame.stored_at),
    )


def _ends(endings: Sequence[Ending], fetch_ids: Mapping[str, str]) -> Iterator[rows.FetchEndRow]:
    counts = Counter((ending.entry.feed_id, ending.outcome.value) for ending in endings)
    return (rows.FetchEndRow(fetch_ids[feed_id], outcome, n) for (feed_id, outcome), n in sorted(counts.items()))


def _retry_ends(endings: Sequence[Ending]) -> Iterator[rows.RetryEndRow]:
    counts = Counter((ending.entry.feed_id, ending.outcome.value) for ending in endings)
    return (rows.RetryEndRow(feed_id, outcome, n) for (feed_id, outcome), n in sorted(counts.items()))


def _entry_rows(settled: Sequence[Ending], now: datetime) -> dict[str, Any]:
    repeated = [ending.entry for ending in settled if ending.is_repeat]
    return {
        "entries": tuple(entry_row(ending, now) for ending in settled if not ending.is_repeat),
        "seen": tuple(rows.SeenRow(entry.feed_id, entry.entry_key, now) for entry in repeated),
    }


def _article_rows(
    settled: Sequence[Ending], verdicts: Mapping[str, Verdict], feeds: Mapping[str, Feed], now: datetime
) -> dict[str, Any]:
    read = [(e, e.article, e.article_id) for e in settled if e.outcome in NEWS and e.article and e.article_id]
    return {
        "articles": tuple(
            article_row(key, article, feeds[ending.entry.feed_id], now)
            for ending, article, key in read
            if ending.outcome is Outcome.STORED
        ),
        "article_urls": tuple(row for ending in settled for row in url_rows(ending, now)),
        "texts": tuple(text_row(key, article, now) for _, article, key in read),
        "reservations": tuple(
            rows.ReservationRow(key, "page", statement, now)
            for _, article, key in read
            for statement in article.reservations
        ),
        "verdicts": tuple(
            verdict_row(key, article.text_hash, verdicts[article.text_hash], now)
            for _, article, key in read
            if article.text_hash in verdicts
        ),
    }
