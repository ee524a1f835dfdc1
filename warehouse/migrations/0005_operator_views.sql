-- What operators ask: did the counts add up, which feeds are well, what did each run do, why was an entry lost.

create view mart.entry_ends as
with ends as (
    select
        fetch_id,
        sum(n_entries)::bigint as n_ended,
        coalesce(sum(n_entries) filter (outcome = 'stored'), 0)::bigint as n_stored,
        coalesce(sum(n_entries) filter (outcome = 'revised'), 0)::bigint as n_revised,
        coalesce(sum(n_entries) filter (outcome in ('known', 'same text')), 0)::bigint as n_known,
        map_from_entries(list((outcome, n_entries) order by n_entries desc, outcome)) as ends
    from raw.fetch_ends
    group by fetch_id
)
select
    fetches.run_id,
    fetches.feed_id,
    feeds.outlet,
    fetches.started_at,
    fetches.outcome as poll_outcome,
    fetches.n_entries as n_announced,
    coalesce(ends.n_ended, 0) as n_ended,
    fetches.n_entries = coalesce(ends.n_ended, 0) as is_balanced,
    coalesce(ends.n_stored, 0) as n_stored,
    coalesce(ends.n_revised, 0) as n_revised,
    coalesce(ends.n_known, 0) as n_known,
    coalesce(ends.n_ended - ends.n_stored - ends.n_revised - ends.n_known, 0) as n_lost,
    coalesce(ends.ends, map {}) as ends,
    fetches.fetch_id
from raw.fetches as fetches
left join ends using (fetch_id)
left join raw.feeds as feeds on feeds.feed_id = fetches.feed_id;
comment on view mart.entry_ends is 'One row per run and feed polled in it: what the feed announced, and how those entries ended';
comment on column mart.entry_ends.run_id is 'The run (mart.runs)';
comment on column mart.entry_ends.feed_id is 'The feed (mart.feed_health)';
comment on column mart.entry_ends.outlet is 'The publisher as readers know it';
comment on column mart.entry_ends.started_at is 'When the poll began, UTC';
comment on column mart.entry_ends.poll_outcome is 'How the poll itself ended: read, unchanged, unreachable ...';
comment on column mart.entry_ends.n_announced is 'Entries the document announced';
comment on column mart.entry_ends.n_ended is 'Entries that ended under a name';
comment on column mart.entry_ends.is_balanced is 'True if every announced entry ended exactly once; never false (a check holds it)';
comment on column mart.entry_ends.n_stored is 'Ended as new articles';
comment on column mart.entry_ends.n_revised is 'Ended as new texts of known articles';
comment on column mart.entry_ends.n_known is 'Ended as known, or as the very text of another article';
comment on column mart.entry_ends.n_lost is 'Ended as anything else: unreachable, gone, no text ...';
comment on column mart.entry_ends.ends is 'Outcome -> entries, most frequent first; empty if nothing was announced';
comment on column mart.entry_ends.fetch_id is 'Id of the poll';

create view mart.entries as
select
    entries.feed_id, feeds.outlet, entries.entry_key, entries.title, entries.link,
    entries.outcome, entries.detail, entries.http_status, entries.n_attempts, entries.next_attempt_at,
    case when entries.is_published_in_future then entries.first_seen_at
        else coalesce(entries.published_at, entries.first_seen_at) end as counted_at,
    entries.published_at, entries.first_seen_at, entries.last_seen_at, entries.article_id, entries.run_id
from raw.entries as entries
left join raw.feeds as feeds using (feed_id);
comment on view mart.entries is 'One row per feed and entry it ever announced, and how it last ended';
comment on column mart.entries.feed_id is 'The feed (mart.feed_health)';
comment on column mart.entries.outlet is 'The publisher as readers know it';
comment on column mart.entries.entry_key is 'Names the entry within its feed';
comment on column mart.entries.title is 'Title in the feed; may be empty';
comment on column mart.entries.link is 'Address in the feed; null if none that we accept';
comment on column mart.entries.outcome is 'How it ended when it was last worked on: stored, known, unreachable, no text ...';
comment on column mart.entries.detail is 'What the server or the extractor said; null when the outcome says it all';
comment on column mart.entries.http_status is 'Status of the page at the last attempt; null if none answered';
comment on column mart.entries.n_attempts is 'Attempts made to get its page';
comment on column mart.entries.next_attempt_at is 'It is tried again from this moment, UTC; null if it is settled';
comment on column mart.entries.counted_at is 'The moment that decides its week, UTC: published_at where claimed and believed, else first_seen_at';
comment on column mart.entries.published_at is 'Date of publication the feed claims, UTC; null if none';
comment on column mart.entries.first_seen_at is 'When a poll first announced it, UTC';
comment on column mart.entries.last_seen_at is 'When a poll last announced it, UTC';
comment on column mart.entries.article_id is 'The article it led to (mart.articles); null if none';
comment on column mart.entries.run_id is 'The run that last worked on it (mart.runs)';

create view mart.feed_health as
with polls as (
    select feed_id, count(*) as n_polls, count(*) filter (outcome in ('read', 'unchanged')) as n_good_polls
    from raw.fetches group by feed_id
),
announced as (
    select feed_id, count(*) as n_entries from raw.entries group by feed_id
),
brought as (
    select feed_id, count(*) as n_articles, max(first_seen_at) as last_article_at from core.articles group by feed_id
)
select
    feeds.feed_id, feeds.outlet, feeds.title, feeds.url, feeds.country, feeds.language, feeds.is_active,
    coalesce(states.state, 'new') as state, states.last_outcome, states.last_detail,
    states.last_polled_at, states.last_good_at, states.next_poll_at,
    coalesce(states.n_failures, 0) as n_failures,
    coalesce(polls.n_polls, 0) as n_polls,
    coalesce(polls.n_good_polls, 0) as n_good_polls,
    coalesce(announced.n_entries, 0) as n_entries,
    coalesce(brought.n_articles, 0) as n_articles,
    brought.last_article_at
from raw.feeds as feeds
left join ops.feed_states as states using (feed_id)
left join polls using (feed_id)
left join announced using (feed_id)
left join brought using (feed_id);
comment on view mart.feed_health is 'One row per feed that ever stood in the catalogue: how it fares';
comment on column mart.feed_health.feed_id is 'Id of the feed, 16 hex digits';
comment on column mart.feed_health.outlet is 'The publisher as readers know it';
comment on column mart.feed_health.title is 'Title in the catalogue';
comment on column mart.feed_health.url is 'The address as catalogued';
comment on column mart.feed_health.country is 'Country of the publisher, ISO 3166 alpha-2, or EU, or INT; null if unknown';
comment on column mart.feed_health.language is 'Language of the feed, BCP 47 primary tag; null if unknown';
comment on column mart.feed_health.is_active is 'False once the catalogue no longer lists it';
comment on column mart.feed_health.state is 'Where it stands in its life, in the words of the scheduler; new before the first poll';
comment on column mart.feed_health.last_outcome is 'How the last poll ended; null before the first';
comment on column mart.feed_health.last_detail is 'What the server or the parser said then; null when the outcome says it all';
comment on column mart.feed_health.last_polled_at is 'When it was last asked, UTC; null before the first poll';
comment on column mart.feed_health.last_good_at is 'When a poll last ended as read or unchanged, UTC; null if never';
comment on column mart.feed_health.next_poll_at is 'It is due from this moment, UTC; null means at once';
comment on column mart.feed_health.n_failures is 'Failed polls in a row; 0 after a good one';
comment on column mart.feed_health.n_polls is 'Polls ever';
comment on column mart.feed_health.n_good_polls is 'Of them read or unchanged';
comment on column mart.feed_health.n_entries is 'Different entries ever announced';
comment on column mart.feed_health.n_articles is 'Articles it brought before any other feed';
comment on column mart.feed_health.last_article_at is 'When it last did so, UTC; null if never';

create view mart.runs as
with polled as (
    select
        run_id,
        count(*) as n_polls,
        count(*) filter (outcome not in ('read', 'unchanged')) as n_failed_polls,
        sum(n_entries)::bigint as n_announced
    from raw.fetches group by run_id
),
retried as (
    select run_id, sum(n_entries)::bigint as n_retried from raw.retry_ends group by run_id
),
stored as (
    select
        run_id, sum(n_articles)::bigint as n_articles, sum(n_texts)::bigint as n_texts, sum(n_verdicts)::bigint as n_verdicts
    from ops.batches group by run_id
)
select
    runs.run_id, runs.flow, runs.status, runs.started_at, runs.ended_at,
    date_diff('millisecond', runs.started_at, runs.ended_at) / 1000.0 as duration_s,
    coalesce(polled.n_polls, 0) as n_polls,
    coalesce(polled.n_failed_polls, 0) as n_failed_polls,
    coalesce(polled.n_announced, 0) as n_announced,
    coalesce(retried.n_retried, 0) as n_retried,
    coalesce(stored.n_articles, 0) as n_articles,
    coalesce(stored.n_texts, 0) as n_texts,
    coalesce(stored.n_verdicts, 0) as n_verdicts,
    runs.detail
from ops.runs as runs
left join polled using (run_id)
left join retried using (run_id)
left join stored using (run_id);
comment on view mart.runs is 'One row per run of a flow: when, how it ended, what it did';
comment on column mart.runs.run_id is 'Id of the run';
comment on column mart.runs.flow is 'Name of the flow: ingest, digest, train ...';
comment on column mart.runs.status is 'running, completed, failed or crashed';
comment on column mart.runs.started_at is 'When it began, UTC';
comment on column mart.runs.ended_at is 'When it ended, UTC; null while it runs; for a crashed run, when it was found';
comment on column mart.runs.duration_s is 'Seconds from start to end; null while it runs';
comment on column mart.runs.n_polls is 'Feeds polled';
comment on column mart.runs.n_failed_polls is 'Of them neither read nor unchanged';
comment on column mart.runs.n_announced is 'Entries announced by those polls';
comment on column mart.runs.n_retried is 'Entries tried again without being announced';
comment on column mart.runs.n_articles is 'Articles added';
comment on column mart.runs.n_texts is 'Text versions added';
comment on column mart.runs.n_verdicts is 'Verdicts added with the articles; those of a later re-judging are not counted here';
comment on column mart.runs.detail is 'What the run says of its end; null if nothing';
