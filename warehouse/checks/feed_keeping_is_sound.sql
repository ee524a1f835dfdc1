-- What is kept beside the catalogue: one row a grain, about feeds that exist, and no address asked for two of them.
select 'ops.feed_leases' as grain, feed_id as key from ops.feed_leases group by all having count(*) > 1
union all
select 'ops.feed_keeping', feed_id from ops.feed_keeping group by all having count(*) > 1
union all
select 'ops.robots_files', origin from ops.robots_files group by all having count(*) > 1
union all
select 'asked twice', url from ops.feed_addresses_in_force group by all having count(*) > 1
union all
select 'no such feed', feed_id
from (select feed_id from ops.feed_leases union select feed_id from ops.feed_keeping union select feed_id from ops.feed_addresses)
anti join raw.feeds using (feed_id)
