-- Polls in a span of time.
-- Parameters: start, end (times; start <= started_at < end).
-- Columns: n_polls, n_feeds_polled.
select count(*) as n_polls, count(distinct feed_id) as n_feeds_polled
from raw.fetches
where started_at >= $start and started_at < $end
