-- Active feeds whose next poll is due, longest waiting first; never polled ones before all others, with a null state.
-- Parameters: now (time), ignore_schedule (true or false).
-- Columns: those of rows.FeedRow, and those of rows.FeedStateRow.
select
    feeds.feed_id, feeds.url, feeds.title, feeds.outlet, feeds.country, feeds.language, feeds.topic, feeds.confidence,
    states.* exclude (feed_id)
from raw.feeds as feeds
left join ops.feed_states as states using (feed_id)
where feeds.is_active and ($ignore_schedule or states.next_poll_at is null or states.next_poll_at <= $now)
order by states.next_poll_at nulls first, feeds.feed_id
