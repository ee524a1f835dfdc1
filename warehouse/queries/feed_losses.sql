-- The last entries of one feed that brought no article, latest first.
-- Parameters: feed_id (text), limit (rows).
-- Columns: title, link, outcome, detail, http_status, n_attempts, next_attempt_at, last_seen_at.
select title, link, outcome, detail, http_status, n_attempts, next_attempt_at, last_seen_at
from raw.entries
where feed_id = $feed_id and article_id is null
order by last_seen_at desc, entry_key
limit $limit
