-- How the entries of one feed last ended, most frequent first.
-- Parameters: feed_id (text).
-- Columns: outcome, n_entries.
select outcome, count(*) as n_entries
from raw.entries
where feed_id = $feed_id
group by outcome
order by n_entries desc, outcome
