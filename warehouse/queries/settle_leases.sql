-- Feeds whose poll is stored, and with it their new state, hold no lease any more.
-- Parameters: incoming (rows.FeedStateRow).
-- Returns: leases ended.
delete from ops.feed_leases where feed_id in (select feed_id from incoming)
