-- Polls in a span of time, and the feeds whose last poll in it was not good.
-- Parameters: start, end (times; start <= started_at < end).
-- Columns: n_polls, n_feeds_polled, n_feeds_failing.
select
    coalesce(sum(n), 0)::bigint as n_polls,
    count(*) as n_feeds_polled,
    count(*) filter (last_outcome not in ('read', 'unchanged')) as n_feeds_failing
from (
    select feed_id, count(*) as n, arg_max(outcome, (started_at, fetch_id)) as last_outcome
    from raw.fetches
    where started_at >= $start and started_at < $end
    group by feed_id
)
