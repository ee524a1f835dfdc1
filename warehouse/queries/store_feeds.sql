-- Feeds of the catalogue: new ones are added, changed ones updated, the others left alone.
-- Parameters: incoming (rows.FeedRow), now (time).
-- Returns: feeds added or changed.
merge into raw.feeds as stored
using (select distinct on (feed_id) * from incoming) as listed
on stored.feed_id = listed.feed_id
when matched and (
    (stored.url, stored.title, stored.outlet, stored.country, stored.language, stored.topic, stored.confidence, stored.is_active)
    is distinct from
    (listed.url, listed.title, listed.outlet, listed.country, listed.language, listed.topic, listed.confidence, true)
) then update set
    url = listed.url, title = listed.title, outlet = listed.outlet, country = listed.country, language = listed.language,
    topic = listed.topic, confidence = listed.confidence, is_active = true, changed_at = $now
when not matched then insert
    (feed_id, url, title, outlet, country, language, topic, confidence, added_at, changed_at, is_active)
    values (listed.feed_id, listed.url, listed.title, listed.outlet, listed.country, listed.language, listed.topic,
        listed.confidence, $now, $now, true)
