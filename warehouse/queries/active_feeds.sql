-- Every active feed, paused ones too.
-- Parameters: none.
-- Columns: those of rows.FeedRow.
select feed_id, url, title, outlet, country, language, topic, confidence
from raw.feeds
where is_active
order by feed_id
