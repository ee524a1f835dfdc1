-- Active feeds whose next poll is due, longest waiting first; never polled ones before all others.
-- Parameters: now (time), ignore_schedule (true or false).
-- Columns: feed_id, url, title, outlet, country, language, topic, confidence, state, etag, last_modified, last_polled_at,
--   last_good_at, n_failures, first_failed_at, next_poll_at, next_poll_reason, last_outcome, last_detail.
select
    feeds.feed_id, feeds.url, feeds.title, feeds.outlet, feeds.country, feeds.language, feeds.topic, feeds.confidence,
    coalesce(states.state, 'new') as state, states.etag, states.last_modified, states.last_polled_at, states.last_good_at,
    coalesce(states.n_failures, 0) as n_failures, states.first_failed_at, states.next_poll_at, states.next_poll_reason,
    states.last_outcome, states.last_detail
from raw.feeds as feeds
left join ops.feed_states as states using (feed_id)
where feeds.is_active and ($ignore_schedule or states.next_poll_at is null or states.next_poll_at <= $now)
order by states.next_poll_at nulls first, feeds.feed_id
