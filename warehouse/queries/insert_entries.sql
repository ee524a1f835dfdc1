-- Entries never announced before.
-- Parameters: incoming (rows.EntryRow), run_id (text).
-- Returns: entries added.
insert into raw.entries by name
select distinct on (feed_id, entry_key)
    * exclude (seen_at), seen_at as first_seen_at, seen_at as last_seen_at, $run_id as run_id
from incoming anti join raw.entries using (feed_id, entry_key)
order by feed_id, entry_key, seen_at desc
