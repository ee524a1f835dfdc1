-- Sizes, and work that waits.
-- Parameters: now, since (times; polls and ends are counted from `since` on).
-- Columns: those of vitals.Counts.
with polls as (
    select
        count(*) as n_polls,
        count(*) filter (outcome not in ('read', 'unchanged')) as n_failed_polls
    from raw.fetches where started_at >= $since
),
ends as (
    select
        coalesce(sum(fetch_ends.n_entries), 0)::bigint as n_read,
        coalesce(sum(fetch_ends.n_entries) filter (
            fetch_ends.outcome not in ('stored', 'revised', 'same text')
        ), 0)::bigint as n_lost
    from raw.fetch_ends as fetch_ends
    join raw.fetches as fetches using (fetch_id)
    where fetches.started_at >= $since and fetch_ends.outcome <> 'known'
)
select
    polls.*, ends.*,
    (select count(*) from core.articles) as n_articles,
    (select count(*) from core.articles where first_seen_at >= $since) as n_new_articles,
    (select max(first_seen_at) from core.articles) as last_article_at,
    (
        select count(*) from raw.feeds as feeds
        left join ops.feed_states as states using (feed_id)
        left join ops.feed_keeping as keeping using (feed_id)
        where feeds.is_active and not coalesce(keeping.is_paused, false) and coalesce(states.next_poll_at <= $now, true)
    ) as n_feeds_due,
    (select count(*) from raw.entries where next_attempt_at <= $now) as n_entries_due,
    (
        select count(*) from core.article_texts
        anti join (
            select article_id, text_version from core.verdicts
            where model_id in (select model_id from core.model_in_force)
        ) as judged using (article_id, text_version)
        where is_latest and text is not null
    ) as n_unjudged
from polls, ends
