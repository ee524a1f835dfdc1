-- Publishers by country: when a feed of the group last answered, and how much news it brought of late.
-- Parameters: recent (time: the silence is looked for from then on), before (time: the usual is what came between).
-- Columns: those of vitals.FeedGroup.
with members as (
    select
        coalesce(feeds.country, 'unknown') as country, count(*) as n_feeds, max(states.last_good_at) as last_good_at
    from raw.feeds as feeds
    left join ops.feed_states as states using (feed_id)
    left join ops.feed_keeping as keeping using (feed_id)
    where feeds.is_active and not coalesce(keeping.is_paused, false)
    group by 1
),
brought as (
    select
        coalesce(feeds.country, 'unknown') as country,
        count(*) filter (entries.first_seen_at >= $recent) as n_recent,
        count(*) filter (entries.first_seen_at < $recent) as n_before,
        min(entries.first_seen_at) as oldest_at
    from raw.entries as entries
    join raw.feeds as feeds using (feed_id)
    where feeds.is_active and entries.first_seen_at >= $before
    group by 1
)
select
    members.country, members.n_feeds, members.last_good_at,
    coalesce(brought.n_recent, 0) as n_recent, coalesce(brought.n_before, 0) as n_before, brought.oldest_at
from members
left join brought using (country)
order by members.country
