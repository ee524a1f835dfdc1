-- What was decided about feeds beside the catalogue; feeds nobody spoke of are not in the answer.
-- Parameters: incoming (key: a feed_id).
-- Columns: those of feed_rows.KeepingRow.
select feed_id, is_user_added, is_paused, paused_since, confirmed_at
from ops.feed_keeping where feed_id in (select key from incoming)
