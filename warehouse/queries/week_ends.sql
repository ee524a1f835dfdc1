-- Entries of a span of time by how they last ended, most frequent first.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: outcome, n_entries.
select outcome, count(*) as n_entries
from mart.entries
where counted_at >= $start and counted_at < $end
group by outcome
order by n_entries desc, outcome
