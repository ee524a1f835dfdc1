-- Entries of active feeds that are not paused, whose next attempt is due, longest waiting first.
-- Parameters: now (time), farthest (time: no rule gives a later one, so some clock was wrong), limit (rows).
-- Columns: feed_id, entry_key, entry_hash, outcome, seen_at, title, summary, guid, link, url_key, author, language,
--   published_at, published_at_source, published_at_precision, is_published_in_future, detail, http_status, article_id,
--   n_attempts, next_attempt_at.
select entries.* exclude (first_seen_at, last_seen_at, run_id), entries.last_seen_at as seen_at
from raw.entries
semi join (select feed_id from raw.feeds where is_active) as active using (feed_id)
anti join (select feed_id from ops.feed_keeping where is_paused) as paused using (feed_id)
where next_attempt_at <= $now or next_attempt_at > $farthest
order by next_attempt_at, feed_id, entry_key
limit $limit
