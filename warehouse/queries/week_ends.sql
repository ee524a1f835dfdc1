-- Entries of a span of time by how they last ended, most frequent first.
-- Parameters: start, end (times; start <= the moment it counts at in the zone < end), zone (IANA name).
-- Columns: outcome, n_entries.
from mart.week_ends($start, $end, zone := $zone) order by n_entries desc, outcome
