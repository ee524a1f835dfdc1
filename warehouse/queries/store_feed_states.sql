-- The state of feeds after a poll.
-- Parameters: incoming (rows.FeedStateRow).
-- Returns: states added or changed.
merge into ops.feed_states as stored
using (select distinct on (feed_id) * from incoming order by feed_id, last_polled_at desc) as polled
on stored.feed_id = polled.feed_id
when matched then update set
    state = polled.state, etag = polled.etag, last_modified = polled.last_modified, last_polled_at = polled.last_polled_at,
    last_good_at = polled.last_good_at, n_failures = polled.n_failures, first_failed_at = polled.first_failed_at,
    next_poll_at = polled.next_poll_at, next_poll_reason = polled.next_poll_reason, last_outcome = polled.last_outcome,
    last_detail = polled.last_detail
when not matched then insert by name
