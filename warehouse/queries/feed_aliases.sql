-- Every address a feed moved to, with the feed as it was first catalogued.
-- Parameters: none.
-- Columns: alias, feed_id, url.
select moved.url as alias, feed_id, feeds.url
from ops.feed_addresses as moved
join raw.feeds as feeds using (feed_id)
order by moved.adopted_at
