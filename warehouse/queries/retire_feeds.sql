-- Feeds that the catalogue no longer lists become inactive; those that a person added stay.
-- Parameters: incoming (rows.FeedRow), now (time).
-- Returns: feeds retired.
update raw.feeds
set is_active = false, changed_at = $now
where is_active
    and feed_id not in (select feed_id from incoming)
    and feed_id not in (select feed_id from ops.feed_keeping where is_user_added)
