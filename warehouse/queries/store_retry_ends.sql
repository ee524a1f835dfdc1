-- How entries ended that were tried again without being announced. Rows of one feed and outcome are added up.
-- Parameters: incoming (rows.RetryEndRow), batch_id (text), run_id (text).
-- Returns: rows added.
insert into raw.retry_ends by name
select $batch_id as batch_id, $run_id as run_id, feed_id, outcome, sum(n_entries)::integer as n_entries
from incoming
where n_entries > 0
group by feed_id, outcome
