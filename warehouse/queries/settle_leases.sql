-- Polls that are stored hold no lease any more.
-- Parameters: incoming (rows.FetchRow).
-- Returns: leases ended.
delete from ops.feed_leases where feed_id in (select feed_id from incoming)
