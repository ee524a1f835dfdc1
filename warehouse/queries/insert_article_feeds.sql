-- Feeds that announce an article for the first time.
-- Parameters: incoming (rows.EntryRow or rows.SeenRow), already stored in raw.entries.
-- Returns: rows added.
insert into core.article_feeds by name
select article_id, feed_id, min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at
from raw.entries
semi join incoming using (feed_id, entry_key)
anti join core.article_feeds using (article_id, feed_id)
where article_id is not null
group by all
