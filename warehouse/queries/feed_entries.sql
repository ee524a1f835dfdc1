-- The entries of feeds that were announced last, for finding them again under other keys.
-- Parameters: incoming (key: a feed_id), limit (rows a feed).
-- Columns: feed_id, entry_key, entry_hash, url_key, title, published_at, outcome, n_attempts, next_attempt_at, article_id.
select feed_id, entry_key, entry_hash, url_key, title, published_at, outcome, n_attempts, next_attempt_at, article_id
from raw.entries
where feed_id in (select key from incoming)
qualify row_number() over (partition by feed_id order by last_seen_at desc, first_seen_at desc, entry_key) <= $limit
order by feed_id, last_seen_at desc, entry_key
