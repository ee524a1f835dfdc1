-- Hosts that rest or labour, as noted after a moment; from a future that never was none.
-- Parameters: after (time), now (time).
-- Columns: host, rest_ends_at, slowdown, noted_at.
select host, rest_ends_at, slowdown, noted_at from ops.host_rests where noted_at > $after and noted_at <= $now
