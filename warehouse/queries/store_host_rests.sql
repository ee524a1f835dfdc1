-- What is to be remembered of hosts, each in place of what was before.
-- Parameters: incoming (feed_rows.HostRestRow).
-- Returns: hosts added or changed.
merge into ops.host_rests as stored
using (select distinct on (host) * from incoming order by host, noted_at desc) as seen
on stored.host = seen.host
when matched then update by name
when not matched then insert by name
