-- Feeds whose last poll in a span of time was not good, by name.
-- Parameters: start, end (times; start <= started_at < end).
-- Columns: feed, reason.
select feed, last_outcome as reason from mart.week_polls($start, $end) where is_in_trouble order by feed, feed_id
