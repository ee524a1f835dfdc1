-- How the announced entries of polls ended. Rows of one poll and outcome are added up: the caller may send one an entry.
-- Parameters: incoming (rows.FetchEndRow).
-- Returns: rows added.
insert into raw.fetch_ends by name
select fetch_id, outcome, sum(n_entries)::integer as n_entries
from incoming anti join (select distinct fetch_id from raw.fetch_ends) as stored using (fetch_id)
where n_entries > 0
group by fetch_id, outcome
