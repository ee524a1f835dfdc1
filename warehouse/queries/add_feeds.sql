-- Feeds that a person adds: new ones are inserted, known ones become active and keep what the catalogue says of them.
-- Parameters: incoming (rows.FeedRow), now (time).
-- Returns: feeds added or woken.
merge into raw.feeds as stored
using (select distinct on (feed_id) * from incoming) as added
on stored.feed_id = added.feed_id
when matched and not stored.is_active then update set is_active = true, changed_at = $now
when not matched then insert
    (feed_id, url, title, outlet, country, language, topic, confidence, added_at, changed_at, is_active)
    values (added.feed_id, added.url, added.title, added.outlet, added.country, added.language, added.topic,
        added.confidence, $now, $now, true)
