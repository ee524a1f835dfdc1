-- Hosts that have recovered: they neither rest nor labour any longer; and those noted too long ago, or in the future.
-- Parameters: after (time), now (time).
-- Returns: hosts forgotten.
delete from ops.host_rests
where (rest_ends_at <= $now and slowdown <= 1) or noted_at <= $after or noted_at > $now
