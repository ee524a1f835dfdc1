-- Polls are about to begin: each feed's lease, in place of the one before.
-- Parameters: incoming (feed_rows.LeaseRow).
-- Returns: leases taken.
merge into ops.feed_leases as stored
using incoming as taken
on stored.feed_id = taken.feed_id
when matched then update by name
when not matched then insert by name
