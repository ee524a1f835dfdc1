-- Feeds whose last poll in a span of time was not good, by name.
-- Parameters: start, end (times; start <= started_at < end).
-- Columns: feed, reason.
with last_polls as (
    select feed_id, arg_max(outcome, (started_at, fetch_id)) as reason
    from raw.fetches
    where started_at >= $start and started_at < $end
    group by feed_id
)
select coalesce(nullif(feeds.outlet, ''), nullif(feeds.title, ''), feeds.url, feed_id) as feed, reason
from last_polls left join raw.feeds as feeds using (feed_id)
where reason not in ('read', 'unchanged')
order by feed, feed_id
