-- What is known of announced entries.
-- Parameters: incoming (feed_id, entry_key).
-- Columns: feed_id, entry_key, entry_hash, outcome, n_attempts, next_attempt_at, article_id.
select feed_id, entry_key, entry_hash, outcome, n_attempts, next_attempt_at, article_id
from raw.entries semi join incoming using (feed_id, entry_key)
