-- Polls in a span of time.
-- Parameters: start, end (times; start <= started_at < end).
-- Columns: n_polls, n_feeds_polled.
select coalesce(sum(n_polls), 0)::bigint as n_polls, count(*) as n_feeds_polled from mart.week_polls($start, $end)
