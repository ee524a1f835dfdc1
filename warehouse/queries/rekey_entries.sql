-- Known entries that their feed announces under other keys take these; how they ended stays.
-- Parameters: incoming (rows.RekeyRow).
-- Returns: entries that changed.
update raw.entries
set
    entry_key = known.new_key, entry_hash = known.entry_hash, guid = known.guid,
    link = coalesce(known.link, entries.link), url_key = coalesce(known.url_key, entries.url_key)
from (select distinct on (feed_id, entry_key) * from incoming) as known
where entries.feed_id = known.feed_id and entries.entry_key = known.entry_key
    and not exists (from raw.entries as taken where taken.feed_id = known.feed_id and taken.entry_key = known.new_key)
