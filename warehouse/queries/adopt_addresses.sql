-- Feeds are asked at another address from now on, unless another feed is, or has that address as its own.
-- Parameters: incoming (rows.AddressRow).
-- Returns: addresses adopted.
insert into ops.feed_addresses by name
select distinct on (url) *
from incoming
anti join ops.feed_addresses_in_force as moved using (feed_id, url)
where not exists (from raw.feeds where feeds.url = incoming.url and feeds.feed_id <> incoming.feed_id and is_active)
    and not exists (from ops.feed_addresses_in_force as other where other.url = incoming.url and other.feed_id <> incoming.feed_id)
order by url, feed_id
