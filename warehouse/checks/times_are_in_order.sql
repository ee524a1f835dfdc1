-- Nothing is last seen before it is first seen, or ends before it starts.
select 'raw.entries' as rows_of, feed_id || ' ' || entry_key as key, first_seen_at as earlier, last_seen_at as later
from raw.entries where last_seen_at < first_seen_at
union all
select 'core.article_feeds', article_id || ' ' || feed_id, first_seen_at, last_seen_at
from core.article_feeds where last_seen_at < first_seen_at
union all
select 'ops.runs', run_id, started_at, ended_at
from ops.runs where ended_at < started_at
