-- Feeds that announce an article again.
-- Parameters: incoming (rows.EntryRow or rows.SeenRow), already stored in raw.entries.
-- Returns: rows whose last_seen_at moved.
update core.article_feeds
set last_seen_at = announced.last_seen_at
from (
    select article_id, feed_id, max(last_seen_at) as last_seen_at
    from raw.entries semi join incoming using (feed_id, entry_key)
    where article_id is not null
    group by all
) as announced
where article_feeds.article_id = announced.article_id and article_feeds.feed_id = announced.feed_id
    and article_feeds.last_seen_at < announced.last_seen_at
