-- Known entries that were announced again with nothing new.
-- Parameters: incoming (rows.SeenRow).
-- Returns: entries whose last_seen_at moved.
update raw.entries
set last_seen_at = seen.seen_at
from (select feed_id, entry_key, max(seen_at) as seen_at from incoming group by all) as seen
where entries.feed_id = seen.feed_id and entries.entry_key = seen.entry_key and entries.last_seen_at < seen.seen_at
