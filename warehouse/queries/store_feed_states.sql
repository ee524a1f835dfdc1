-- The state of feeds after a poll, in place of the one before.
-- Parameters: incoming (rows.FeedStateRow).
-- Returns: states added or changed.
merge into ops.feed_states as stored
using (select distinct on (feed_id) * from incoming order by feed_id, last_polled_at desc) as polled
on stored.feed_id = polled.feed_id
when matched then update by name
when not matched then insert by name
