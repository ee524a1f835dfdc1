-- Articles and entries of a span of time, counted by what became of them.
-- Parameters: start, end (times; start <= the moment it counts at in the zone < end), zone (IANA name).
-- Columns: n_entries, n_articles, n_relevant, n_borderline, n_unjudged, n_without_verdict (of n_unjudged), n_undated,
--   n_in_future, n_outlets, last_seen_at.
from mart.week_numbers($start, $end, zone := $zone)
