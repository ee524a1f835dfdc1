-- Entries of a span of time by how they last ended, most frequent first.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: outcome, n_entries.
from mart.week_ends($start, $end) order by n_entries desc, outcome
