-- What was decided about feeds beside the catalogue, in place of what was before.
-- Parameters: incoming (feed_rows.KeepingRow).
-- Returns: rows added or changed.
merge into ops.feed_keeping as stored
using incoming as decided
on stored.feed_id = decided.feed_id
when matched then update by name
when not matched then insert by name
